package feed_test

import (
	"strings"
	"testing"

	"feedstation/feed"
)

func TestGUID(t *testing.T) {
	const address = "https://xt.news.example/content/2019/03/11/1.html"
	tests := []struct {
		name, guid string
		want, atom string // atom: empty is want
		permaLink  bool
	}{
		{"none", "", address, "", true},
		{"white space", " \n", address, "", true},
		{"the address", address, address, "", true},
		{"a former address", "http://old.example/1.html", "http://old.example/1.html", "", false},
		{"the address with another scheme", "http" + strings.TrimPrefix(address, "https"), "http" + strings.TrimPrefix(address, "https"), "", false},
		{"an address in Chinese", "https://新闻.example/内容", "https://xn--efvy88h.example/%E5%86%85%E5%AE%B9", "", false},
		{"a tag URI", "tag:xt.news.example,2019:1", "tag:xt.news.example,2019:1", "", false},
		{"a URN", "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", "", false},
		{"a key of a CMS", "5207683", "5207683", "urn:uuid:c9ec8a5c-86a0-51d3-a1f3-f50bf7f86b09", false},
		{"a key with white space around it", "\t5207683 ", "5207683", "urn:uuid:c9ec8a5c-86a0-51d3-a1f3-f50bf7f86b09", false},
		{"text", "a <b> & 湘", "a <b> & 湘", "urn:uuid:c5777dca-fd42-5277-ae74-834ad51ce6db", false},
		{"a colon that ends no scheme", "湘潭:1", "湘潭:1", "urn:uuid:8caa8720-b773-571a-8b64-ac0317bdec32", false},
		{"what can't be written", "a\x00\x08\ufffeb", "ab", "urn:uuid:c7fb3deb-cb2c-5f5f-a76b-13efc6ec38af", false},
		{"too long", strings.Repeat("a", 5000), address, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Items[0].GUID = test.guid
			rss, atom := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
			item := readJSON(t, c)["items"].([]any)[0].(map[string]any)
			if rss.GUID.ID != test.want || rss.GUID.IsPermaLink != test.permaLink || rss.Link != address {
				t.Errorf("RSS: %q, %t, link %q", rss.GUID.ID, rss.GUID.IsPermaLink, rss.Link)
			}
			if want := or(test.atom, test.want); atom.ID != want || atom.Links[0].Href != address {
				t.Errorf("Atom: %q, want %q; link %q", atom.ID, want, atom.Links[0].Href)
			}
			if item["id"] != test.want || item["url"] != address {
				t.Errorf("JSON: %v, url %v", item["id"], item["url"])
			}
			p, err := feed.Prepare(c.Items[0])
			if err != nil || p.GUID() != test.want || p.Address() != address {
				t.Errorf("%q of %q, %v", p.GUID(), p.Address(), err)
			}
		})
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestOnce holds that no address and no identifier is written twice, whatever the
// other one is.
func TestOnce(t *testing.T) {
	c := bareChannel()
	first := c.Items[0]
	for _, it := range []struct{ url, guid string }{{"", "x"}, {"?2", first.URL}, {"?3", "x"}, {"?4", ""}, {"?5", "y"}, {"?6", "y"}} {
		other := first
		other.URL, other.GUID = first.URL+it.url, it.guid
		c.Items = append(c.Items, other)
	}
	want := []string{first.URL, "x", first.URL + "?4", "y"}
	var got []string
	for _, it := range readRSS(t, c).Channel.Items {
		got = append(got, it.GUID.ID)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", got, want)
	}
}
