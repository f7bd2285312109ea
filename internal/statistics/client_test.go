package statistics

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestClient(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	tests := []struct {
		name, peer string
		header     []string // names and values
		want       string
	}{
		{"a client", "192.0.2.1:4711", nil, "192.0.2.1"},
		{"a client of IPv6", "[2001:db8::1]:4711", nil, "2001:db8::1"},
		{"a client of IPv4 on a socket of both", "[::ffff:192.0.2.1]:4711", nil, "192.0.2.1"},
		{"a client that claims to be a proxy", "192.0.2.1:4711", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.1"},
		{"a proxy", "127.0.0.1:4711", []string{"X-Forwarded-For", "192.0.2.1"}, "192.0.2.1"},
		{"a proxy on a socket of both", "[::ffff:127.0.0.1]:4711", []string{"X-Forwarded-For", "192.0.2.1"}, "192.0.2.1"},
		{"what the client says before it", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, 192.0.2.1"}, "192.0.2.1"},
		{"proxies in a row", "127.0.0.1:4711", []string{"X-Forwarded-For", "198.51.100.1, 192.0.2.1 ,10.0.0.1,2001:db8:ffff::1"}, "192.0.2.1"},
		{"several fields", "127.0.0.1:4711", []string{"X-Forwarded-For", "192.0.2.1", "X-Forwarded-For", "10.0.0.1"}, "192.0.2.1"},
		{"a port", "127.0.0.1:4711", []string{"X-Forwarded-For", "192.0.2.1:99"}, "192.0.2.1"},
		{"IPv6 with a port", "127.0.0.1:4711", []string{"X-Forwarded-For", "[2001:db8::1]:99"}, "2001:db8::1"},
		{"IPv6 in brackets", "127.0.0.1:4711", []string{"X-Forwarded-For", "[2001:db8::1]"}, "2001:db8::1"},
		{"proxies alone", "127.0.0.1:4711", []string{"X-Forwarded-For", "10.0.0.2, 10.0.0.1"}, "10.0.0.2"},
		{"nobody knows", "127.0.0.1:4711", []string{"X-Forwarded-For", "unknown, 10.0.0.1"}, "10.0.0.1"},
		{"empty", "127.0.0.1:4711", []string{"X-Forwarded-For", ""}, "127.0.0.1"},
		{"Forwarded", "127.0.0.1:4711", []string{"Forwarded", `for=198.51.100.1, For="192.0.2.1:99";proto=https;by=10.0.0.1`}, "192.0.2.1"},
		{"Forwarded, IPv6", "127.0.0.1:4711", []string{"Forwarded", `proto=https;for="[2001:db8::1]:99", for=10.0.0.1`}, "2001:db8::1"},
		{"Forwarded, hidden", "127.0.0.1:4711", []string{"Forwarded", "for=_hidden, for=10.0.0.1"}, "10.0.0.1"},
		{"both", "127.0.0.1:4711", []string{"Forwarded", "for=198.51.100.1", "X-Forwarded-For", "192.0.2.1"}, "192.0.2.1"},
		{"a socket in the file system", "@", []string{"X-Forwarded-For", "192.0.2.1"}, "192.0.2.1"},
		{"a socket, and nobody says", "@", nil, "invalid IP"},
		{"very many", "127.0.0.1:4711", []string{"X-Forwarded-For", "192.0.2.1" + strings.Repeat(",10.0.0.1", 1000)}, "10.0.0.1"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/rss.xml", nil)
		r.RemoteAddr = tt.peer
		for i := 0; i < len(tt.header); i += 2 {
			r.Header.Add(tt.header[i], tt.header[i+1])
		}
		if got := Client(r, proxies).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
