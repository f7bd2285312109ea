package content_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/testkit/sqltest"
)

// TestStandby reads from a hot standby of PostgreSQL, which cancels the question
// that is in the way of what it has to apply: the error says that it may work
// when tried again, and it does.
func TestStandby(t *testing.T) {
	t.Parallel()
	primary := sqltest.StartPostgres(t)
	e := newEngine(t, content.Postgres, primary)
	at := now().Add(-time.Hour)
	for _, id := range []string{"1", "2", "3"} {
		e.write(t, e.db, at, story(id, at, in("xt", "moment")))
	}
	standby := primary.Standby(t)
	name := ""
	if err := e.db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	there := standby.Open(t, name)
	s := e.store(t, func(o *content.Options) { o.DSN = standby.RootDSN(name) })
	if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 3 {
		t.Errorf("articles of the standby: %q", ids(got))
	}

	for _, tt := range []struct {
		name string
		ask  func(t *testing.T, present *content.Snapshot, conflict func()) error
	}{
		{"between two questions", func(t *testing.T, present *content.Snapshot, conflict func()) error {
			conflict()
			eventually(t, "the end of its transaction", func() bool { return !asks(t, there, "%") })
			_, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			return err
		}},
		{"in the midst of one", func(t *testing.T, present *content.Snapshot, conflict func()) error {
			failed := make(chan error)
			go func() {
				_, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
				failed <- err
			}()
			eventually(t, "a question", func() bool { return asks(t, there, "SELECT a.id%") })
			conflict()
			err := next(t, failed)
			if err == nil || !strings.Contains(err.Error(), "cancelled the question for the sake of another") {
				t.Errorf("Latest: %v", err)
			}
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// A channel that takes its time.
			e.exec(t, "ALTER TABLE article_channels RENAME TO channels_then")
			e.exec(t, "CREATE VIEW article_channels AS SELECT article_id, channel FROM channels_then WHERE pg_sleep(5) IS NOT NULL")
			applied(t, e, there)
			present := snapshot(t, s)
			defer present.Close()
			if got, err := present.Totals(t.Context(), "xt", at, now()); err != nil || got.Count == 0 {
				t.Fatalf("Totals = %+v, %v", got, err)
			}
			err := tt.ask(t, present, func() {
				e.exec(t, "UPDATE articles SET status = 'withdrawn' WHERE id = '1'")
				e.exec(t, "VACUUM articles")
			})
			if !errors.Is(err, content.ErrRetry) {
				t.Errorf("Latest: %v, want ErrRetry", err)
			}
			present.Close()
			e.exec(t, "DROP VIEW article_channels")
			e.exec(t, "ALTER TABLE channels_then RENAME TO article_channels")
			applied(t, e, there)
			if got := latest(t, s, []string{"xt"}, "", 9); strings.Join(ids(got), " ") != "3 2" {
				t.Errorf("afterwards: %q", ids(got))
			}
			e.exec(t, "UPDATE articles SET status = 'published' WHERE id = '1'")
		})
	}

	// Its log tells that it lacks what leaves no row.
	origin := func(s *content.Store) edition.Origin {
		present := snapshot(t, s)
		defer present.Close()
		origin, err := present.Origin(t.Context())
		if err != nil || len(origin.Position) != 1 || len(origin.Reached) != 1 {
			t.Fatalf("Origin = %+v, %v", origin, err)
		}
		return origin
	}
	if _, err := there.ExecContext(t.Context(), "SELECT pg_wal_replay_pause()"); err != nil {
		t.Fatal(err)
	}
	e.exec(t, "DELETE FROM articles WHERE id = '1'")
	published := origin(e.store(t))
	if !origin(s).Lacks(published) {
		t.Errorf("the standby does not lack the deletion: %+v, %+v", origin(s), published)
	}
	if _, err := there.ExecContext(t.Context(), "SELECT pg_wal_replay_resume()"); err != nil {
		t.Fatal(err)
	}
	applied(t, e, there)
	if origin(s).Lacks(published) {
		t.Errorf("the standby lacks the deletion that it has applied: %+v, %+v", origin(s), published)
	}

	listener := listen(t, e.store(t, listening, func(o *content.Options) { o.DSN = standby.RootDSN(name) }))
	if err := next(t, listener.states); err == nil || !strings.Contains(err.Error(), "recovery") {
		t.Errorf("Listen on a standby: %v", err)
	}
	listener.end()
}

// asks reports whether a content store is in a transaction on a server.
func asks(t *testing.T, db *sql.DB, query string) (some bool) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'feedstation' AND xact_start IS NOT NULL AND query LIKE $1)", query).Scan(&some)
	if err != nil {
		t.Fatal(err)
	}
	return some
}

// applied waits until a standby has applied what its primary has written.
func applied(t *testing.T, primary *engine, standby *sql.DB) {
	t.Helper()
	position := ""
	if err := primary.db.QueryRowContext(t.Context(), "SELECT pg_current_wal_lsn()::text").Scan(&position); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the standby is as the primary", func() (reached bool) {
		if err := standby.QueryRowContext(t.Context(), "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn", position).Scan(&reached); err != nil {
			t.Fatal(err)
		}
		return reached
	})
}
