// Package storetest is what all stores of editions keep to, and editions for their
// tests.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Noon is when the editions of Print begin.
var Noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Paths of archives of two feeds.
const (
	archive = "/archive/20260228T120000Z-00000001/rss.xml"
	another = "/moment/archive/20260227T120000Z-00000002/feed.json"
)

// Print returns an edition whose documents all say text.
func Print(minute int, text string) *edition.Edition {
	at := Noon.Add(time.Duration(minute) * time.Minute)
	documents := map[string]*edition.Document{}
	for _, path := range []string{"/rss.xml", "/sitemap.xml", "/moment/feed.json", archive, another} {
		documents[path] = edition.NewDocument("text/plain", []byte(text+" at "+path), at)
	}
	return edition.New("xt", at, "build", documents)
}

// Run is what every store of editions keeps to. Open returns one that is empty, and
// keeps what the zero store.Keep says; collect, which may be nil, has it remove the
// rest.
func Run(t *testing.T, open func(*testing.T) store.Store, collect func(store.Store) error) {
	for name, test := range map[string]func(*testing.T, *subject){
		"nothing yet":                        testNothing,
		"what is published is fetched":       testRoundTrip,
		"compare and swap":                   testSwap,
		"two editions of one watermark":      testTie,
		"known documents are not read":       testKnown,
		"known documents with other headers": testHeaders,
		"many editions":                      testMany,
		"stations apart":                     testStations,
		"editions are kept":                  testKept,
		"a busy desk":                        testBusy,
		"a pinned edition stays":             testPin,
		"the later pin counts":               testPins,
		"large documents":                    testLarge,
		"archives of a feed that stay":       testVolumes,
	} {
		t.Run(name, func(t *testing.T) { test(t, &subject{open(t), collect}) })
	}
}

// subject is a store that is tested.
type subject struct {
	store.Store
	remove func(store.Store) error
}

func (s *subject) collect(t *testing.T) {
	t.Helper()
	if s.remove == nil {
		return
	}
	if err := s.remove(s.Store); err != nil {
		t.Fatal(err)
	}
}

func testNothing(t *testing.T, s *subject) {
	heads, err := s.Heads(t.Context(), []string{"xt", "yy"})
	if err != nil || len(heads) != 2 || heads[0] != (store.Head{}) || heads[1] != (store.Head{}) {
		t.Errorf("Heads = %v, %v; want zeros", heads, err)
	}
	if _, err := s.Fetch(t.Context(), "xt", nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("Fetch: %v; want ErrNone", err)
	}
	if kept, err := s.Kept(t.Context(), "xt"); err != nil || len(kept) > 0 {
		t.Errorf("Kept = %v, %v", kept, err)
	}
	if _, err := s.FetchKept(t.Context(), "xt", Noon, nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("FetchKept: %v; want ErrNone", err)
	}
}

func testRoundTrip(t *testing.T, s *subject) {
	published := Publish(t, s, Print(0, "岁月不居"))
	got, err := s.Fetch(t.Context(), "xt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(published) || got.Build() != "build" || !got.Watermark().Equal(Noon) || got.Digest() != published.Digest() {
		t.Errorf("fetched another edition: %+v", got.Manifest())
	}
	heads, err := s.Heads(t.Context(), []string{"yy", "xt"})
	if want := (store.Head{Version: store.VersionOf(published)}); err != nil || heads[0] != (store.Head{}) || heads[1] != want {
		t.Errorf("Heads = %v, %v; want %v", heads, err, want)
	}
	for path, d := range published.All() {
		other, _ := got.Document(path)
		a, err := d.Pack()
		b, otherErr := other.Pack()
		if err != nil || otherErr != nil || !bytes.Equal(a, b) || d.ETag(edition.Gzip)[0] != other.ETag(edition.Gzip)[0] {
			t.Errorf("%s is not what was published: %v, %v", path, err, otherErr)
		}
	}
}

// testSwap publishes editions over others: what one may replace is what its base says.
func testSwap(t *testing.T, s *subject) {
	at := func(minute int, base *edition.Edition) *edition.Edition {
		return Print(minute, fmt.Sprint("text ", minute)).Following(base)
	}
	first := at(10, nil)
	for _, step := range []struct {
		name  string
		e     *edition.Edition
		stale bool
	}{
		{"the first", first, false},
		{"the same again", first.Published(), false},
		{"built from none, though there is one", at(20, nil), true},
		{"an older snapshot", at(9, nil).Published(), true},
		{"built from it", at(20, first), false},
		{"built from it, again, as its answer was lost", at(20, first), false},
		{"built from it too, later", at(30, first), true},
		{"built from it too, at the same time", Print(20, "other").Following(first), true},
		{"amended", at(20, nil).Succeeding(), false},
		{"a later one of a process that was apart", at(40, nil).Published(), false},
	} {
		before, _ := s.Fetch(t.Context(), "xt", nil)
		err := s.Publish(t.Context(), step.e)
		if step.stale != errors.Is(err, edition.ErrStale) || err != nil && !step.stale {
			t.Errorf("%s: %v; want ErrStale: %t", step.name, err, step.stale)
		}
		want := step.e
		if step.stale {
			want = before
		}
		if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || store.VersionOf(got) != store.VersionOf(want) || !got.Equal(want) {
			t.Errorf("%s: %v, %v is stored; want that of %s", step.name, got, err, want.Watermark())
		}
	}
}

