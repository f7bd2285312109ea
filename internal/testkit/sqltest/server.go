package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// Server is a database server.
type Server struct {
	engine *engine
	binary string
	dir    string
	port   int
	hold   io.Closer // of the port
	who    *syscall.Credential
	extra  []string // arguments, see Secure
	proc   *testserver.Process
}

var databases atomic.Int64

// start makes a server. The caller holds shared.mu.
func start(ctx context.Context, t testing.TB, e *engine) (*Server, error) {
	dir, err := folder(t)
	if err != nil {
		return nil, err
	}
	who, err := e.credential()
	if err != nil {
		return nil, err
	}
	s := &Server{engine: e, binary: require.Binary(t, e.binaries[0]), dir: dir, who: who}
	if err := e.prepare(ctx, t, dir, who); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	return s, s.setUp(ctx)
}

// begin launches the server on a port that is its own until end.
func (s *Server) begin(ctx context.Context) (err error) {
	if s.port, s.hold, err = testserver.Hold(); err != nil {
		return err
	}
	return s.launch(ctx)
}

// end kills the server for good.
func (s *Server) end() error { return errors.Join(s.proc.Kill(), s.hold.Close()) }

func (s *Server) setUp(ctx context.Context) error {
	db, err := sql.Open(s.engine.driver, s.RootDSN(""))
	if err != nil {
		return err
	}
	defer db.Close()
	for _, statement := range s.engine.setUp {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Addr returns the server's host:port, which a restart keeps.
func (s *Server) Addr() string { return testserver.Addr(s.port) }

// Driver returns the name of the server's driver for database/sql.
func (s *Server) Driver() string { return s.engine.driver }

// RootDSN returns the address of a database for the user who may do everything
// and has no password. An empty name is a database that is always there.
func (s *Server) RootDSN(database string) string {
	return s.DSN("root", "", database)
}

// DSN returns the address of a database for a user.
func (s *Server) DSN(user, password, database string) string {
	return s.DSNAt(s.Addr(), user, password, database)
}

// DSNAt returns the address of a database for a user by way of another
// host:port, that of a proxy.
func (s *Server) DSNAt(addr, user, password, database string) string {
	if database == "" {
		database = map[*engine]string{postgres: "postgres", mariadb: "mysql"}[s.engine]
	}
	return s.engine.dsn(addr, user, password, database)
}

// Database creates an empty database for the test and returns its name. It goes
// with the server.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	s.exec(t, "CREATE DATABASE "+name)
	return name
}

// Open returns connections of root to a database, which end with the test.
func (s *Server) Open(t testing.TB, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open(s.engine.driver, s.RootDSN(database))
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() }) // of a server that may be gone
	return db
}

func (s *Server) exec(t testing.TB, statement string) {
	t.Helper()
	db, err := sql.Open(s.engine.driver, s.RootDSN(""))
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("sqltest: %s: %v", statement, err)
	}
}

// Kill ends the server as a crash would, with SIGKILL, and waits until it is
// gone. Only for a server of the test's own.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.do(t, "kill", s.proc.Kill)
}

// Restart starts the server again that Kill has ended, on the same port and
// with the same data, and returns once it answers.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Kill(t)
	if err := s.launch(t.Context()); err != nil {
		t.Fatalf("sqltest: restart: %v", err)
	}
}

// Stop freezes the server with SIGSTOP: its system still takes connections, and
// nothing answers until Cont. Of PostgreSQL it freezes all processes.
func (s *Server) Stop(t testing.TB) { t.Helper(); s.do(t, "stop", s.proc.Stop) }

// Cont lets a stopped server go on.
func (s *Server) Cont(t testing.TB) { t.Helper(); s.do(t, "go on", s.proc.Cont) }

func (s *Server) do(t testing.TB, what string, act func() error) {
	t.Helper()
	if err := act(); err != nil {
		t.Fatalf("sqltest: %s %s: %v", what, s.Addr(), err)
	}
}

// launch starts the server on its port and returns when it answers.
func (s *Server) launch(ctx context.Context) error {
	data := filepath.Join(s.dir, "data")
	proc, err := testserver.Command{
		Program: s.binary, Args: append(s.engine.serve(data, strconv.Itoa(s.port)), s.extra...),
		Dir: s.dir, Env: environment(s.dir), User: s.who,
		Answers: func(ctx context.Context, _ int) error {
			// The drivers complain of a server that is not there yet.
			if err := s.listens(ctx); err != nil {
				return err
			}
			return s.engine.isOurs(ctx, s.RootDSN(""), data)
		},
	}.Start(ctx)
	if err == nil {
		s.proc = proc
	}
	return err
}

func (s *Server) listens(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return err
	}
	return conn.Close()
}
