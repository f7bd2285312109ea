package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// stage is the testing.TB of this program: what the tests' own servers are
// started with, so that they are started in one way. What a server leaves behind
// goes when the stage is closed.
type stage struct {
	testing.TB // has the methods that no helper calls; nil

	ctx      context.Context
	cancel   context.CancelFunc
	dir      string
	mu       sync.Mutex
	cleanups []func()
	dirs     int
	failure  error // of set
}

// errMissing is that of what this machine lacks.
var errMissing = errors.New("missing")

func newStage(ctx context.Context) (*stage, error) {
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	// Servers that are started by root run as somebody else.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	s := &stage{dir: dir}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s, nil
}

// set calls f, which may also end early as in a test: by Fatal, Skip, or a helper
// that does. Its error is what ended it.
func (s *stage) set(f func() error) error {
	s.failure = errors.New("ended without a reason")
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.failure = f()
	}()
	<-done
	return s.failure
}

// close ends all that was started, the last first.
func (s *stage) close() error {
	s.cancel()
	for len(s.cleanups) > 0 {
		last := len(s.cleanups) - 1
		cleanup := s.cleanups[last]
		s.cleanups = s.cleanups[:last]
		cleanup()
	}
	return os.RemoveAll(s.dir)
}

func (s *stage) end(err error) {
	s.failure = err
	runtime.Goexit()
}

// Helper, Context, Cleanup, TempDir and the others are those of testing.TB.
func (s *stage) Helper() {}

func (s *stage) Context() context.Context { return s.ctx }

func (s *stage) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cleanups = append(s.cleanups, f)
}

func (s *stage) TempDir() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dirs++
	dir := fmt.Sprintf("%s/%d", s.dir, s.dirs)
	if err := os.Mkdir(dir, 0o755); err != nil {
		s.end(err)
	}
	return dir
}

func (s *stage) Skip(args ...any) {
	s.end(fmt.Errorf("%w: %s", errMissing, strings.TrimSpace(fmt.Sprintln(args...))))
}
func (s *stage) Fatal(args ...any) { s.end(errors.New(strings.TrimSpace(fmt.Sprintln(args...)))) }

func (s *stage) Fatalf(format string, args ...any) { s.end(fmt.Errorf(format, args...)) }

// Errorf tells of a server that does not end well, which spoils no figure.
func (s *stage) Errorf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "compare: "+format+"\n", args...)
}
