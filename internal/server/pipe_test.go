package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/server"
)

// pipes is a listener in memory: with it a server runs on a test's clock.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (*pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "pipe"} }

// dial fails as a closed port does once the listener is closed.
func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, served := net.Pipe()
	select {
	case p.conns <- served:
		return client, nil
	case <-p.closed:
		return nil, syscall.ECONNREFUSED
	}
}

// serving is a server that a test ends.
type serving struct {
	open atomic.Int64 // connections
	*pipes
	drain *server.Drain
	stop  context.CancelFunc
	done  chan error
	log   lines // without times, from level info up
}

// lines are what is logged.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func serve(t *testing.T, h http.Handler) *serving {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := &serving{pipes: newPipes(), drain: new(server.Drain), stop: stop, done: make(chan error, 1)}
	log := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	go func() {
		defer close(s.done)
		s.done <- server.Serve(ctx, log, server.Listener{Listener: s.pipes, Open: &s.open}, h, s.drain)
	}()
	t.Cleanup(func() {
		stop()
		for err := range s.done { // unless the test has received it
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		}
	})
	return s
}

// slow makes each answer take a time.
func slow(h http.Handler, takes time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(takes):
			h.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	})
}
