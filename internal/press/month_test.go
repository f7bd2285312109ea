package press

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
)

// monthStore is a store that has nothing but articles.
type monthStore struct {
	Snapshot
	articles map[string]time.Time // published, by id
	asked    []time.Time          // where listings have begun
	pages    map[string]string    // of the articles, by id; otherwise each has its own
	unlisted string               // no sitemap names articles whose ids end so; empty: it names all
}

func (s *monthStore) Listing(_ context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	s.asked = append(s.asked, from)
	var found []article.Article
	for id, published := range s.articles {
		if !published.Before(from) && published.Before(to) {
			found = append(found, article.Article{
				ID: id, Station: station, URL: "https://xt.news.example/" + cmp.Or(s.pages[id], id), Published: published, Updated: published,
				NoIndex: s.unlisted != "" && strings.HasSuffix(id, s.unlisted),
			})
		}
	}
	slices.SortFunc(found, func(a, b article.Article) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.ID, b.ID))
	})
	return func(yield func(article.Article, error) bool) {
		for _, a := range found {
			if !yield(a, nil) {
				return
			}
		}
	}
}

func (s *monthStore) Find(_ context.Context, ids []string) (states []article.State, err error) {
	for _, id := range ids {
		if at, ok := s.articles[id]; ok {
			states = append(states, article.State{ID: id, Station: "xt", Published: at, Visible: true})
		}
	}
	return states, nil
}

// builderOf returns a builder in the month that begins then.
func builderOf(store Snapshot, from time.Time) *builder {
	station := &network.Station{ID: "xt", URL: "https://xt.news.example", Zone: time.UTC}
	n, err := network.New("湘江新闻网", []*network.Station{station}, nil)
	if err != nil {
		panic(err) // the station is valid
	}
	return &builder{
		Press: New(n, Options{Sitemaps: Limits{Chunk: 2}}, nil),
		draft: &draft{
			station: station, asOf: from.AddDate(0, 0, 20),
			documents: map[string]*edition.Document{}, contents: map[string]*edition.Document{},
		},
		snapshot: store,
	}
}

// publish makes what was built the current edition.
func (b *builder) publish() {
	b.current = edition.New("xt", b.asOf, "", b.documents).WithContents(b.contents)
	b.documents, b.contents = map[string]*edition.Document{}, map[string]*edition.Document{}
}

// TestPatch holds that a month of which only chunks are read again is the month
// that is read as a whole, in the same chunks, if its extent has the ids of all
// articles that have changed, and the times of those that are there.
func TestPatch(t *testing.T) {
	patches, several := 0, 0 // and those of months with more than one sitemap
	rapid.Check(t, func(t *rapid.T) {
		from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		name := article.MonthOf(from, time.UTC)
		store := &monthStore{articles: map[string]time.Time{}, pages: map[string]string{}, unlisted: rapid.SampledFrom([]string{"", "3", "0"}).Draw(t, "unlisted")}
		b := builderOf(store, from)
		b.options.Sitemaps.URLs = rapid.SampledFrom([]int{0, 8}).Draw(t, "limit")
		b.options.Sitemaps.Bytes = rapid.SampledFrom([]int64{0, 1500}).Draw(t, "bytes")
		// Few times and few ids: many articles are of one day, and many move.
		id := rapid.Map(rapid.IntRange(0, 40), func(n int) string { return fmt.Sprint(n) })
		at := rapid.Map(rapid.IntRange(0, 60), func(n int) time.Time { return from.Add(time.Duration(n) * 8 * time.Hour) })
		for range rapid.IntRange(0, 30).Draw(t, "articles") {
			store.articles[id.Draw(t, "id")] = at.Draw(t, "at")
		}
		first := seenPages{map[string]string{}, map[string]edition.Article{}, nil}
		for range 6 {
			e := new(Extent)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				id, at := id.Draw(t, "id"), at.Draw(t, "at")
				if rapid.IntRange(0, 3).Draw(t, "moves") == 0 {
					store.pages[id] = rapid.SampledFrom([]string{"", "a", "b", "3", "7"}).Draw(t, "page")
				}
				if rapid.Bool().Draw(t, "gone") {
					delete(store.articles, id)
					at = time.Time{}
				} else {
					store.articles[id] = at
				}
				e.Add(id, at)
			}
			store.asked = nil
			memory := b.memory
			got := b.made(t, name, e)
			if !slices.Contains(store.asked, from) || len(store.asked) > 1 {
				patches++
				if b.contents[network.ShardPath(name, 2)] != nil {
					several++
				}
			}
			b.memory = memory
			if want := b.made(t, name, &Extent{Whole: true}); got != want {
				t.Fatalf("read in chunks\n%s\nwant\n%s", got, want)
			}
			b.checkPages(t, name, store, &first)
			b.publish()
		}
	})
	if patches == 0 || several == 0 {
		t.Errorf("%d months were read in chunks, %d with more than one sitemap", patches, several)
	}
}

