package condition_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/condition"
)

var (
	away = condition.Kind{Level: slog.LevelError, Component: "redis", Began: "redis unreachable", Cleared: "redis reachable again"}
	full = condition.Kind{Level: slog.LevelError, Component: "redis", Began: "redis not writable", Cleared: "redis writable again"}
	task = condition.Kind{Level: slog.LevelWarn, Component: "refresh", Began: "task failed", Cleared: "task recovered", Stations: true, Errors: true}
)

// note is a call of Note, a second after the one before.
type note struct {
	kind    condition.Kind
	station string
	err     string // empty: nil
}

func TestNote(t *testing.T) {
	var varying, endless []note
	var endlessLog []string
	for i := range 10 {
		varying = append(varying, note{task, "xt", fmt.Sprintf("read tcp 127.0.0.1:%d->10.0.0.5:5432: i/o timeout after %dms", i*i+1, 100+i*31)})
	}
	for i := range 20 {
		name := strings.Repeat("q", i+1)
		endless = append(endless, note{task, "xt", "open " + name + ": gone"})
		if i < 10 {
			endlessLog = append(endlessLog, fmt.Sprintf(`level=WARN msg="task failed" component=refresh station=xt error="open %s: gone" n=%d`, name, i))
		}
	}
	for _, tt := range []struct {
		name  string
		notes []note
		log   []string
		all   []string
	}{
		{"nothing", []note{{away, "", ""}, {task, "xt", ""}}, nil, nil},
		{
			"begins once, clears once",
			[]note{{away, "", "refused"}, {away, "", "refused"}, {away, "", "timeout"}, {away, "", ""}, {away, "", ""}},
			[]string{
				`level=ERROR msg="redis unreachable" component=redis error=refused n=0`,
				`level=INFO msg="redis reachable again" component=redis duration=3s`,
			},
			nil,
		},
		{
			"one event of a component",
			[]note{{full, "xt", "oom"}, {full, "yy", "oom"}, {away, "", "refused"}, {away, "", ""}, {full, "xt", ""}, {full, "yy", ""}},
			[]string{
				`level=ERROR msg="redis not writable" component=redis error=oom n=0`,
				`level=INFO msg="redis writable again" component=redis duration=5s`,
			},
			nil,
		},
		{
			"what is left of it",
			[]note{{full, "xt", "oom"}, {full, "yy", "oom"}, {full, "xt", ""}},
			[]string{`level=ERROR msg="redis not writable" component=redis error=oom n=0`},
			[]string{"1s redis yy redis not writable: yy: oom"},
		},
		{
			"each station and each error",
			[]note{{task, "xt", "port 1: refused"}, {task, "xt", "port 22: refused"}, {task, "xt", "timeout"}, {task, "yy", "timeout"}, {task, "xt", ""}},
			[]string{
				`level=WARN msg="task failed" component=refresh station=xt error="port 1: refused" n=0`,
				`level=WARN msg="task failed" component=refresh station=xt error=timeout n=2`,
				`level=WARN msg="task failed" component=refresh station=yy error=timeout n=3`,
				`level=INFO msg="task recovered" component=refresh station=xt duration=4s`,
			},
			[]string{"3s refresh yy task failed: yy: timeout"},
		},
		{
			"addresses, ports, durations and numbers vary", varying,
			[]string{
				`level=WARN msg="task failed" component=refresh station=xt error="read tcp 127.0.0.1:1->10.0.0.5:5432: i/o timeout after 100ms" n=0`,
			},
			[]string{"0s refresh xt task failed: xt: read tcp 127.0.0.1:82->10.0.0.5:5432: i/o timeout after 379ms"},
		},
		{
			"causes take turns",
			[]note{{task, "xt", "refused"}, {task, "xt", "timeout"}, {task, "xt", "refused"}, {task, "xt", "timeout"}, {task, "xt", ""}, {task, "xt", "timeout"}},
			[]string{
				`level=WARN msg="task failed" component=refresh station=xt error=refused n=0`,
				`level=WARN msg="task failed" component=refresh station=xt error=timeout n=1`,
				`level=INFO msg="task recovered" component=refresh station=xt duration=4s`,
				`level=WARN msg="task failed" component=refresh station=xt error=timeout n=5`,
			},
			[]string{"5s refresh xt task failed: xt: timeout"},
		},
		{"text without end", endless, endlessLog, []string{"0s refresh xt task failed: xt: open qqqqqqqqqqqqqqqqqqqq: gone"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				began := time.Now()
				set := condition.New(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
					if a.Key == slog.TimeKey {
						return slog.Attr{}
					}
					return a
				}})))
				for i, n := range tt.notes {
					var err error
					if n.err != "" {
						err = errors.New(n.err)
					}
					set.Note(n.kind, n.station, err, "n", i)
					if c, ok := set.Get(n.kind, n.station); ok != (err != nil) || !errors.Is(c.Err, err) {
						t.Errorf("after note %d: %v", i, c)
					}
					time.Sleep(time.Second)
				}
				if diff := cmp.Diff(tt.log, strings.FieldsFunc(out.String(), func(r rune) bool { return r == '\n' })); diff != "" && (tt.log != nil || out.Len() > 0) {
					t.Errorf("log (-want +got):\n%s", diff)
				}
				var all []string
				for _, c := range set.All() {
					all = append(all, fmt.Sprint(c.Since.Sub(began), " ", c.Component, " ", c.Station, " ", c))
				}
				if diff := cmp.Diff(tt.all, all); diff != "" {
					t.Errorf("conditions (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// passing is an error that may be gone at the next try.
type passing struct{ error }

func (passing) Passing() {}

// TestOneCause holds that a failure whose text varies is one line, and another failure
// another one, once.
func TestOneCause(t *testing.T) {
	line := func(local string, err error) error {
		return &net.OpError{Op: "read", Net: "tcp", Source: &net.UnixAddr{Name: local}, Addr: &net.UnixAddr{Name: "server"}, Err: err}
	}
	network := []error{
		line("127.0.0.1:54321", syscall.ECONNRESET), line("[fe80::a1]:54322", syscall.ECONNRESET), line("127.0.0.1:1", os.ErrDeadlineExceeded),
		line("127.0.0.1:2", syscall.EPIPE), context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, &net.DNSError{Name: "db.example", Err: "server misbehaving"},
		passing{errors.New("the database is starting")},
		passing{errors.New("invalid connection")},
	}
	var out strings.Builder
	set := condition.New(slog.New(slog.NewTextHandler(&out, nil)))
	for range 3 {
		for _, err := range network {
			set.Note(task, "xt", fmt.Errorf("content: %w", err))
			if c, _ := set.Get(task, "xt"); !errors.Is(c.Err, err) {
				t.Errorf("the condition is %v, want the newest error, %v", c, err)
			}
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("%d lines, want 1:\n%s", n, &out)
	}
	set.Note(task, "xt", errors.New("a table was changed"))
	set.Note(task, "xt", network[0]) // that one has its line
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2:\n%s", n, &out)
	}
}

// TestLines holds that what is one event is one line, whatever it costs how many
// stations.
func TestLines(t *testing.T) {
	on := func(kind condition.Kind, station, err string) condition.Condition {
		return condition.Condition{Kind: kind, Station: station, Err: errors.New(err)}
	}
	var disk, mixed []condition.Condition
	for i := range 141 {
		id := fmt.Sprint("s", i)
		disk = append(disk, on(full, id, "cache: write "+id+"/1.json: no space left on device"))
		mixed = append(mixed, disk[i])
	}
	mixed[3] = on(full, "s3", "cache: open s3: permission denied")
	for _, tt := range []struct {
		name string
		all  []condition.Condition
		want []string
	}{
		{"nothing", nil, nil},
		{"of the component", []condition.Condition{on(away, "", "dial: refused")}, []string{"redis unreachable: dial: refused"}},
		{"of one station", []condition.Condition{on(task, "xt", "content: refused")}, []string{"task failed: xt: content: refused"}},
		{"a full disk", append(disk, on(away, "", "refused")), []string{"redis not writable: 141 stations: no space left on device", "redis unreachable: refused"}},
		{"one station differs", mixed, []string{
			"redis not writable: s0, s1, s2, s4, s5, s6, s7, s8, s9, s10 and 130 more: no space left on device",
			"redis not writable: s3: cache: open s3: permission denied",
		}},
		{"two kinds", []condition.Condition{on(full, "xt", "full"), on(task, "xt", "full"), on(full, "yy", "full")}, []string{
			"redis not writable: 2 stations: full", "task failed: xt: full",
		}},
		{"no two alike", []condition.Condition{on(task, "xt", "a: b"), on(task, "yy", "a: c")}, []string{"task failed: xt: a: b", "task failed: yy: a: c"}},
		{"without parts", []condition.Condition{on(task, "xt", ""), on(task, "yy", "")}, []string{"task failed: 2 stations: "}},
	} {
		if diff := cmp.Diff(tt.want, condition.Lines(tt.all)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
