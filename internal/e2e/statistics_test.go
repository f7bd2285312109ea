package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"feedstation/internal/statistics"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// visitAs asks a process for the feed of xt, as an agent does behind a proxy.
func (p *process) visitAs(agent, from string) {
	p.t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+p.port+"/xt/rss.xml", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("User-Agent", agent)
	request.Header.Set("X-Forwarded-For", from)
	if status, _, err := send(request); err != nil || status != http.StatusOK {
		p.t.Fatalf("visit: %d, %v", status, err)
	}
}

// counted returns what `feedstation statistics` says of xt.
func (p *process) counted() statistics.StationReport {
	p.t.Helper()
	var report statistics.Report
	out, err := p.command("statistics", "--json").Output()
	if err == nil {
		err = json.Unmarshal(out, &report)
	}
	if err != nil || len(report.Stations) != 1 {
		p.t.Fatalf("statistics: %v, %s", err, out)
	}
	return report.Stations[0]
}

// TestStatisticsOfFleet has a publisher and a follower count together, through reloads.
func TestStatisticsOfFleet(t *testing.T) {
	require.Time(t)
	server := redistest.Start(t)
	env := []string{"FEEDSTATION_CACHE_REDIS_ADDRS=" + server.Addr(), "FEEDSTATION_SERVER_PROXIES=127.0.0.1", "FEEDSTATION_STATISTICS_DNS=false"}
	publisher, follower := newReloading(t, env...), newReloading(t, append(env, "FEEDSTATION_JOBS_ENABLED=false")...)
	for _, p := range []*reloading{publisher, follower} {
		p.start()
		p.await("早间新闻")
	}
	publisher.visitAs("Miniflux/2", "192.0.2.1")
	follower.visitAs("Miniflux/2", "192.0.2.1")
	follower.visitAs("Miniflux/2", "192.0.2.2")
	publisher.visitAs("Feedly/1.0 (5 subscribers)", "192.0.2.3")
	follower.visitAs("Feedly/1.0 (7 subscribers)", "192.0.2.3")
	whole := func(direct, all int) func() bool {
		return func() bool {
			got := publisher.counted()
			return len(got.Feeds) == 1 && got.Feeds[0].Direct == direct && got.Subscribers == all
		}
	}
	publisher.until("both are counted", whole(2, 9))

	follower.rest = "statistics: {days: 0}\n"
	follower.write()
	follower.mustReload()
	follower.visitAs("Miniflux/2", "192.0.2.4") // of which nobody takes note
	follower.rest = ""
	follower.write()
	follower.mustReload()
	follower.visitAs("Miniflux/2", "192.0.2.5")
	follower.until("it counts again", whole(3, 10))
}
