// Package redistest gives a test a Redis of its own: the machine's redis-server, or
// the program that FEEDSTATION_REDIS_SERVER names (Valkey's is valkey-server). It is
// on loopback ports, one alone ([Start]), a pair watched by sentinels ([StartSentinel])
// or a cluster ([StartCluster]). The test may kill, restart and freeze each of them.
//
// It is a test helper: no production package may import it.
package redistest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// Server is one redis-server that keeps no data on disk. Its methods belong to
// the goroutine of the test that started it, which they fail on any error.
type Server struct {
	t       testing.TB
	binary  string
	addr    string
	options []string
	proc    *testserver.Process
}

// Start runs an empty server, which ends with the test. It returns once the
// server answers. A machine without redis-server skips the test, as package
// require says.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, keepNothing(t)...)
}

// StartSocket is Start of a server that listens at a socket as well, whose path it
// returns.
func StartSocket(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "redis.sock")
	start(t, append(keepNothing(t), "--unixsocket", path)...)
	return path
}

// keepNothing returns the options of a server without persistence.
func keepNothing(t testing.TB) []string {
	return []string{"--dir", t.TempDir(), "--save", "", "--appendonly", "no"}
}

func start(t testing.TB, options ...string) *Server {
	t.Helper()
	s := &Server{t: t, binary: require.Binary(t, cmp.Or(os.Getenv("FEEDSTATION_REDIS_SERVER"), "redis-server")), addr: testserver.Addr(testserver.Port(t)), options: options}
	s.launch()
	t.Cleanup(s.Kill)
	return s
}

func (s *Server) launch() {
	s.t.Helper()
	host, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		s.t.Fatalf("redistest: %v", err)
	}
	proc, err := testserver.Command{
		Program: s.binary,
		Args:    slices.Concat(s.options, []string{"--port", port, "--bind", host, "--daemonize", "no"}),
		Answers: func(ctx context.Context, pid int) error {
			info, err := ask(ctx, s.addr, "INFO", "server")
			if err == nil && !strings.Contains(fmt.Sprint(info), fmt.Sprintf("process_id:%d\r\n", pid)) {
				return errors.New("another server answers")
			}
			return err
		},
	}.Start(s.t.Context())
	if err != nil {
		s.t.Fatalf("redistest: %v", err)
	}
	s.proc = proc
}

// Addr returns the server's host:port, which a restart keeps.
func (s *Server) Addr() string { return s.addr }

// Kill ends the server as a crash would, with SIGKILL, and waits until it is
// gone. On a server that is gone it does nothing.
func (s *Server) Kill() { s.t.Helper(); s.do("kill", s.proc.Kill) }

// Restart runs an empty server on the same address, in place of the one that
// ran there, and returns once it answers.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	s.launch()
}

// Stop freezes the server with SIGSTOP: connections stay open and new ones are
// still accepted by the system, but nothing answers until Cont. It returns
// once the server stands still.
func (s *Server) Stop() { s.t.Helper(); s.do("stop", s.proc.Stop) }

// Cont lets a stopped server go on with SIGCONT.
func (s *Server) Cont() { s.t.Helper(); s.do("go on", s.proc.Cont) }

func (s *Server) do(what string, act func() error) {
	s.t.Helper()
	if err := act(); err != nil {
		s.t.Fatalf("redistest: %s %s: %v", what, s.addr, err)
	}
}
