package content_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/content"
	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/sqltest"
)

// listener is a Listen that goes on.
type listener struct {
	t      *testing.T
	woken  chan string
	states chan error
	done   chan error
	cancel context.CancelFunc
}

func listen(t *testing.T, s *content.Store) *listener {
	t.Helper()
	l := &listener{t: t, woken: make(chan string, 100), states: make(chan error, 100), done: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	l.cancel = cancel
	go func() {
		l.done <- s.Listen(ctx, func(id string) { l.woken <- id }, func(err error) { l.states <- err })
	}()
	return l
}

// next returns what comes through a channel.
func next[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(90 * time.Second):
		t.Fatal("nothing came")
	}
	return value
}

// wakes holds that these come next.
func (l *listener) wakes(want ...string) {
	l.t.Helper()
	for _, want := range want {
		if got := next(l.t, l.woken); got != want {
			l.t.Errorf("woken(%q), want %q", got, want)
		}
	}
}

// well holds that there is a connection now, perhaps after one that took too long or a server
// that starts up, and that all is to be looked at.
func (l *listener) well() {
	l.t.Helper()
	for err := next(l.t, l.states); err != nil; err = next(l.t, l.states) {
		if !errors.Is(err, content.ErrRetry) {
			l.t.Fatalf("state %v, want nil or an error that may pass", err)
		}
	}
	l.wakes("")
}

// ill holds that there is no connection now.
func (l *listener) ill() {
	l.t.Helper()
	if err := next(l.t, l.states); !errors.Is(err, content.ErrRetry) || !strings.HasPrefix(err.Error(), "content: listen: ") {
		l.t.Errorf("state %v, want an error that may pass", err)
	}
}

// end ends it, and holds that nothing else has come.
func (l *listener) end() {
	l.t.Helper()
	l.cancel()
	if err := next(l.t, l.done); err != nil {
		l.t.Errorf("Listen: %v", err)
	}
	if len(l.woken) > 0 || len(l.states) > 0 {
		l.t.Errorf("more has come: %d times woken, %d states", len(l.woken), len(l.states))
	}
}

func listening(o *content.Options) { o.Notify = "Feed-站" }

// sessions returns how many connections but the tests' own a server has.
func sessions(t *testing.T, e *engine, query string) (n int) {
	t.Helper()
	err := e.db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'feedstation' AND datname = current_database() AND query LIKE $1", query).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 90 s: %s", what)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	e := newEngine(t, content.Postgres, sqltest.Postgres(t))
	// Three times that without a word, and the connection is asked.
	s := e.store(t, listening, func(o *content.Options) { o.Timeout = time.Second })
	l := listen(t, s)
	l.well()
	notify := func(channel, payload string) { e.exec(t, "SELECT pg_notify($1, $2)", channel, payload) }
	notify("Feed-站", "5207683")
	notify("feed-站", "another's")
	notify("Feed-站", "")
	notify("Feed-站", "湘江 🌸")
	l.wakes("5207683", "", "湘江 🌸")

	// The connection is silent, is asked and stays.
	eventually(t, "a question", func() bool { return sessions(t, e, "SELECT 1") == 1 })
	tx, err := e.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "SELECT pg_notify('Feed-站', 'never')"); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	notify("Feed-站", "1")
	l.wakes("1")
	l.end()
	eventually(t, "no connection", func() bool { return sessions(t, e, "%") == 0 })
}

