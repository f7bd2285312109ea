package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// several stores: the world is one in which the articles of yy are in a store of their
// own, cms, and in whose single store all articles are, as it would be with one.
type stores struct {
	*world
	shelf *shelf // of the two stores
	net   *network.Network
	of    map[string]*content.Store // by name
	files map[string]string
	down  map[string]error // why a store does not answer
	all   jobs.Conductors
}

func inStores(t *testing.T, test func(s *stores)) {
	in(t, func(w *world) {
		t := w.t
		s := &stores{world: w, shelf: newShelf(), net: w.networkWith("cms"), of: map[string]*content.Store{}, files: map[string]string{}, down: map[string]error{}}
		for _, name := range []string{"", "cms"} {
			file := filepath.Join(t.TempDir(), "content.db")
			store, err := content.Open(s.t.Context(), file)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { store.Close() })
			s.of[name], s.files[name] = store, file
		}
		s.start(options)
		test(s)
	})
}

// networkWith returns the world's network with the articles of yy in a store.
func (w *world) networkWith(store string) *network.Network {
	w.t.Helper()
	var stations []*network.Station
	for _, station := range w.network.Stations {
		another := &network.Station{
			ID: station.ID, Name: station.Name, URL: station.URL, Language: station.Language, Zone: station.Zone, All: station.All, Channels: station.Channels,
		}
		if station.ID == "yy" {
			another.Content = store
		}
		stations = append(stations, another)
	}
	n, err := network.New(w.network.Name, stations, []string{"localhost"})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// start has another process go on with the editions.
func (s *stores) start(o jobs.Options) {
	var list []jobs.Store
	for _, name := range s.net.Contents() {
		list = append(list, jobs.Store{Name: name, Snapshot: func(ctx context.Context) (jobs.Snapshot, error) {
			if err := s.down[name]; err != nil {
				return nil, err
			}
			snapshot, err := s.of[name].Snapshot(ctx)
			if err != nil {
				return nil, err
			}
			return faultySnapshot{Snapshot: snapshot, deaf: s.deaf, fault: func(string) error { return nil }}, nil
		}})
	}
	s.all = jobs.NewConductors(slog.New(slog.DiscardHandler), s.net, list, s.shelf, o)
}

func (s *stores) put(articles ...article.Article) {
	s.t.Helper()
	s.world.put(articles...)
	for _, a := range articles {
		name := ""
		if a.Station == "yy" {
			name = "cms"
		}
		if _, err := s.of[name].Put(s.t.Context(), func(yield func(article.Article, error) bool) { yield(a, nil) }); err != nil {
			s.t.Fatal(err)
		}
	}
}

// putBoth puts so many articles of xt and of yy. Of two published at one time, each store
// has an order of its own.
func (s *stores) putBoth(n int) {
	s.t.Helper()
	s.put(several("xt", 1, n)...)
	for i := range n {
		s.put(newArticle("yy", 101+i, time.Duration(i+1)*time.Hour+30*time.Second))
	}
}

// refresh has every store's conductor refresh, until offers have been taken. It returns
// which stores have failed.
func (s *stores) refresh() (failed []string) {
	s.t.Helper()
	for range 2 {
		failed = nil
		for _, c := range slices.Backward(s.all) { // so that www is published once
			if err := c.Refresh(s.t.Context()); err != nil {
				failed = append(failed, c.Name())
			}
		}
	}
	return failed
}

func (s *stores) titles(station, path string) []string {
	s.t.Helper()
	e, ok := s.shelf.Current(station)
	if !ok {
		return nil
	}
	d, ok := e.Document(path)
	if !ok {
		s.t.Fatalf("%s has no %s", station, path)
	}
	var titles []string
	for part := range strings.SplitSeq(string(doctest.Body(s.t, d)), "<item>") {
		_, rest, _ := strings.Cut(part, "<title>")
		title, _, _ := strings.Cut(rest, "</title>")
		titles = append(titles, title)
	}
	return titles[1:]
}

// same compares all documents with those that a single store gives.
func (s *stores) same(step string) {
	s.t.Helper()
	for _, station := range []string{"www", "xt", "yy"} {
		want, ok := s.world.editions.Current(station)
		got, has := s.shelf.Current(station)
		if !ok || !has {
			s.t.Fatalf("%s: %s: editions %t, %t", step, station, ok, has)
		}
		paths := map[string]bool{}
		for path := range want.All() {
			paths[path] = true
		}
		for path := range got.All() {
			paths[path] = true
		}
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			a, _ := want.Document(path)
			b, _ := got.Document(path)
			if a == nil || b == nil || a.Hash() != b.Hash() || !a.Modified().Equal(b.Modified()) {
				s.t.Errorf("%s: %s%s is another than of one store", step, station, path)
				if a != nil && b != nil && strings.HasSuffix(path, "rss.xml") {
					s.t.Logf("%s\n%s", doctest.Body(s.t, a), doctest.Body(s.t, b))
				}
			}
		}
	}
}

