package network_test

import (
	"slices"
	"testing"

	"feedstation/internal/network"
)

// TestContents holds that what one content store calls stations and channels is nothing
// to another.
func TestContents(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "blog", URL: "https://blog.news.example", Content: "cms", Key: "2", Channels: []network.Channel{{ID: "culture", Key: "9"}}},
		{ID: "www", URL: "https://www.news.example", All: true, Channels: []network.Channel{{ID: "politics", Key: "7"}}},
		{ID: "xt", URL: "https://xt.news.example", Key: "2"},
		{ID: "old", URL: "https://old.news.example", Content: "archive", Former: network.Former{Closed: true}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Contents(); !slices.Equal(got, []string{"", "cms"}) {
		t.Errorf("Contents() = %q", got)
	}
	for id, want := range map[string]string{"1": "", "cms:1": "cms", "archive:1": "archive", "wp:1": "", "cms": "", ":1": ""} {
		if got := n.ContentOf(id); got != want {
			t.Errorf("ContentOf(%q) = %q, want %q", id, got, want)
		}
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"1", "1", true}, {"1", "cms:1", true}, {"archive:1", "cms:1", true}, {"1", "wp:1", false}, {"1", "cms:2", false}} {
		if got := n.SameRow(tt.a, tt.b); got != tt.want {
			t.Errorf("SameRow(%q, %q) = %t", tt.a, tt.b, got)
		}
	}
	for _, tt := range []struct {
		content, key, station, channelKey string // the latter of politics of the station with key 2
		stations                          int
	}{{"", "2", "xt", "7", 2}, {"cms", "2", "blog", "politics", 1}, {"cms", "xt", "key xt", "politics", 1}, {"archive", "2", "2", "politics", 0}} {
		part := n.In(tt.content)
		if got := part.StationOf(tt.key); got != tt.station {
			t.Errorf("In(%q).StationOf(%q) = %q, want %q", tt.content, tt.key, got, tt.station)
		}
		if got := part.ChannelKey(tt.station, "politics"); got != tt.channelKey {
			t.Errorf("In(%q).ChannelKey(%s, politics) = %q, want %q", tt.content, tt.station, got, tt.channelKey)
		}
		if len(part.Stations) != tt.stations {
			t.Errorf("In(%q) has %d stations, want %d", tt.content, len(part.Stations), tt.stations)
		}
		for _, s := range n.Stations {
			if got := part.Holds(s); got != (s.Content == tt.content) {
				t.Errorf("In(%q).Holds(%s) = %t", tt.content, s.ID, got)
			}
		}
	}
	if blog, _ := n.Station("blog"); !n.Holds(blog) {
		t.Error("the whole network lacks a station")
	}
}
