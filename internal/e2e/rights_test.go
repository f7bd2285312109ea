package e2e

import (
	"net/http"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// What programs may do with a station is said, and no longer said, from a reload on.
func TestReloadRights(t *testing.T) {
	t.Parallel()
	require.Time(t)
	r := newReloading(t)
	r.start()
	r.await("早间新闻")
	says := func() (tdm int, robots string) {
		tdm, _ = r.host("xt.news.example", "/.well-known/tdmrep.json")
		_, robots = r.host("xt.news.example", "/robots.txt")
		return tdm, robots
	}
	if tdm, robots := says(); tdm != http.StatusNotFound || strings.Contains(robots, "GPTBot") {
		t.Errorf("before: %d, %s", tdm, robots)
	}
	without := r.stations
	r.stations = []string{strings.Replace(without[0], "{id: xt", "{id: xt, rights: {ai_train: no, disallow: [GPTBot]}", 1)}
	r.write()
	r.mustReload()
	if tdm, robots := says(); tdm != http.StatusOK || !strings.HasSuffix(robots, "User-agent: GPTBot\nContent-Signal: ai-train=no\nDisallow: /\n") {
		t.Errorf("with rights: %d, %s", tdm, robots)
	}
	r.stations = without
	r.write()
	r.mustReload()
	r.until("nothing is said", func() bool {
		tdm, robots := says()
		return tdm == http.StatusNotFound && !strings.Contains(robots, "GPTBot")
	})
}
