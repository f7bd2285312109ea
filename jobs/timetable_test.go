package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/schedule"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// Every task runs at the start, then by its schedule. A bubble begins at
// midnight UTC of a Saturday.
func TestTimetableRuns(t *testing.T) {
	require.Time(t)
	for _, tt := range []struct {
		name string
		spec []string
		days int
		want []string
	}{
		{"interval", []string{"@every 10h"}, 1, []string{"0s", "10h0m0s", "20h0m0s"}},
		{"utc", []string{"0 3 * * *"}, 2, []string{"0s", "3h0m0s", "27h0m0s"}},
		{"another zone", []string{"CRON_TZ=Asia/Shanghai 0 3 * * *"}, 1, []string{"0s", "19h0m0s"}},
		{"sunday is 7", []string{"0 0 * * 7"}, 7, []string{"0s", "24h0m0s"}},
		{"sunday is 0", []string{"0 0 * * 0"}, 7, []string{"0s", "24h0m0s"}},
		{
			"two schedules, one first run",
			[]string{"0 3 * * *", "0 5 * * *"},
			1,
			[]string{"0s", "3h0m0s", "5h0m0s"},
		},
		{"two schedules at once", []string{"0 3 * * *", "@every 3h"}, 0, []string{"0s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			moveProcess(t)
			synctest.Test(t, func(t *testing.T) {
				var starts moments
				log, _ := newTaskLog(slog.LevelError)
				task := jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { starts.note(); return nil })
				table := jobs.NewTimetable(log, nil)
				for _, spec := range tt.spec {
					s, err := schedule.Parse(spec)
					if err != nil {
						t.Fatal(err)
					}
					table.Add(s, task)
				}
				stop := runTimetable(t, table)
				time.Sleep(time.Duration(tt.days)*24*time.Hour - time.Second)
				stop()
				if diff := cmp.Diff(tt.want, starts.times()); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// One task that hangs until its deadline and one that panics leave the third
// its times.
func TestTimetableKeepsTasksApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError + 1)
		every, err := schedule.Parse("@every 1m")
		if err != nil {
			t.Fatal(err)
		}
		var starts moments
		table := jobs.NewTimetable(log, nil)
		table.Add(every, jobs.NewTask(log, "hangs", time.Hour, func(ctx context.Context) error { <-ctx.Done(); return nil }))
		table.Add(every, jobs.NewTask(log, "panics", time.Hour, func(context.Context) error { panic("boom") }))
		table.Add(every, jobs.NewTask(log, "works", time.Hour, func(context.Context) error { starts.note(); return nil }))
		stop := runTimetable(t, table)
		time.Sleep(2*time.Minute + time.Second)
		stop()
		if diff := cmp.Diff([]string{"0s", "1m0s", "2m0s"}, starts.times()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// Stopping cancels a run, waits for its end and starts no other.
func TestTimetableStops(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(ctx context.Context) error // of a run that was cancelled
		want []string
	}{
		{
			"cancelled", func(ctx context.Context) error { return fmt.Errorf("pull: %w", ctx.Err()) },
			[]string{`level=DEBUG msg="task stopped" component=refresh duration=12s`},
		},
		{
			"fine", func(context.Context) error { return nil },
			[]string{`level=DEBUG msg="task finished" component=refresh duration=12s`},
		},
		{
			"failed", func(context.Context) error { return errors.New("disk full") },
			[]string{`level=ERROR msg="task failed" component=refresh error="disk full"`},
		},
		{
			"panicked", func(ctx context.Context) error { panic(ctx.Err()) },
			[]string{`level=ERROR msg="task failed" component=refresh error="panicked: context canceled" stack=…`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, lines := newTaskLog(slog.LevelDebug)
				var starts, ends moments
				task := jobs.NewTask(log, "refresh", time.Minute, func(ctx context.Context) error {
					starts.note()
					<-ctx.Done()
					time.Sleep(2 * time.Second) // puts away what it has
					ends.note()
					return tt.end(ctx)
				})
				stop := runTimetable(t, newTimetable(t, "@every 1h", task))
				time.Sleep(10 * time.Second)
				task.Trigger(jobs.ByRequest)
				stop()
				// The run is over, not only told to end.
				if diff := cmp.Diff([]string{"12s"}, ends.times()); diff != "" {
					t.Errorf("ends of runs (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"0s"}, starts.times()); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.want, lines()); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestTimetableStoppedBeforeItRuns(t *testing.T) {
	for range 50 { // select between two that are ready is a toss
		synctest.Test(t, func(t *testing.T) {
			log, _ := newTaskLog(slog.LevelError)
			var starts moments
			task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error { starts.note(); return nil })
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := newTimetable(t, "@every 1m", task).Run(ctx); err != nil {
				t.Fatal(err)
			}
			if got := starts.times(); got != nil {
				t.Fatalf("ran at %v", got)
			}
		})
	}
}

// A task in two timetables would run twice at a time.
func TestTimetableOwnsItsTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError)
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error { return nil })
		first, second := newTimetable(t, "@every 1m", task), newTimetable(t, "@every 1m", task)
		stop := runTimetable(t, first)
		for _, table := range []*jobs.Timetable{first, second} {
			err := table.Run(t.Context())
			if want := "task refresh: its timetable has been run already"; err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
		}
		stop()
	})
}

// The times in the log are UTC, as the schedules are; cron's own chatter is not
// there.
func TestTimetableLog(t *testing.T) {
	moveProcess(t)
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		every, err := schedule.Parse("0 3 * * *")
		if err != nil {
			t.Fatal(err)
		}
		table := jobs.NewTimetable(log, nil)
		table.Add(every, jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { return nil }))
		stop := runTimetable(t, table)
		time.Sleep(24 * time.Hour)
		stop()
		const want = `level=INFO msg="task scheduled" component=audit schedule="0 3 * * *" next=2000-01-01T03:00:00.000Z`
		_, got, _ := strings.Cut(strings.TrimSpace(out.String()), " ") // after the time
		if got != want {
			t.Errorf("log\n%s\nwant\n%s", got, want)
		}
	})
}

// moveProcess lets the test run where local time isn't UTC.
func moveProcess(t *testing.T) {
	local := time.Local
	time.Local = time.FixedZone("elsewhere", -7*60*60)
	t.Cleanup(func() { time.Local = local })
}
