package jobs_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// withShelf has the world's editions on a shelf.
func (w *world) withShelf() (*shelf, *jobs.Conductor) {
	s := newShelf()
	return s, w.conduct(s, options, nil)
}

func (w *world) refreshOf(c *jobs.Conductor) {
	w.t.Helper()
	if err := refreshAll(w.t.Context(), c); err != nil {
		w.t.Fatal(err)
	}
}

func held(station string, id int) edition.Retraction {
	return edition.Retraction{Station: station, ID: fmt.Sprint(id), At: time.Now(), State: edition.Held}
}

// naming returns the paths of the documents that name an article, or whose
// contents have it.
func naming(t *testing.T, e *edition.Edition, id int) (paths []string) {
	for path, d := range e.All() {
		if strings.Contains(string(doctest.Body(t, d)), fmt.Sprintf("/content/%d.html", id)) {
			paths = append(paths, path)
		}
	}
	for path, d := range e.AllContents() {
		if edition.HasAny(d, map[string]bool{fmt.Sprint(id): true}) {
			paths = append(paths, "contents of "+path)
		}
	}
	return paths
}

// An edition loses what has been taken down without a content store, in every
// process alike, and is whole afterwards.
func TestRedact(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("xt", 3, 40*dayHours), newArticle("yy", 4, 3*time.Hour))
		noindex := newArticle("xt", 5, 4*time.Hour)
		noindex.NoIndex = true
		w.put(noindex)
		s, c := w.withShelf()
		w.refreshOf(c)
		time.Sleep(time.Hour)
		tests := []struct {
			name    string
			station string // whose edition
			id      int
			of      string
			left    []string // some paths that stay
			gone    []string // paths that go
		}{
			{"in feeds, a month and the news", "xt", 1, "xt", []string{"/rss.xml", "/sitemaps/news.xml"}, nil},
			{"the last of its month", "xt", 3, "xt", []string{"/rss.xml"}, []string{"/sitemaps/2026-01.xml"}},
			{"in feeds only", "xt", 5, "xt", []string{"/rss.xml", "/sitemaps/2026-03.xml"}, nil},
			{"on the station of all", "www", 1, "xt", []string{"/rss.xml", "/moment/atom.xml"}, nil},
			{"the only one of its station", "yy", 4, "yy", []string{"/rss.xml", "/sitemaps/news.xml", "/sitemaps/baidu.txt"}, []string{"/sitemaps/2026-03.xml"}},
		}
		for _, tt := range tests {
			before, _ := s.Current(tt.station)
			if len(naming(t, before, tt.id)) == 0 {
				t.Fatalf("%s: not there before", tt.name)
			}
			retractions := edition.Retractions{fmt.Sprint(tt.id): held(tt.of, tt.id)}
			got := press.Redact(w.network, before, retractions)
			if paths := naming(t, got, tt.id); len(paths) > 0 {
				t.Errorf("%s: still in %q", tt.name, paths)
			}
			station, _ := w.network.Station(tt.station)
			if err := consistent(station, got); err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			for _, path := range append(tt.left, tt.gone...) {
				if _, ok := got.Document(path); ok != slices.Contains(tt.left, path) {
					t.Errorf("%s: %s is there: %t", tt.name, path, ok)
				}
			}
			if !got.Watermark().After(before.Watermark()) || !got.Base().Equal(before.Watermark()) {
				t.Errorf("%s: edition of %v", tt.name, got.Watermark())
			}
			if again := press.Redact(w.network, before, retractions); !again.Equal(got) {
				t.Errorf("%s: another process makes another edition", tt.name)
			}
			if again := press.Redact(w.network, got, retractions); again != got {
				t.Errorf("%s: done twice", tt.name)
			}
			for path, d := range got.All() {
				old, ok := before.Document(path)
				if ok && old.Hash() != d.Hash() && !d.Modified().After(old.Modified()) {
					t.Errorf("%s: %s has changed, its time has not", tt.name, path)
				}
				if ok && old.Hash() == d.Hash() && d != old {
					t.Errorf("%s: %s was made again", tt.name, path)
				}
			}
		}
	})
}

