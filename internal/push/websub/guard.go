package websub

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"feedstation/internal/push/client"
)

// NewClient returns a client for callbacks, which strangers name. It calls itself agent.
// It connects to public addresses and to allowed ones alone, and not to those of this
// machine unless they are allowed. The address is looked at when the connection is made,
// so that no name can have another one by then. No redirect is followed, and no proxy is
// used, which would be looked at instead.
func NewClient(agent string, allow []netip.Prefix) *client.Client {
	return client.Over(newTransport(allow), agent, sendTimeout)
}

func newTransport(allow []netip.Prefix) *http.Transport {
	dialer := &net.Dialer{Timeout: sendTimeout / 2, Control: guard(allow)}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: sendTimeout / 2, ForceAttemptHTTP2: true, DisableCompression: true,
		MaxIdleConns: maxSending * maxSendingHost, MaxIdleConnsPerHost: maxSendingHost, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: client.MaxHeader,
	}
}

// ErrRefused is what a callback meets that may not be connected to.
var ErrRefused = errors.New("address refused")

// lowPorts are those below 1024 that callbacks may have: behind others are services that
// take a request for something else.
var lowPorts = []uint16{80, 443}

// guard returns the function of a dialer that refuses addresses. Addresses of IPv4 in
// IPv6 are refused as all that is not globally routable.
func guard(allow []netip.Prefix) func(network, address string, _ syscall.RawConn) error {
	public := ssrf.New(ssrf.WithAnyPort())
	return func(network, address string, conn syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		if at.Port() < 1024 && !slices.Contains(lowPorts, at.Port()) {
			return fmt.Errorf("%w: port %d", ErrRefused, at.Port())
		}
		addr := at.Addr().Unmap()
		if slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(addr) }) {
			return nil
		}
		if err := public.Safe(network, address, conn); err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		return notOurs(addr)
	}
}

// notOurs fails if an interface of this machine has an address.
func notOurs(addr netip.Addr) error {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	for _, a := range all {
		if own, ok := a.(*net.IPNet); ok && own.IP.Equal(addr.AsSlice()) {
			return fmt.Errorf("%w: %s is of this machine", ErrRefused, addr)
		}
	}
	return nil
}
