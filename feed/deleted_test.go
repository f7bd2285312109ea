package feed_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"feedstation/feed"
)

// An Atom feed says of each item in the place of a withdrawn article that the article is
// deleted, under the same id and with a moment before the item's own, so that the item is
// not, and of no other (RFC 6721 §3). No other format has a word of it.
func TestDeletedEntries(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drafts().Draw(r, "channel")
		var want, got []string
		for i := range c.Items {
			if p, err := feed.Prepare(c.Items[i]); err != nil {
				r.Fatal(err)
			} else if c.Items[i].Withdrawn {
				want = append(want, feed.AtomID(p.GUID()))
			}
		}
		for _, d := range documents() {
			document, err := d.render(c)
			if err != nil {
				r.Fatal(err)
			}
			if (d.name != "atom" || len(want) == 0) && bytes.Contains(document, []byte("tombstones")) {
				r.Errorf("%s: %s", d.name, document)
			}
			if d.name != "atom" {
				continue
			}
			root, err := parseXML(string(document))
			if err != nil {
				r.Fatal(err)
			}
			updated := map[string]string{}
			for _, entry := range root.all("atom:entry") {
				updated[entry.all("atom:id")[0].text] = entry.all("atom:updated")[0].text
			}
			for _, n := range root.all("http://purl.org/atompub/tombstones/1.0 deleted-entry") {
				got = append(got, n.attr("ref"))
				when, err := time.Parse(time.RFC3339, n.attr("when"))
				item, err2 := time.Parse(time.RFC3339, updated[n.attr("ref")])
				if err != nil || err2 != nil || item.Sub(when) != time.Second {
					r.Errorf("%s was deleted at %s, its item is of %s", n.attr("ref"), n.attr("when"), updated[n.attr("ref")])
				}
			}
		}
		if !slices.Equal(got, want) {
			r.Errorf("deleted are %q, want %q", got, want)
		}
	})
}

// What is said of withdrawn articles counts as part of their items.
func TestFittingDeleted(t *testing.T) {
	f := &feed.Feed{Title: "湘潭站", HomeURL: "https://xt.news.example/", AtomURL: "https://xt.news.example/atom.xml", MaxBytes: 40_000}
	for i := range 100 {
		p, err := feed.Prepare(feed.Item{
			URL: fmt.Sprintf("https://xt.news.example/%d.html", i), GUID: fmt.Sprintf("https://xt.news.example/%s/%d", strings.Repeat("a", 1000), i), Title: "本文已撤回", Withdrawn: true,
			Published: time.Date(2026, 3, 10, 12, 0, -i, 0, time.UTC),
		})
		if err != nil {
			t.Fatal(err)
		}
		f.Items = append(f.Items, p)
	}
	f.Items = f.Fitting(0)
	document, err := f.Atom()
	if n := bytes.Count(document, []byte("<at:deleted-entry")); err != nil || n != len(f.Items) || n < 10 || len(document) > f.MaxBytes {
		t.Errorf("%d deleted of %d items in %d bytes (%v)", n, len(f.Items), len(document), err)
	}
}
