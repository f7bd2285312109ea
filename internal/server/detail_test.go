package server_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/server"
)

// Beside a station stands when the crawlers that are shown came last, not those that only
// say that they are one; its own page has all of its visits. No others are asked for: a
// network has many thousand.
func TestVisits(t *testing.T) {
	n, editions := portal(t)
	visit := func(station, agent, verified string, hours int) server.Visit {
		return server.Visit{Station: station, Agent: agent, Verified: verified, Document: "rss", Fetches: 1, Last: noon.Add(time.Duration(hours) * time.Hour)}
	}
	all := []server.Visit{
		visit("xt", "Googlebot", "yes", 1), visit("xt", "Googlebot", "unchecked", 2), visit("xt", "Googlebot", "no", 3),
		visit("xt", "GPTBot", "yes", 4), visit("yy", "Bingbot", "yes", 5),
	}
	asked := 0
	a := &server.Admin{Log: slog.New(slog.DiscardHandler), Network: n, Editions: editions, Drain: new(server.Drain), Visits: func(wanted func(station, agent string) bool) (some []server.Visit) {
		for _, v := range all {
			if wanted(v.Station, v.Agent) {
				some = append(some, v)
			}
		}
		asked = len(some)
		return some
	}}
	s := a.Status()
	if asked != 4 {
		t.Errorf("/status has asked for %d visits", asked)
	}
	got := map[string]map[string]time.Time{}
	for _, station := range s.Stations {
		got[station.ID] = station.Crawlers
	}
	want := map[string]map[string]time.Time{"xt": {"Googlebot": all[1].Last}, "yy": {"Bingbot": all[4].Last}, "zz": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("beside the stations (-want +got):\n%s", diff)
	}
	d, ok := a.Detail(&s, "xt")
	if diff := cmp.Diff(all[:4], d.Visits); !ok || diff != "" || asked != 4 {
		t.Errorf("of xt (-want +got), %d asked for:\n%s", asked, diff)
	}
}
