package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits of a connection. The idle time is above the 60 s that balancers keep
// connections for: the side that reuses a connection must not be the one that
// finds it closed. The time for an answer is for one of the usual size, see
// [allow].
const (
	headerTimeout = 5 * time.Second // with the body: another limit for that is another timer a request
	writeTimeout  = 60 * time.Second
	idleTimeout   = 75 * time.Second
	headerBytes   = 16 << 10
	// slowest is the rate, in bytes a second, at which a large answer may be read
	// once largeTimeout has passed.
	slowest      = 16 << 10
	largeTimeout = 30 * time.Second
	// closeTimeout is how long open requests may take to finish at the end.
	closeTimeout = 20 * time.Second
)

// Drain is the time between the wish to stop and the end: requests are still
// answered, but each answer closes its connection and readiness is gone, so
// that clients go elsewhere before the listener does.
type Drain struct{ started atomic.Bool }

// Start starts it.
func (d *Drain) Start() { d.started.Store(true) }

// Started reports whether it has started.
func (d *Drain) Started() bool { return d.started.Load() }

// wrap makes the answers of a draining server the last on their connection, and
// every answer to HTTP/1.0: net/http overlooks chunks there, and would take
// what is in them for the next request (RFC 9112 §6.1).
func (d *Drain) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.Started() || !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// allow gives an answer of size bytes the time that a slow reader needs for it,
// where writeTimeout is too short.
func allow(w http.ResponseWriter, size int64) {
	if needs := largeTimeout + time.Duration(size/slowest)*time.Second; needs > writeTimeout {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(needs)) // without a connection there is no deadline
	}
}

// Listener is what a server answers on.
type Listener struct {
	net.Listener
	// TLS returns what new connections speak TLS with, nil: they do not. It may
	// change from one to the next. Nil: none does.
	TLS func() *tls.Config
	// Open counts the connections that are open; nil: nobody asks.
	Open *atomic.Int64
	// H2C has connections without TLS speak HTTP/2 where they begin with it (RFC 9113
	// §3.3).
	H2C bool
}

// Accept returns the next connection. The handshake is the server's: a client that
// is slow with it holds up nobody.
func (l Listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil || l.TLS == nil {
		return conn, err
	}
	if with := l.TLS(); with != nil {
		return tls.Server(conn, with), nil
	}
	return conn, nil
}

func (l Listener) protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(l.H2C)
	return p
}

// Serve answers on a listener until ctx ends, then lets open requests finish;
// those that take too long are cut off, which is no error. The listener is
// closed in any case. One that is closed before, since another one has its connections
// from then on, has its own answered until ctx ends. Faults of single connections go to
// the log at level debug: clients cause them.
//
// At most 10,000 connections are open at a time, fewer where the process may
// not open so many files; beyond that those go first on which nothing is asked.
func Serve(ctx context.Context, log *slog.Logger, listener Listener, h http.Handler, drain *Drain) error {
	public, _ := connectionLimits()
	return serveUpTo(ctx, log, listener, h, drain, public)
}

// ConnectionLimit returns how many connections Serve has open at most.
func ConnectionLimit() int {
	public, _ := connectionLimits()
	return public
}

// ServeAdmin is Serve for listeners of few: at most 64 connections, which are not among
// those of Serve.
func ServeAdmin(ctx context.Context, log *slog.Logger, listener Listener, h http.Handler, drain *Drain) error {
	_, admin := connectionLimits()
	return serveUpTo(ctx, log, listener, h, drain, admin)
}

func serveUpTo(ctx context.Context, log *slog.Logger, listener Listener, h http.Handler, drain *Drain, limit int) error {
	held := newConnections(log, limit, listener.Open)
	s := &http.Server{
		Handler:     drain.wrap(h),
		Protocols:   listener.protocols(),
		ReadTimeout: headerTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes:               headerBytes,
		ConnState:                    held.track,
		DisableGeneralOptionsHandler: true, // OPTIONS * is answered as any other
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- listener.Close() })
	defer stop()
	if err := s.Serve(listener); !errors.Is(err, net.ErrClosed) {
		return err
	}
	err := <-stopped
	if errors.Is(err, net.ErrClosed) { // by whoever has handed it on
		err = nil
	}
	return errors.Join(err, finish(ctx, log, s, held))
}

// finish ends a server whose listener is closed. Shutdown drops what has been accepted
// and not been read, so it comes last, when no more than idle connections are left.
func finish(ctx context.Context, log *slog.Logger, s *http.Server, held *connections) error {
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	held.await(closing)
	err := s.Shutdown(closing)
	if errors.Is(err, context.DeadlineExceeded) { // which is for clients to choose
		log.Warn("open requests cut off", "after", closeTimeout)
		err = s.Close()
	}
	return err
}
