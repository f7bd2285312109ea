package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAliases holds which aliases each station has: its own before the network's,
// the sets last, and none that leads nowhere there.
func TestAliases(t *testing.T) {
	tests := []struct {
		name, file string
		station    string
		paths      map[string]string // where each leads; "": nowhere
		status     int
	}{
		{"the sets are there from the start", "minimal", "xt", map[string]string{
			"/feed/": "/rss.xml", "/index.xml": "/rss.xml", "/wp-sitemap.xml": "/sitemap.xml", "/rss.xml/": "/rss.xml", "/rss.xml": "", "/none": "",
		}, 308},
		{"the network's", "full", "www", map[string]string{
			"/news/feed.php": "/rss.xml", "/moment.rss": "/moment/rss.xml", "/none.rss": "", "/only": "/moment/atom.xml", "/msn": "/moment/msn.xml", "/smart": "",
			"/moment/index.xml": "/moment/rss.xml", "/wp-sitemap.xml": "", "/feed": "/rss.xml",
		}, 301},
		{"a station's", "full", "xt", map[string]string{
			"/news/feed.php": "/atom.xml", "/moment.rss/": "/moment/rss.xml", "/feed": "", "/smart/": "/smartnews.xml", "/msn": "", "/%E8%AE%A2%E9%98%85": "/rss.xml", "/rss.xml/": "",
		}, 308},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load("testdata/"+tt.file+".yaml", nil)
			if err != nil {
				t.Fatal(err)
			}
			s, _ := c.Network.Station(tt.station)
			got := map[string]string{}
			for path := range tt.paths {
				got[path] = s.Redirect("", path)
			}
			if diff := cmp.Diff(tt.paths, got); diff != "" || s.Aliases.Status != tt.status {
				t.Errorf("status %d, paths (-want +got):\n%s", s.Aliases.Status, diff)
			}
		})
	}
}