// What has been taken down is in no later edition, until the store has taken it
// down as well, or until that is lifted.
func TestRetraction(t *testing.T) {
	in(t, func(w *world) {
		first := newArticle("xt", 1, time.Hour)
		w.put(first, newArticle("xt", 2, 2*time.Hour), newArticle("yy", 4, 3*time.Hour))
		s, c := w.withShelf()
		w.refreshOf(c)
		shown := func(want bool) {
			t.Helper()
			for _, station := range []string{"xt", "www"} {
				e, _ := s.Current(station)
				if got := len(naming(t, e, 1)) > 0; got != want {
					t.Errorf("%s shows the article: %t, want %t", station, got, want)
				}
			}
		}
		state := func(want edition.RetractionState) {
			t.Helper()
			if got := s.Retractions()["1"].State; got != want {
				t.Errorf("the retraction is %s, want %s", got, want)
			}
		}
		shown(true)
		time.Sleep(time.Minute)
		if err := s.Retract(w.t.Context(), held("xt", 1)); err != nil {
			t.Fatal(err)
		}
		w.refreshOf(c)
		shown(false)
		first.Title = "Again"
		w.put(first) // the newsroom goes on with it
		time.Sleep(10 * time.Minute)
		w.refreshOf(c)
		w.refreshOf(w.conduct(s, options, nil)) // another process
		shown(false)
		state(edition.Held)

		lifted := held("xt", 1)
		lifted.State = edition.Lifted
		if err := s.Retract(w.t.Context(), lifted); err != nil {
			t.Fatal(err)
		}
		w.refreshOf(c)
		shown(true)

		time.Sleep(time.Minute)
		if err := s.Retract(w.t.Context(), held("xt", 1)); err != nil {
			t.Fatal(err)
		}
		w.refreshOf(c)
		first.Status = article.Withdrawn
		w.put(first)
		time.Sleep(time.Minute)
		w.refreshOf(c)
		shown(false)
		state(edition.Agreed)
		first.Status = article.Published // now it is the newsroom's wish
		w.put(first)
		time.Sleep(time.Minute)
		w.refreshOf(c)
		shown(true)
	})
}

// An earlier edition, pinned or served in place of a damaged one, shows nothing that
// has been withdrawn since, wherever that was, and what is shown still.
func TestEarlierEditionsShowNothingWithdrawn(t *testing.T) {
	for name, in := range map[string]func(*testing.T, func(*world)){"told one by one": in, "told in groups": inGroups} {
		t.Run(name, func(t *testing.T) { in(t, earlierEditionsShowNothingWithdrawn) })
	}
}

func earlierEditionsShowNothingWithdrawn(w *world) {
	t := w.t
	noindex := func(id int, age time.Duration) article.Article {
		a := newArticle("xt", id, age)
		a.NoIndex = true
		return a
	}
	moved, expiring := newArticle("xt", 4, 5*time.Hour), newArticle("xt", 5, 6*time.Hour)
	expiring.Expires = time.Now().Add(time.Hour)
	all := []article.Article{newArticle("xt", 1, time.Hour), noindex(2, 2*time.Hour), noindex(3, 4*time.Hour), moved, expiring, newArticle("xt", 6, 50*dayHours), newArticle("xt", 7, 3*time.Hour)}
	w.put(all...)
	dir := t.TempDir()
	b := w.builder(dir, options)
	w.refreshOf(b.conductor)
	first := map[string]*edition.Edition{}
	for _, station := range []string{"xt", "www"} {
		first[station], _ = b.editions.Current(station)
	}
	time.Sleep(time.Minute)
	for id := range options.Feed.Items + 1 { // which push all others out of the feeds
		w.put(newArticle("xt", 100+id, 0))
	}
	moved.Station, moved.URL = "yy", address("yy", "4")
	w.put(moved)
	w.refreshOf(b.conductor)
	time.Sleep(2 * time.Hour)
	for _, a := range []article.Article{all[0], all[1], all[2], moved} {
		a.Status = article.Withdrawn
		w.put(a)
	}
	w.refreshOf(b.conductor)

	looks := func(what string, b *builder) {
		t.Helper()
		for _, station := range []string{"xt", "www"} {
			e, ok := b.editions.Served(station)
			if !ok {
				t.Fatalf("%s: nothing of %s is served", what, station)
			}
			for id := 1; id <= 5; id++ {
				if paths := naming(t, e, id); len(paths) > 0 {
					t.Errorf("%s: %s shows %d in %q", what, station, id, paths)
				}
			}
			if station == "xt" && len(naming(t, e, 6)) == 0 {
				t.Errorf("%s: the article that is still there is not shown", what)
			}
		}
	}
	looks("as built", b)
	for station, e := range first {
		if err := b.editions.Pin(w.t.Context(), station, e.Watermark()); err != nil {
			t.Fatal(err)
		}
	}
	looks("pinned", b)
	if e, _ := b.editions.Served("www"); len(naming(t, e, 7)) == 0 {
		t.Error("the pinned edition lacks what is only out of the feeds")
	}
	looks("pinned, another process", w.builder(dir, options))
	for station := range first {
		if err := b.editions.Unpin(w.t.Context(), station); err != nil {
			t.Fatal(err)
		}
		current, _ := b.editions.Current(station)
		for _, name := range []string{"current", current.Watermark().Format("20060102T150405.000Z")} {
			if err := os.Truncate(filepath.Join(dir, station, name+".json"), 9); err != nil {
				t.Fatal(err)
			}
		}
	}
	again := w.builder(dir, options)
	looks("damaged", again)
	if err := again.editions.Sync(w.t.Context()); err != nil {
		t.Fatal(err)
	}
	looks("damaged, published again", w.builder(dir, options))
}

