package edition_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

// packs are the stored documents of an edition, and what has been asked for.
type packs struct {
	mu    sync.Mutex
	data  map[edition.Hash][]byte
	asked []edition.Hash
	fault error // of every question
}

func packsOf(e *edition.Edition) *packs {
	p := &packs{data: map[edition.Hash][]byte{}}
	for d := range e.Objects() {
		packed, err := d.Pack()
		if err != nil {
			panic(err) // it is in memory
		}
		p.data[d.Hash()] = packed
	}
	return p
}

// Read implements edition.Source.
func (p *packs) Read(hash edition.Hash) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, hash)
	data, ok := p.data[hash]
	switch {
	case p.fault != nil:
		return nil, p.fault
	case !ok:
		return nil, &edition.DamagedError{Hash: hash}
	}
	return bytes.Clone(data), nil
}

// Write implements edition.Source.
func (p *packs) Write(hash edition.Hash, packed []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault != nil {
		return p.fault
	}
	p.data[hash] = packed
	return nil
}

// open opens a document in memory.
func (p *packs) open(entry edition.Entry) (*edition.Document, error) {
	data, err := p.Read(entry.Hash)
	if err != nil {
		return nil, err
	}
	return edition.Unpack(entry, data)
}

// reads returns how many documents have been asked for since the last call.
func (p *packs) reads() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.asked)
	p.asked = nil
	return n
}

// atRest returns an edition as it is after a restart.
func atRest(t *testing.T, e *edition.Edition, ring int64) (*edition.Edition, *packs, *edition.Rest) {
	t.Helper()
	stored := packsOf(e)
	rest := edition.NewRest(stored, edition.NewRing(ring))
	m := e.Manifest()
	got, err := m.Edition(nil, rest.Open)
	if err != nil {
		t.Fatal(err)
	}
	return got, stored, rest
}

const room = 1 << 20

// TestRestart holds that an edition is made from its manifest without any document
// being read, that each is read when it is asked for, and then not again.
func TestRestart(t *testing.T) {
	want := sample()
	got, stored, _ := atRest(t, want, room)
	for path, d := range got.All() {
		was, _ := want.Document(path)
		if d.Size() != was.Size() || d.Compressed() != was.Compressed() || !d.Modified().Equal(was.Modified()) || d.Has(edition.Gzip, false) != was.Has(edition.Gzip, false) || d.Has(edition.Brotli, true) != was.Has(edition.Brotli, true) {
			t.Errorf("%s: %d bytes, %d in gzip, modified %v", path, d.Size(), d.Compressed(), d.Modified())
		}
		for encoding := range edition.Encoding(4) {
			if got, want := d.ETag(encoding), was.ETag(encoding); !slices.Equal(got, want) {
				t.Errorf("%s: ETag %s, want %s", path, got, want)
			}
		}
	}
	if n := stored.reads(); n != 0 {
		t.Errorf("%d documents read", n)
	}
	sameEdition(t, got, want)
	if n := stored.reads(); n != 4 {
		t.Errorf("%d documents read, want each once", n)
	}
}

// TestFormerEntries holds that a document of which the manifest does not tell what it
// is like is read once, when the edition is opened.
func TestFormerEntries(t *testing.T) {
	want := sample()
	stored, m := packsOf(want), want.Manifest()
	for _, part := range []map[string]edition.Entry{m.Documents, m.Contents} {
		for path, entry := range part {
			entry.Size, entry.Gzip, entry.Often = 0, 0, false
			part[path] = entry
		}
	}
	rest := edition.NewRest(stored, edition.NewRing(room))
	got, err := m.Edition(nil, rest.Open)
	if err != nil || stored.reads() != 4 {
		t.Fatal(err)
	}
	sameEdition(t, got, want)
	again, err := m.Edition(got, rest.Open)
	if n := stored.reads(); err != nil || n != 0 || !again.Equal(got) {
		t.Errorf("%d documents read again, %v", n, err)
	}
	delete(stored.data, slices.Collect(maps.Values(m.Documents))[0].Hash)
	if _, err := m.Edition(nil, rest.Open); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("one is missing: %v", err)
	}
}

