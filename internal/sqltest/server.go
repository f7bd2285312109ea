package sqltest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/require"
	"feedstation/internal/testport"
)

const (
	patience = 20 * time.Second      // from a server's start to its first answer
	interval = 10 * time.Millisecond // between two questions
)

// Server is a database server.
type Server struct {
	engine *engine
	binary string
	dir    string
	port   int
	hold   io.Closer // of the port
	who    *syscall.Credential
	proc   *process
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
	if s.port, s.hold, err = testport.Hold(); err != nil {
		return err
	}
	return s.launch(ctx)
}

// end kills the server for good.
func (s *Server) end() error { return errors.Join(s.proc.kill(), s.hold.Close()) }

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
func (s *Server) Addr() string { return testport.Addr(s.port) }

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
	if err := s.proc.kill(); err != nil {
		t.Fatalf("sqltest: kill %s: %v", s.Addr(), err)
	}
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
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.signal(t, syscall.SIGSTOP)
	// The threads stop one after the other.
	for deadline := time.Now().Add(5 * time.Second); !stopped(s.proc.cmd.Process.Pid); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("sqltest: the server does not stop")
		}
	}
}

// stopped reports whether no thread of a process runs, where /proc tells.
func stopped(pid int) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err == nil && !bytes.Contains(stat, []byte(") T ")) {
			return false
		}
	}
	return true
}

// Cont lets a stopped server go on.
func (s *Server) Cont(t testing.TB) { t.Helper(); s.signal(t, syscall.SIGCONT) }

// signal sends a signal to the server and its children, which are one group.
func (s *Server) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	pids := append([]int{s.proc.cmd.Process.Pid}, children(s.proc.cmd.Process.Pid)...)
	for _, pid := range pids {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatalf("sqltest: %v: %v", signal, err)
		}
	}
}

// children returns the processes that a process has started and that run.
func children(pid int) (pids []int) {
	paths, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent …; the name may hold anything.
		_, rest, _ := bytes.Cut(text, []byte(") "))
		var state string
		var parent, id int
		if _, err := fmt.Sscan(string(rest), &state, &parent); err != nil || parent != pid {
			continue
		}
		if _, err := fmt.Sscan(string(text), &id); err == nil {
			pids = append(pids, id)
		}
	}
	return pids
}

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	log  bytes.Buffer  // all it wrote; to be read once gone is closed
	gone chan struct{} // closed when it has ended and was waited for
}

// launch starts the server on its port and returns when it answers.
func (s *Server) launch(ctx context.Context) error {
	data := filepath.Join(s.dir, "data")
	p := &process{gone: make(chan struct{})}
	// A test's context ends before its cleanups run, and the package's server
	// outlives the test that asked first.
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), s.binary, s.engine.serve(data, fmt.Sprint(s.port))...)
	p.cmd.Dir, p.cmd.Env = s.dir, environment(s.dir)
	p.cmd.SysProcAttr = attributes(s.who)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	started := make(chan error)
	go func() {
		// A server is told when the thread ends that started it, so the thread
		// waits for the server.
		runtime.LockOSThread()
		defer close(p.gone)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // nobody asks a server in tests to end well
		}
	}()
	if err := <-started; err != nil {
		return err
	}
	if err := s.await(ctx, p, data); err != nil {
		err = errors.Join(err, p.kill())
		return fmt.Errorf("start %s on %s: %w\n%s", s.binary, s.Addr(), err, p.log.String())
	}
	s.proc = p
	return nil
}

// await asks the server until it answers.
func (s *Server) await(ctx context.Context, p *process, data string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		// The drivers complain of a server that is not there yet.
		err := s.answers(ctx)
		if err == nil {
			err = s.engine.isOurs(ctx, s.RootDSN(""), data)
		}
		if err == nil {
			return nil
		}
		select {
		case <-p.gone:
			return fmt.Errorf("it ended at once: %v", p.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

func (s *Server) answers(ctx context.Context) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.Addr())
	if err != nil {
		return err
	}
	return conn.Close()
}

// kill ends the process, stopped or not, and waits until it and its children
// are gone.
func (p *process) kill() error {
	below := children(p.cmd.Process.Pid)
	err := p.cmd.Process.Kill()
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-p.gone
	// PostgreSQL's processes end when they see that the first one has; one that
	// is stopped would not.
	for _, pid := range below {
		if kill := syscall.Kill(pid, syscall.SIGKILL); kill != nil && !errors.Is(kill, syscall.ESRCH) {
			err = errors.Join(err, kill)
		}
	}
	return err
}
