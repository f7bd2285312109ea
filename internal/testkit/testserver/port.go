package testserver

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Above is how far above its port is another one that is as much the holder's:
// the nodes of a Redis cluster talk to each other there.
const Above = 10_000

// Ports are given from first on, and with those above them they end below the
// 32768 from which systems take the local ports of outgoing connections. One of
// those could be gone between two starts of a server, or a client that dials a
// dead server could reach itself.
const (
	first = 10_000
	count = 10_000
	tries = 1_000 // before the machine is taken to have none left
)

// Port returns a port of 127.0.0.1 on which nothing listens and which is the
// test's until it ends: no other test is given it, in no process.
func Port(t testing.TB) int {
	t.Helper()
	port, hold, err := Hold()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := hold.Close(); err != nil {
			t.Errorf("testserver: %v", err)
		}
	})
	return port
}

// Hold is Port for what outlives a test: until hold is closed, or the process
// ends.
func Hold() (port int, hold io.Closer, err error) {
	for range tries {
		port = first + rand.IntN(count)
		if hold, err = take(port); err == nil {
			return port, hold, nil
		}
	}
	return 0, nil, fmt.Errorf("testserver: no port after %d tries: %w", tries, err)
}

// Addr returns the address of a port on the loopback.
func Addr(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// take holds a port. What tells other processes is a socket for UDP, which no
// server of ours wants: it hinders none on the same port of TCP, and the system
// closes it however the process ends.
func take(port int) (io.Closer, error) {
	hold, err := net.ListenPacket("udp4", Addr(port)) //nolint:noctx // it never waits
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unused(port), unused(port+Above)); err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	return hold, nil
}

// unused reports who listens on a port, as the system's error.
func unused(port int) error {
	listener, err := net.Listen("tcp4", Addr(port)) //nolint:noctx // it never waits
	if err != nil {
		return err
	}
	return listener.Close()
}
