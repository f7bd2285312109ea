package network_test

import (
	"testing"

	"feedstation/internal/network"
)

// TestKeys holds what the content store's names are translated to, and that none passes
// for an id that has another name there.
func TestKeys(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "www", URL: "https://www.news.example", All: true, Key: "1", Channels: []network.Channel{{ID: "politics", Key: "7"}, {ID: "culture", Key: "8"}, {ID: "sport"}}},
		{ID: "xt", URL: "https://xt.news.example", Key: "2", Channels: []network.Channel{{ID: "politics", Key: "9"}, {ID: "8"}}},
		{ID: "cs", URL: "https://cs.news.example"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"1": "www", "2": "xt", "cs": "cs", "www": "key www", "xt": "key xt", "3": "3", "": ""} {
		if got := n.StationOf(key); got != want {
			t.Errorf("StationOf(%q) = %q, want %q", key, got, want)
		}
	}
	for id, want := range map[string]string{"www": "1", "xt": "2", "cs": "cs", "none": "none"} {
		if got := n.StationKey(id); got != want {
			t.Errorf("StationKey(%q) = %q, want %q", id, got, want)
		}
	}
	for _, tt := range []struct{ station, id, key string }{
		{"www", "politics", "7"},
		{"xt", "politics", "9"},
		{"xt", "8", "8"},
		{"cs", "politics", "7"}, // it has none: www's shows it
		{"cs", "culture", "8"},
		{"xt", "sport", "sport"},
		{"xt", "other", "other"},
		{"none", "politics", "7"},
	} {
		if got := n.ChannelKey(tt.station, tt.id); got != tt.key {
			t.Errorf("ChannelKey(%s, %s) = %q, want %q", tt.station, tt.id, got, tt.key)
		}
		if got := n.ChannelOf(tt.station, tt.key); got != tt.id {
			t.Errorf("ChannelOf(%s, %s) = %q, want %q", tt.station, tt.key, got, tt.id)
		}
	}
	for _, tt := range []struct{ station, key, want string }{
		{"xt", "politics", "key politics"}, {"xt", "7", "7"}, {"cs", "culture", "key culture"}, {"none", "politics", "key politics"}, {"cs", "99", "99"},
	} {
		if got := n.ChannelOf(tt.station, tt.key); got != tt.want {
			t.Errorf("ChannelOf(%s, %s) = %q, want %q", tt.station, tt.key, got, tt.want)
		}
	}
	if n := (&network.Network{}); n.StationOf("xt") != "xt" || n.StationKey("xt") != "xt" || n.ChannelOf("xt", "moment") != "moment" || n.ChannelKey("xt", "moment") != "moment" {
		t.Error("a network without stations has keys")
	}
}

func TestKeyTwice(t *testing.T) {
	_, err := network.New("n", []*network.Station{
		{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "a", Key: "1"}, {ID: "1"}}},
		{ID: "cs", URL: "https://cs.news.example", Key: "xt"},
	}, nil)
	want := "stations[0].channels[1].key: channel a is called \"1\" as well\nstations[1].key: station xt is called \"xt\" as well"
	if err == nil || err.Error() != want {
		t.Errorf("New: %v, want %s", err, want)
	}
}
