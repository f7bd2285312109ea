package press_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
)

// What changes in one station builds that one anew, and those that have the
// articles of all.
func TestFingerprint(t *testing.T) {
	stations := func() []*network.Station {
		return []*network.Station{
			{ID: "www", Name: "总站", URL: "https://www.news.example", All: true},
			{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment", Name: "时刻"}}},
			{ID: "yy", Name: "岳阳站", URL: "https://yy.news.example"},
		}
	}
	prints := func(all []*network.Station, options press.Options) (prints [3]string) {
		n, err := network.New("湘江新闻网", all, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range n.Stations {
			prints[i] = press.New(n, options, nil).Fingerprint(s)
		}
		return prints
	}
	before := prints(stations(), press.Options{})
	for _, tt := range []struct {
		name   string
		change func(all []*network.Station, o *press.Options)
		want   [3]bool // other than before
	}{
		{"nothing", func([]*network.Station, *press.Options) {}, [3]bool{}},
		{"a channel's name", func(all []*network.Station, _ *press.Options) { all[1].Channels[0].Name = "此刻" }, [3]bool{true, true, false}},
		{"an aggregator of a station", func(all []*network.Station, _ *press.Options) { all[1].Profiles = []string{"msn"} }, [3]bool{true, true, false}},
		{"an aggregator of a channel", func(all []*network.Station, _ *press.Options) { all[1].Channels[0].Profiles = []string{"msn"} }, [3]bool{true, true, false}},
		{"a station's address", func(all []*network.Station, _ *press.Options) { all[2].URL = "https://y.news.example" }, [3]bool{true, false, true}},
		{"the station of all", func(all []*network.Station, _ *press.Options) { all[0].Rights = "©" }, [3]bool{true, false, false}},
		{"an option", func(_ []*network.Station, o *press.Options) { o.NewsName = "新闻" }, [3]bool{true, true, true}},
		{"a name for Google News", func(all []*network.Station, _ *press.Options) { all[1].NewsName = "湘潭" }, [3]bool{false, true, false}},
		{"rules for robots", func(all []*network.Station, _ *press.Options) { all[1].Rules.Lines = []string{"Crawl-delay: 1"} }, [3]bool{false, true, false}},
		{"a hub", func(all []*network.Station, _ *press.Options) { all[1].Hub = "https://hub.example/" }, [3]bool{false, true, false}},
		{"text and data mining", func(all []*network.Station, _ *press.Options) { all[1].Terms.Policy = "https://www.news.example/p" }, [3]bool{false, true, false}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all, options := stations(), press.Options{}
			tt.change(all, &options)
			for i, print := range prints(all, options) {
				if got := print != before[i]; got != tt.want[i] {
					t.Errorf("station %d: another fingerprint %t, want %t", i, got, tt.want[i])
				}
			}
		})
	}
}

// Where nothing tells which articles the feeds have, they are not served: one of
// them may be the withdrawn one.
func TestWithdrawFailsClosed(t *testing.T) {
	station := &network.Station{ID: "xt", URL: "https://xt.news.example", Zone: time.UTC}
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	document := func(text string) *edition.Document { return edition.NewDocument("text/plain", []byte(text), at) }
	e := edition.New("xt", at, "build", map[string]*edition.Document{
		"/rss.xml": document("article 1"), "/atom.xml": document("article 1"), "/feed.json": document("article 1"), "/moment/feed.json": document("article 1"), "/moment/msn.xml": document("article 1"), "/smartnews.xml": document("article 1"), "/sitemaps/news.xml": document("article 1"),
		"/robots.txt": document("User-agent: *"),
	}).
		WithContents(map[string]*edition.Document{"/rss.xml": document("1\tnot contents\n")})
	got := press.Withdraw(new(network.Network), station, e, edition.Retractions{"1": {ID: "1", At: at.Add(time.Hour)}})
	for path, d := range got.All() {
		if strings.Contains(string(doctest.Body(t, d)), "article 1") {
			t.Errorf("%s shows the article", path)
		}
	}
	if _, ok := got.Document("/robots.txt"); !ok {
		t.Error("robots.txt is gone")
	}
}
