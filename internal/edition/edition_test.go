package edition_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

func TestEdition(t *testing.T) {
	e := sample()
	if e.Station() != "xt" || e.Build() != "4711" || e.Len() != 3 {
		t.Errorf("an edition of %s by %s with %d documents", e.Station(), e.Build(), e.Len())
	}
	if want := noon.Add(123 * time.Millisecond); !e.Watermark().Equal(want) || e.Watermark().Location() != time.UTC {
		t.Errorf("watermark %v, want %v", e.Watermark(), want)
	}
	var paths []string
	for path, d := range e.All() {
		paths = append(paths, path)
		if got, ok := e.Document(path); !ok || got != d {
			t.Errorf("Document(%q) is not the one of All", path)
		}
	}
	if want := []string{"/robots.txt", "/rss.xml", "/sitemaps/2019-03.xml"}; !slices.Equal(paths, want) {
		t.Errorf("paths %q, want %q", paths, want)
	}
	for range e.All() {
		break // must not go on
	}

	tests := []struct {
		name string
		path string
		want string // media type; "": none
	}{
		{"feed", "/rss.xml", "application/rss+xml; charset=utf-8"},
		{"sitemap", "/sitemaps/2019-03.xml", xmlType},
		{"its twin", "/sitemaps/2019-03.xml.gz", "application/gzip"},
		{"feeds have no twin", "/rss.xml.gz", ""},
		{"twins have no twin", "/sitemaps/2019-03.xml.gz.gz", ""},
		{"unknown", "/atom.xml", ""},
		{"another case", "/RSS.xml", ""},
		{"no slash", "rss.xml", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, ok := e.Document(tt.path)
			if ok != (tt.want != "") || ok && d.MediaType() != tt.want {
				t.Errorf("Document(%q) = %v, %t, want %q", tt.path, d, ok, tt.want)
			}
		})
	}
}

func TestSucceeding(t *testing.T) {
	e := sample()
	next := e.Succeeding()
	if !next.Watermark().Equal(e.Watermark().Add(time.Millisecond)) || !next.Base().Equal(e.Watermark()) || next.Digest() == e.Digest() || !next.Equal(e) {
		t.Errorf("after %s, %s: %s, %s on %s", e.Watermark(), e.Digest(), next.Watermark(), next.Digest(), next.Base())
	}
	a, _ := e.Document("/sitemaps/2019-03.xml.gz")
	if b, ok := next.Document("/sitemaps/2019-03.xml.gz"); !ok || a.Tag() != b.Tag() || !bytes.Equal(doctest.Body(t, a), doctest.Body(t, b)) || !a.Modified().Equal(b.Modified()) {
		t.Error("the twin is another one")
	}
}

// TestIssued holds that an edition is of the issue of the one that it follows as
// long as no byte of a document is another, also once it has been stored.
func TestIssued(t *testing.T) {
	a, b := edition.NewDocument(textType, []byte("a"), noon), edition.NewDocument(textType, []byte("b"), noon)
	made := func(documents map[string]*edition.Document, after time.Duration) *edition.Edition {
		return edition.New("xt", noon.Add(after), "", documents)
	}
	first := made(map[string]*edition.Document{"/a": a}, 0)
	tests := []struct {
		name string
		next *edition.Edition
		want time.Duration
	}{
		{"the same", made(map[string]*edition.Document{"/a": a}, time.Hour), 0},
		{"other headers", made(map[string]*edition.Document{"/a": a.WithHeaders(edition.Headers{MaxAge: time.Hour})}, time.Hour), 0},
		{"contents", made(map[string]*edition.Document{"/a": a}, time.Hour).WithContents(map[string]*edition.Document{"/a": b}), 0},
		{"another body", made(map[string]*edition.Document{"/a": b}, time.Hour), time.Hour},
		{"another path", made(map[string]*edition.Document{"/b": a}, time.Hour), time.Hour},
		{"one more", made(map[string]*edition.Document{"/a": a, "/b": b}, time.Hour), time.Hour},
		{"none", made(nil, time.Hour), time.Hour},
	}
	for _, tt := range tests {
		next := tt.next.Following(first)
		m := next.Manifest()
		stored, err := m.Edition(next, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*edition.Edition{next, next.Succeeding(), stored} {
			if !e.Issued().Equal(noon.Add(tt.want)) {
				t.Errorf("%s: issued %s", tt.name, e.Issued())
			}
		}
	}
	if e := first.Following(nil); !e.Issued().Equal(noon) {
		t.Errorf("the first edition was issued %s", e.Issued())
	}
}

func TestPending(t *testing.T) {
	e := sample()
	months := []article.Month{{Year: 2019, Month: time.March}, {Year: 2018, Month: time.December}}
	pending := e.WithPending(months)
	if e.Pending() != nil || !slices.Equal(pending.Pending(), months) {
		t.Errorf("pending %v and %v", e.Pending(), pending.Pending())
	}
	m := pending.Manifest()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	m, err = edition.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	fetched, err := m.Edition(e, nil)
	if err != nil || !slices.Equal(fetched.Pending(), months) {
		t.Errorf("stored and fetched: %v, %v", fetched.Pending(), err)
	}
}

func TestEqual(t *testing.T) {
	with := func(change func(map[string]*edition.Document)) *edition.Edition {
		documents := maps.Collect(sample().All())
		change(documents)
		return edition.New("xt", edition.Epoch, "another build", documents).WithContents(maps.Collect(sample().AllContents()))
	}
	tests := []struct {
		name  string
		other *edition.Edition
		want  bool
	}{
		{"made again, by another build", with(func(map[string]*edition.Document) {}), true},
		{"one document less", with(func(d map[string]*edition.Document) { delete(d, "/rss.xml") }), false},
		{"one document more", with(func(d map[string]*edition.Document) { d["/atom.xml"] = d["/rss.xml"] }), false},
		{"another path", with(func(d map[string]*edition.Document) { d["/atom.xml"] = d["/rss.xml"]; delete(d, "/rss.xml") }), false},
		{"another body", with(func(d map[string]*edition.Document) {
			d["/robots.txt"] = edition.NewDocument(textType, []byte("User-agent: a\n"), edition.Epoch)
		}), false},
		{"another type", with(func(d map[string]*edition.Document) {
			d["/robots.txt"] = edition.NewDocument(xmlType, []byte("User-agent: *\n"), edition.Epoch)
		}), false},
		{"no records", with(func(map[string]*edition.Document) {}).WithContents(nil), false},
		{"another time", with(func(d map[string]*edition.Document) {
			d["/robots.txt"] = edition.NewDocument(textType, []byte("User-agent: *\n"), noon)
		}), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sample().Equal(tt.other); got != tt.want {
				t.Errorf("Equal = %t, want %t", got, tt.want)
			}
			if got := tt.other.Equal(sample()); got != tt.want {
				t.Errorf("Equal the other way = %t, want %t", got, tt.want)
			}
		})
	}
}
