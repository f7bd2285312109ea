// Package redistest gives a test a Redis of its own: the machine's redis-server
// on loopback ports, one alone ([Start]), a pair watched by sentinels
// ([StartSentinel]) or a cluster ([StartCluster]). The test may kill, restart
// and freeze each of them.
//
// It is a test helper: no production package may import it.
package redistest

import (
	"syscall"
	"testing"

	"feedstation/internal/require"
	"feedstation/internal/testport"
)

// Server is one redis-server that keeps no data on disk. Its methods belong to
// the goroutine of the test that started it, which they fail on any error.
type Server struct {
	t       testing.TB
	binary  string
	addr    string
	options []string
	proc    *process // nil after Kill
}

// Start runs an empty server, which ends with the test. It returns once the
// server answers. A machine without redis-server skips the test, as package
// require says.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, keepNothing(t)...)
}

// keepNothing returns the options of a server without persistence.
func keepNothing(t testing.TB) []string {
	return []string{"--dir", t.TempDir(), "--save", "", "--appendonly", "no"}
}

func start(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, binary: require.Binary(t, "redis-server"), addr: testport.Addr(testport.Port(t)), options: options}
	s.Restart()
	t.Cleanup(s.Kill)
	return s
}

// Addr returns the server's host:port, which a restart keeps.
func (s *Server) Addr() string { return s.addr }

// Kill ends the server as a crash would, with SIGKILL, and waits until it is
// gone. On a server that is gone it does nothing.
func (s *Server) Kill() {
	s.t.Helper()
	if s.proc == nil {
		return
	}
	if err := s.proc.kill(); err != nil {
		s.t.Fatalf("redistest: kill %s: %v", s.addr, err)
	}
	s.proc = nil
}

// Restart runs an empty server on the same address, in place of the one that
// ran there, and returns once it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	proc, err := launch(s.t.Context(), s.binary, s.addr, s.options...)
	if err != nil {
		s.t.Fatalf("redistest: %v", err)
	}
	s.proc = proc
}

// Stop freezes the server with SIGSTOP: connections stay open and new ones are
// still accepted by the system, but nothing answers until Cont. It returns
// once the server stands still.
func (s *Server) Stop() {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	var status syscall.WaitStatus
	pid := s.proc.cmd.Process.Pid
	for {
		_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || !status.Stopped() {
			s.t.Fatalf("redistest: stop %s: status %#x: %v", s.addr, status, err)
		}
		return
	}
}

// Cont lets a stopped server go on with SIGCONT.
func (s *Server) Cont() {
	s.t.Helper()
	s.signal(syscall.SIGCONT)
}

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if s.proc == nil {
		s.t.Fatalf("redistest: %v %s: the server was killed", sig, s.addr)
	}
	if err := s.proc.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("redistest: %v %s: %v", sig, s.addr, err)
	}
}