// TestStoresAsOne holds that two stores give what one gives, byte for byte.
func TestStoresAsOne(t *testing.T) {
	require.Time(t)
	for name, o := range map[string]jobs.Options{"plain": options, "notices": noticing()} {
		t.Run(name, func(t *testing.T) {
			inStores(t, func(s *stores) {
				s.restart(o)
				s.start(o)
				hidden := func(station string, id int, ago time.Duration, status article.Status) article.Article {
					a := newArticle(station, id, ago)
					a.Status = status
					return a
				}
				steps := []struct {
					name string
					do   func()
				}{
					{"first", func() { s.putBoth(15) }},
					{"news of one", func() { s.put(newArticle("xt", 30, 0)) }},
					{"news of the other", func() { s.put(newArticle("yy", 130, 0)) }},
					{"an edit", func() {
						a := newArticle("yy", 130, time.Minute)
						a.Title, a.Channels, a.Updated = "另一个标题", []string{"moment", "none"}, time.Now()
						s.put(a)
					}},
					{"out of a channel", func() {
						a := newArticle("yy", 103, 3*time.Hour)
						a.Channels = nil
						s.put(a)
					}},
					{"withdrawn", func() {
						s.put(hidden("yy", 130, 3*time.Minute, article.Withdrawn), hidden("xt", 30, 4*time.Minute, article.Withdrawn))
					}},
					{"a draft", func() { s.put(hidden("yy", 101, time.Hour+5*time.Minute, article.Draft)) }},
					{"an embargo", func() { s.put(newArticle("yy", 140, -90*time.Second), newArticle("xt", 40, -91*time.Second)) }},
					{"its end", func() { time.Sleep(time.Minute) }},
					{"an expiry", func() {
						a := newArticle("yy", 141, time.Minute)
						a.Expires = time.Now().Add(90 * time.Second)
						s.put(a)
					}},
					{"after that", func() { time.Sleep(2 * time.Minute) }},
					{"many", func() { s.put(several("yy", 200, 25)...) }},
					{"a day later", func() { time.Sleep(25 * time.Hour) }},
				}
				for _, step := range steps {
					step.do()
					s.world.refresh()
					if failed := s.refresh(); failed != nil {
						t.Fatalf("%s: %q failed", step.name, failed)
					}
					s.same(step.name)
					time.Sleep(time.Minute)
				}
				for _, c := range s.all {
					if err := c.Audit(s.t.Context()); err != nil {
						t.Error(err)
					}
				}
				s.same("audited")
				if drift := s.all.Drift(); len(drift) > 0 {
					t.Errorf("drift: %v", drift)
				}
			})
		})
	}
}