// An article that somebody names is looked for in the store and in the editions.
func TestHintOfArticles(t *testing.T) {
	in(t, func(w *world) {
		w.deaf = true
		old := newArticle("xt", 1, 40*dayHours)
		w.put(old, newArticle("xt", 2, time.Hour))
		w.refresh()
		hint := func(ids ...string) []string {
			return w.changes("xt", func() {
				if err := w.conductor.Hint(jobs.Hint{Articles: ids}); err != nil {
					t.Fatal(err)
				}
				w.refresh()
			})
		}
		time.Sleep(time.Minute)
		moved := old
		moved.Published = time.Now().Add(-70 * dayHours)
		moved.Updated = time.Now()
		w.put(moved)
		if got := w.changes("xt", w.refresh); len(got) > 0 {
			t.Errorf("changed without a hint: %q", got)
		}
		got := hint("1", "nobody")
		for _, path := range []string{"-/sitemaps/2026-01.xml", "/sitemaps/2025-12.xml", "/rss.xml"} {
			if !slices.Contains(got, path) {
				t.Errorf("%s has not changed: %q", path, got)
			}
		}
	})
}

// An article that somebody names leaves the station from which it has moved, also
// where the content store does not tell of moves.
func TestHintOfMovedArticle(t *testing.T) {
	in(t, func(w *world) {
		w.deaf = true
		moved := newArticle("xt", 1, 100*dayHours)
		w.put(moved, newArticle("xt", 2, 100*dayHours), newArticle("yy", 3, time.Hour))
		w.refresh()
		time.Sleep(time.Hour)
		moved.Station, moved.URL = "yy", address("yy", "1")
		w.put(moved)
		if err := w.conductor.Hint(jobs.Hint{Articles: []string{"1"}}); err != nil {
			t.Fatal(err)
		}
		w.refresh()
		if paths := naming(t, w.edition("xt"), 1); len(paths) > 0 {
			t.Errorf("where it was it is left in %q", paths)
		}
		if paths := naming(t, w.edition("yy"), 1); len(paths) == 0 {
			t.Error("it is not where it has come to")
		}
	})
}

// A store that has lost its articles for a while, or is behind, ends no
// retraction.
func TestRetractionOutlivesAnEmptyStore(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, time.Hour))
		s, c := w.withShelf()
		w.refreshOf(c)
		if err := s.Retract(w.t.Context(), held("xt", 1)); err != nil {
			t.Fatal(err)
		}
		w.refreshOf(c)
		empty, err := content.Open(w.t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer empty.Close()
		whole := w.store
		w.store = empty
		time.Sleep(time.Minute)
		_ = c.Refresh(w.t.Context()) // the gate may hold
		w.store = whole
		time.Sleep(time.Hour)
		w.refreshOf(c)
		if e, _ := s.Current("xt"); len(naming(t, e, 1)) > 0 || s.Retractions()["1"].State != edition.Held {
			t.Errorf("%v; in %q", s.Retractions(), naming(t, e, 1))
		}
	})
}

