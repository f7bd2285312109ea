package press

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
	"feedstation/sitemap"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// shardsOf returns a builder of an edition whose sitemaps are written already.
func shardsOf(memory Memory, files map[string][]string) *draft {
	b := &draft{
		station: &network.Station{ID: "xt", URL: "https://xt.news.example", Zone: time.UTC},
		asOf:    noon, memory: memory,
	}
	b.add(files)
	return b
}

// add makes sitemaps all that there is.
func (b *draft) add(files map[string][]string) {
	b.documents, b.contents = map[string]*edition.Document{}, map[string]*edition.Document{}
	for path, locs := range files {
		b.documents[path] = shardOf(locs)
		var lines []byte
		for _, loc := range locs {
			lines = edition.Article{ID: loc, Address: loc}.AppendTo(lines)
		}
		b.addContents(path, edition.NewContents(lines), len(locs))
	}
}

func shardOf(locs []string) *edition.Document {
	var text bytes.Buffer
	w := sitemap.NewWriter(&text, sitemap.Options{MaxBytes: sitemap.MaxBytes})
	for _, loc := range locs {
		if err := w.Add(sitemap.URL{Loc: loc}); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	chunk := gzjoin.New(text.Bytes())
	return edition.Revision{AsOf: noon}.ReviseContent(edition.Join(sitemap.ContentType, []*gzjoin.Chunk{&chunk}), nil)
}

// list returns Baidu's list of what b has.
func list(t *testing.T, b *draft) []string {
	t.Helper()
	if err := b.baidu(); err != nil {
		t.Fatal(err)
	}
	d := b.documents[network.BaiduPath]
	if d.MediaType() != "text/plain; charset=utf-8" || d.Size() >= 10<<20 || int64(len(doctest.Body(t, d))) != d.Size() {
		t.Errorf("%s, %d bytes", d.MediaType(), d.Size())
	}
	text, ok := strings.CutSuffix(string(doctest.Body(t, d)), "\n")
	if !ok {
		t.Error("the last line has no end")
	}
	return strings.Split(text, "\n")
}

// addresses returns n addresses of so many bytes, which have the file in them.
func addresses(file string, n, size int) []string {
	locs := make([]string, n)
	for i := range locs {
		loc := fmt.Sprintf("https://xt.news.example/%s/%06d", file, i)
		locs[i] = loc + strings.Repeat("x", max(0, size-len(loc)))
	}
	return locs
}

func path(year, month, n int) string {
	return network.ShardPath(article.Month{Year: year, Month: time.Month(month)}, n)
}

// compareLists compares what may be too long to be printed.
func compareLists(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d addresses; want %d", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Fatalf("address %d is %s; want %s", i, got[i], want[i])
		}
	}
}

func TestBaidu(t *testing.T) {
	require.Time(t)
	file := func(name string, n int) []string { return addresses(name, n, 0) }
	back := func(lists ...[]string) (all []string) {
		for _, l := range lists {
			for _, loc := range slices.Backward(l) {
				all = append(all, loc)
			}
		}
		return all
	}
	long := addresses("long", 50_000, 256)
	fit := (10<<20 - 1) / 257
	chinese := "https://xt.news.example/" + strings.Repeat("新", 26) // 24 + 26 × 9 bytes as published
	tests := []struct {
		name  string
		files map[string][]string
		want  []string
	}{
		{"nothing", nil, []string{"https://xt.news.example/"}},
		{"newest first", map[string][]string{
			path(2025, 12, 1): file("d", 2), path(2026, 1, 1): file("a", 3), path(2026, 1, 2): file("b", 3), path(2026, 2, 1): file("c", 1),
		}, back(file("c", 1), file("b", 3), file("a", 3), file("d", 2))},
		{"exactly as many as Baidu takes", map[string][]string{path(2026, 1, 1): file("a", 50_000)}, back(file("a", 50_000))},
		{"cut in a month", map[string][]string{
			path(2026, 1, 1): file("a", 30_000), path(2026, 1, 2): file("b", 10_000), path(2026, 2, 1): file("c", 15_000), path(2025, 1, 1): file("d", 5),
		}, back(file("c", 15_000), file("b", 10_000), file("a", 30_000)[5_000:])},
		{"cut between months", map[string][]string{
			path(2026, 1, 1): file("a", 10), path(2026, 2, 1): file("b", 50_000),
		}, back(file("b", 50_000))},
		{"one more of an older month", map[string][]string{
			path(2026, 1, 1): file("a", 10), path(2026, 2, 1): file("b", 49_999),
		}, back(file("b", 49_999), file("a", 10)[9:])},
		{"cut by bytes", map[string][]string{path(2025, 1, 1): file("a", 10), path(2026, 1, 1): long}, back(long[50_000-fit:])},
		{"too long an address", map[string][]string{
			path(2026, 1, 1): slices.Concat(addresses("a", 1, 257), addresses("b", 1, 256), addresses("c", 1, 257)),
		}, addresses("b", 1, 256)},
		{"only too long addresses", map[string][]string{path(2026, 1, 1): addresses("a", 3, 300)}, []string{"https://xt.news.example/"}},
		{"too long as published", map[string][]string{path(2026, 1, 1): {chinese, "https://xt.news.example/新?a&b='1'"}}, []string{"https://xt.news.example/%E6%96%B0?a&b='1'"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			compareLists(t, list(t, shardsOf(Memory{}, tt.files)), tt.want)
			// What check counts is what is not in it.
			if fits, older := counted(tt.files); tt.files != nil && fits > 0 && fits-older != len(tt.want) {
				t.Errorf("of %d, %d are counted as older; want %d left", fits, older, len(tt.want))
			}
		})
	}
}

