package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/testkit/doctest"
	"feedstation/jobs"
)

// slow is how long a listing takes on these tests' clock: two of them and a
// build publishes what it has.
const slow = 600 * time.Millisecond

// archive is a world whose store takes its time.
type archive struct {
	*world
	shelf     *shelf
	conductor *jobs.Conductor
	editions  []*edition.Edition // all, in the order of publication

	mu      sync.Mutex
	read    months
	reading func(station string, month article.Month) error // nil: nothing happens
}

// withArchive runs test with a station xt of twelve months, two articles in
// each, and a station yy of one article; all of it was written long ago.
func withArchive(t *testing.T, test func(a *archive)) {
	t.Helper()
	in(t, func(w *world) {
		a := &archive{world: w, shelf: newShelf()}
		var articles []article.Article
		for i := range 12 {
			at := time.Date(2026, time.Month(3-i), 5, 8, 0, 0, 0, shanghai)
			articles = append(articles, newArticle("xt", 2*i+1, time.Since(at)), newArticle("xt", 2*i+2, time.Since(at)-time.Hour))
		}
		w.put(append(articles, newArticle("yy", 99, time.Hour))...)
		time.Sleep(time.Hour)
		a.restart(a.shelf)
		test(a)
	})
}

// restart has another process go on with the editions.
func (a *archive) restart(editions jobs.Editions) {
	a.read, a.editions = months{}, nil
	a.shelf.published = func(e *edition.Edition) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.editions = append(a.editions, e)
	}
	a.conductor = a.conduct(editions, options, func(id string, from, to time.Time) error {
		time.Sleep(slow)
		station, _ := a.network.Station(id)
		month, ok := monthOf(station, from, to)
		if !ok {
			return nil
		}
		a.mu.Lock()
		a.read.add(id, month)
		a.mu.Unlock()
		if a.reading == nil {
			return nil
		}
		return a.reading(id, month)
	})
}

func (a *archive) refresh() {
	a.t.Helper()
	if err := refreshAll(a.t.Context(), a.conductor); err != nil {
		a.t.Fatal(err)
	}
}

// of returns the editions of a station.
func (a *archive) of(station string) []*edition.Edition {
	return slices.DeleteFunc(slices.Clone(a.editions), func(e *edition.Edition) bool { return e.Station() != station })
}

// all returns xt's months, newest first.
func (a *archive) all() (all []article.Month) {
	for i := range 12 {
		at := time.Date(2026, time.Month(3-i), 5, 8, 0, 0, 0, shanghai)
		all = append(all, article.MonthOf(at, shanghai))
	}
	return all
}

// check compares an edition with what it should have and what it should lack.
func (a *archive) check(e *edition.Edition, built, pending []article.Month) {
	a.t.Helper()
	if got := monthsOf(e); !slices.Equal(got, built) {
		a.t.Errorf("edition %s of %s has %v; want %v", e.Watermark(), e.Station(), got, built)
	}
	if !slices.Equal(e.Pending(), pending) {
		a.t.Errorf("edition %s of %s lacks %v; want %v", e.Watermark(), e.Station(), e.Pending(), pending)
	}
	a.checkConsistent(e)
}

func (a *archive) checkConsistent(e *edition.Edition) {
	a.t.Helper()
	station, _ := a.network.Station(e.Station())
	if err := consistent(station, e); err != nil {
		a.t.Errorf("edition %s of %s: %v", e.Watermark(), e.Station(), err)
	}
}

// checkDone compares the current editions with those of a full build.
func (a *archive) checkDone(editions jobs.Editions) {
	a.t.Helper()
	whole := a.whole(options)
	for _, s := range a.network.Stations {
		e, ok := editions.Current(s.ID)
		if !ok {
			a.t.Fatalf("%s has no edition", s.ID)
		}
		if err := differences(e, whole.current[s.ID]); err != nil {
			a.t.Errorf("%s: %v", s.ID, err)
		}
		if len(e.Pending()) > 0 {
			a.t.Errorf("%s still lacks %v", s.ID, e.Pending())
		}
	}
}

// once fails for months that were not read once each.
func (a *archive) once(station string, want ...article.Month) {
	a.t.Helper()
	got := a.read[station]
	for _, month := range want {
		if got[month] != 1 {
			a.t.Errorf("%s of %s was read %d times; want once", month, station, got[month])
		}
	}
	if len(got) != len(want) {
		a.t.Errorf("%s: read %v; want %v", station, got, want)
	}
}

