// Package storetest is what all stores of editions keep to, and editions for their
// tests.
package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Noon is when the editions of Print begin.
var Noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Print returns an edition whose documents all say text.
func Print(number int64, minute int, text string) *edition.Edition {
	at := Noon.Add(time.Duration(minute) * time.Minute)
	documents := map[string]*edition.Document{}
	for _, path := range []string{"/rss.xml", "/sitemap.xml", "/moment/feed.json"} {
		documents[path] = edition.NewDocument("text/plain", []byte(text+" at "+path), at)
	}
	return edition.New("xt", number, at, "build", documents)
}

// Run is what every store of editions keeps to. Open returns one that is empty, and
// keeps store.DefaultKeep editions.
func Run(t *testing.T, open func(*testing.T) store.Store) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"nothing yet":                          testNothing,
		"what is published is fetched":         testRoundTrip,
		"numbers only rise":                    testNumbers,
		"an older snapshot is refused":         testStale,
		"the same once more is no new edition": testSame,
		"known documents are not read":         testKnown,
		"known documents with other headers":   testHeaders,
		"many editions":                        testMany,
		"stations apart":                       testStations,
		"editions are kept":                    testKept,
		"a pinned edition stays":               testPin,
		"the later pin counts":                 testPins,
		"large documents":                      testLarge,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testNothing(t *testing.T, s store.Store) {
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
	if _, err := s.FetchKept(t.Context(), "xt", 1, nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("FetchKept: %v; want ErrNone", err)
	}
}

func testRoundTrip(t *testing.T, s store.Store) {
	published := Publish(t, s, Print(7, 0, "岁月不居"))
	if published.Number() != 7 {
		t.Errorf("number = %d; want 7", published.Number())
	}
	got, err := s.Fetch(t.Context(), "xt", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Equal(published) || got.Number() != 7 || got.Build() != "build" || !got.Watermark().Equal(Noon) {
		t.Errorf("fetched another edition: %+v", got.Manifest())
	}
	for path, d := range published.All() {
		other, _ := got.Document(path)
		d.Encode()
		other.Encode()
		for _, encoding := range []edition.Encoding{edition.Identity, edition.Gzip, edition.Brotli} {
			if a, b := d.Variant(encoding), other.Variant(encoding); string(a.Body) != string(b.Body) || a.ETag[0] != b.ETag[0] {
				t.Errorf("%s as %s is not what was published", path, encoding)
			}
		}
	}
}

func testNumbers(t *testing.T, s store.Store) {
	Publish(t, s, Print(5, 0, "one"))
	if n := Publish(t, s, Print(2, 1, "two")).Number(); n != 6 {
		t.Errorf("after 5, edition 2 became %d; want 6", n)
	}
	if n := Publish(t, s, Print(100, 2, "three")).Number(); n != 100 {
		t.Errorf("edition 100 became %d", n)
	}
	if n := Publish(t, s, Print(1_760_000_000_000, 3, "four")).Number(); n != 1_760_000_000_000 {
		t.Errorf("edition 1760000000000 became %d", n)
	}
	heads, err := s.Heads(t.Context(), []string{"yy", "xt"})
	want := store.Head{Version: store.Version{Number: 1_760_000_000_000, Watermark: Noon.Add(3 * time.Minute).UnixMilli()}}
	if err != nil || heads[0] != (store.Head{}) || heads[1] != want {
		t.Errorf("Heads = %v, %v; want %v", heads, err, want)
	}
}

func testStale(t *testing.T, s store.Store) {
	Publish(t, s, Print(1, 10, "new"))
	if _, err := s.Publish(t.Context(), Print(99, 9, "old")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("an older snapshot: %v; want ErrStale", err)
	}
	got, err := s.Fetch(t.Context(), "xt", nil)
	if err != nil || !got.Equal(Print(1, 10, "new")) {
		t.Errorf("the older edition replaced the newer: %v", err)
	}
	Publish(t, s, Print(2, 10, "same snapshot, other configuration"))
}

func testKnown(t *testing.T, s store.Store) {
	first := Publish(t, s, Print(1, 0, "one"))
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
func testMany(t *testing.T, s store.Store) {
	for i := range 6 {
		text := fmt.Sprint("text ", i%3) // contents come back
		e := Publish(t, s, Print(1, i, text))
		got, err := s.Fetch(t.Context(), "xt", nil)
		if err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", i, err)
		}
	}
}

// testSame has another process publish the same edition: a store that every
// process hands its edition to, because it was emptied, ends with one number.
func testSame(t *testing.T, s store.Store) {
	Publish(t, s, Print(3, 0, "one"))
	for _, number := range []int64{1, 3} {
		if n := Publish(t, s, Print(number, 0, "one")).Number(); n != 3 {
			t.Errorf("the same as %d became %d; want 3", number, n)
		}
	}
	if n := Publish(t, s, Print(5, 0, "one")).Number(); n != 5 {
		t.Errorf("the same as 5 became %d; want 5", n)
	}
	if n := Publish(t, s, Print(5, 0, "two")).Number(); n != 6 {
		t.Errorf("another one as 5 became %d; want 6", n)
	}
}

func testHeaders(t *testing.T, s store.Store) {
	known := Print(1, 0, "one")
	told := map[string]*edition.Document{}
	for path, d := range known.All() {
		told[path] = d.WithHeaders(edition.Headers{MaxAge: time.Hour})
	}
	e := Publish(t, s, edition.New("xt", 2, Noon, "build", told))
	got, err := s.Fetch(t.Context(), "xt", known)
	if err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

func testStations(t *testing.T, s store.Store) {
	e := Publish(t, s, Print(1, 0, "one"))
	other := edition.New("yy", 5, Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), Noon)})
	Publish(t, s, other)
	for station, want := range map[string]*edition.Edition{"xt": e, "yy": other} {
		if got, err := s.Fetch(t.Context(), station, nil); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v", station, err)
		}
	}
}