// TestListenAgain holds that a connection that is lost is made again, and that
// then whoever listens is told to look at everything.
func TestListenAgain(t *testing.T) {
	t.Parallel()
	server := sqltest.StartPostgres(t)
	proxy := faultproxy.New(t, server.Addr())
	e := newEngine(t, content.Postgres, server)
	name := ""
	if err := e.db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	s := e.store(t, listening, func(o *content.Options) {
		o.DSN, o.Timeout = server.DSNAt(proxy.Addr(), "root", "", name), time.Second
	})
	for _, fault := range []struct {
		name   string
		begins func()
		ends   func()
	}{
		{"reset", proxy.Reset, func() {}},
		{"half-open", func() { proxy.Freeze(true) }, func() { proxy.Freeze(false) }},
		{"refused", func() { proxy.Refuse(true); proxy.Reset() }, func() { proxy.Refuse(false) }},
		{"terminated", func() {
			e.exec(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'feedstation' AND datname = current_database()")
		}, func() {}},
		{"killed", func() { server.Kill(t) }, func() { server.Restart(t) }},
	} {
		t.Run(fault.name, func(t *testing.T) {
			l := listen(t, s)
			l.well()
			fault.begins()
			l.ill()
			fault.ends()
			l.well()
			eventually(t, "a notification", func() bool {
				_, err := e.db.ExecContext(t.Context(), "SELECT pg_notify('Feed-站', 'after')")
				return err == nil // a connection of before the restart tells so once
			})
			l.wakes("after")
			l.end()
		})
	}
}

func TestListenRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    content.Options
		want string
	}{
		{"of the embedded store", content.Options{Driver: content.SQLite, DSN: "none/content.db", Notify: "a"}, "content: notify: only PostgreSQL has notifications"},
		{"of MySQL", content.Options{Driver: content.MySQL, DSN: "root@tcp(127.0.0.1:1)/x", Notify: "a"}, "content: notify: only PostgreSQL has notifications"},
		{"an address alone", content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1", NotifyDSN: "host=127.0.0.1"}, "content: notify: missing, and there is a notify_dsn"},
		{"another form", content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1", Notify: "a", NotifyDSN: "jdbc:postgresql://u:hunter2@db.example/n"}, "content: notify_dsn: is an address of JDBC; want postgres://user:password@host:5432/database, or host=… user=… dbname=…"},
		{"a statement", content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1", Notify: `a"; DROP TABLE x; --`}, `content: notify: not a channel's name such as feedstation: "a\"; DROP TABLE x; --"`},
		{"a schema's", content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1", Notify: "a.b"}, `content: notify: not a channel's name such as feedstation: "a.b"`},
		{"a long name", content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1", Notify: strings.Repeat("a", 64)}, "content: notify: not a channel's name such as feedstation: \"" + strings.Repeat("a", 64) + `"`},
	} {
		if _, err := content.OpenWith(t.Context(), tt.o); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	s, err := content.OpenWith(t.Context(), content.Options{Driver: content.Postgres, DSN: "host=127.0.0.1 port=1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	unexpected := func(what string) { t.Error(what) }
	err = s.Listen(t.Context(), unexpected, func(error) { unexpected("state") })
	if err == nil || err.Error() != "content: listen: no channel is configured" {
		t.Errorf("Listen: %v", err)
	}
}

// TestNewsroomNotifies holds that the example of a plain newsroom
// tells of every change, once a transaction.
func TestNewsroomNotifies(t *testing.T) {
	e := bareEngine(t, content.Postgres, sqltest.Postgres(t))
	load(t, e, "newsroom.sql")
	l := listen(t, e.store(t, func(o *content.Options) { o.Notify = "feedstation" }))
	l.well()
	load(t, e, "newsroom-articles.sql")
	l.wakes("101", "102", "103", "104", "105", "106")
	for _, statement := range []string{
		"UPDATE article SET state = 'pulled' WHERE id = 102", "UPDATE body SET html = '<p>新</p>' WHERE article_id = 101",
		"DELETE FROM picture WHERE article_id = 101", "INSERT INTO article_category VALUES (103, 10)", "DELETE FROM article WHERE id = 104",
	} {
		e.exec(t, statement)
	}
	var got []string
	for range 5 {
		got = append(got, next(t, l.woken))
	}
	if diff := cmp.Diff([]string{"102", "101", "101", "103", "104"}, got); diff != "" {
		t.Errorf("woken (-want +got):\n%s", diff)
	}
	l.end()
}
