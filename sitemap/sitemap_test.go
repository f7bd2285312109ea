package sitemap_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n"
	newsHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"` +
		` xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">` + "\n"
	imageHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"` +
		` xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">` + "\n"
	fullHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"` +
		` xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"` +
		` xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"` +
		` xmlns:video="http://www.google.com/schemas/sitemap-video/1.1"` +
		` xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n"
	videoHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"` +
		` xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">` + "\n"
	alternateHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"` +
		` xmlns:xhtml="http://www.w3.org/1999/xhtml">` + "\n"
	tail = "</urlset>\n"

	page = "https://xt.news.example/content/2019/03/11/5207683.html"
)

// everything allows all extensions.
var everything = sitemap.Options{News: true, Images: true, Videos: true, Alternates: true}

// published is in the zone of the newsroom.
var published = time.Date(2019, 3, 11, 18, 38, 14, 987654321, time.FixedZone("CST", 8*60*60))

// write returns the whole sitemap of the URLs, none of which is meant to harm.
func write(t testing.TB, opts sitemap.Options, urls ...sitemap.URL) []byte {
	t.Helper()
	doc := build(t, opts, urls...)
	smell(t, doc)
	return doc
}

// build returns the whole sitemap of the URLs.
func build(t testing.TB, opts sitemap.Options, urls ...sitemap.URL) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := sitemap.NewWriter(&buf, opts)
	for _, u := range urls {
		if err := w.Add(u); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
	if w.Len() != len(urls) {
		t.Errorf("Len = %d, want %d", w.Len(), len(urls))
	}
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if w.Size() != int64(buf.Len()) {
		t.Errorf("Size = %d, but %d bytes were written", w.Size(), buf.Len())
	}
	return buf.Bytes()
}

// urlset is what a strict reader finds in a sitemap. Elements that it does not
// name are collected in Other.
type urlset struct {
	XMLName xml.Name    `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []readURL   `xml:"url"`
	Other   []otherNode `xml:",any"`
}

type readURL struct {
	Loc     string      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 loc"`
	LastMod string      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 lastmod"`
	News    *readNews   `xml:"http://www.google.com/schemas/sitemap-news/0.9 news"`
	Images  []readImage `xml:"http://www.google.com/schemas/sitemap-image/1.1 image"`
	Videos  []readVideo `xml:"http://www.google.com/schemas/sitemap-video/1.1 video"`
	Links   []readLink  `xml:"http://www.w3.org/1999/xhtml link"`
	Other   []otherNode `xml:",any"`
}

type readNews struct {
	Name      string      `xml:"publication>name"`
	Language  string      `xml:"publication>language"`
	Published string      `xml:"publication_date"`
	Title     string      `xml:"title"`
	Other     []otherNode `xml:",any"`
}

type readImage struct {
	Loc   string      `xml:"http://www.google.com/schemas/sitemap-image/1.1 loc"`
	Other []otherNode `xml:",any"`
}

type readVideo struct {
	Thumbnail   string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 thumbnail_loc"`
	Title       string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 title"`
	Description string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 description"`
	Content     string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 content_loc"`
	Seconds     string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 duration"`
	Published   string      `xml:"http://www.google.com/schemas/sitemap-video/1.1 publication_date"`
	Other       []otherNode `xml:",any"`
}

type readLink struct {
	Rel  string `xml:"rel,attr"`
	Lang string `xml:"hreflang,attr"`
	Href string `xml:"href,attr"`
}

type otherNode struct{ XMLName xml.Name }

// read parses a sitemap strictly.
func read(t testing.TB, doc []byte) urlset {
	t.Helper()
	var set urlset
	if err := xml.Unmarshal(doc, &set); err != nil {
		t.Fatalf("not well-formed: %v\n%.2000s", err, doc)
	}
	return set
}

// smell looks for traces of values that were never meant to be published.
func smell(t testing.TB, doc []byte) {
	t.Helper()
	for _, s := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>"} {
		if bytes.Contains(doc, []byte(s)) {
			t.Errorf("document contains %q:\n%.2000s", s, doc)
		}
	}
}

// golden compares with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(got), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}
