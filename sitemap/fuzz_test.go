package sitemap_test

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"feedstation/sitemap"
)

// FuzzLoc checks that an address is refused, or published as a valid URL that
// means the same.
func FuzzLoc(f *testing.F) {
	for _, s := range []string{
		"", page, "http://a.de", "https://湘潭.example/新闻?a=1&b='2'#%", "https://[2001:db8::7]:80/%zz%41%",
		"https://a.example/\x00<>\xff#a#b", "HTTP://BÜCHER.example:8443", "https://u:p@a.example/", "https://xn--p7w0w.example?[]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, loc string) {
		var buf bytes.Buffer
		w := sitemap.NewWriter(&buf, sitemap.Options{})
		if err := w.Add(sitemap.URL{Loc: loc}); err != nil {
			if bad, ok := errors.AsType[*sitemap.URLError](err); !ok || bad.Loc != loc {
				t.Fatalf("Add: %v, want a URLError", err)
			}
			return
		}
		if err := w.Close(); err != nil || w.Size() != int64(buf.Len()) {
			t.Fatalf("Close: %v, Size %d, %d bytes written", err, w.Size(), buf.Len())
		}
		got := read(t, buf.Bytes()).URLs[0].Loc

		if len(got) < 12 || len(got) > 2048 {
			t.Errorf("%q has %d bytes", got, len(got))
		}
		const allowed = "-._~:/?#[]@!$&'()*+,;=%" // RFC 3986 §2.2, §2.3
		for _, r := range got {
			if r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(allowed, r) {
				t.Fatalf("%q contains %q", got, r)
			}
		}
		u, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q from %q: %v", got, loc, err)
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			t.Errorf("%q from %q has scheme %q, host %q, user %v", got, loc, u.Scheme, u.Host, u.User)
		}
		if got, want := unescape(afterOrigin(got)), unescape(afterOrigin(loc)); got != want {
			t.Errorf("path of %q means %q, want %q", loc, got, want)
		}
		again := build(t, sitemap.Options{}, sitemap.URL{Loc: got})
		if !bytes.Equal(again, buf.Bytes()) {
			t.Errorf("encoding again changes\n%sto\n%s", buf.Bytes(), again)
		}
	})
}

// afterOrigin returns what follows the host of an http address.
func afterOrigin(s string) string {
	_, s, _ = strings.Cut(s, "://")
	return s[min(uint(strings.IndexAny(s, "/?#")), uint(len(s))):]
}

// unescape decodes what is percent-encoded and leaves the rest.
func unescape(s string) string {
	var b strings.Builder
	for s != "" {
		if len(s) > 2 && s[0] == '%' {
			if c, err := url.PathUnescape(s[:3]); err == nil {
				b.WriteString(c)
				s = s[3:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// FuzzWriter checks that whatever is accepted comes out of a strict parser
// as it should, on one line a URL, and is counted to the byte.
func FuzzWriter(f *testing.F) {
	f.Add(page, "湘江新闻网", "“三月三” & <时刻>", "https://img.news.example/1.jpg", int64(1552300694), 8*60*60)
	f.Add(page, " \t\n", "]]>\x00\ufffe\xff", "https://a.example/'\"", int64(-62135596800), -1)
	f.Add("https://xt.news.example/?&&&", "a\x01b", "&amp;&#0;", "http://a/1", int64(253402300800), 100_000)
	f.Fuzz(func(t *testing.T, loc, name, title, image string, sec int64, offset int) {
		at := time.Unix(sec, 0).In(time.FixedZone("", offset%1_000_000))
		u := sitemap.URL{
			Loc: loc, LastMod: at, Images: []string{image},
			News: &sitemap.News{Name: name, Language: "zh-cn", Title: title, Published: at},
		}
		var buf bytes.Buffer
		w := sitemap.NewWriter(&buf, sitemap.Options{News: true, Images: true})
		before := w.Size()
		accepted := 1
		if err := w.Add(u); err != nil {
			if _, ok := errors.AsType[*sitemap.URLError](err); !ok || w.Len() != 0 || w.Size() != before {
				t.Fatalf("Add: %v, Len %d, Size %d; want a URLError, 0, %d", err, w.Len(), w.Size(), before)
			}
			accepted = 0
		}
		add(t, w, sitemap.URL{Loc: page})
		if err := w.Close(); err != nil || w.Size() != int64(buf.Len()) {
			t.Fatalf("Close: %v, Size %d, %d bytes written", err, w.Size(), buf.Len())
		}
		if got, want := bytes.Count(buf.Bytes(), []byte("\n")), 4+accepted; got != want {
			t.Errorf("%d lines, want %d:\n%s", got, want, buf.Bytes())
		}

		set := read(t, buf.Bytes())
		if len(set.URLs) != accepted+1 || len(set.Other) > 0 {
			t.Fatalf("%d URLs, other elements %v; want %d URLs", len(set.URLs), set.Other, accepted+1)
		}
		if accepted == 0 {
			return
		}
		got := set.URLs[0]
		if len(got.Other) > 0 || len(got.Images) != 1 || len(got.Images[0].Other) > 0 || len(got.News.Other) > 0 {
			t.Fatalf("elements out of place:\n%s", buf.Bytes())
		}
		if got.News.Title != oneLine(title) || got.News.Name != oneLine(name) {
			t.Errorf("title %q, name %q; want %q, %q", got.News.Title, got.News.Name, oneLine(title), oneLine(name))
		}
		for _, s := range []string{got.LastMod, got.News.Published} {
			if back, err := time.Parse(time.RFC3339, s); err != nil || !back.Equal(at) {
				t.Errorf("time %q (%v), want %v", s, err, at)
			}
		}
	})
}

// charData are the characters of XML 1.0 §2.2.
var charData = &unicode.RangeTable{
	R16: []unicode.Range16{{0x09, 0x0A, 1}, {0x0D, 0x0D, 1}, {0x20, 0xD7FF, 1}, {0xE000, 0xFFFD, 1}},
	R32: []unicode.Range32{{0x10000, 0x10FFFF, 1}},
}

// oneLine is what XML can carry of a text, in one line.
func oneLine(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		if unicode.Is(charData, r) && (r != utf8.RuneError || n > 1) {
			b.WriteRune(r)
		}
		s = s[n:]
	}
	blank := func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }
	return strings.Join(strings.FieldsFunc(b.String(), blank), " ")
}
