package content_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// TestServerFaults holds what the store says while its server misbehaves, and
// that it is well afterwards.
func TestServerFaults(t *testing.T) {
	for _, server := range []struct {
		name  string
		start func(testing.TB) *sqltest.Server
		slow  string
	}{
		{content.Postgres, sqltest.StartPostgres, "(SELECT 'moment' FROM pg_sleep(30))"},
		{content.MySQL, sqltest.StartMariaDB, "IF(SLEEP(30), 'x', 'moment')"},
	} {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			own := server.start(t)
			e := newEngine(t, server.name, own)
			at := now().Add(-time.Hour)
			e.write(t, e.db, at, story("1", at, in("xt", "moment")))
			s := e.store(t, func(o *content.Options) { o.Timeout = 2 * time.Second })
			well := func() {
				t.Helper()
				if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 1 {
					t.Errorf("articles %q", ids(got))
				}
			}
			well()
			held := snapshot(t, s)

			e.exec(t, "ALTER TABLE article_channels RENAME TO channels_then")
			e.exec(t, "CREATE VIEW article_channels AS SELECT article_id, "+server.slow+" AS channel FROM channels_then")
			slow := e.store(t, func(o *content.Options) { o.Timeout = 2 * time.Second })
			present := snapshot(t, slow)
			began := time.Now()
			_, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			if err == nil || !strings.Contains(err.Error(), "took too long") || time.Since(began) > 20*time.Second {
				t.Errorf("a slow question: %v after %v", err, time.Since(began))
			}
			present.Close()
			e.exec(t, "DROP VIEW article_channels")
			e.exec(t, "ALTER TABLE channels_then RENAME TO article_channels")
			well()

			own.Stop(t)
			began = time.Now()
			_, err = held.Latest(t.Context(), []string{"xt"}, "", 9)
			if err == nil || !strings.Contains(err.Error(), "no answer in time") || time.Since(began) > 20*time.Second {
				t.Errorf("a frozen server: %v after %v", err, time.Since(began))
			}
			held.Close()
			if _, err := s.Snapshot(t.Context()); err == nil {
				t.Error("a snapshot of a frozen server")
			}
			own.Cont(t)
			well()

			held = snapshot(t, s)
			own.Kill(t)
			_, err = held.Latest(t.Context(), []string{"xt"}, "", 9)
			if !errors.Is(err, content.ErrRetry) {
				t.Errorf("of a killed server: %v, want ErrRetry", err)
			}
			held.Close()
			if _, err := s.Snapshot(t.Context()); !errors.Is(err, content.ErrRetry) || !strings.Contains(err.Error(), "can't be reached") {
				t.Errorf("a snapshot of a killed server: %v", err)
			}
			own.Restart(t)
			well()
		})
	}
}

// TestServerChanges holds that a relation may lose and gain columns while it is
// being read: one question fails, and the next snapshot knows.
func TestServerChanges(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		tagged := story("1", at, func(a *article.Article) { a.Tags = []string{"读书"} })
		e.write(t, e.db, at, tagged)
		s := e.store(t)
		if diff := cmp.Diff([]article.Article{tagged}, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
			t.Errorf("at first (-want +got):\n%s", diff)
		}
		for _, column := range []string{"tags", "expires", "status", "noindex", "updated", "body", "images"} {
			e.exec(t, "ALTER TABLE articles DROP COLUMN "+column)
			present := snapshot(t, s)
			_, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			if err == nil || !strings.Contains(err.Error(), "a table or a view was changed") {
				t.Errorf("without %s: %v", column, err)
			}
			present.Close()
			if got := latest(t, s, []string{"xt"}, "", 9); len(got) != 1 || got[0].Tags != nil {
				t.Errorf("without %s: %+v", column, got)
			}
		}
		changes(t, s, at)
		present := snapshot(t, s)
		defer present.Close()
		if got := listing(t, present, "xt", time.Time{}, now()); len(got) != 1 || len(inventory(t, present)) != 1 {
			t.Errorf("Listing: %q", ids(got))
		}
		if got, err := present.Totals(t.Context(), "xt", at, now()); err != nil || got.Count != 1 {
			t.Errorf("Totals = %+v, %v", got, err)
		}
	})
}
