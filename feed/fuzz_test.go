package feed_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"feedstation/feed"
)

// seed adds the hostile strings and some HTML.
func seed(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	for _, s := range []string{
		`<p>湘&amp;潭<img src="1.jpg"><a href='x?a=1&b=2'>y</a>`,
		`<img srcset="a.jpg 1x, ../b.jpg 2x" src=c poster = '/d'>`,
		`<![CDATA[<a href="x">]]><!--<a href="x">--><script src=x>"<a href=y>"</script>`,
		`<figure><figcaption>图</figcaption></figure>` + strings.Repeat("湘潭。x.", 60),
		`x<y <NBA> </nba> <a href="`,
	} {
		f.Add(s)
	}
}

func FuzzClean(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := feed.Clean(s)
		for _, r := range got {
			if r < 0x20 && r != '\t' && r != '\n' || 0x80 <= r && r <= 0x9f || 0xfffd <= r && r <= 0xffff {
				t.Errorf("%q: %U is left", s, r)
			}
		}
		if !utf8.ValidString(got) || feed.Clean(got) != got {
			t.Errorf("%q: %q is not clean", s, got)
		}
		if len(got) > len(s) {
			t.Errorf("%q: %q is longer", s, got)
		}
	})
}

func FuzzPlainText(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := feed.PlainText(s)
		if feed.Clean(got) != got {
			t.Errorf("%q: %q is not clean", s, got)
		}
		if folded := strings.Join(strings.Fields(got), " "); folded != got {
			t.Errorf("%q: %q is not folded", s, got)
		}
		escaped := html.EscapeString(s)
		if want := strings.Join(strings.Fields(feed.Clean(s)), " "); feed.PlainText(escaped) != want {
			t.Errorf("%q: escaped and read again: %q, want %q", s, feed.PlainText(escaped), want)
		}
	})
}

func FuzzSummary(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := feed.Summary(s)
		if n := utf8.RuneCountInString(got); n > 200 {
			t.Errorf("%q: %d characters", s, n)
		}
		if feed.Clean(got) != got || strings.TrimFunc(got, unicode.IsSpace) != got {
			t.Errorf("%q: %q is not clean", s, got)
		}
		if feed.PlainText(s) != "" && got == "" {
			t.Errorf("%q: no summary", s)
		}
	})
}

func FuzzAbsolute(f *testing.F) {
	seed(f)
	base := &url.URL{Scheme: "https", Host: "xt.news.example", Path: "/content/1.html"}
	f.Fuzz(func(t *testing.T, s string) {
		got := feed.Absolute(s, base)
		if again := feed.Absolute(got, base); again != got {
			t.Errorf("%q: %q, and again: %q", s, got, again)
		}
		before, after := tokens(s), tokens(got)
		if len(before) != len(after) {
			t.Fatalf("%q: %q has %d tokens, not %d", s, got, len(after), len(before))
		}
		for i, b := range before {
			a := after[i]
			if a.Type != b.Type || a.Data != b.Data || len(a.Attr) != len(b.Attr) {
				t.Fatalf("%q: token %q became %q", s, b, a)
			}
			for j := range b.Attr {
				checkAttribute(t, b.Attr[j], a.Attr[j], base)
			}
		}
	})
}

// checkAttribute fails unless the attribute is the same or now resolved.
func checkAttribute(t *testing.T, before, after html.Attribute, base *url.URL) {
	t.Helper()
	if before == after {
		return
	}
	if after.Key != before.Key || !slices.Contains([]string{"src", "href", "poster", "srcset"}, after.Key) {
		t.Errorf("attribute %v became %v", before, after)
	}
	if after.Key == "srcset" {
		return
	}
	// Where net/url can read the old address, it agrees on the new one.
	ref, err := base.Parse(before.Val)
	got, err2 := url.Parse(after.Val)
	if err2 != nil || !got.IsAbs() {
		t.Errorf("address %q became %q: %v", before.Val, after.Val, err2)
	} else if err == nil && (got.Host != ref.Host || strings.TrimSpace(got.Path) != strings.TrimSpace(ref.Path)) && feed.Clean(before.Val) == before.Val {
		t.Errorf("address %q became %q, not %q", before.Val, after.Val, ref)
	}
}

// tokens splits HTML as Absolute does: with noscript as markup.
func tokens(s string) []html.Token {
	var list []html.Token
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.EndTagToken && token.Data == "noscript" {
			z.NextIsNotRawText()
		}
		list = append(list, token)
	}
	return list
}

// FuzzChannel puts one string or its parts into every field.
func FuzzChannel(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s, "湘潭", int64(1552267800), 640)
	}
	f.Fuzz(func(t *testing.T, s, other string, seconds int64, n int) {
		at := time.Unix(seconds, 0).In(shanghai)
		c := &feed.Channel{
			Title: s, Description: other, Language: s, Rights: s, HomeURL: "https://xt.news.example/" + s,
			RSSURL: s, AtomURL: s, JSONURL: other, Author: s, Email: s, Icon: s, Logo: s, Updated: at,
			Items: []feed.Item{
				{
					URL: "https://xt.news.example/1" + s, Title: s, Summary: other, Body: s,
					Authors: []string{s, other}, Editor: s, Source: feed.Source{Name: s, URL: other},
					Published: at, Updated: at,
					Images:     []feed.Image{{URL: "https://" + s, Caption: s, Credit: other, Type: s, Width: n, Height: n, Bytes: int64(n)}},
					Enclosures: []feed.Enclosure{{URL: "http://" + s, Type: s, Title: s, Bytes: seconds, Seconds: n}},
					Categories: []feed.Category{{Term: s, Scheme: other, Label: s}},
					Tags:       []string{other, s},
					Language:   other, Rights: s, OriginalURL: s, NextURL: "https://" + s,
				},
				{URL: "https://xt.news.example/2", Title: other, Body: other, Published: shanghaiEpoch()},
			},
		}
		if year := at.Year(); year < 1 || year > 9999 {
			c.Items = c.Items[1:]
		}
		checkChannel(t, "channel", c)
	})
}

func shanghaiEpoch() time.Time { return time.Unix(0, 0).In(shanghai) }
