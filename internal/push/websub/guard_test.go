package websub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"feedstation/internal/push/client"
)

// What may be connected to is decided by the address, whatever it was called.
func TestGuard(t *testing.T) {
	allowed := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00::/8")}
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "8.8.8.8:80": true, "8.8.8.8:8080": true, "[2606:4700::1111]:443": true,
		"8.8.8.8:25": false, "8.8.8.8:22": false, "8.8.8.8:0": false,
		"10.1.2.3:443": true, "10.1.2.3:25": false, "[::ffff:10.1.2.3]:443": true, "[fd00::1]:443": true,
		"10.2.0.1:443": false, "127.0.0.1:8080": false, "127.1.2.3:80": false, "0.0.0.0:80": false, "169.254.169.254:80": false,
		"172.16.0.1:80": false, "192.168.0.1:80": false, "100.64.0.1:80": false, "198.18.0.1:80": false, "192.0.2.1:80": false,
		"224.0.0.1:80": false, "255.255.255.255:80": false, "192.88.99.1:80": false,
		"[::1]:80": false, "[::]:80": false, "[::ffff:127.0.0.1]:80": false, "[::ffff:8.8.8.8]:80": false, "[::127.0.0.1]:80": false,
		"[fe80::1%25eth0]:80": false, "[fe80::1]:80": false, "[fc00::1]:80": false, "[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false,
		"[2001::1]:80": false, "[2001:db8::1]:80": false, "[ff02::1]:80": false, "localhost:80": false,
	} {
		network := "tcp4"
		if strings.HasPrefix(address, "[") {
			network = "tcp6"
		}
		if err := guard(allowed)(network, address, nil); (err == nil) != want || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v, want it to pass: %t", address, err, want)
		}
	}
	if err := guard(nil)("udp4", "8.8.8.8:443", nil); err == nil {
		t.Error("udp passes")
	}
}

// An address of this machine is refused, also a public one.
func TestGuardRefusesThisMachine(t *testing.T) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		own := a.(*net.IPNet)
		addr, _ := netip.AddrFromSlice(own.IP)
		if err := notOurs(addr.Unmap()); err == nil {
			t.Errorf("%s passes", addr)
		}
	}
	if err := notOurs(netip.MustParseAddr("8.8.8.8")); err != nil {
		t.Error(err)
	}
}

// No spelling of an address of this machine gets a connection, and no redirect is
// followed, with the real client.
func TestClient(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		http.Redirect(w, r, "/next", http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	t.Setenv("HTTP_PROXY", server.URL) // which is not asked either
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0", "0.0.0.0", "LOCALHOST.", "1.0.0.127.in-addr.arpa"} {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		if _, err := NewClient("feedstation/1", nil).Do(ctx, client.Request{Method: http.MethodGet, URL: fmt.Sprintf("http://%s:%s/cb?k=hunter2", host, port)}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", host, err)
		}
		stop()
	}
	if reached > 0 {
		t.Errorf("reached %d times", reached)
	}
	got, err := NewClient("feedstation/1", []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}).Do(t.Context(), client.Request{Method: http.MethodGet, URL: server.URL})
	if err != nil || got.Status != http.StatusTemporaryRedirect || reached != 1 {
		t.Errorf("%+v (%v), reached %d times", got, err, reached)
	}
}

// A name that has another address at each look-up is looked at when it is connected to.
func TestRebinding(t *testing.T) {
	transport := newTransport([]netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("reached") }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	// The dialer is given what the second look-up has found.
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dial(ctx, network, "127.0.0.1:"+port)
	}
	if _, err := client.Over(transport, "feedstation/1", sendTimeout).Do(t.Context(), client.Request{Method: http.MethodGet, URL: "http://rebinding.example:" + port + "/"}); !errors.Is(err, ErrRefused) {
		t.Errorf("%v", err)
	}
}
