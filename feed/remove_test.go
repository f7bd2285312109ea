package feed_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feedstation/feed"
)

var mediaTypes = map[string]string{"rss": feed.RSSType, "atom": feed.AtomType, "json": feed.JSONType}

// rhythmText is what a channel of fewer items may tell otherwise.
var rhythmText = regexp.MustCompile(`<ttl>.*</sy:updateFrequency>`)

func sameFeed(t tester, got, want []byte) {
	t.Helper()
	if diff := cmp.Diff(rhythmText.ReplaceAllString(string(want), ""), rhythmText.ReplaceAllString(string(got), "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is written in an item's place is what the channel would have there.
func TestReplace(t *testing.T) {
	later := time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai)
	for _, d := range documents() {
		for i, item := range richChannel().Items {
			t.Run(d.name+" instead of "+item.Title, func(t *testing.T) {
				before, err := d.render(richChannel())
				if err != nil {
					t.Fatal(err)
				}
				guid := feedAddress(t, item)
				notice := feed.Item{URL: guid, Title: "本文已撤回 <&>", Published: item.Published, Updated: later, Withdrawn: true}
				if notice.Published.IsZero() {
					notice.Published = later
				}
				p, err := feed.Prepare(notice)
				if err != nil {
					t.Fatal(err)
				}
				c, err := richChannel().channel()
				if err != nil {
					t.Fatal(err)
				}
				got, n, err := c.Replace(mediaTypes[d.name], before, func(address string) (*feed.Prepared, bool) { return p, address == guid }, later)
				if err != nil || n != 1 {
					t.Fatalf("%d replaced, %v", n, err)
				}
				with := richChannel()
				with.Items = slices.Clone(with.Items)
				with.Items[i], with.Updated = notice, later
				want, err := d.render(with)
				if err != nil {
					t.Fatal(err)
				}
				sameFeed(t, got, want)
			})
		}
	}
}

// What is left is what the channel would be without these items.
func TestRemove(t *testing.T) {
	later := time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai)
	for _, d := range documents() {
		for i, item := range richChannel().Items {
			t.Run(d.name+" without "+item.Title, func(t *testing.T) {
				before, err := d.render(richChannel())
				if err != nil {
					t.Fatal(err)
				}
				guid := feedAddress(t, item)
				got, n, err := feed.Remove(mediaTypes[d.name], before, func(address string) bool { return address == guid }, later)
				if err != nil || n != 1 {
					t.Fatalf("%d removed, %v", n, err)
				}
				without := richChannel()
				without.Items = slices.Delete(slices.Clone(without.Items), i, i+1)
				without.Updated = later
				want, err := d.render(without)
				if err != nil {
					t.Fatal(err)
				}
				sameFeed(t, got, want)
			})
		}
		t.Run(d.name+" without any", func(t *testing.T) {
			before, err := d.render(richChannel())
			if err != nil {
				t.Fatal(err)
			}
			got, n, err := feed.Remove(mediaTypes[d.name], before, func(string) bool { return true }, later)
			if err != nil || n != len(richChannel().Items) {
				t.Fatalf("%d removed, %v", n, err)
			}
			empty := richChannel()
			empty.Items, empty.Updated = nil, later
			want, err := d.render(empty)
			if err != nil {
				t.Fatal(err)
			}
			sameFeed(t, got, want)
		})
		t.Run(d.name+" as it is", func(t *testing.T) {
			before, err := d.render(richChannel())
			if err != nil {
				t.Fatal(err)
			}
			got, n, err := feed.Remove(mediaTypes[d.name], before, func(string) bool { return false }, later)
			if err != nil || n != 0 || string(got) != string(before) {
				t.Errorf("%d removed, %v, the same bytes: %t", n, err, string(got) == string(before))
			}
		})
		t.Run(d.name+", half", func(t *testing.T) {
			before, err := d.render(richChannel())
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := feed.Remove(mediaTypes[d.name], before[:len(before)/2], func(string) bool { return true }, later); err == nil {
				t.Error("half a document was read")
			}
		})
	}
	if _, _, err := feed.Remove("text/plain", nil, nil, later); err == nil {
		t.Error("text was taken for a feed")
	}
}

func feedAddress(t tester, item feed.Item) string {
	t.Helper()
	p, err := feed.Prepare(item)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p.Address()
}

// sayingMarkup is a channel whose articles say what documents are made of.
func sayingMarkup(r *rapid.T) *draft {
	c := emptyChannel()
	texts := rapid.SampledFrom([]string{
		"<item><guid>https://xt.news.example/1</guid></item>", "]]></content:encoded></item>", `"items":[]`, `},{"id":"https://xt.news.example/1"`, "&lt;/item>", "文字",
		"<link>https://xt.news.example/1</link>", `<link rel="alternate" href="https://xt.news.example/1"/>`, "<pubDate>Mon, 11 Mar 2030 09:00:00 +0800</pubDate>",
		"]]></content></entry><entry>", "<!-- <item> --> <entry> <![CDATA[ </entry>",
	})
	for _, path := range []string{"1", "2", "3"} {
		c.Items = append(c.Items, feed.Item{
			URL: "https://xt.news.example/" + path, GUID: rapid.SampledFrom([]string{"", "key " + path, "https://old.example/" + path}).Draw(r, "guid"), Title: texts.Draw(r, "title"), Summary: texts.Draw(r, "summary"),
			Body: "<p>" + texts.Draw(r, "body") + "</p>" + texts.Draw(r, "more"), Authors: []string{texts.Draw(r, "author")},
			Language:  rapid.SampledFrom([]string{"", "en"}).Draw(r, "language"),
			Published: time.Date(2019, 3, rapid.IntRange(10, 12).Draw(r, "day"), 9, 30, 0, 0, shanghai), Withdrawn: rapid.Bool().Draw(r, "withdrawn"),
		})
	}
	return c
}

// Nothing that an article says is taken for the end of it, or for another one, and what is
// said of withdrawn ones goes and comes with them.
func TestRemoveHostile(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := sayingMarkup(r)
		later := time.Date(2026, 3, 1, 9, 0, 0, 0, shanghai)
		i := rapid.IntRange(0, 2).Draw(r, "gone")
		gone := c.Items[i].URL
		for _, d := range documents() {
			before, err := d.render(c)
			if err != nil {
				r.Fatalf("%v", err)
			}
			got, n, err := feed.Remove(mediaTypes[d.name], before, func(address string) bool { return address == gone }, later)
			if err != nil || n != 1 {
				r.Fatalf("%s: %d removed, %v", d.name, n, err)
			}
			without := *c
			without.Items, without.Updated = slices.Delete(slices.Clone(c.Items), i, i+1), later
			want, err := d.render(&without)
			if err != nil {
				r.Fatalf("%v", err)
			}
			sameFeed(r, got, want)

			with := *c
			with.Items, with.Updated = slices.Clone(c.Items), later
			with.Items[i].Title, with.Items[i].Updated, with.Items[i].Withdrawn = "本文已撤回", later, true
			with.Items[i].Summary, with.Items[i].Body, with.Items[i].Authors = "", "", nil
			channel, err := with.channel()
			if err != nil {
				r.Fatalf("%v", err)
			}
			got, n, err = channel.Replace(mediaTypes[d.name], before, func(address string) (*feed.Prepared, bool) { return channel.Items[i], address == gone }, later)
			if err != nil || n != 1 {
				r.Fatalf("%s: %d replaced, %v", d.name, n, err)
			}
			if want, err = d.render(&with); err != nil {
				r.Fatalf("%v", err)
			}
			sameFeed(r, got, want)
		}
	})
}
