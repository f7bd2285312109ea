package feed_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

func TestUpdated(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2019, 3, 11, hour, 0, 0, 0, shanghai) }
	item := func(n string, published, updated time.Time) feed.Item {
		return feed.Item{URL: "https://xt.news.example/" + n, Title: n, Published: published, Updated: updated}
	}
	tests := []struct {
		name     string
		updated  time.Time
		items    []feed.Item
		wantRSS  string
		wantAtom string // "": an error
	}{
		{
			name:    "the channel's own moment",
			updated: at(12),
			items:   []feed.Item{item("1", at(1), at(2))},
			wantRSS: "Mon, 11 Mar 2019 12:00:00 +0800", wantAtom: "2019-03-11T12:00:00+08:00",
		},
		{
			name:    "the latest moment of the items",
			items:   []feed.Item{item("1", at(3), time.Time{}), item("2", at(1), at(9)), item("3", at(2), at(4))},
			wantRSS: "Mon, 11 Mar 2019 09:00:00 +0800", wantAtom: "2019-03-11T09:00:00+08:00",
		},
		{
			name:    "a fraction of a second",
			updated: at(12).Add(999 * time.Millisecond),
			wantRSS: "Mon, 11 Mar 2019 12:00:00 +0800", wantAtom: "2019-03-11T12:00:00+08:00",
		},
		{name: "none"},
		{name: "a year that RFC 3339 can't write", updated: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Updated, c.Items = test.updated, test.items
			if got := readRSS(t, c).Channel.LastBuildDate; got != test.wantRSS {
				t.Errorf("lastBuildDate %q, want %q", got, test.wantRSS)
			}
			if test.wantAtom == "" {
				if _, err := c.Atom(); err == nil || !strings.Contains(err.Error(), "Updated is zero") {
					t.Errorf("error %v", err)
				}
				return
			}
			if got := readAtom(t, c).Updated; got != test.wantAtom {
				t.Errorf("updated %q, want %q", got, test.wantAtom)
			}
		})
	}
}

func TestAtomFails(t *testing.T) {
	c := emptyChannel()
	c.AtomURL = ""
	if got := readAtom(t, c).ID; got != c.HomeURL {
		t.Errorf("id %q", got)
	}
	c.HomeURL = ""
	if _, err := c.Atom(); err == nil {
		t.Error("an Atom feed without an id")
	}
}