// testTie has two processes that were apart hand on editions of one watermark, in either
// order: the same one stays.
func testTie(t *testing.T, s *subject) {
	for minute, texts := range [][]string{{"one", "two"}, {"two", "one"}} {
		var last *edition.Edition
		for _, text := range texts {
			e := Print(0, text)
			e = edition.New("xt", Noon.Add(time.Duration(minute)*time.Minute), "build", maps.Collect(e.All()))
			stale := last != nil && last.Digest() > e.Digest()
			if err := s.Publish(t.Context(), e); stale != errors.Is(err, edition.ErrStale) {
				t.Errorf("%s, of %s: %v; want ErrStale: %t", text, texts, err, stale)
			}
			if !stale {
				last = e
			}
		}
		if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(last) {
			t.Errorf("of %s: %v", texts, err)
		}
		heads, err := s.Heads(t.Context(), []string{"xt"})
		if err != nil || heads[0].Version != store.VersionOf(last) {
			t.Errorf("of %s: heads %v, %v", texts, heads, err)
		}
	}
}

func testKnown(t *testing.T, s *subject) {
	first := Publish(t, s, Print(0, "one"))
	got, err := s.Fetch(t.Context(), "xt", first)
	if err != nil {
		t.Fatal(err)
	}
	for path, d := range first.All() {
		if other, _ := got.Document(path); other != d {
			t.Errorf("%s was read again", path)
		}
	}
}

// testMany has the stores collect what they no longer need; the current
// edition must stay whole, and the one before too for those who read it now.
func testMany(t *testing.T, s *subject) {
	for i := range 6 {
		text := fmt.Sprint("text ", i%3) // contents come back
		e := Publish(t, s, Print(i, text))
		got, err := s.Fetch(t.Context(), "xt", nil)
		if err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", i, err)
		}
	}
}

func testHeaders(t *testing.T, s *subject) {
	known := Print(0, "one")
	told := map[string]*edition.Document{}
	for path, d := range known.All() {
		told[path] = d.WithHeaders(edition.Headers{MaxAge: time.Hour})
	}
	e := Publish(t, s, edition.New("xt", Noon, "build", told))
	got, err := s.Fetch(t.Context(), "xt", known)
	if err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

func testStations(t *testing.T, s *subject) {
	e := Publish(t, s, Print(0, "one"))
	other := edition.New("yy", Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), Noon)})
	Publish(t, s, other)
	for station, want := range map[string]*edition.Edition{"xt": e, "yy": other} {
		if got, err := s.Fetch(t.Context(), station, nil); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v", station, err)
		}
	}
}

// watermarks returns those of the kept editions, in minutes after Noon.
func (s *subject) watermarks(t *testing.T) (minutes []int) {
	t.Helper()
	s.collect(t)
	kept, err := s.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range kept {
		minutes = append(minutes, int(m.Watermark.Sub(Noon)/time.Minute))
		e, err := s.FetchKept(t.Context(), "xt", m.Watermark, nil)
		if err != nil || !e.Watermark().Equal(m.Watermark) || len(e.Manifest().Documents) != len(m.Documents) {
			t.Errorf("the edition of %s: %v, %v", m.Watermark, e, err)
		}
	}
	return minutes
}

func testKept(t *testing.T, s *subject) {
	want := map[int]*edition.Edition{}
	for i := range store.DefaultKeep + 3 {
		want[i] = Publish(t, s, withRecord(Print(i, fmt.Sprint("text ", i))))
	}
	if diff := cmp.Diff([]int{7, 6, 5, 4, 3, 2}, s.watermarks(t)); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	for i := range 8 {
		got, err := s.FetchKept(t.Context(), "xt", want[i].Watermark(), nil)
		if i < 2 != errors.Is(err, store.ErrNone) || i >= 2 && (err != nil || !got.Equal(want[i])) {
			t.Errorf("edition %d: %v, %v", i, got, err)
		}
	}
}

// testBusy has a desk publish every ten minutes for five hours: there is always one to
// go back to, and not many.
func testBusy(t *testing.T, s *subject) {
	for minute := 0; minute < 300; minute += 10 {
		// Contents come back, for a while or for long.
		stays := edition.NewDocument("text/plain", fmt.Append(nil, "of ", (minute+10)/40), Noon) // for some editions
		Publish(t, s, Print(minute, fmt.Sprint("text ", minute/10%7, minute/90)).WithContents(map[string]*edition.Document{"/month.xml": stays}))
		if minute%30 == 0 {
			s.collect(t)
		}
	}
	kept := s.watermarks(t)
	if len(kept) > store.DefaultKeep+17 {
		t.Errorf("%d editions are kept: %d", len(kept), kept)
	}
	for _, back := range []int{10, 30, 60, 120, 180} {
		i := slices.IndexFunc(kept, func(minute int) bool { return minute <= 290-back })
		if i < 0 || 290-back-kept[i] > max(6, back/2+3) {
			t.Errorf("as of %d minutes before: none of %d", back, kept)
		}
	}
}

