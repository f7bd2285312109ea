package sqltest

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"feedstation/internal/testkit/require"
)

// Standby starts a hot standby of a PostgreSQL. What the primary has changed it
// applies at once: a question in whose way that is, it cancels. It ends with the
// test.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	if s.engine != postgres {
		t.Fatal("sqltest: only PostgreSQL has a standby")
	}
	program := require.Binary(t, "pg_basebackup")
	shared.mu.Lock()
	dir, err := folder(t)
	shared.mu.Unlock()
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	standby := &Server{engine: s.engine, binary: s.binary, dir: dir, who: s.who}
	if err := s.follow(t.Context(), standby, program); err != nil {
		t.Fatalf("sqltest: standby: %v", err)
	}
	t.Cleanup(func() {
		if err := standby.end(); err != nil {
			t.Errorf("sqltest: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("sqltest: %v", err)
		}
	})
	return standby
}

// follow makes a copy of the server that goes on with what the server writes,
// and starts it.
func (s *Server) follow(ctx context.Context, standby *Server, program string) error {
	if err := give(standby.dir, s.who); err != nil {
		return err
	}
	if err := copyFile(filepath.Join(s.dir, "hba"), filepath.Join(standby.dir, "hba"), 0o644); err != nil {
		return err
	}
	data := filepath.Join(standby.dir, "data")
	host, port, err := net.SplitHostPort(s.Addr())
	if err != nil {
		return err
	}
	if err := run(ctx, s.who, standby.dir, program, "-D", data, "-h", host, "-p", port, "-U", "root", "-R", "-c", "fast", "--no-sync"); err != nil {
		return err
	}
	settings, err := os.OpenFile(filepath.Join(data, "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = settings.WriteString("max_standby_streaming_delay = 0\n")
	if err := errors.Join(err, settings.Close()); err != nil {
		return err
	}
	return standby.begin(ctx)
}

func copyFile(from, to string, mode os.FileMode) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, mode)
}