// What the store has withdrawn after it was taken down comes back with the
// newsroom's next word, and not with a store that was restored from a dump.
func TestRetractionOutlivesADump(t *testing.T) {
	in(t, func(w *world) {
		first := newArticle("xt", 1, time.Hour)
		others := []article.Article{newArticle("xt", 2, 2*time.Hour), newArticle("yy", 4, 3*time.Hour)}
		w.put(append(others, first)...)
		dump, err := content.Open(w.t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer dump.Close()
		whole := w.store
		w.store = dump
		w.put(append(others, first)...)
		w.store = whole
		s, c := w.withShelf()
		w.refreshOf(c)
		shown := func(what string, want bool) {
			t.Helper()
			time.Sleep(10 * time.Minute)
			w.refreshOf(c)
			for _, conductor := range []*jobs.Conductor{c, w.conduct(s, options, nil)} { // and another process
				w.refreshOf(conductor)
				for _, station := range []string{"xt", "www"} {
					e, _ := s.Current(station)
					if paths := naming(t, e, 1); len(paths) > 0 != want {
						t.Errorf("%s: %s shows it in %q, want %t", what, station, paths, want)
					}
				}
			}
		}
		for _, ahead := range []time.Duration{0, 3 * time.Hour} { // of the clock of the machine that was asked
			r := held("xt", 1)
			r.At = r.At.Add(ahead)
			if err := s.Retract(w.t.Context(), r); err != nil {
				t.Fatal(err)
			}
			shown("retracted", false)
			first.Status = article.Withdrawn
			w.put(first)
			shown("withdrawn too", false)
			if state := s.Retractions()["1"].State; state != edition.Agreed {
				t.Errorf("it is %s", state)
			}
			w.store = dump
			shown("restored", false)
			w.store = whole
			shown("put right", false)
			first.Status = article.Published
			w.put(first)
			shown("published again", true)
			time.Sleep(4 * time.Hour)
		}
	})
}

// More articles may be named, or taken down, than a store is asked for at once:
// neither ends the refreshes.
func TestManyArticlesAtOnce(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		s, c := w.withShelf()
		w.refreshOf(c)
		var ids []string
		for id := range 2500 {
			ids = append(ids, fmt.Sprint(id+10))
		}
		w.put(newArticle("xt", 2, 0))
		if err := c.Hint(jobs.Hint{Articles: ids}); err != nil {
			t.Fatal(err)
		}
		w.refreshOf(c)
		if e, _ := s.Current("xt"); len(naming(t, e, 2)) == 0 {
			t.Error("not refreshed")
		}
		for _, id := range ids {
			if err := s.Retract(w.t.Context(), edition.Retraction{Station: "xt", ID: id, At: time.Now(), State: edition.Held}); err != nil {
				t.Fatal(err)
			}
		}
		w.refreshOf(c)
	})
}

// Whoever takes an article down means it everywhere, whichever station was named:
// an id is unique within the store.
func TestRedactEverywhere(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, time.Hour))
		s, c := w.withShelf()
		w.refreshOf(c)
		www, _ := s.Current("www")
		xt, _ := s.Current("xt")
		for _, named := range []string{"www", "xt", "yy"} {
			for station, e := range map[string]*edition.Edition{"www": www, "xt": xt} {
				if paths := naming(t, press.Redact(w.network, e, edition.Retractions{"1": held(named, 1)}), 1); len(paths) > 0 {
					t.Errorf("taken down of %s: %s has it in %q", named, station, paths)
				}
			}
		}

		// Nor do those editions show it once the newsroom has withdrawn it.
		if err := s.Retract(w.t.Context(), held("yy", 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		gone := newArticle("xt", 1, time.Hour)
		gone.Status = article.Withdrawn
		w.put(gone)
		w.refreshOf(c)
		if r := s.Retractions()["1"]; r.State != edition.Agreed {
			t.Errorf("the retraction is %s", r.State)
		}
		for station, e := range map[string]*edition.Edition{"www": www, "xt": xt} {
			if paths := naming(t, press.Redact(w.network, e, s.Retractions()), 1); len(paths) > 0 {
				t.Errorf("withdrawn: %s has it in %q", station, paths)
			}
		}
	})
}

// A month that has yet to be built does not tell that a page of the news is to
// go; the feeds do.
func TestRedactNewsOfAPendingMonth(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour))
		s, c := w.withShelf()
		w.refreshOf(c)
		whole, _ := s.Current("xt")
		documents, records := maps.Collect(whole.All()), maps.Collect(whole.AllContents())
		delete(documents, "/sitemaps/2026-03.xml")
		delete(records, "/sitemaps/2026-03.xml")
		pending := edition.New("xt", whole.Watermark(), whole.Build(), documents).WithContents(records)
		got := press.Redact(w.network, pending, edition.Retractions{"1": held("xt", 1)})
		for _, path := range naming(t, got, 1) {
			if path != "/sitemaps/baidu.txt" { // which is made from the months
				t.Errorf("still in %s", path)
			}
		}
		if d, ok := got.Document("/sitemaps/news.xml"); !ok || !strings.Contains(string(doctest.Body(t, d)), "/2.html") {
			t.Error("the other article is not in the news")
		}
	})
}

// Hints that nobody can follow for a long time are bounded.
func TestHintsAreBounded(t *testing.T) {
	in(t, func(w *world) {
		ids := slices.Repeat([]string{"nobody"}, 400)
		for range 100 {
			if err := w.conductor.Hint(jobs.Hint{Articles: ids}); err != nil {
				t.Fatal(err)
			}
		}
		asked := 0
		w.finding = func(ids []string) { asked += len(ids) }
		w.refresh()
		if asked == 0 || asked > 10_000 {
			t.Errorf("%d were looked for", asked)
		}
	})
}
