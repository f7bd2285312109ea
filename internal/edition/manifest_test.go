package edition_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

// sample returns an edition of a feed, a sitemap and robots.txt.
func sample() *edition.Edition {
	return edition.New("xt", noon.Add(123_456_789), "4711", map[string]*edition.Document{
		"/rss.xml":              edition.NewDocument("application/rss+xml; charset=utf-8", bodies()["big"], noon),
		"/sitemaps/2019-03.xml": edition.NewDocument(xmlType, []byte("<urlset/>"), noon.Add(-time.Hour)),
		"/robots.txt":           edition.NewDocument(textType, []byte("User-agent: *\n"), edition.Epoch),
	}).
		WithContents(map[string]*edition.Document{
			"/sitemaps/2019-03.xml": counted("1001\n1002\n", 2),
		})
}

// counted returns a record of so many articles.
func counted(body string, items int) *edition.Document {
	d, err := edition.Revision{
		MediaType: textType, Newest: noon, AsOf: noon, Items: items, Headers: edition.DefaultHeaders,
		Render: func(time.Time) ([]byte, error) { return []byte(body), nil },
	}.Revise(nil)
	if err != nil {
		panic(err) // Render has none
	}
	return d
}

// sameEdition fails unless both editions are equal in all that is served.
func sameEdition(t *testing.T, got, want *edition.Edition) {
	t.Helper()
	if got.Station() != want.Station() || got.Digest() != want.Digest() || !got.Watermark().Equal(want.Watermark()) || got.Build() != want.Build() || got.Len() != want.Len() {
		t.Errorf("got %s %v %s with %d documents", got.Station(), got.Watermark(), got.Build(), got.Len())
	}
	if !got.Equal(want) {
		t.Error("other documents")
	}
	for path, d := range want.All() {
		if other, ok := got.Document(path); !ok {
			t.Errorf("%s is missing", path)
		} else {
			same(t, other, d)
		}
	}
	for path, d := range want.AllContents() {
		if other, ok := got.Contents(path); !ok || other.Items() != d.Items() {
			t.Errorf("the record of %s is %v", path, other)
		} else {
			same(t, other, d)
		}
	}
}

func TestManifest(t *testing.T) {
	want := sample()
	text, err := json.Marshal(want.Manifest())
	if err != nil {
		t.Fatal(err)
	}
	m, err := edition.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Manifest(), m); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	stored := packsOf(want)
	got, err := m.Edition(nil, stored.open)
	if err != nil {
		t.Fatal(err)
	}
	sameEdition(t, got, want)
	if _, ok := got.Document("/sitemaps/2019-03.xml.gz"); !ok || len(stored.asked) != 4 {
		t.Errorf("twin %t, %d documents asked for", ok, len(stored.asked))
	}
}

// TestManifestForm holds the form in which manifests are stored: programs of
// the version before and after read them.
func TestManifestForm(t *testing.T) {
	d := edition.NewDocument(textType, []byte("User-agent: *\n"), noon)
	text, err := json.Marshal(edition.New("xt", noon.Add(123_456_789), "4711", map[string]*edition.Document{"/robots.txt": d}).Manifest())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"format":4,"station":"xt","watermark":"2019-03-11T12:00:00.123Z","build":"4711","documents":` +
		`{"/robots.txt":{"hash":"` + d.Hash().String() + `","type":"text/plain; charset=utf-8","modified":"2019-03-11T12:00:00Z","size":14,"gzip":39,"often":true,"max_age":60}}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestParseManifestFaults(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		want    string
		damaged bool
	}{
		{"empty", ``, `manifest: damaged: unexpected end of JSON input`, true},
		{"half", `{"format":4,"station":"xt"`, `manifest: damaged: unexpected end of JSON input`, true},
		{"a list", `[]`, `manifest: damaged: json: cannot unmarshal array into Go value of type struct { Format int "json:\"format\"" }`, true},
		{"a hash that is too long", `{"format":4,"documents":{"/a":{"hash":"` + strings.Repeat("0", 66) + `"}}}`, `manifest: damaged: edition: not a hash: "` + strings.Repeat("0", 66) + `"`, true},
		{"a hash that is too short", `{"format":4,"documents":{"/a":{"hash":"00"}}}`, `manifest: damaged: edition: not a hash: "00"`, true},
		{"no format", `{}`, `manifest: its format is 0, this program reads 4`, false},
		{"newer", `{"format":5}`, `manifest: its format is 5, this program reads 4`, false},
		{"newer with other fields", `{"format":5,"documents":[],"station":{}}`, `manifest: its format is 5, this program reads 4`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := edition.ParseManifest([]byte(tt.text))
			if err == nil || err.Error() != tt.want || errors.Is(err, edition.ErrDamaged) != tt.damaged {
				t.Errorf("ParseManifest = %v, %v; want %s (damaged: %t)", m, err, tt.want, tt.damaged)
			}
		})
	}
}

