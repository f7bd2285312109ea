// Package redistest gives a test a Redis of its own: the machine's redis-server
// on loopback ports, one alone ([Start]), a pair watched by sentinels
// ([StartSentinel]) or a cluster ([StartCluster]). The test may kill, restart
// and freeze each of them.
//
// It is a test helper: no production package may import it.
package redistest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
	"testing"

	"feedstation/internal/require"
)

// tries bounds how many ports are tried before a test gives up.
const tries = 10

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
	return start(t, port, keepNothing(t)...)
}

// port returns a port to be tried. Systems take the local ports of outgoing
// connections from 32768 upwards: one of those could be gone between Kill and
// Restart, or a client that dials the dead server could reach itself.
func port() int { return 22500 + rand.IntN(7500) }

// clusterPort returns a port to be tried for a node of a cluster, which talks to
// the other nodes on one that is higher by 10,000.
func clusterPort() int { return 20000 + rand.IntN(2500) }

// keepNothing returns the options of a server without persistence.
func keepNothing(t testing.TB) []string {
	return []string{"--dir", t.TempDir(), "--save", "", "--appendonly", "no"}
}

func start(t testing.TB, port func() int, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, binary: require.Binary(t, "redis-server"), options: options}
	var err error
	for range tries {
		s.addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port()))
		s.proc, err = launch(t.Context(), s.binary, s.addr, s.options...)
		if err == nil {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatalf("redistest: after %d tries: %v", tries, err)
	return nil
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
		s.t.Fatalf("redistest: restart: %v", err)
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