// TestStoreFails holds what a store's failure leaves alone: whichever fails, the other's
// stations go on, and nothing that was served disappears.
func TestStoreFails(t *testing.T) {
	errDown := errors.New("connection refused")
	first := func(s *stores) {
		s.putBoth(12)
		if failed := s.refresh(); failed != nil {
			s.t.Fatalf("%q failed", failed)
		}
		time.Sleep(time.Minute)
	}
	t.Run("another's", func(t *testing.T) {
		inStores(t, func(s *stores) {
			first(s)
			s.down["cms"] = errDown
			a, b := newArticle("xt", 30, 0), newArticle("yy", 130, 0)
			a.Title, b.Title = "新的", "不可达"
			s.put(a, b)
			withdrawn := withdrawnFrom(newArticle("xt", 2, 2*time.Hour+time.Minute))
			s.put(withdrawn)
			if failed := s.refresh(); !slices.Equal(failed, []string{"cms"}) {
				t.Fatalf("failed: %q", failed)
			}
			titles := s.titles("www", "/rss.xml")
			if len(titles) != 20 || titles[0] != "新的" || !slices.Contains(titles, "第101条新闻") || slices.Contains(titles, "第2条新闻") {
				t.Errorf("www has %q", titles)
			}
			if titles := s.titles("xt", "/rss.xml"); titles[0] != "新的" {
				t.Errorf("xt has %q", titles)
			}
			if titles := s.titles("yy", "/rss.xml"); len(titles) != 12 || titles[0] != "第101条新闻" {
				t.Errorf("yy has %q", titles)
			}
			for station, wrong := range map[string]bool{"xt": false, "yy": true, "www": true} {
				why, ok := s.all.Condition(station)
				if ok != wrong || ok && !strings.Contains(why.Err.Error(), "cms: connection refused") {
					t.Errorf("%s: %v", station, why)
				}
			}
			if why, _, ok := s.all.Store("cms"); !ok || why.Component != "content store cms" {
				t.Errorf("cms: %v", why)
			}
			if why, looked, ok := s.all.Store(""); ok || time.Since(looked) > time.Second {
				t.Errorf("the default store: %v, looked at %s", why, looked)
			}
			delete(s.down, "cms")
			if failed := s.refresh(); failed != nil {
				t.Fatalf("failed: %q", failed)
			}
			if titles := s.titles("www", "/moment/rss.xml"); !slices.Contains(titles[:2], "不可达") || s.titles("yy", "/rss.xml")[0] != "不可达" {
				t.Errorf("www has %q", titles)
			}
			if conditions := s.all.Conditions(); len(conditions) > 0 {
				t.Errorf("conditions: %v", conditions)
			}
		})
	})
	t.Run("that of the station with all", func(t *testing.T) {
		inStores(t, func(s *stores) {
			first(s)
			s.down[""] = errDown
			b := newArticle("yy", 130, 0)
			b.Title = "新的"
			s.put(b)
			if failed := s.refresh(); !slices.Equal(failed, []string{""}) {
				t.Fatalf("failed: %q", failed)
			}
			if titles := s.titles("yy", "/rss.xml"); titles[0] != "新的" {
				t.Errorf("yy has %q", titles)
			}
			if titles := s.titles("www", "/rss.xml"); len(titles) != 20 || titles[0] == "新的" {
				t.Errorf("www has %q", titles)
			}
			delete(s.down, "")
			s.refresh()
			if titles := s.titles("www", "/rss.xml"); titles[0] != "新的" {
				t.Errorf("www has %q", titles)
			}
		})
	})
	t.Run("from the start", func(t *testing.T) {
		inStores(t, func(s *stores) {
			s.down["cms"] = errDown
			s.putBoth(12)
			s.refresh()
			s.refresh()
			if titles := s.titles("www", "/rss.xml"); len(titles) != 12 {
				t.Errorf("www has %q", titles)
			}
			delete(s.down, "cms")
			s.refresh()
			if titles := s.titles("www", "/rss.xml"); len(titles) != 20 {
				t.Errorf("www has %q", titles)
			}
		})
	})
	t.Run("at a restart", func(t *testing.T) {
		inStores(t, func(s *stores) {
			first(s)
			s.start(options)
			s.down["cms"] = errDown
			s.put(newArticle("xt", 30, 0), withdrawnFrom(newArticle("xt", 2, 2*time.Hour+time.Minute)))
			for range 2 {
				if failed := s.refresh(); !slices.Equal(failed, []string{"cms"}) {
					t.Fatalf("failed: %q", failed)
				}
			}
			titles := s.titles("www", "/rss.xml")
			if !slices.Contains(titles, "第101条新闻") || slices.Contains(titles, "第2条新闻") || slices.Contains(titles, "第30条新闻") {
				t.Errorf("www has %q", titles)
			}
			if titles := s.titles("xt", "/rss.xml"); titles[0] != "第30条新闻" {
				t.Errorf("xt has %q", titles)
			}
			if why, ok := s.all.Condition("www"); !ok || !strings.Contains(why.Err.Error(), "content store has not answered since the start: cms: connection refused") {
				t.Errorf("www: %v", why)
			}
			delete(s.down, "cms")
			s.refresh()
			if titles := s.titles("www", "/rss.xml"); len(titles) != 20 || titles[0] != "第30条新闻" {
				t.Errorf("www has %q", titles)
			}
		})
	})
}