// seenPages are what articles were published as.
type seenPages struct {
	first map[string]string // addresses, by id, that they were published under first
	last  map[string]edition.Article
	there map[string]bool // that the month had last
}

// see notes an article of a month. One whose row had gone is another one where its
// address or its publication is.
func (s seenPages) see(a edition.Article) {
	last := s.last[a.ID]
	moved := last.Address != a.Address && s.first[a.ID] != a.Address
	if s.first[a.ID] == "" || !s.there[a.ID] && (moved || !last.Published.Equal(a.Published)) {
		s.first[a.ID] = a.Address
	}
	s.last[a.ID] = a
}

// checkPages holds that a month lists each page once, for the article that was
// published last, and knows all articles by the first of their addresses.
func (b *builder) checkPages(t *rapid.T, month article.Month, store *monthStore, first *seenPages) {
	there := map[string]bool{}
	newest := map[string]edition.Article{}
	listed := map[string]string{}
	known := map[string]string{}
	for n := 1; b.contents[network.ShardPath(month, n)] != nil; n++ {
		text := doctest.Body(t, b.contents[network.ShardPath(month, n)])
		for a, err := range edition.ParseArticles(text) {
			if err != nil {
				t.Fatal(err)
			}
			if store.unlisted == "" || !strings.HasSuffix(a.ID, store.unlisted) {
				newest[a.Address] = a
			}
			if other, ok := listed[a.Address]; ok && !a.Unlisted {
				t.Fatalf("%s is there for %s and %s", a.Address, other, a.ID)
			}
			if !a.Unlisted {
				listed[a.Address] = a.ID
			}
			first.see(a)
			there[a.ID] = true
		}
		for id, k := range edition.KnownBy(text, nil) {
			known[id] = k.GUID
		}
	}
	for address, a := range newest {
		if listed[address] != a.ID {
			t.Fatalf("%s is there for %q, want %s", address, listed[address], a.ID)
		}
	}
	first.there = there
	if !maps.Equal(known, first.first) {
		t.Fatalf("articles are known by %v, want %v", known, first.first)
	}
}

// made returns what a month is made into: its documents and contents as they are
// compressed, which tells where chunks end.
func (b *builder) made(t *rapid.T, month article.Month, e *Extent) string {
	b.documents, b.contents = map[string]*edition.Document{}, map[string]*edition.Document{}
	if err := b.month(t.Context(), month, e); err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, made := range []map[string]*edition.Document{b.documents, b.contents} {
		for _, path := range slices.Sorted(maps.Keys(made)) {
			d := made[path]
			fmt.Fprintf(&all, "%s %d %v %x\n%s", path, d.Items(), d.Modified(), doctest.Gzip(t, d), doctest.Body(t, d))
		}
	}
	return all.String()
}

// A month is whole though a hint was lost: an article has moved within it, from or
// to a chunk that is read because of another.
func TestPatchWithoutHint(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	month := article.MonthOf(from, time.UTC)
	for moved := 0; moved < 40; moved += 3 {
		for touched := 0; touched < 40; touched += 2 {
			store := &monthStore{articles: map[string]time.Time{}}
			for i := range 40 {
				store.articles[fmt.Sprint(i)] = from.Add(time.Duration(i) * time.Hour)
			}
			b := builderOf(store, from)
			if err := b.month(t.Context(), month, &Extent{Whole: true}); err != nil {
				t.Fatal(err)
			}
			b.publish()
			store.articles[fmt.Sprint(moved)] = from.Add(time.Duration(touched)*time.Hour + time.Minute)
			e := new(Extent)
			e.Add(fmt.Sprint(touched), store.articles[fmt.Sprint(touched)])
			if err := b.month(t.Context(), month, e); err != nil {
				t.Fatal(err)
			}
			seen := map[string]int{}
			for _, a := range contentsOf(t, b.contents[network.ShardPath(month, 1)]) {
				seen[a.ID]++
			}
			for id := range store.articles {
				if seen[id] != 1 {
					t.Fatalf("%d moves behind %d: %s is there %d times", moved, touched, id, seen[id])
				}
			}
		}
	}
}

func contentsOf(t testing.TB, contents *edition.Document) []edition.Article {
	t.Helper()
	articles, err := articlesOf(contents)
	if err != nil {
		t.Fatal(err)
	}
	return articles
}

// A month of articles that no sitemap names is in chunks, too.
func TestUnlistedChunks(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	store := &monthStore{articles: map[string]time.Time{"listed": from}, unlisted: "x"}
	for i := range 480 {
		store.articles[fmt.Sprint(i, "x")] = from.Add(time.Duration(i) * time.Hour)
	}
	b := builderOf(store, from)
	if err := b.month(t.Context(), article.MonthOf(from, time.UTC), &Extent{Whole: true}); err != nil {
		t.Fatal(err)
	}
	if n := len(b.memory.month.shards[0].chunks); n != 20 {
		t.Errorf("%d chunks of 20 days with 24 articles each", n)
	}
}
