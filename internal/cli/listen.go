package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"feedstation/internal/config"
	"feedstation/internal/server"
)

// entrance is a listener and the server on it. It lives for as long as no reload
// changes its address.
type entrance struct {
	key      string // of the configuration
	address  string // as configured
	h2c      bool
	listener net.Listener
	tls      atomic.Pointer[tls.Config] // of new connections; nil: without
	drain    server.Drain
	stop     context.CancelFunc // nil: not started
}

// The keys of the listeners.
const (
	publicKey   = "server.listen"
	adminKey    = "server.admin"
	redirectKey = "server.tls.redirect"
)

// entrances returns those of a configuration, not open yet, the public one first.
func entrances(cfg *config.Config) []*entrance {
	all := []*entrance{
		{key: publicKey, address: cfg.Server.Listen, h2c: cfg.Server.H2C},
		{key: adminKey, address: cfg.Server.Admin},
	}
	if redirect := cfg.Server.TLS.Redirect; redirect != "" {
		all = append(all, &entrance{key: redirectKey, address: redirect})
	}
	return all
}

// enter returns the entrances of a configuration: those that have not changed, and new
// ones, which are open. The error is that of one that can't be opened; then none is new.
func (h *host) enter(cfg *config.Config) (opened []*entrance, err error) {
	var before []*entrance
	if s := h.serving.Load(); s != nil {
		before = s.entrances
	}
	for _, e := range entrances(cfg) {
		i := slices.IndexFunc(before, e.sameKey)
		if i < 0 {
			i = slices.IndexFunc(before, e.sameSocket)
		}
		switch {
		case i >= 0 && before[i].key == e.key && before[i].h2c == e.h2c:
			e = before[i]
		case i >= 0:
			e.listener, err = again(before[i].listener)
		default:
			e.listener, err = h.listenOn(e.address)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", e.key, err), closeNew(opened, before))
		}
		opened = append(opened, e)
	}
	return opened, nil
}

func (e *entrance) sameKey(other *entrance) bool {
	return e.key == other.key && e.address == other.address
}

// sameSocket reports whether the two are at one address: of port 0 each has its own.
func (e *entrance) sameSocket(other *entrance) bool {
	return e.address == other.address && portOf(e.address) != "0"
}

// closeNew closes those of the entrances that are not among the ones before.
func closeNew(opened, before []*entrance) (err error) {
	for _, e := range opened {
		if !slices.Contains(before, e) {
			err = errors.Join(err, e.listener.Close())
		}
	}
	return err
}

// handOn leaves the connections that come to the listener that has been made of it by
// again.
func (e *entrance) handOn() error {
	if unix, ok := e.listener.(*net.UnixListener); ok { // its path is the other one's now
		unix.SetUnlinkOnClose(false)
	}
	return e.listener.Close()
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
		if listener, ok := e.listener.(*net.TCPListener); ok && portOf(e.address) == portOf(address) {
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
	if e == other {
		return false
	}
	port := portOf(e.address)
	return e.sameKey(other) || e.sameSocket(other) || port != "" && port != "0" && port == portOf(other.address)
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