// TestStoreBehind holds that a store which has gone back stops its own stations alone.
func TestStoreBehind(t *testing.T) {
	inStores(t, func(s *stores) {
		s.put(append(several("xt", 1, 12), several("yy", 101, 5)...)...)
		s.refresh()
		time.Sleep(time.Minute)
		whole, dump := s.of["cms"], s.copiedOf("cms")
		time.Sleep(time.Minute)
		s.put(several("yy", 130, 3)...)
		s.refresh()
		time.Sleep(time.Minute)
		s.of["cms"] = dump
		news := newArticle("xt", 30, 0)
		s.world.put(news)
		if _, err := s.of[""].Put(s.t.Context(), func(yield func(article.Article, error) bool) { yield(news, nil) }); err != nil {
			t.Fatal(err)
		}
		if failed := s.refresh(); !slices.Equal(failed, []string{"cms"}) {
			t.Fatalf("failed: %q", failed)
		}
		if titles := s.titles("www", "/rss.xml"); titles[0] != "第30条新闻" || !slices.Contains(titles, "第132条新闻") {
			t.Errorf("www has %q", titles)
		}
		if why, ok := s.all.Condition("yy"); !ok || why.State != "content store behind" {
			t.Errorf("yy: %v", why)
		}
		if why, ok := s.all.Condition("xt"); ok {
			t.Errorf("xt: %v", why)
		}
		s.of["cms"] = whole
		if failed := s.refresh(); failed != nil {
			t.Errorf("failed: %q", failed)
		}
	})
}