func testKept(t *testing.T, s store.Store) {
	want := map[int64]*edition.Edition{}
	for i := range store.DefaultKeep + 3 {
		e := Publish(t, s, withRecord(Print(int64(i+1), i, fmt.Sprint("text ", i))))
		want[e.Number()] = e
	}
	kept, err := s.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	var numbers []int64
	for _, m := range kept {
		numbers = append(numbers, m.Number)
	}
	if diff := cmp.Diff([]int64{8, 7, 6, 5, 4, 3}, numbers); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	for _, number := range numbers {
		got, err := s.FetchKept(t.Context(), "xt", number, nil)
		if err != nil || got.Number() != number || !got.Equal(want[number]) {
			t.Errorf("edition %d: %v, %v", number, got, err)
		}
	}
	if _, err := s.FetchKept(t.Context(), "xt", 2, nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("edition 2: %v; want ErrNone", err)
	}
}

// withRecord returns an edition with a record of its own.
func withRecord(e *edition.Edition) *edition.Edition {
	return e.WithContents(map[string]*edition.Document{"/sitemap.xml": edition.NewDocument("text/plain", fmt.Append(nil, "record of ", e.Number()), Noon)})
}

func testPin(t *testing.T, s store.Store) {
	first := Publish(t, s, withRecord(Print(1, 0, "text 0")))
	if err := s.Pin(t.Context(), "xt", store.Pin{Number: 1, At: Noon}, first); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		text := fmt.Sprint("text ", i+1)
		if i == 1 {
			text = "text 0" // what is pinned comes back, and goes again
		}
		Publish(t, s, Print(1, i+1, text))
	}
	heads, err := s.Heads(t.Context(), []string{"xt"})
	if err != nil || heads[0].Pin != (store.Pin{Number: 1, At: Noon}) || heads[0].Number != 11 {
		t.Errorf("Heads = %v, %v", heads, err)
	}
	if got, err := s.FetchKept(t.Context(), "xt", 1, nil); err != nil || !got.Equal(first) {
		t.Errorf("the pinned edition: %v", err)
	}
	if kept, err := s.Kept(t.Context(), "xt"); err != nil || len(kept) != store.DefaultKeep+2 {
		t.Errorf("%d editions are kept, %v; want %d besides the current and the pinned one", len(kept), err, store.DefaultKeep)
	}
	unpinned := store.Pin{Number: 0, At: Noon.Add(time.Hour)}
	if err := s.Pin(t.Context(), "xt", unpinned, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		e := Publish(t, s, Print(1, i+20, fmt.Sprint("text ", i%4)))
		if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
			t.Fatalf("edition %d: %v", e.Number(), err)
		}
	}
	if _, err := s.FetchKept(t.Context(), "xt", 1, nil); !errors.Is(err, store.ErrNone) {
		t.Errorf("edition 1, which is not pinned any more: %v; want ErrNone", err)
	}
}

func testPins(t *testing.T, s store.Store) {
	first := Publish(t, s, Print(1, 0, "one"))
	second := Publish(t, s, Print(2, 1, "two"))
	pins := []struct {
		pin  store.Pin
		e    *edition.Edition
		want store.Pin
	}{
		{store.Pin{Number: 1, At: Noon}, first, store.Pin{Number: 1, At: Noon}},
		{store.Pin{Number: 2, At: Noon.Add(-time.Hour)}, second, store.Pin{Number: 1, At: Noon}},
		{store.Pin{Number: 2, At: Noon.Add(time.Hour)}, second, store.Pin{Number: 2, At: Noon.Add(time.Hour)}},
		{store.Pin{Number: 0, At: Noon}, nil, store.Pin{Number: 2, At: Noon.Add(time.Hour)}},
		{store.Pin{Number: 0, At: Noon.Add(2 * time.Hour)}, nil, store.Pin{Number: 0, At: Noon.Add(2 * time.Hour)}},
	}
	for _, p := range pins {
		if err := s.Pin(t.Context(), "xt", p.pin, p.e); err != nil {
			t.Fatal(err)
		}
		if heads, err := s.Heads(t.Context(), []string{"xt"}); err != nil || heads[0].Pin != p.want {
			t.Errorf("after %v: %v, %v; want %v", p.pin, heads, err, p.want)
		}
	}
	// A store that was emptied is told of a pin before there is an edition.
	lonely := edition.New("yy", 4, Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("two"), Noon)})
	if err := s.Pin(t.Context(), "yy", store.Pin{Number: 4, At: Noon}, lonely); err != nil {
		t.Fatal(err)
	}
	if got, err := s.FetchKept(t.Context(), "yy", 4, nil); err != nil || !got.Equal(lonely) {
		t.Errorf("a pinned edition alone: %v", err)
	}
}

// testLarge has documents that need several batches, one of them larger than a
// batch.
func testLarge(t *testing.T, s store.Store) {
	noise := rand.NewChaCha8([32]byte{})
	documents := map[string]*edition.Document{}
	for i, size := range []int{1 << 10, 3 << 20, 700 << 10, 700 << 10, 1} {
		body := make([]byte, size)
		noise.Read(body)
		documents[fmt.Sprint("/", i)] = edition.NewDocument("text/plain", body, Noon)
	}
	e := Publish(t, s, edition.New("xt", 1, Noon, "build", documents))
	if got, err := s.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

// Publish stores an edition, which has to be new.
func Publish(t testing.TB, s store.Store, e *edition.Edition) *edition.Edition {
	t.Helper()
	published, err := s.Publish(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if !published.Equal(e) {
		t.Fatal("published other documents")
	}
	return published
}