// counted returns how many addresses are not too long for Baidu, and how many of
// those are too old.
func counted(files map[string][]string) (fits, older int) {
	var w BaiduWindow
	for _, path := range slices.Sorted(maps.Keys(files)) {
		for _, loc := range files[path] {
			more, why := w.Add(loc)
			older += more
			if why == 0 {
				fits++
			}
		}
	}
	return fits, older
}

// Years of months with several files each are in order as well.
func TestBaiduOfManyFiles(t *testing.T) {
	files := map[string][]string{}
	var want []string
	for year := 2026; year > 2020; year-- {
		for month := 12; month > 0; month-- {
			for n := 1 + month%4; n > 0; n-- {
				locs := addresses(fmt.Sprintf("%d-%02d-%d", year, month, n), 2, 0)
				files[path(year, month, n)] = locs
				want = append(want, locs[1], locs[0])
			}
		}
	}
	compareLists(t, list(t, shardsOf(Memory{}, files)), want)
}

// readable are documents that can be read.
type readable map[edition.Hash][]byte

func (r readable) Read(hash edition.Hash) ([]byte, error) {
	if packed, ok := r[hash]; ok {
		return packed, nil
	}
	return nil, &edition.DamagedError{Hash: hash}
}

func (r readable) Write(edition.Hash, []byte) error { return nil }

// What was read of a sitemap is used as long as that has not changed, and no
// longer; the bytes are in the list alone. A list of another process is none of it.
func TestBaiduReadsOnlyWhatIsNew(t *testing.T) {
	files := map[string][]string{
		path(2026, 1, 1): addresses("a", 3, 0), path(2026, 2, 1): addresses("b", 3, 0), path(2026, 3, 1): addresses("c", 3, 0),
	}
	first := shardsOf(Memory{}, files)
	list(t, first)
	e := edition.New("xt", noon, "", first.documents).WithContents(first.contents)
	old := first.contents[path(2026, 2, 1)].Hash()
	next := func(lost ...string) *draft {
		stored := readable{}
		for d := range e.Objects() {
			stored[d.Hash()] = doctest.Pack(t, d)
		}
		for _, path := range lost {
			delete(stored, first.contents[path].Hash())
		}
		m := e.Manifest()
		current, err := m.Edition(nil, edition.NewRest(stored, edition.NewRing(0)).Open)
		if err != nil {
			t.Fatal(err)
		}
		b := shardsOf(first.memory, map[string][]string{path(2026, 2, 1): addresses("b", 2, 0)})
		b.current = current
		for _, path := range []string{path(2026, 1, 1), path(2026, 3, 1)} {
			b.keep(path)
		}
		return b
	}
	want := slices.Concat(reversed(addresses("c", 3, 0)), reversed(addresses("b", 2, 0)), reversed(addresses("a", 3, 0)))
	second := next(path(2026, 1, 1), path(2026, 3, 1))
	compareLists(t, list(t, second), want)
	if _, ok := second.memory.list.addresses[old]; ok || len(second.memory.list.addresses) != 3 {
		t.Errorf("%d sitemaps are remembered, the one that is gone: %t", len(second.memory.list.addresses), ok)
	}
	for _, chunk := range second.memory.list.chunks {
		if !chunk.Dropped() {
			t.Error("addresses are in memory, beside the list")
		}
	}
	first.memory = second.memory // whose list is another one than that of the edition
	compareLists(t, list(t, next()), want)
	if err := next(path(2026, 1, 1)).baidu(); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("contents are needed that can't be read: %v", err)
	}
}

