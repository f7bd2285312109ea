package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"feedstation/internal/config"
	"feedstation/internal/server"
)

// entrance is a listener and the server on it. It lives for as long as no reload
// changes its address.
type entrance struct {
	key     string // of the configuration
	address string // as configured
	h2c     bool
	socket  *socket
	drain   server.Drain
	stop    context.CancelFunc // nil: not started
}

// The keys of the listeners.
const (
	publicKey = "server.listen"
	adminKey  = "server.admin"
)

// enter returns the entrances of a configuration, the public one first: those that
// have not changed, and new ones, which are open. The error is that of one that can't
// be opened; then none is new.
func (h *host) enter(cfg *config.Config) (opened [2]*entrance, err error) {
	var before [2]*entrance
	if s := h.serving.Load(); s != nil {
		before = s.entrances
	}
	opened = [2]*entrance{
		{key: publicKey, address: cfg.Server.Listen, h2c: cfg.Server.H2C},
		{key: adminKey, address: cfg.Server.Admin},
	}
	for i := range opened {
		var listener net.Listener
		switch old := before[i]; {
		case old != nil && old.address == opened[i].address && old.h2c == opened[i].h2c:
			opened[i] = old
			continue
		case old != nil && old.address == opened[i].address:
			listener, err = again(old.socket.Listener)
		default:
			listener, err = h.listenOn(opened[i].address)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", opened[i].key, err)
			if i > 0 && opened[0] != before[0] {
				err = errors.Join(err, opened[0].socket.Close())
			}
			return before, err
		}
		opened[i].socket = newSocket(listener)
	}
	return opened, nil
}

// socket is a listener's, which another listener may take over.
type socket struct {
	net.Listener
	handed atomic.Bool
	closed chan struct{}
	close  func()
}

func newSocket(listener net.Listener) *socket {
	s := &socket{Listener: listener, closed: make(chan struct{})}
	s.close = sync.OnceFunc(func() { close(s.closed) })
	return s
}

// Accept returns no more connections once the socket has been handed on, and ends
// with Close: net/http drops what it has accepted but not read when it is told to end.
func (s *socket) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	if err != nil && s.handed.Load() {
		<-s.closed
	}
	return conn, err
}

func (s *socket) Close() error {
	s.close()
	if s.handed.Load() {
		return nil
	}
	return s.Listener.Close()
}

// handOn leaves the connections that come to the listener that has been made of it
// by again.
func (s *socket) handOn() error {
	s.handed.Store(true)
	if unix, ok := s.Listener.(*net.UnixListener); ok { // its path is the other one's now
		unix.SetUnlinkOnClose(false)
	}
	return s.Listener.Close()
}

// again returns another listener on the same socket.
func again(listener net.Listener) (net.Listener, error) {
	of, ok := listener.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, fmt.Errorf("a listener of type %T", listener)
	}
	file, err := of.File()
	if err != nil {
		return nil, err
	}
	second, err := net.FileListener(file)
	return second, errors.Join(err, file.Close())
}

func (h *host) listenOn(address string) (net.Listener, error) {
	if name, ok := strings.CutPrefix(address, config.SystemdScheme); ok {
		listener, ok := h.activated[name]
		if !ok {
			return nil, fmt.Errorf("systemd has opened no socket of the name %q (FileDescriptorName=)", name)
		}
		return again(listener)
	}
	if path, ok := strings.CutPrefix(address, config.UnixScheme); ok {
		return listenUnix(path)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if own := h.onPort(address); own != nil && errors.Is(err, syscall.EADDRINUSE) {
		listener, err = listenBeside(own, address)
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use by another program; stop it, or choose another port", address)
	}
	return listener, err
}

// onPort returns the listener of this process that has the port of an address, nil:
// none has.
func (h *host) onPort(address string) *net.TCPListener {
	serving := h.serving.Load()
	if serving == nil {
		return nil
	}
	for _, e := range serving.entrances {
		if listener, ok := e.socket.Listener.(*net.TCPListener); ok && portOf(e.address) == portOf(address) {
			return listener
		}
	}
	return nil
}

// portOf returns the port of an address; empty: it has none.
func portOf(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil || strings.HasPrefix(address, config.UnixScheme) || strings.HasPrefix(address, config.SystemdScheme) {
		return ""
	}
	return port
}

// replaces reports whether new connections to another entrance are for this one as
// soon as that is closed.
func (e *entrance) replaces(other *entrance) bool {
	return e != other && (e.address == other.address || portOf(e.address) != "" && portOf(e.address) == portOf(other.address))
}

// socketMode lets every program of the machine that may enter the folder connect,
// as to a port.
const socketMode = 0o666

// listenUnix opens a socket in place of one on which nobody listens any more, as a
// process that was killed leaves it.
func listenUnix(path string) (net.Listener, error) {
	listen := func() (net.Listener, error) {
		return new(net.ListenConfig).Listen(context.Background(), "unix", path)
	}
	listener, err := listen()
	if errors.Is(err, syscall.EADDRINUSE) {
		conn, dialErr := new(net.Dialer).DialContext(context.Background(), "unix", path)
		info, statErr := os.Lstat(path)
		switch {
		case dialErr == nil:
			return nil, errors.Join(fmt.Errorf("%s is in use by another program; stop it, or choose another path", path), conn.Close())
		case statErr == nil && info.Mode()&fs.ModeSocket == 0:
			return nil, fmt.Errorf("%s is a file, and no socket", path)
		case errors.Is(dialErr, syscall.ECONNREFUSED):
			if err := os.Remove(path); err != nil {
				return nil, err
			}
			listener, err = listen()
		}
	}
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}
