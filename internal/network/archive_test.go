package network_test

import (
	"testing"
	"time"

	"feedstation/internal/network"
)

// The path of an archive says where it ends, and nothing else has such a path.
func TestArchivePath(t *testing.T) {
	at := time.Date(2026, 3, 1, 20, 0, 0, 999_000_000, time.FixedZone("+08", 8*3600))
	cut := network.CutOf(at, "1001")
	if got, want := cut.String(), "20260301T120000Z-fe675fe7"; got != want {
		t.Errorf("cut %s, want %s", got, want)
	}
	for _, tt := range []struct {
		channel string
		format  network.Format
		want    string
	}{
		{"", network.RSS, "/archive/20260301T120000Z-fe675fe7/rss.xml"},
		{"moment", network.JSON, "/moment/archive/20260301T120000Z-fe675fe7/feed.json"},
		{"archive", network.Atom, "/archive/archive/20260301T120000Z-fe675fe7/atom.xml"},
	} {
		path := network.ArchivePath(tt.channel, cut, tt.format)
		if path != tt.want {
			t.Errorf("path %s, want %s", path, tt.want)
		}
		channel, got, format, ok := network.ParseArchivePath(path)
		if channel != tt.channel || got != cut || format != tt.format || !ok || !network.IsArchive(path) {
			t.Errorf("%s: %q %v %s %t", path, channel, got, format, ok)
		}
	}
	for _, path := range []string{
		"", "/", "/rss.xml", "/archive/rss.xml", "/archive", "/archive//rss.xml", "archive/20260301T120000Z-fe675fe7/rss.xml",
		"/archive/20260301T120000Z-fe675fe7/msn.xml", "/archive/20260301T120000Z-FE675FE7/rss.xml", "/archive/20260301T120000Z-e675fe7/rss.xml",
		"/archive/20260230T120000Z-fe675fe7/rss.xml", "/archive/20260301T120000Z/rss.xml", "/a/b/archive/20260301T120000Z-fe675fe7/rss.xml",
		"/archive/20260301T120000Z-fe675fe7/rss.xml/", "//archive/20260301T120000Z-fe675fe7/rss.xml",
		"/archive/20260301T120000Z-fe675fe7/rss.xml.gz", "/feeds/archive/20260301T120000Z-fe675fe7/",
	} {
		if _, _, _, ok := network.ParseArchivePath(path); ok {
			t.Errorf("%q is that of an archive", path)
		}
	}
	s := &network.Station{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment"}}}
	for _, path := range []string{"/archive/20260301T120000Z-fe675fe7/rss.xml", "/moment/archive/20260301T120000Z-fe675fe7/feed.json"} {
		if got := (network.Target{Station: s, Path: path}).Kind(); got != network.ArchiveKind {
			t.Errorf("%s: kind %v", path, got)
		}
	}
}

// Cuts are in the order of the seconds of publication; those of one second have some order.
func TestCutOrder(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		a, b network.Cut
		want int
	}{
		{"a second later", network.CutOf(at, "1"), network.CutOf(at.Add(time.Second), "1"), -1},
		{"the same second", network.CutOf(at, "1"), network.CutOf(at.Add(time.Millisecond), "1"), 0},
		{"another article", network.Cut{At: 1, Hash: 2}, network.Cut{At: 1, Hash: 1}, 1},
	} {
		if got := tt.a.Compare(tt.b); got != tt.want || tt.b.Compare(tt.a) != -tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

// The archives of a channel go with its id, and those of the station with none, whatever a
// channel was called.
func TestArchivesOfFormerChannels(t *testing.T) {
	s := &network.Station{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "now", Name: "现在", Was: []string{"archive", "moment"}}}}
	if _, err := network.New("湘江新闻网", []*network.Station{s}, nil); err != nil {
		t.Fatal(err)
	}
	const cut = "20260301T120000Z-fe675fe7"
	for path, want := range map[string]string{
		"/archive/" + cut + "/rss.xml":         "/archive/" + cut + "/rss.xml",
		"/moment/archive/" + cut + "/rss.xml":  "/now/archive/" + cut + "/rss.xml",
		"/archive/archive/" + cut + "/rss.xml": "/now/archive/" + cut + "/rss.xml",
		"/archive/rss.xml":                     "/now/rss.xml",
	} {
		if got := s.Present(path); got != want {
			t.Errorf("%s is %s now, want %s", path, got, want)
		}
	}
}