// A list whose sitemaps are as they were is not even joined.
func TestBaiduStays(t *testing.T) {
	first := shardsOf(Memory{}, map[string][]string{path(2026, 1, 1): addresses("a", 3, 0), path(2026, 2, 1): addresses("b", 3, 0)})
	list(t, first)
	m := edition.New("xt", noon, "", first.documents).WithContents(first.contents).Manifest()
	current, err := m.Edition(nil, edition.NewRest(readable{}, edition.NewRing(0)).Open)
	if err != nil {
		t.Fatal(err)
	}
	b := shardsOf(Memory{}, nil)
	b.current, b.documents, b.contents = current, maps.Collect(current.All()), maps.Collect(current.AllContents())
	delete(b.documents, network.BaiduPath)
	if err := b.baidu(); err != nil || b.documents[network.BaiduPath] != b.previous(network.BaiduPath) {
		t.Errorf("it was made anew: %v", err)
	}
	delete(b.documents, path(2026, 1, 1))
	if err := b.baidu(); err == nil {
		t.Error("it stays without one of its sitemaps")
	}
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// A list that says what it has said keeps its document, also where its
// sitemaps were cut in another place.
func TestBaiduUnchanged(t *testing.T) {
	b := shardsOf(Memory{}, map[string][]string{path(2026, 1, 1): addresses("a", 3, 0)})
	list(t, b)
	before := b.documents[network.BaiduPath]
	b.current = edition.New("xt", noon, "", b.documents)
	b.asOf = noon.Add(time.Hour)
	b.add(map[string][]string{path(2026, 1, 1): addresses("a", 3, 0)[:1], path(2026, 1, 2): addresses("a", 3, 0)[1:]})
	list(t, b)
	after := b.documents[network.BaiduPath]
	if after != before || !bytes.Equal(doctest.Body(t, after), doctest.Body(t, before)) {
		t.Errorf("modified %s, before that %s", after.Modified(), before.Modified())
	}
	b.add(map[string][]string{path(2026, 1, 1): addresses("a", 2, 0)})
	list(t, b)
	if got := b.documents[network.BaiduPath]; !got.Modified().Equal(noon.Add(time.Hour)) {
		t.Errorf("a list that has lost an address was modified %s; want %s", got.Modified(), noon.Add(time.Hour))
	}
}

// A list that stays because it says the same may be compressed in other chunks than
// those that are remembered: the next one has nothing of them.
func TestBaiduOfOtherChunks(t *testing.T) {
	january, february := path(2026, 1, 1), path(2026, 2, 1)
	b := shardsOf(Memory{}, map[string][]string{january: addresses("a", 30, 0), february: addresses("b", 3, 0)})
	list(t, b)
	whole := gzjoin.New(doctest.Body(t, b.documents[network.BaiduPath])) // as a take-down writes it
	b.addContent(network.BaiduPath, edition.Join(listType, []*gzjoin.Chunk{&whole}), 33, noon)
	current := edition.New("xt", noon, "", b.documents)
	contents := chunk{contents: gzjoin.New(doctest.Body(t, b.contents[february]))}
	memory := Memory{month: monthMemory{shards: []shardMemory{{contents: b.contents[february].Hash(), chunks: []chunk{contents}}}}}
	for left := 30; left > 27; left-- {
		b = shardsOf(memory, map[string][]string{january: addresses("a", left, 0), february: addresses("b", 3, 0)})
		b.current = current
		compareLists(t, list(t, b), slices.Concat(reversed(addresses("b", 3, 0)), reversed(addresses("a", left, 0))))
		if stays := b.documents[network.BaiduPath] == b.previous(network.BaiduPath); stays != (left == 30) {
			t.Errorf("with %d of 30 addresses the list stays: %t", left, stays)
		}
		memory = b.memory
	}
}

// An index names as many sitemaps as it may, the newest.
func TestIndexIsNotFull(t *testing.T) {
	document := shardOf(addresses("a", 1, 0))
	b := shardsOf(Memory{}, nil)
	for i := range sitemap.MaxURLs + 1 {
		b.documents[path(2000+i/1200, 1+i/100%12, 1+i%100)] = document
	}
	if err := b.index(); err != nil {
		t.Fatal(err)
	}
	body := doctest.Body(t, b.documents[network.IndexPath])
	if n := bytes.Count(body, []byte("<sitemap>")); n != sitemap.MaxURLs {
		t.Errorf("%d sitemaps are named", n)
	}
	if bytes.Contains(body, []byte("/2000-01-100.xml")) || !bytes.Contains(body, []byte("/2000-01-99.xml")) {
		t.Error("it is not the last that is missing")
	}
}