// copiedOf returns a copy of a store as it is now.
func (s *stores) copiedOf(name string) *content.Store {
	s.t.Helper()
	snapshot, err := s.of[name].Snapshot(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer snapshot.Close()
	articles, err := snapshot.Latest(s.t.Context(), []string{"yy"}, "", 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	copied, err := content.Open(s.t.Context(), filepath.Join(s.t.TempDir(), "copy.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { copied.Close() })
	if _, err := copied.Put(s.t.Context(), func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
	}); err != nil {
		s.t.Fatal(err)
	}
	return copied
}

// TestStoresHaveTheSameIDs holds that ids of two stores are not taken for each other.
func TestStoresHaveTheSameIDs(t *testing.T) {
	inStores(t, func(s *stores) {
		for _, a := range append(several("xt", 1, 12), several("yy", 1, 12)...) {
			a.Title = a.Station + a.ID
			name := map[string]string{"yy": "cms"}[a.Station]
			if _, err := s.of[name].Put(s.t.Context(), func(yield func(article.Article, error) bool) { yield(a, nil) }); err != nil {
				t.Fatal(err)
			}
		}
		s.refresh()
		time.Sleep(time.Minute)
		has := func(station string, want ...string) {
			t.Helper()
			titles := s.titles(station, "/rss.xml")
			for _, title := range []string{"xt3", "yy3"} {
				if slices.Contains(titles, title) != slices.Contains(want, title) {
					t.Errorf("%s has %q, want %q of xt3 and yy3", station, titles, want)
				}
			}
		}
		has("www", "xt3", "yy3")
		down := edition.Retraction{Station: "yy", ID: "cms:3", At: time.Now(), State: edition.Held}
		if err := s.shelf.Retract(s.t.Context(), down); err != nil {
			t.Fatal(err)
		}
		s.refresh()
		has("www", "xt3")
		has("xt", "xt3")
		has("yy")
		time.Sleep(time.Minute)
		down.State, down.At = edition.Lifted, time.Now()
		if err := s.shelf.Retract(s.t.Context(), down); err != nil {
			t.Fatal(err)
		}
		s.refresh()
		has("www", "xt3", "yy3")
		has("yy", "yy3")
		for _, id := range []string{"5", "cms:5"} { // of which no store tells, in either
			if err := s.all.Hint(jobs.Hint{Articles: []string{id}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.all.Hint(jobs.Hint{Stations: []string{"zz"}}); err == nil {
			t.Error("a hint of an unknown station was taken")
		}
		if failed := s.refresh(); failed != nil {
			t.Errorf("failed: %q", failed)
		}
	})
}

// TestHintOfStore holds that a hint without a store's name is followed in each.
func TestHintOfStore(t *testing.T) {
	for _, id := range []string{"101", "cms:101"} {
		t.Run(id, func(t *testing.T) {
			inStores(t, func(s *stores) {
				s.putBoth(12)
				s.refresh()
				time.Sleep(time.Minute)
				s.deaf = true
				s.execOf("cms", "UPDATE articles SET title = '悄悄' WHERE id = '101'")
				s.refresh()
				if s.titles("yy", "/rss.xml")[0] == "悄悄" {
					t.Fatal("it was told")
				}
				if err := s.all.Hint(jobs.Hint{Articles: []string{id}}); err != nil {
					t.Fatal(err)
				}
				s.refresh()
				if !slices.Contains(s.titles("yy", "/rss.xml"), "悄悄") || !slices.Contains(s.titles("www", "/rss.xml"), "悄悄") {
					t.Errorf("yy has %q, www %q", s.titles("yy", "/rss.xml"), s.titles("www", "/rss.xml"))
				}
			})
		})
	}
}

// TestStationGetsAnotherStore holds that readers know the articles of a station by what
// they knew them by when its store gets a name, or it another store.
func TestStationGetsAnotherStore(t *testing.T) {
	inStores(t, func(s *stores) {
		s.putBoth(12)
		s.world.refresh()
		guids := func(e *edition.Edition) (guids []string) {
			contents, _ := e.Contents("/rss.xml")
			for a, err := range edition.Articles(contents) {
				if err != nil {
					t.Fatal(err)
				}
				guids = append(guids, a.KnownBy())
			}
			return guids
		}
		before := map[string][]string{"www": guids(s.edition("www")), "yy": guids(s.edition("yy"))}
		s.shelf = s.world.editions
		s.start(options)
		time.Sleep(time.Minute)
		for range 2 {
			if failed := s.refresh(); failed != nil {
				t.Fatalf("failed: %q: %v", failed, s.all.Conditions())
			}
		}
		for station, want := range before {
			e := s.edition(station)
			if got := guids(e); !slices.Equal(got, want) {
				t.Errorf("%s: guids %q, want %q", station, got, want)
			}
		}
		if got := s.edition("yy").Origin().Store; got != "cms" {
			t.Errorf("yy is of store %q", got)
		}
	})
}

// TestBuildStores holds that a build makes all editions whole, and says which it could not.
func TestBuildStores(t *testing.T) {
	for name, down := range map[string]error{"whole": nil, "one is down": errors.New("connection refused")} {
		t.Run(name, func(t *testing.T) {
			inStores(t, func(s *stores) {
				s.putBoth(12)
				if down != nil {
					s.refresh()
					s.start(options)
				}
				s.down["cms"] = down
				reports := map[string]error{}
				err := s.all.Build(s.t.Context(), nil, func(r jobs.Report) {
					if _, twice := reports[r.Station.ID]; twice {
						t.Errorf("%s is reported twice", r.Station.ID)
					}
					reports[r.Station.ID] = r.Err
				})
				if (err != nil) != (down != nil) || len(reports) != 3 {
					t.Errorf("Build: %v, reports %v", err, reports)
				}
				if titles := s.titles("www", "/rss.xml"); len(titles) != 20 {
					t.Errorf("www has %q", titles)
				}
				if (reports["www"] != nil) != (down != nil) || reports["xt"] != nil {
					t.Errorf("reports %v", reports)
				}
			})
		})
	}
}

// execOf changes a store as a tool does that knows nothing of feedstation.
func (s *stores) execOf(name, statement string) {
	s.t.Helper()
	w := &world{t: s.t, file: s.files[name]}
	w.exec(statement)
}
