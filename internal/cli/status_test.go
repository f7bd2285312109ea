package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/server"
)

// TestPrintStatus holds that columns of what nobody records are not there, and those of
// hubs and readers each in its place.
func TestPrintStatus(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	crawlers := strings.Join(server.Crawlers(), " ")
	for _, tt := range []struct {
		name             string
		hub, subscribers *int
		head, row        string // their ends
	}{
		{"neither", nil, nil, "drift requests", "– –"},
		{"a hub", new(12), nil, "drift requests hub subscribers", "– – 12"},
		{"a hub of nobody", new(0), nil, "drift requests hub subscribers", "– – 0"},
		{"readers", nil, new(34), "drift requests subscribers " + crawlers, "– – 34 – – –"},
		{"both", new(12), new(34), "drift requests hub subscribers subscribers " + crawlers, "– – 12 34 – – –"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			printStatus(&out, n, &server.Status{Stations: []server.StationStatus{{ID: "xt", Name: "湘潭站", Standing: server.Fresh, WebSub: tt.hub, Subscribers: tt.subscribers}}})
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) < 2 {
				t.Fatal(out.String())
			}
			for i, want := range []string{tt.head, tt.row} {
				if got := strings.Join(strings.Fields(lines[len(lines)-2+i]), " "); !strings.HasSuffix(got, want) {
					t.Errorf("%q does not end with %q", got, want)
				}
			}
		})
	}
}
