package content_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
)

// keyed is a network whose database has numbers for stations and channels: those of
// channels hold for each station alone.
func keyed(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "www", URL: "https://www.news.example", All: true, Key: "1", Channels: []network.Channel{{ID: "politics", Key: "7"}, {ID: "culture", Key: "8"}}},
		{ID: "xt", URL: "https://xt.news.example", Key: "2", Channels: []network.Channel{{ID: "politics", Key: "8"}, {ID: "culture", Key: "7"}}},
		{ID: "cs", URL: "https://cs.news.example", Key: "3"},
		{ID: "9", URL: "https://nine.news.example", Key: "nine"}, // which no number is
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEngineKeys holds that all questions and answers have the ids of the configuration
// where the database has other names, be they texts or numbers.
func TestEngineKeys(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		at := now()
		hour := func(n int) time.Time { return at.Add(time.Duration(-n) * time.Hour) }
		e.write(
			t, e.db, at,
			story("w1", hour(1), in("1", "7")), story("w2", hour(2), in("1", "8")),
			story("x1", hour(3), in("2", "7", "8")), story("x2", hour(4), in("2", "7")),
			story("c1", hour(5), in("3", "7")), story("n1", hour(6), in("9", "7")),
		)
		t.Run("texts", func(t *testing.T) { testKeys(t, e, at) })
		number := "ALTER COLUMN %[1]s TYPE bigint USING %[1]s::bigint"
		if e.name == content.MySQL {
			number = "MODIFY COLUMN %s bigint unsigned"
		}
		e.exec(t, "ALTER TABLE articles "+fmt.Sprintf(number, "station"))
		e.exec(t, "ALTER TABLE article_channels "+fmt.Sprintf(number, "channel"))
		t.Run("numbers", func(t *testing.T) { testKeys(t, e, at) })
	})
}

func testKeys(t *testing.T, e *engine, at time.Time) {
	s := e.store(t, func(o *content.Options) { o.Network = keyed(t) })
	if found, err := s.Inspect(t.Context()); err != nil || slices.ContainsFunc(found, func(f content.Finding) bool { return f.Fatal }) {
		t.Fatalf("Inspect = %v, %v", found, err)
	}
	all := []string{"www", "xt", "cs", "9"}
	for _, tt := range []struct {
		stations []string
		channel  string
		want     []string
	}{
		{[]string{"xt"}, "", []string{"x1", "x2"}},
		{[]string{"9"}, "", nil},
		{[]string{"1"}, "", []string{"w1", "w2"}}, // which no station is: as it is written
		{all, "", []string{"w1", "w2", "x1", "x2", "c1"}},
		{[]string{"xt"}, "politics", []string{"x1"}},
		{[]string{"xt"}, "culture", []string{"x1", "x2"}},
		{[]string{"xt"}, "none", nil},
		{[]string{"9"}, "politics", nil},
		{all, "politics", []string{"w1", "x1", "c1"}},
		{all, "culture", []string{"w2", "x1", "x2"}},
	} {
		for name, way := range map[string]func() *content.Store{"newest": func() *content.Store { return s }, "members": func() *content.Store { return membersFirst(t, e) }} {
			if diff := cmp.Diff(tt.want, ids(latest(t, way(), tt.stations, tt.channel, 9))); diff != "" {
				t.Errorf("Latest of %v, %q, %s (-want +got):\n%s", tt.stations, tt.channel, name, diff)
			}
		}
	}
	got := latest(t, s, []string{"xt"}, "", 1)[0]
	if got.Station != "xt" || !slices.Equal(got.Channels, []string{"culture", "politics"}) {
		t.Errorf("an article of %s, %q", got.Station, got.Channels)
	}
	present := snapshot(t, s)
	defer present.Close()
	if months, err := present.Months(t.Context(), "xt", time.UTC); len(months) == 0 || err != nil {
		t.Errorf("Months = %v, %v", months, err)
	}
	if got := ids(listing(t, present, "xt", time.Time{}, at)); !slices.Equal(got, []string{"x2", "x1"}) {
		t.Errorf("Listing %q", got)
	}
	if got, err := present.Totals(t.Context(), "xt", at.AddDate(-1, 0, 0), at); err != nil || got.Count != 2 {
		t.Errorf("Totals = %+v, %v", got, err)
	}
	stations := map[string]string{}
	for _, a := range inventory(t, present) {
		stations[a.ID] = a.Station
	}
	want := map[string]string{"w1": "www", "w2": "www", "x1": "xt", "x2": "xt", "c1": "cs", "n1": "key 9"}
	if diff := cmp.Diff(want, stations); diff != "" {
		t.Errorf("Inventory (-want +got):\n%s", diff)
	}
	clear(stations)
	for c, err := range present.Changes(t.Context(), at.Add(-time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == article.Written {
			stations[c.ID] = c.Station
		}
	}
	if diff := cmp.Diff(want, stations); diff != "" {
		t.Errorf("Changes (-want +got):\n%s", diff)
	}
	found, err := present.Find(t.Context(), []string{"x1"})
	if err != nil || len(found) != 1 || found[0].Station != "xt" {
		t.Errorf("Find = %+v, %v", found, err)
	}
	heads, err := present.Newest(t.Context(), []string{"xt"}, "politics", time.Time{}, 9, 9)
	if err != nil || len(heads) != 1 || heads[0].Station != "xt" || !slices.Equal(heads[0].Channels, []string{"culture", "politics"}) {
		t.Errorf("Newest = %+v, %v", heads, err)
	}
}

// membersFirst has a store that knows of every channel that it has few articles.
func membersFirst(t *testing.T, e *engine) *content.Store {
	s := e.store(t, func(o *content.Options) { o.Network = keyed(t) })
	content.FarBack(s, 1)
	return s
}