// withRecord returns an edition with contents of its own.
func withRecord(e *edition.Edition) *edition.Edition {
	return e.WithContents(map[string]*edition.Document{"/sitemap.xml": edition.NewDocument("text/plain", fmt.Append(nil, "record of ", e.Watermark()), Noon)})
}

// wantPinned fails unless that edition is pinned.
func (s *subject) wantPinned(t *testing.T, station string, pin store.Pin, e *edition.Edition) {
	t.Helper()
	if heads, err := s.Heads(t.Context(), []string{station}); err != nil || heads[0].Pin != pin {
		t.Errorf("Heads = %v, %v; want pin %v", heads, err, pin)
	}
	got, pinned, err := s.Pinned(t.Context(), station, nil)
	if err != nil || got != pin || (e == nil) != (pinned == nil) || e != nil && !pinned.Equal(e) {
		t.Errorf("Pinned = %v, %v, %v; want pin %v", got, pinned, err, pin)
	}
}

func testPin(t *testing.T, s *subject) {
	first := Publish(t, s, withRecord(Print(0, "text 0")))
	pin := store.Pin{Watermark: Noon, At: Noon.Add(time.Second)}
	if err := s.Pin(t.Context(), "xt", pin, first); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		text := fmt.Sprint("text ", i+1)
		if i == 1 {
			text = "text 0" // what is pinned comes back, and goes again
		}
		Publish(t, s, Print(i+1, text))
		s.collect(t)
	}
	s.wantPinned(t, "xt", pin, first)
	s.collect(t)
	s.wantPinned(t, "xt", pin, first)
	unpinned := store.Pin{At: Noon.Add(time.Hour)}
	if err := s.Pin(t.Context(), "xt", unpinned, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		e := Publish(t, s, Print(i+20, fmt.Sprint("text ", i%4)))
		s.collect(t)
		if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", i, err)
		}
	}
	s.wantPinned(t, "xt", unpinned, nil)
	if _, err := s.FetchKept(t.Context(), "xt", Noon, nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("the first edition, which is not pinned any more: %v; want ErrNone", err)
	}
}

func testPins(t *testing.T, s *subject) {
	first := Publish(t, s, Print(0, "one"))
	second := Publish(t, s, Print(1, "two"))
	one, two, none := first.Watermark(), second.Watermark(), time.Time{}
	hour := func(n int) time.Time { return Noon.Add(time.Duration(n) * time.Hour) }
	for _, p := range []struct {
		pin    store.Pin
		e      *edition.Edition
		want   store.Pin
		pinned *edition.Edition
	}{
		{store.Pin{Watermark: one, At: hour(0)}, first, store.Pin{Watermark: one, At: hour(0)}, first},
		{store.Pin{Watermark: two, At: hour(-1)}, second, store.Pin{Watermark: one, At: hour(0)}, first},
		{store.Pin{Watermark: two, At: hour(1)}, second, store.Pin{Watermark: two, At: hour(1)}, second},
		{store.Pin{Watermark: none, At: hour(0)}, nil, store.Pin{Watermark: two, At: hour(1)}, second},
		{store.Pin{Watermark: none, At: hour(2)}, nil, store.Pin{Watermark: none, At: hour(2)}, nil},
	} {
		if err := s.Pin(t.Context(), "xt", p.pin, p.e); err != nil {
			t.Fatal(err)
		}
		s.wantPinned(t, "xt", p.want, p.pinned)
	}
	// A store that was emptied is told of a pin before there is an edition.
	lonely := edition.New("yy", Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), Noon)})
	pin := store.Pin{Watermark: Noon, At: Noon}
	if err := s.Pin(t.Context(), "yy", pin, lonely); err != nil {
		t.Fatal(err)
	}
	s.wantPinned(t, "yy", pin, lonely)
}

// testLarge has documents that need several batches, one of them larger than a
// batch.
func testLarge(t *testing.T, s *subject) {
	noise := rand.NewChaCha8([32]byte{})
	documents := map[string]*edition.Document{}
	for i, size := range []int{1 << 10, 3 << 20, 700 << 10, 700 << 10, 1} {
		body := make([]byte, size)
		_, _ = noise.Read(body) // there is no error
		documents[fmt.Sprint("/", i)] = edition.NewDocument("text/plain", body, Noon)
	}
	e := Publish(t, s, edition.New("xt", Noon, "build", documents))
	if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

// Publish stores an edition.
func Publish(t testing.TB, s store.Store, e *edition.Edition) *edition.Edition {
	t.Helper()
	if err := s.Publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return e
}
