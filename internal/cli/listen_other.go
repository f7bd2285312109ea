//go:build !unix

package cli

import (
	"net"
	"syscall"
)

// listenBeside is there for systems on which two listeners can share a port.
func listenBeside(*net.TCPListener, string) (net.Listener, error) { return nil, syscall.EADDRINUSE }