// TestOneBody holds that documents of one content share its bytes.
func TestOneBody(t *testing.T) {
	d := edition.NewDocument(textType, bodies()["big"], noon)
	e := edition.New("xt", noon, "", map[string]*edition.Document{"/a": d, "/b": edition.NewDocument(textType, bodies()["big"], noon.Add(time.Hour)).Carrying(3)})
	got, stored, _ := atRest(t, e, room)
	a, _ := got.Document("/a")
	b, _ := got.Document("/b")
	if !bytes.Equal(doctest.Body(t, a), doctest.Body(t, b)) || &doctest.Gzip(t, a)[0] != &doctest.Gzip(t, b)[0] || stored.reads() != 1 {
		t.Error("the content is there twice")
	}
	if !b.Modified().Equal(noon.Add(time.Hour)) || b.Items() != 3 || !a.Modified().Equal(noon) {
		t.Error("the documents have become one")
	}
}

// TestDamageAtRest holds that a document that is missing or damaged can't be had in
// any form, that the others can, and that it is there again once it has been stored.
func TestDamageAtRest(t *testing.T) {
	tests := []struct {
		name   string
		damage func(p *packs, hash edition.Hash)
	}{
		{"missing", func(p *packs, hash edition.Hash) { delete(p.data, hash) }},
		{"empty", func(p *packs, hash edition.Hash) { p.data[hash] = nil }},
		{"cut", func(p *packs, hash edition.Hash) { p.data[hash] = p.data[hash][:len(p.data[hash])/2] }},
		{"a bit", func(p *packs, hash edition.Hash) { p.data[hash][len(p.data[hash])/2] ^= 4 }},
		{"another document", func(p *packs, hash edition.Hash) { p.data[hash], _ = edition.NewDocument(textType, nil, noon).Pack() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := sample()
			got, stored, rest := atRest(t, want, room)
			d, _ := got.Document("/rss.xml")
			good := bytes.Clone(stored.data[d.Hash()])
			tt.damage(stored, d.Hash())
			for _, of := range []*edition.Document{d, d.Twin()} {
				for encoding := range edition.Encoding(4) {
					if _, err := of.Variant(encoding); !errors.Is(err, edition.ErrDamaged) {
						t.Errorf("%s: %v", encoding, err)
					}
				}
				_, bodyErr := of.Body()
				_, packErr := of.Pack()
				if !errors.Is(bodyErr, edition.ErrDamaged) || !errors.Is(packErr, edition.ErrDamaged) {
					t.Errorf("Body: %v, Pack: %v", bodyErr, packErr)
				}
			}
			for _, path := range []string{"/robots.txt", "/sitemaps/2019-03.xml"} {
				other, _ := got.Document(path)
				was, _ := want.Document(path)
				same(t, other, was)
			}
			if paths := slices.Collect(maps.Keys(maps.Collect(got.Lost()))); !rest.TakeLost() || rest.TakeLost() || !slices.Equal(paths, []string{"/rss.xml"}) {
				t.Errorf("lost: %q", paths)
			}
			if err := rest.Mend(d, []byte("something else")); !errors.Is(err, edition.ErrDamaged) || !d.Lost() {
				t.Errorf("mended with something else: %v", err)
			}
			if err := rest.Mend(d, good); err != nil || d.Lost() {
				t.Errorf("not mended: %v", err)
			}
			sameEdition(t, got, want)
		})
	}
}

