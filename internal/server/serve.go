package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Limits of a connection. The idle time is above the 60 s that balancers keep
// connections for: the side that reuses a connection must not be the one that
// finds it closed.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 10 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 75 * time.Second
	headerBytes   = 16 << 10
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

// wrap makes the answers of a draining server the last on their connection.
func (d *Drain) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.Started() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// Serve answers on a listener until ctx ends, then lets open requests finish;
// those that take too long are cut off, which is no error. The listener is
// closed in any case. Faults of single connections go to the log at level
// debug: clients cause them.
func Serve(ctx context.Context, log *slog.Logger, listener net.Listener, h http.Handler, drain *Drain) error {
	s := &http.Server{
		Handler:           drain.wrap(h),
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes:               headerBytes,
		DisableGeneralOptionsHandler: true, // OPTIONS * is refused as any other
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		err := s.Shutdown(closing)
		if errors.Is(err, context.DeadlineExceeded) { // which is for clients to choose
			log.Warn("open requests cut off", "after", closeTimeout)
			err = s.Close()
		}
		done <- err
	}()
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
