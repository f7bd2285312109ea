package cli

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"feedstation/internal/config"
	"feedstation/internal/network"
)

// What is printed can be opened on this machine, also where a listener is on all interfaces.
func TestAddresses(t *testing.T) {
	cfg := &config.Config{
		Network: &network.Network{Stations: []*network.Station{{ID: "xt", Name: "湘潭站"}}},
		Server:  config.Server{Hosts: []string{"localhost"}},
	}
	public := &net.TCPAddr{IP: net.IPv6zero, Port: 8080}
	for _, tt := range []struct {
		name  string
		admin net.Addr
		want  string // for operators; empty: nothing
	}{
		{"loopback", &net.TCPAddr{IP: net.IPv6loopback, Port: 8081}, "http://[::1]:8081/"},
		{"all interfaces", &net.TCPAddr{IP: net.IPv6zero, Port: 8081}, "http://127.0.0.1:8081/"},
		{"a socket", &net.UnixAddr{Name: "/run/feedstation.sock", Net: "unix"}, ""},
		{"none", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			addresses(&out, cfg, public, tt.admin)
			_, line, found := strings.Cut(out.String(), "Pages for operators")
			line, _, _ = strings.Cut(line, "\n")
			if got := strings.TrimSpace(line); got != tt.want || found != (tt.want != "") {
				t.Errorf("got %q, want %q in\n%s", got, tt.want, &out)
			}
			if !strings.Contains(out.String(), "http://localhost:8080/xt/rss.xml\n") {
				t.Errorf("got\n%s", &out)
			}
		})
	}
}