func TestManifestEditionTakesKnownDocuments(t *testing.T) {
	known := sample()
	feed := edition.NewDocument("application/rss+xml; charset=utf-8", []byte("<rss/>"), noon.Add(time.Minute))
	documents := maps.Collect(known.All())
	documents["/rss.xml"] = feed
	delete(documents, "/robots.txt")
	next := edition.New("xt", noon.Add(time.Minute), "4711", documents)

	m, stored := next.Manifest(), packsOf(next)
	got, err := m.Edition(known, stored.open)
	if err != nil {
		t.Fatal(err)
	}
	sameEdition(t, got, next)
	if diff := cmp.Diff([]edition.Hash{feed.Hash()}, stored.asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	mine, _ := known.Document("/sitemaps/2019-03.xml")
	if taken, _ := got.Document("/sitemaps/2019-03.xml"); taken != mine {
		t.Error("a known document is there a second time")
	}

	t.Run("the same content of another time", func(t *testing.T) {
		old, _ := known.Document("/robots.txt")
		newer := edition.NewDocument(textType, doctest.Body(t, old), noon)
		e := edition.New("xt", noon, "4711", map[string]*edition.Document{"/robots.txt": newer})
		m, stored := e.Manifest(), packsOf(e)
		got, err := m.Edition(known, stored.open)
		if err != nil {
			t.Fatal(err)
		}
		sameEdition(t, got, e)
	})
}

func TestManifestEditionFaults(t *testing.T) {
	e := sample()
	feed, _ := e.Document("/rss.xml")
	t.Run("missing", func(t *testing.T) {
		m, stored := e.Manifest(), packsOf(e)
		delete(stored.data, feed.Hash())
		if got, err := m.Edition(nil, stored.open); got != nil || !errors.Is(err, edition.ErrDamaged) || err.Error() != "/rss.xml: object "+feed.Hash().String()+": damaged" {
			t.Errorf("Edition = %v, %v", got, err)
		}
	})
	t.Run("damaged", func(t *testing.T) {
		m, stored := e.Manifest(), packsOf(e)
		stored.data[feed.Hash()][50] ^= 1
		got, err := m.Edition(nil, stored.open)
		if fault, ok := errors.AsType[*edition.DamagedError](err); got != nil || !ok || fault.Hash != feed.Hash() {
			t.Errorf("Edition = %v, %v", got, err)
		}
	})
}

func TestManifestIsACopy(t *testing.T) {
	e := sample()
	m := e.Manifest()
	clear(m.Documents)
	if got := len(e.Manifest().Documents); got != 3 || e.Len() != 3 {
		t.Errorf("the edition lost documents with its manifest: %d", got)
	}
	if paths := slices.Sorted(maps.Keys(e.Manifest().Documents)); !slices.Equal(paths, []string{"/robots.txt", "/rss.xml", "/sitemaps/2019-03.xml"}) {
		t.Errorf("paths %q: twins are not stored", paths)
	}
}
