package sitemap_test

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"strconv"
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

// FuzzVideo checks that a video is refused, or published as the schema has it.
func FuzzVideo(f *testing.F) {
	f.Add("三月三", "湘江两岸", "https://img.news.example/1.jpg", "https://video.news.example/1.mp4", 95)
	f.Add("]]>\x00 & ", "'\xff'", "http://a/1", "/1.mp4", -1)
	f.Add(strings.Repeat("👨\u200d👩", 60), strings.Repeat("news ", 600), page, page, 28_801)
	f.Fuzz(func(t *testing.T, title, description, thumbnail, content string, seconds int) {
		v := sitemap.Video{Title: title, Description: description, Thumbnail: thumbnail, Content: content, Seconds: seconds}
		got, ok := fuzzed(t, sitemap.URL{Loc: page, Videos: []sitemap.Video{v}})
		if !ok {
			return
		}
		if len(got.Videos) != 1 || len(got.Videos[0].Other) > 0 || len(got.Other) > 0 {
			t.Fatalf("elements out of place: %+v", got)
		}
		w := got.Videos[0]
		if want := strconv.Itoa(seconds); w.Seconds != want && (seconds != 0 || w.Seconds != "") || seconds < 0 || seconds > 28_800 {
			t.Errorf("duration of %d is %q", seconds, w.Seconds)
		}
		if w.Title == "" || w.Description == "" || w.Thumbnail == "" || w.Content == "" {
			t.Errorf("published without what is required: %+v", w)
		}
		checkClipped(t, title, w.Title, 100)
		checkClipped(t, description, w.Description, 2_048)
	})
}

// FuzzAlternate checks that an alternate is refused, or published with nothing
// of it lost.
func FuzzAlternate(f *testing.F) {
	f.Add("zh-Hans-CN", page)
	f.Add("x-default", "https://湘潭.example/\"<'&>")
	f.Add(`en" href="`, "/")
	f.Fuzz(func(t *testing.T, lang, loc string) {
		got, ok := fuzzed(t, sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{{Lang: lang, Loc: loc}, {Lang: "en", Loc: page}}})
		if ok != (langtag.MatchString(lang) && acceptsImage(loc)) {
			t.Errorf("alternate in %q accepted: %t", lang, ok)
		}
		if !ok {
			return
		}
		if len(got.Links) != 2 || len(got.Other) > 0 || got.Links[0].Lang != lang || got.Links[1].Href != page {
			t.Fatalf("links %+v, other elements %v", got.Links, got.Other)
		}
		if u, err := url.Parse(got.Links[0].Href); err != nil || u.Host == "" {
			t.Errorf("address %q: %v", got.Links[0].Href, err)
		}
	})
}

// acceptsImage reports whether an address is one that may be named beside that
// of a page.
func acceptsImage(loc string) bool {
	return sitemap.NewWriter(io.Discard, everything).Add(sitemap.URL{Loc: page, Images: []string{loc}}) == nil
}

// fuzzed returns a URL as it is published, and whether it is.
func fuzzed(t *testing.T, u sitemap.URL) (readURL, bool) {
	t.Helper()
	var buf bytes.Buffer
	w := sitemap.NewWriter(&buf, everything)
	if err := w.Add(u); err != nil {
		if _, ok := errors.AsType[*sitemap.URLError](err); !ok || w.Len() != 0 {
			t.Fatalf("Add: %v, Len %d; want a URLError, 0", err, w.Len())
		}
		return readURL{}, false
	}
	if err := w.Close(); err != nil || w.Size() != int64(buf.Len()) {
		t.Fatalf("Close: %v, Size %d, %d bytes written", err, w.Size(), buf.Len())
	}
	if got := bytes.Count(buf.Bytes(), []byte("\n")); got != 4 {
		t.Errorf("%d lines, want 4:\n%s", got, buf.Bytes())
	}
	return read(t, buf.Bytes()).URLs[0], true
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