// TestRestore holds that what is built again with the same bytes gives a lost document
// its bytes back, in memory until they have been stored, and is no change.
func TestRestore(t *testing.T) {
	text := "one article"
	revise := func(previous *edition.Document) *edition.Document {
		d, err := printed(text, noon, noon.Add(time.Hour)).Revise(previous)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	reviseContent := func(previous *edition.Document) *edition.Document {
		return edition.Revision{Newest: noon, AsOf: noon.Add(time.Hour), Headers: edition.DefaultHeaders}.ReviseContent(edition.NewContents([]byte("1\t0\t0\tx\n")), previous)
	}
	for name, again := range map[string]func(*edition.Document) *edition.Document{"Revise": revise, "ReviseContent": reviseContent} {
		t.Run(name, func(t *testing.T) {
			first := edition.New("xt", noon, "", map[string]*edition.Document{"/a": again(nil)})
			e, stored, rest := atRest(t, first, room)
			d, _ := e.Document("/a")
			clear(stored.data)
			if again(d) != d || d.Restored() {
				t.Error("what is not known to be lost was restored")
			}
			if _, err := d.Body(); !errors.Is(err, edition.ErrDamaged) || !d.Lost() {
				t.Fatalf("not lost: %v", err)
			}
			if next := again(d); next != d || !d.Restored() {
				t.Errorf("built again: another document %t, restored %t", next != d, d.Restored())
			}
			for range e.Lost() {
				t.Error("it has still to be built")
			}
			was, _ := first.Document("/a")
			same(t, d, was)
			if rest.Release(e); !d.Lost() {
				t.Error("taken for stored")
			}
			stored.fault = errors.New("read-only")
			if err := rest.Mend(d, nil); err == nil || !d.Restored() {
				t.Errorf("stored where it can't be: %v", err)
			}
			stored.fault = nil
			if err := rest.Mend(d, nil); err != nil || d.Lost() || len(stored.data) != 1 {
				t.Errorf("not stored: %v, %d", err, len(stored.data))
			}
		})
	}
}

// TestPassingFault holds that what may pass, as a disk that does not answer, loses
// nothing.
func TestPassingFault(t *testing.T) {
	want := sample()
	got, stored, rest := atRest(t, want, room)
	stored.fault = errors.New("the disk does not answer")
	d, _ := got.Document("/rss.xml")
	if _, err := d.Body(); !errors.Is(err, stored.fault) || d.Lost() || rest.TakeLost() {
		t.Errorf("Body: %v, lost %t", err, d.Lost())
	}
	stored.fault = nil
	sameEdition(t, got, want)
}

// TestSettleAtRest holds that what has been stored leaves memory as far as the ring has no
// room for it, all but the contents of feeds; and that what could not be written stays.
func TestSettleAtRest(t *testing.T) {
	contents := edition.Revision{AsOf: noon}.ReviseContent(edition.NewContents([]byte("1\t0\t0\tx\n")), nil)
	e := sample()
	e = e.WithContents(map[string]*edition.Document{"/rss.xml": contents, "/sitemaps/2019-03.xml": counted("1001\n", 1)})
	stored := packsOf(e)
	rest := edition.NewRest(stored, edition.NewRing(0))
	sameEdition(t, e, e)
	if stored.reads() != 0 {
		t.Error("read before it was at rest")
	}
	rest.Release(e)
	for d := range e.Objects() {
		doctest.Body(t, d)
		if read := stored.reads() == 1; read == (d == contents) {
			t.Errorf("%s: read %t", d.MediaType(), read)
		}
	}

	stored.fault = errors.New("disk full")
	other := edition.NewDocument(textType, []byte("another\n"), noon)
	m := edition.New("xt", noon, "", map[string]*edition.Document{"/a": other}).Manifest()
	packed := doctest.Pack(t, other)
	kept, err := m.Edition(nil, func(entry edition.Entry) (*edition.Document, error) { return rest.Keep(entry, bytes.Clone(packed)) })
	if err != nil {
		t.Fatal(err)
	}
	d, _ := kept.Document("/a")
	if doctest.Body(t, d); stored.reads() != 0 {
		t.Error("what could not be written was put at rest")
	}
}

// TestLongAgoLeaves holds that what has been stored of old months leaves memory until it
// is asked for, and stays from then on while the ring has room.
func TestLongAgoLeaves(t *testing.T) {
	documents, contents := map[string]*edition.Document{"/rss.xml": counted("feed\n", 1)}, map[string]*edition.Document{}
	for _, month := range []string{"2018-12", "2019-01", "2019-02", "2019-03"} {
		path := "/sitemaps/" + month + ".xml"
		documents[path], contents[path] = counted("month "+month+"\n", 1), counted("contents "+month+"\n", 1)
	}
	e := edition.New("xt", noon, "", documents).WithContents(contents)
	stored := packsOf(e)
	rest := edition.NewRest(stored, edition.NewRing(room))
	for _, reads := range []int{1, 0} {
		rest.Release(e)
		for _, of := range []map[string]*edition.Document{documents, contents} {
			for path, d := range of {
				doctest.Body(t, d)
				want := 0
				if path == "/sitemaps/2018-12.xml" || path == "/sitemaps/2019-01.xml" {
					want = reads
				}
				if n := stored.reads(); n != want {
					t.Errorf("%s: read %d times, want %d", path, n, want)
				}
			}
		}
	}
}

// TestRing holds for random questions that the ring keeps to its budget, and that what
// it gives is what was stored.
func TestRing(t *testing.T) {
	documents := map[string]*edition.Document{}
	for i := range 12 {
		body := bytes.Repeat(fmt.Appendf(nil, "%d %x\n", i, i*7919), 1+i*i*40)
		documents[fmt.Sprint("/", i)] = edition.NewDocument(textType, body, noon)
	}
	whole := edition.New("xt", noon, "", documents)
	rapid.Check(t, func(r *rapid.T) {
		budget := rapid.Int64Range(0, 8<<10).Draw(r, "budget")
		ring := edition.NewRing(budget)
		rest := edition.NewRest(packsOf(whole), ring)
		m := whole.Manifest()
		e, err := m.Edition(nil, rest.Open)
		if err != nil {
			r.Fatal(err)
		}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, 11), 1, 60).Draw(r, "asked") {
			path := fmt.Sprint("/", i)
			d, _ := e.Document(path)
			encoding := rapid.SampledFrom(encodings).Draw(r, "encoding")
			got, want := doctest.Variant(r, d, encoding), doctest.Variant(r, documents[path], encoding)
			if !bytes.Equal(got.Body, want.Body) {
				r.Fatalf("%s: other bytes", path)
			}
			if used := ring.Used(); used > budget || used < 0 {
				r.Fatalf("%d bytes of %d", used, budget)
			}
		}
	})
}

