package content_test

import (
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// TestCloseLeavesNoConnection holds that a store that is closed gives its
// connections back: a server has some hundred for all.
func TestCloseLeavesNoConnection(t *testing.T) {
	server := sqltest.Postgres(t)
	name := server.Database(t)
	db := server.Open(t, name)
	for range 3 {
		s, err := content.OpenWith(t.Context(), content.Options{Driver: content.Postgres, DSN: server.RootDSN(name)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Inspect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'feedstation' AND datname = $1", name).Scan(&left)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
	}
	t.Errorf("%d connections are left", left)
}
