package sqltest

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// Pooler starts a PgBouncer before a PostgreSQL, which gives its clients two
// sessions for as long as mode says: "session", "transaction" or "statement". It
// ends with the test. Its users are root and reader. It returns its host:port.
func (s *Server) Pooler(t testing.TB, mode string) (addr string) {
	t.Helper()
	if s.engine != postgres {
		t.Fatal("sqltest: only PostgreSQL has a pooler")
	}
	program := require.Binary(t, "pgbouncer")
	port := testserver.Port(t)
	shared.mu.Lock()
	dir, err := folder(t)
	shared.mu.Unlock()
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	proc, err := s.pool(t.Context(), program, dir, mode, port)
	if err != nil {
		t.Fatalf("sqltest: pooler: %v", err)
	}
	t.Cleanup(func() {
		if err := proc.Kill(); err != nil {
			t.Errorf("sqltest: pooler: %v", err)
		}
	})
	return testserver.Addr(port)
}

func (s *Server) pool(ctx context.Context, program, dir, mode string, port int) (*testserver.Process, error) {
	host, behind, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return nil, err
	}
	settings := strings.Join([]string{
		"[databases]", "* = host=" + host + " port=" + behind,
		"[pgbouncer]", "listen_addr = 127.0.0.1", "listen_port = " + strconv.Itoa(port), "unix_socket_dir =",
		"auth_type = trust", "auth_file = " + filepath.Join(dir, "users"),
		"pool_mode = " + mode, "default_pool_size = 2", "",
	}, "\n")
	users := fmt.Sprintf("\"root\" \"\"\n\"reader\" %q\n", Password)
	for name, text := range map[string]string{"pgbouncer.ini": settings, "users": users} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return testserver.Command{
		Program: program, Args: []string{filepath.Join(dir, "pgbouncer.ini")}, Dir: dir, Env: environment(dir), User: s.who,
		Answers: func(ctx context.Context, _ int) error {
			db, err := sql.Open(s.engine.driver, s.DSNAt(testserver.Addr(port), "root", "", "")+"&default_query_exec_mode=exec")
			if err != nil {
				return err
			}
			defer db.Close()
			return db.PingContext(ctx)
		},
	}.Start(ctx)
}
