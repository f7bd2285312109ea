//go:build unix

package cli

import (
	"context"
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenBeside listens on a port that a listener of this process has with another
// host, which is about to be closed: 127.0.0.1:8080 becomes :8080.
func listenBeside(own *net.TCPListener, address string) (net.Listener, error) {
	share := func(conn syscall.RawConn) (err error) {
		controlErr := conn.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
		return errors.Join(controlErr, err)
	}
	conn, err := own.SyscallConn()
	if err == nil {
		err = share(conn)
	}
	if err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: func(_, _ string, conn syscall.RawConn) error { return share(conn) }}
	return config.Listen(context.Background(), "tcp", address)
}
