package content_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// pooled returns the options of a store behind a pooler.
func pooled(t *testing.T, e *engine, addr, parameters string) func(*content.Options) {
	t.Helper()
	at, err := url.Parse(e.options.DSN)
	if err != nil {
		t.Fatal(err)
	}
	dsn := e.server.DSNAt(addr, "root", "", strings.TrimPrefix(at.Path, "/")) + parameters
	return func(o *content.Options) { o.DSN = dsn }
}

// TestPooler has two processes read through a pooler that gives each transaction another
// session, at the same time and again and again.
func TestPooler(t *testing.T) {
	for _, mode := range []string{"transaction", "session"} {
		t.Run(mode, func(t *testing.T) {
			e := newEngine(t, content.Postgres, sqltest.Postgres(t))
			at := now().Add(-time.Hour)
			for i := range 5 {
				e.write(t, e.db, at, story(fmt.Sprint(i), at, in("xt", "moment")))
			}
			through := pooled(t, e, e.server.Pooler(t, mode), "")
			var reading errgroup.Group
			for range 2 {
				s := e.store(t, through)
				reading.Go(func() error {
					for range 20 {
						if err := readAll(t, s, at); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := reading.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// readAll asks each kind of question once.
func readAll(t *testing.T, s *content.Store, at time.Time) error {
	present, err := s.Snapshot(t.Context())
	if err != nil {
		return err
	}
	defer present.Close()
	for _, channel := range []string{"", "moment"} {
		got, err := present.Latest(t.Context(), []string{"xt"}, channel, 9)
		if err != nil || len(got) != 5 {
			return fmt.Errorf("Latest(%q): %d articles, %w", channel, len(got), err)
		}
	}
	if got, err := present.Totals(t.Context(), "xt", at.Add(-time.Hour), now()); err != nil || got.Count != 5 {
		return fmt.Errorf("Totals: %+v, %w", got, err)
	}
	if _, err := present.Months(t.Context(), "xt", time.UTC); err != nil {
		return err
	}
	for _, err := range present.Changes(t.Context(), at.Add(-time.Hour)) {
		if err != nil {
			return err
		}
	}
	for _, err := range present.Inventory(t.Context()) {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestPoolerRefuses holds that the error of what a pooler can't do names the cure.
func TestPoolerRefuses(t *testing.T) {
	e := newEngine(t, content.Postgres, sqltest.Postgres(t))
	for _, tt := range []struct{ name, mode, parameters, want string }{
		{"transactions", "statement", "", "pool_mode = transaction"},
		{"a parameter of the session", "transaction", "&search_path=news", "ignore_startup_parameters"},
		{"another one", "session", "&statement_timeout=100", "ignore_startup_parameters"},
		{"prepared statements, if asked for", "transaction", "&default_query_exec_mode=cache_statement", "default_query_exec_mode"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			through := pooled(t, e, e.server.Pooler(t, tt.mode), tt.parameters)
			one, other := e.store(t, through), e.store(t, through)
			var err error
			for range 5 {
				for _, s := range []*content.Store{one, other} {
					present, fault := s.Snapshot(t.Context())
					if err = fault; err == nil {
						_, err = present.Latest(t.Context(), []string{"xt"}, "", 9)
						present.Close()
					}
					if err != nil {
						break
					}
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// TestPoolerListen holds that a connection which is told that it listens, and never
// hears, is found.
func TestPoolerListen(t *testing.T) {
	for _, tt := range []struct {
		mode   string
		direct bool // notifications come from the server itself
		deaf   bool
	}{{"transaction", false, true}, {"statement", false, true}, {"session", false, false}, {"transaction", true, false}} {
		t.Run(fmt.Sprintf("%s, direct %t", tt.mode, tt.direct), func(t *testing.T) {
			e := newEngine(t, content.Postgres, sqltest.Postgres(t))
			through := pooled(t, e, e.server.Pooler(t, tt.mode), "")
			l := listen(t, e.store(t, listening, through, func(o *content.Options) {
				o.Timeout = time.Second
				if tt.direct {
					o.NotifyDSN = e.options.DSN
				}
			}))
			if !tt.deaf {
				l.well()
				e.exec(t, "SELECT pg_notify('Feed-站', '1')")
				l.wakes("1")
				l.end()
				return
			}
			for range 2 {
				err := next(t, l.states)
				if err == nil || !strings.Contains(err.Error(), "pooler in transaction mode") {
					t.Errorf("state %v, want the pooler named", err)
				}
			}
			if len(l.woken) > 0 {
				t.Error("woken")
			}
			l.cancel()
		})
	}
}