// A large archive is published from its newest end: what is there is whole, and
// what is not is said.
func TestArchiveInRounds(t *testing.T) {
	withArchive(t, func(a *archive) {
		a.refresh()
		all := a.all()
		editions := a.of("xt")
		if len(editions) != 6 {
			t.Fatalf("%d editions of xt; want one for two months each", len(editions))
		}
		for i, e := range editions {
			a.check(e, all[:2*i+2], all[2*i+2:])
			if got := feedURLs(document(e, "/feed.json")); len(got) != options.Feed.Items {
				t.Errorf("edition %d has %d articles in its feed", i, len(got))
			}
		}
		if n := len(a.of("yy")); n != 1 {
			t.Errorf("%d editions of yy; want 1", n)
		}
		a.once("xt", all...)
		a.checkDone(a.shelf)
		last := a.shelf.current["xt"]
		time.Sleep(time.Minute)
		a.refresh()
		if e := a.shelf.current["xt"]; e != last {
			t.Errorf("an idle refresh after that published edition %s", e.Watermark())
		}
	})
}

// One refresh is one pass: what is new, then a second of what is old, and it says
// that there is more.
func TestRefreshIsOnePass(t *testing.T) {
	withArchive(t, func(a *archive) {
		for pass, editions := range []int{2, 3, 4, 5, 6, 6} {
			if err := a.conductor.Refresh(a.t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := len(a.of("xt")); n != editions || a.conductor.More() != (editions < 6) {
				t.Errorf("after pass %d: %d editions of xt, more: %t; want %d", pass+1, n, a.conductor.More(), editions)
			}
		}
		a.checkDone(a.shelf)
	})
}

// A backlog is worked off without waiting for the timetable, and a station that
// fails does not slow it down; that station has its turn when it is done.
func TestBacklogBesideFailingStation(t *testing.T) {
	withArchive(t, func(a *archive) {
		var failed atomic.Int64
		a.reading = func(station string, _ article.Month) error {
			if station == "yy" {
				failed.Add(1)
				return errors.New("the disk is broken")
			}
			return nil
		}
		refresh, _ := a.conductor.Tasks(slog.New(slog.DiscardHandler), time.Minute)
		stop := runTimetable(a.t, newTimetable(a.t, "@every 30s", refresh))
		time.Sleep(20 * time.Second)
		if e, _ := a.shelf.Current("xt"); len(e.Pending()) > 0 || failed.Load() != 1 {
			t.Errorf("after 20 seconds xt lacks %v, and yy has failed %d times; want once", e.Pending(), failed.Load())
		}
		time.Sleep(time.Minute)
		stop()
		if failed.Load() < 2 {
			t.Error("yy was not tried again")
		}
	})
}

// What is new does not wait for what is old.
func TestNewArticleDuringBacklog(t *testing.T) {
	withArchive(t, func(a *archive) {
		note := a.shelf.published
		a.shelf.published = func(e *edition.Edition) {
			note(e)
			if e.Station() == "xt" && len(a.of("xt")) == 2 {
				a.put(newArticle("xt", 100, 0))
			}
		}
		a.refresh()
		for _, e := range a.editions {
			a.checkConsistent(e)
		}
		e := a.of("xt")[2]
		for _, path := range []string{"/rss.xml", "/moment/atom.xml", "/sitemaps/2026-03.xml", "/sitemaps/news.xml", network.BaiduPath} {
			if !strings.Contains(document(e, path), "content/100.html") {
				t.Errorf("the next edition lacks the new article in %s", path)
			}
		}
		if len(e.Pending()) == 0 {
			t.Error("the backlog was done before the new article was out")
		}
		if n := a.read["xt"][a.all()[0]]; n != 2 {
			t.Errorf("the month of the new article was read %d times; want 2", n)
		}
		delete(a.read["xt"], a.all()[0])
		a.once("xt", a.all()[1:]...)
		a.checkDone(a.shelf)
	})
}

// Nor does what is new in another station.
func TestNewArticleOfAnotherStation(t *testing.T) {
	withArchive(t, func(a *archive) {
		note := a.shelf.published
		a.shelf.published = func(e *edition.Edition) {
			note(e)
			if e.Station() == "xt" && len(a.of("xt")) == 2 {
				a.put(newArticle("yy", 100, 0))
			}
		}
		a.refresh()
		xt, yy := a.of("xt"), a.of("yy")
		if len(xt) != 6 || len(yy) != 2 {
			t.Fatalf("%d editions of xt, %d of yy; want 6 and 2", len(xt), len(yy))
		}
		if slices.Index(a.editions, yy[1]) > slices.Index(a.editions, xt[2]) {
			t.Error("the article waited for a backlog")
		}
		if !strings.Contains(document(yy[1], "/rss.xml"), "content/100.html") {
			t.Error("the article is not in the next edition")
		}
		a.once("xt", a.all()...)
		a.checkDone(a.shelf)
	})
}

// Who waits for an article to be served does not wait for what is old in other stations.
func TestServedBeforeTheBacklog(t *testing.T) {
	withArchive(t, func(a *archive) {
		if err := a.conductor.Refresh(a.t.Context()); err != nil { // and leaves a backlog of xt
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		a.put(newArticle("yy", 100, 0))
		stored, reads := time.Now(), 0
		a.reading = func(station string, month article.Month) error {
			if station == "xt" {
				if reads++; a.conductor.Checked("yy").Before(stored) {
					t.Errorf("%s of xt is read before yy counts as up to date", month)
				}
			}
			return nil
		}
		if err := a.conductor.Refresh(a.t.Context()); err != nil {
			t.Fatal(err)
		}
		if reads == 0 {
			t.Error("no backlog was left")
		}
	})
}

// A process that has ended in the middle leaves the rest to the next one.
func TestBacklogAfterRestart(t *testing.T) {
	for name, end := range map[string]func(cancel func()) error{
		"stopped":  func(cancel func()) error { cancel(); return context.Canceled },
		"failed":   func(func()) error { return errors.New("the disk is broken") },
		"panicked": func(func()) error { panic("poison") },
	} {
		t.Run(name, func(t *testing.T) {
			withArchive(t, func(a *archive) {
				all := a.all()
				ctx, cancel := context.WithCancel(a.t.Context())
				defer cancel()
				a.reading = func(station string, month article.Month) error {
					if station == "xt" && month == all[5] { // the second of the third round
						return end(cancel)
					}
					return nil
				}
				if err := refreshAll(ctx, a.conductor); err == nil {
					t.Fatal("no error")
				}
				a.check(a.shelf.current["xt"], all[:4], all[4:])

				a.reading, a.shelf = nil, a.shelf.reopened(t)
				a.restart(a.shelf)
				time.Sleep(time.Hour)
				a.refresh()
				a.once("xt", all[4:]...)
				a.once("yy")
				a.check(a.of("xt")[0], all[:6], all[6:])
				a.checkDone(a.shelf)
			})
		})
	}
}

// What changes while no process runs is built with what the last one has left.
func TestChangesBetweenProcesses(t *testing.T) {
	withArchive(t, func(a *archive) {
		all := a.all()
		a.reading = func(station string, month article.Month) error {
			if station == "xt" && month == all[6] {
				return errors.New("the end")
			}
			return nil
		}
		if err := refreshAll(a.t.Context(), a.conductor); err == nil {
			t.Fatal("no error")
		}
		time.Sleep(time.Hour)
		moved, gone := newArticle("xt", 3, 0), newArticle("xt", 21, 0)
		_, from := all[2].Bounds(shanghai)
		moved.Published = from.Add(-time.Hour) // from the month all[1], which is done
		gone.Published, gone.Status = time.Date(2025, 5, 5, 8, 0, 0, 0, shanghai), article.Withdrawn
		a.put(moved, gone)

		time.Sleep(24 * time.Hour)
		a.reading, a.shelf = nil, a.shelf.reopened(t)
		a.restart(a.shelf)
		a.refresh()
		a.once("xt", append([]article.Month{all[1], all[2]}, all[6:]...)...)
		for _, e := range a.editions {
			a.checkConsistent(e)
		}
		a.checkDone(a.shelf)
	})
}

// The same by the local copy, of a process that was killed: nothing was closed,
// and a file is there that was being written.
func TestBacklogOnDisk(t *testing.T) {
	withArchive(t, func(a *archive) {
		all := a.all()
		dir := t.TempDir()
		open := func() *cache.Cache {
			local, err := disk.Open(dir, store.Keep{})
			if err != nil {
				t.Fatal(err)
			}
			editions, err := cache.Open(a.t.Context(), slog.New(slog.DiscardHandler), []string{"www", "xt", "yy"}, local, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			return editions
		}
		killed := open()
		a.restart(killed)
		a.reading = func(station string, month article.Month) error {
			if station == "xt" && month == all[7] {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err := refreshAll(a.t.Context(), a.conductor); err == nil {
			t.Fatal("no error")
		}
		if err := os.WriteFile(filepath.Join(dir, "xt", "manifest.json.tmp-1"), []byte(`{"format"`), 0o600); err != nil {
			t.Fatal(err)
		}

		editions := open()
		e, ok := editions.Current("xt")
		if !ok {
			t.Fatal("xt has no edition")
		}
		a.check(e, all[:6], all[6:])
		first, _ := editions.Current("yy")
		a.reading = nil
		a.restart(editions)
		a.refresh()
		a.once("xt", all[6:]...)
		a.once("yy")
		a.checkDone(editions)
		a.checkDone(open())
		if e, _ := editions.Current("yy"); !e.Watermark().Equal(first.Watermark()) {
			t.Errorf("yy has edition %s; want %s", e.Watermark(), first.Watermark())
		}
	})
}

// A station that fails keeps its edition and what it has to do; the others are
// built.
func TestStationFailsInBacklog(t *testing.T) {
	withArchive(t, func(a *archive) {
		all := a.all()
		a.refresh()
		before := a.shelf.current["xt"]
		time.Sleep(time.Hour)
		edited := newArticle("xt", 19, 0)
		edited.Title, edited.Published = "改过", time.Date(2025, 6, 5, 8, 0, 0, 0, shanghai)
		a.put(edited, newArticle("yy", 100, 0))
		a.reading = func(station string, _ article.Month) error {
			if station == "xt" {
				return errors.New("the disk is broken")
			}
			return nil
		}
		for range 3 {
			time.Sleep(time.Hour) // the hint is not repeated
			err := refreshAll(a.t.Context(), a.conductor)
			if err == nil || !strings.HasPrefix(err.Error(), "station xt: 2025-06: ") || strings.Contains(err.Error(), "\n") {
				t.Errorf("err = %v", err)
			}
			if a.shelf.current["xt"] != before {
				t.Error("a station that fails has another edition")
			}
			if body := document(a.shelf.current["yy"], "/rss.xml"); !strings.Contains(body, "第100条新闻") {
				t.Error("another station was not built")
			}
		}
		a.reading, a.read = nil, months{}
		a.refresh()
		a.once("xt", all[9])
		a.once("yy")
		a.checkDone(a.shelf)
		if got := a.shelf.current["xt"]; got == before {
			t.Error("the edit is not published")
		}
	})
}

// A run that is given up between its rounds does not say that the content store
// is out of reach: the store has answered all along.
func TestBacklogGivenUp(t *testing.T) {
	in(t, func(w *world) {
		for i := range 36 {
			w.put(newArticle(w.network.Stations[i%3].ID, i, time.Duration(i)*10*dayHours))
		}
		c := w.conduct(newShelf(), options, func(string, time.Time, time.Time) error {
			time.Sleep(time.Second)
			return nil
		})
		ctx, cancel := context.WithTimeout(w.t.Context(), 15*time.Second)
		defer cancel()
		if err := refreshAll(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("refresh: %v", err)
		}
		if down := c.Down(); down > 0 {
			t.Errorf("the content store is said to be down, for %s", down)
		}
	})
}

// A build that works off a backlog tells each station once.
func TestReportsOfRounds(t *testing.T) {
	withArchive(t, func(a *archive) {
		reports := map[string][]jobs.Report{}
		err := a.conductor.Build(a.t.Context(), nil, func(r jobs.Report) { reports[r.Station.ID] = append(reports[r.Station.ID], r) })
		if err != nil {
			t.Fatal(err)
		}
		for _, station := range slices.Sorted(maps.Keys(reports)) {
			if n := len(reports[station]); n != 1 {
				t.Errorf("%d reports of %s", n, station)
			}
		}
		r := reports["xt"][0]
		if !r.Published || r.Err != nil || r.Edition != a.shelf.current["xt"] || len(r.Edition.Pending()) > 0 || r.Changed < r.Edition.Len() {
			t.Errorf("report of xt: %s", fmt.Sprint(r))
		}
	})
}

// A station that gets another address is built in one go: what is left from
// before would be on another host.
func TestReaddressedArchive(t *testing.T) {
	withArchive(t, func(a *archive) {
		a.refresh()
		for i := range a.network.Stations {
			if s := *a.network.Stations[i]; s.ID == "xt" {
				s.URL = "https://xiangtan.news.example"
				a.network.Stations[i] = &s
			}
		}
		n, err := network.New(a.network.Name, a.network.Stations, []string{"localhost"})
		if err != nil {
			t.Fatal(err)
		}
		a.network = n
		for i := range 12 {
			at := time.Date(2026, time.Month(3-i), 5, 8, 0, 0, 0, shanghai)
			one, two := newArticle("xt", 2*i+1, time.Since(at)), newArticle("xt", 2*i+2, time.Since(at)-time.Hour)
			one.URL = strings.Replace(one.URL, "xt.news", "xiangtan.news", 1)
			two.URL = strings.Replace(two.URL, "xt.news", "xiangtan.news", 1)
			a.put(one, two)
		}
		a.restart(a.shelf)
		a.refresh()
		for path, d := range a.shelf.current["xt"].All() {
			// What identifies an article stays what it was.
			if strings.Contains(identities.ReplaceAllString(string(doctest.Body(t, d)), ""), "//xt.news.example") {
				t.Errorf("%s is still of the former host", path)
			}
		}
	})
}

// identities are what identifies items in the three formats.
var identities = regexp.MustCompile(`<guid [^>]*>[^<]*</guid>|<id>[^<]*</id>|"id":"[^"]*"`)

// A full build of what is as it was publishes nothing, in however many rounds.
func TestRoundsWithoutNews(t *testing.T) {
	withArchive(t, func(a *archive) {
		a.refresh()
		a.restart(a.shelf)
		if err := a.conductor.Build(a.t.Context(), nil, func(r jobs.Report) {
			if r.Published || r.Err != nil {
				t.Errorf("%s: %+v", r.Station.ID, r)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if len(a.editions) > 0 {
			t.Errorf("%d editions", len(a.editions))
		}
		if len(a.read["xt"]) != 12 {
			t.Errorf("read %v, not all", a.read["xt"])
		}
	})
}

// What a station loses in the rounds of a backlog is lost at once: it is refused
// together, and accepted together; what the store calls withdrawn needs no word.
func TestShrinksInRounds(t *testing.T) {
	for _, tt := range []struct {
		name      string
		withdrawn bool // the rows are there, and say so
		accepted  []string
		refused   bool
	}{
		{"refused", false, nil, true},
		{"accepted", false, []string{"xt"}, false},
		{"withdrawn", true, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			withArchive(t, func(a *archive) {
				a.refresh()
				complete, _ := a.shelf.Current("xt")
				if n := listed(complete); n != 24 {
					t.Fatalf("%d articles", n)
				}
				a.restart(a.shelf)
				const most = "CAST(id AS INTEGER) BETWEEN 11 AND 24" // and half of the feed
				if tt.withdrawn {
					a.exec("UPDATE articles SET status = 'withdrawn' WHERE " + most)
				} else {
					a.exec("DELETE FROM articles WHERE " + most)
				}
				err := a.conductor.Build(a.t.Context(), tt.accepted, func(jobs.Report) {})
				last, _ := a.shelf.Current("xt")
				if !tt.refused {
					if n := listed(last); n != 10 || err != nil {
						t.Errorf("%d articles, %v", n, err)
					}
					return
				}
				if refused, ok := errors.AsType[*press.ShrunkError](err); !ok || refused.Before != 24 || refused.What != "sitemaps" {
					t.Errorf("refused: %v", err)
				}
				if n := listed(last); n < 12 {
					t.Errorf("%d articles, though they were refused", n)
				}
			})
		})
	}
}

// Addresses of an archive that change are counted through the rounds of a backlog.
func TestReaddressedInRounds(t *testing.T) {
	withArchive(t, func(a *archive) {
		a.refresh()
		a.restart(a.shelf)
		a.exec("UPDATE articles SET url = replace(url, '/content/', '/news/') WHERE CAST(id AS INTEGER) BETWEEN 11 AND 24") // half of the feed
		err := a.conductor.Build(a.t.Context(), nil, func(jobs.Report) {})
		if refused, ok := errors.AsType[*press.ReaddressedError](err); !ok || refused.Of != 24 || refused.What != "sitemaps" || refused.Articles <= 12 {
			t.Errorf("refused: %v", err)
		}
		if err := a.conductor.Build(a.t.Context(), []string{"xt"}, func(jobs.Report) {}); err != nil {
			t.Fatal(err)
		}
		a.restart(a.shelf)
		a.refresh()
	})
}

// listed returns how many articles the sitemaps of an edition's months have.
func listed(e *edition.Edition) (n int) {
	for path, document := range e.All() {
		if _, _, ok := network.ParseShardPath(path); ok {
			n += document.Items()
		}
	}
	return n
}
