package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"feedstation/internal/network"
)

// TestCheckHosts holds that hosts without an address are named, in one line, but for
// those that never have one.
func TestCheckHosts(t *testing.T) {
	n := &network.Network{Stations: []*network.Station{
		{ID: "www", URL: "https://www.news.example"},
		{ID: "xt", URL: "https://xt.news.example.org"},
		{ID: "cs", URL: "https://cs.news.example.org:8443"},
		{ID: "zz", URL: "https://zz.news.example.org", Former: network.Former{Closed: true}},
	}}
	var out strings.Builder
	checkHosts(t.Context(), &out, n, func(_ context.Context, host string) ([]string, error) {
		if host == "xt.news.example.org" {
			return []string{"127.0.0.1"}, nil
		}
		return nil, errors.New("no such host")
	})
	if want := "hosts          without an address, as seen from here: cs: cs.news.example.org\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}