// TestRingKeepsWhatIsAskedAgain holds that a crawler that reads all documents does not
// push out one that others ask for meanwhile.
func TestRingKeepsWhatIsAskedAgain(t *testing.T) {
	documents := map[string]*edition.Document{}
	for i := range 100 {
		documents[fmt.Sprint("/", i)] = edition.NewDocument(textType, fmt.Appendf(nil, "%d", i), noon)
	}
	e, stored, _ := atRest(t, edition.New("xt", noon, "", documents), 10*300)
	feed, _ := e.Document("/0")
	for i := 1; i < 100; i++ {
		d, _ := e.Document(fmt.Sprint("/", i))
		doctest.Body(t, d)
		doctest.Body(t, feed)
	}
	if n := stored.reads(); n != 100 {
		t.Errorf("%d documents read, want each of 100 once", n)
	}
}

// TestRingForgets holds that what no edition has any more does not stay for want of others.
func TestRingForgets(t *testing.T) {
	ring := edition.NewRing(room)
	settled := func(body string) *edition.Edition {
		e := edition.New("xt", noon, "", map[string]*edition.Document{"/rss.xml": edition.NewDocument(textType, []byte(body), noon)})
		edition.NewRest(packsOf(e), ring).Release(e)
		return e
	}
	kept := settled("kept\n")
	alone := ring.Used()
	if settled("left\n"); ring.Used() == alone {
		t.Fatal("nothing was held")
	}
	for ring.Used() > alone {
		runtime.GC() // until the cleanup has run
	}
	if d, _ := kept.Document("/rss.xml"); string(doctest.Body(t, d)) != "kept\n" || ring.Used() != alone {
		t.Errorf("%d bytes held, want %d", ring.Used(), alone)
	}
}

// TestRingLeavesNothing holds that bodies that come and go leave nothing behind.
func TestRingLeavesNothing(t *testing.T) {
	documents := map[string]*edition.Document{}
	for i := range 10 {
		documents[fmt.Sprint("/", i)] = edition.NewDocument(textType, fmt.Appendf(nil, "%d", i), noon)
	}
	e, stored, _ := atRest(t, edition.New("xt", noon, "", documents), 3*300)
	read := func(times int) uint64 {
		for i := range times {
			d, _ := e.Document(fmt.Sprint("/", i%10))
			doctest.Body(t, d)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapObjects
	}
	before := read(100)
	stored.reads()
	after := read(5000)
	if n := stored.reads(); n != 5000 {
		t.Fatalf("%d bodies have come", n)
	}
	if after > before+1000 {
		t.Errorf("%d objects, %d before", after, before)
	}
}
