package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
	"feedstation/jobs"
)

var shanghai = time.FixedZone("+08", 8*60*60)

// world is a network with its content store and its editions. Its clock is the
// bubble's.
type world struct {
	t         *testing.T
	network   *network.Network
	store     *content.Store
	file      string // of the store
	editions  *shelf
	conductor *jobs.Conductor
	fault     func(station string) error // of the snapshot, by station
	server    string                     // that answers; empty: the store's own
	log       int64                      // how far its log is; 0: it does not tell
	deaf      bool                       // the store tells of no change
	listed    func(month string)         // called when a month is read
	sums      func(month string) error   // of the totals of a month
	finding   func(ids []string)         // called when articles are looked for
	reading   func(ids []string)         // called when articles are read as a whole
}

var options = jobs.Options{Options: press.Options{Feed: network.Feed{Items: 20, MaxItems: 20, FullText: true}, NewsName: "湘江新闻网", Version: "test", StaleIfError: 24 * time.Hour}, Overlap: overlap, MaxAge: 15 * time.Minute, AuditRate: 500}

// in runs test in a bubble, in the year 2026.
func in(t *testing.T, test func(w *world)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)))
		w := newWorld(t)
		test(w)
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	stations := []*network.Station{
		{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true, Channels: []network.Channel{{ID: "moment", Name: "时刻"}}},
		{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}, {ID: "culture", Name: "文化"}}},
		{ID: "yy", Name: "岳阳站", URL: "https://yy.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}}},
	}
	n, err := network.New("湘江新闻网", stations, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, network: n, editions: newShelf(), fault: func(string) error { return nil }}
	w.openStore(content.Options{})
	w.restart(options)
	return w
}

// openStore has the world go on with an empty embedded store.
func (w *world) openStore(o content.Options) {
	w.t.Helper()
	w.file = filepath.Join(w.t.TempDir(), "content.db")
	o.Driver, o.DSN = content.SQLite, w.file
	store, err := content.OpenWith(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { store.Close() })
	w.store = store
}

// exec changes the store as a tool does that knows nothing of feedstation.
func (w *world) exec(statements ...string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.ExecContext(w.t.Context(), statement); err != nil {
			w.t.Fatal(err)
		}
	}
}

// restart has another process go on with the same editions.
func (w *world) restart(options jobs.Options) {
	w.conductor = jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
		s, err := w.store.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return faultySnapshot{s, w.server, w.log, w.fault, w.deaf, w.listed, w.sums, w.finding, w.reading}, nil
	}, w.editions, options)
}

// faultySnapshot is a snapshot in which the articles of a station can't be read,
// or that tells of no change.
type faultySnapshot struct {
	*content.Snapshot
	server string
	log    int64 // how far the server's is; 0: it does not tell
	fault  func(station string) error
	deaf   bool
	// listed is told of the months that are read.
	listed func(month string)
	sums   func(month string) error
	// finding is told of the articles that are looked for.
	finding func(ids []string)
	// reading is told of the articles that are read as a whole.
	reading func(ids []string)
}

func (s faultySnapshot) Origin(ctx context.Context) (edition.Origin, error) {
	origin, err := s.Snapshot.Origin(ctx)
	origin.Server = s.server
	if s.log > 0 {
		origin.Position = edition.Position{"log": s.log}
		origin.Reached = origin.Position
	}
	return origin, err
}

func (s faultySnapshot) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	if s.reading != nil {
		var ids []string
		for _, a := range heads {
			ids = append(ids, a.ID)
		}
		s.reading(ids)
	}
	return s.Snapshot.Whole(ctx, heads)
}

func (s faultySnapshot) Find(ctx context.Context, ids []string) ([]article.State, error) {
	if s.finding != nil {
		s.finding(ids)
	}
	states, err := s.Snapshot.Find(ctx, ids)
	for i := range states {
		if states[i].At.After(s.Time()) { // by a trigger, whose clock is not the bubble's
			states[i].At = s.Time()
		}
	}
	return states, err
}

func (s faultySnapshot) TotalsByMonth(ctx context.Context, station string, months []article.Month, zone *time.Location) ([]article.Totals, error) {
	for _, month := range months {
		if s.sums == nil {
			break
		}
		if err := s.sums(month.String()); err != nil {
			return nil, err
		}
	}
	return s.Snapshot.TotalsByMonth(ctx, station, months, zone)
}

func (s faultySnapshot) Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error] {
	if s.deaf {
		return func(func(article.Change, error) bool) {}
	}
	return s.Snapshot.Changes(ctx, since)
}

func (s faultySnapshot) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	if s.listed != nil && to.Sub(from) > 27*24*time.Hour {
		s.listed(article.MonthOf(from, shanghai).String())
	}
	if err := s.fault(station); err != nil {
		return func(yield func(article.Article, error) bool) { yield(article.Article{}, err) }
	}
	return s.Snapshot.Listing(ctx, station, from, to)
}

// newArticle returns an article that was published so long ago.
func newArticle(station string, id int, ago time.Duration) article.Article {
	published := time.Now().Add(-ago).Truncate(time.Second)
	return article.Article{
		ID: fmt.Sprint(id), Station: station, Channels: []string{"moment"},
		URL:   fmt.Sprintf("https://%s.news.example/content/%d.html", station, id),
		Title: fmt.Sprintf("第%d条新闻", id), Body: "<p>正文。<img src=\"1.jpg\"></p>",
		Published: published, Updated: published, Status: article.Published,
		Images: []article.Image{{URL: "1.jpg", Caption: "图"}},
	}
}

// several returns articles with ids from first on, one published every hour before
// now.
func several(station string, first, n int) (articles []article.Article) {
	for i := range n {
		articles = append(articles, newArticle(station, first+i, time.Duration(i+1)*time.Hour))
	}
	return articles
}

func (w *world) put(articles ...article.Article) {
	w.t.Helper()
	_, err := w.store.Put(w.t.Context(), func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refresh() {
	w.t.Helper()
	if err := w.conductor.Refresh(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) edition(station string) *edition.Edition {
	w.t.Helper()
	e, ok := w.editions.Current(station)
	if !ok {
		w.t.Fatalf("%s has no edition", station)
	}
	return e
}

func (w *world) document(station, path string) *edition.Document {
	w.t.Helper()
	d, ok := w.edition(station).Document(path)
	if !ok {
		w.t.Fatalf("%s has no %s", station, path)
	}
	return d
}

func (w *world) body(station, path string) string {
	return string(doctest.Body(w.t, w.document(station, path)))
}

// hashes returns the hash of each document of a station.
func (w *world) hashes(station string) map[string]edition.Hash {
	hashes := map[string]edition.Hash{}
	for path, d := range w.edition(station).All() {
		hashes[path] = d.Hash()
	}
	return hashes
}

// changes runs f and returns the paths whose documents are others afterwards.
func (w *world) changes(station string, f func()) []string {
	w.t.Helper()
	before := w.hashes(station)
	f()
	var paths []string
	after := w.hashes(station)
	for path, hash := range after {
		if before[path] != hash {
			paths = append(paths, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			paths = append(paths, "-"+path)
		}
	}
	slices.Sort(paths)
	return paths
}

func (w *world) want(what string, got, want []string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestFirstRefresh(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 40*24*time.Hour), newArticle("yy", 3, 2*time.Hour))
		w.refresh()
		w.want("documents of xt", slices.Sorted(maps.Keys(w.hashes("xt"))), []string{
			"/atom.xml", "/culture/atom.xml", "/culture/feed.json", "/culture/rss.xml", "/feed.json",
			"/feeds.css", "/feeds.html", "/feeds.js", "/feeds.opml", "/feeds.svg", "/feeds/culture.html", "/feeds/moment.html", "/moment/atom.xml", "/moment/feed.json", "/moment/rss.xml", "/robots.txt", "/rss.xml",
			"/sitemap.xml", "/sitemaps/2026-01.xml", "/sitemaps/2026-03.xml", "/sitemaps/baidu.txt", "/sitemaps/news.xml",
		})
		for path, want := range map[string]time.Duration{
			"/rss.xml": time.Hour, "/sitemaps/2026-03.xml": time.Hour, "/sitemaps/2026-01.xml": 40 * 24 * time.Hour,
			"/sitemaps/news.xml": time.Hour, "/sitemap.xml": time.Hour, "/moment/feed.json": time.Hour,
		} {
			if ago := time.Since(w.document("xt", path).Modified()); ago != want {
				t.Errorf("%s was modified %s ago; want %s", path, ago, want)
			}
		}
		for path, want := range map[string]string{
			"/rss.xml":              "第1条新闻",
			"/moment/atom.xml":      "第2条新闻",
			"/feed.json":            "2026-03-10T11:00:00+08:00",
			"/sitemaps/2026-01.xml": "<loc>https://xt.news.example/content/2.html</loc>",
			"/sitemaps/2026-03.xml": "<image:loc>https://xt.news.example/content/1.jpg</image:loc>",
			"/sitemaps/news.xml":    "<news:language>zh-cn</news:language>",
			"/sitemap.xml":          "<loc>https://xt.news.example/sitemaps/2026-01.xml</loc>",
			"/robots.txt":           "Sitemap: https://xt.news.example/sitemap.xml",
			"/feeds.opml":           `xmlUrl="https://xt.news.example/culture/rss.xml"`,
		} {
			if body := w.body("xt", path); !strings.Contains(body, want) {
				t.Errorf("%s has no %q:\n%s", path, want, body)
			}
		}
		link := `<https://xt.news.example/moment/rss.xml>; rel="alternate"; type="application/rss+xml"; title="RSS", ` +
			`<https://xt.news.example/moment/atom.xml>; rel="self"; type="application/atom+xml"; title="Atom", ` +
			`<https://xt.news.example/moment/feed.json>; rel="alternate"; type="application/feed+json"; title="JSON Feed", ` +
			`<https://xt.news.example/feeds/moment.html>; rel="alternate"; type="text/html"`
		if got := w.document("xt", "/moment/atom.xml").Headers(); got.Link != link || got.StaleIfError != 24*time.Hour || got.MaxAge != 15*time.Minute {
			t.Errorf("headers = %+v; want the link %s", got, link)
		}
		if got := w.document("xt", "/sitemap.xml").Headers(); got.Link != "" || got.StaleIfError != 24*time.Hour || got.MaxAge != time.Minute {
			t.Errorf("headers of the index = %+v", got)
		}
		if body := w.body("www", "/moment/rss.xml"); !strings.Contains(body, "第1条新闻") || !strings.Contains(body, "第3条新闻") {
			t.Errorf("the feed of all stations lacks articles:\n%s", body)
		}
		if body := w.body("www", "/sitemap.xml"); strings.Contains(body, "2026") && strings.Contains(body, "2026-03.xml") {
			t.Errorf("a sitemap of www names pages of other hosts:\n%s", body)
		}
		var feeds []string
		for _, found := range regexp.MustCompile(`xmlUrl="https://([^"]*)/rss.xml"`).FindAllStringSubmatch(w.body("www", "/feeds.opml"), -1) {
			feeds = append(feeds, found[1])
		}
		w.want("feeds, the most specific first", feeds, []string{
			"xt.news.example/moment", "xt.news.example/culture", "xt.news.example", "yy.news.example/moment", "yy.news.example",
			"www.news.example/moment", "www.news.example",
		})
	})
}

func TestIdleRefreshPublishesNothing(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		first := map[string]*edition.Edition{}
		for _, station := range []string{"www", "xt", "yy"} {
			first[station] = w.edition(station)
		}
		for range 10 {
			time.Sleep(time.Minute)
			w.refresh()
		}
		for station, e := range first {
			if last := w.edition(station); last != e {
				t.Errorf("%s has edition %s; want %s", station, last.Watermark(), e.Watermark())
			}
		}
	})
}

func TestOneNewArticle(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 40*24*time.Hour), newArticle("yy", 3, 2*time.Hour))
		w.refresh()
		yy := w.edition("yy")
		time.Sleep(time.Minute)
		a := newArticle("xt", 4, 0)
		a.Channels = []string{"culture"}
		w.put(a)
		time.Sleep(30 * time.Second)
		w.want("changed in xt", w.changes("xt", w.refresh), []string{
			"/atom.xml", "/culture/atom.xml", "/culture/feed.json", "/culture/rss.xml", "/feed.json", "/feeds.html", "/feeds/culture.html", "/rss.xml",
			"/sitemap.xml", "/sitemaps/2026-03.xml", "/sitemaps/baidu.txt", "/sitemaps/news.xml",
		})
		if e := w.edition("yy"); e != yy {
			t.Errorf("yy has edition %s; want %s", e.Watermark(), yy.Watermark())
		}
		if body := w.body("www", "/rss.xml"); !strings.Contains(body, "第4条新闻") {
			t.Error("the feed of all stations lacks the article")
		}
		if d := w.document("xt", "/rss.xml"); !d.Modified().Equal(a.Updated) {
			t.Errorf("modified = %s; want that of the article, %s", d.Modified(), a.Updated)
		}
	})
}

func TestWithdrawal(t *testing.T) {
	in(t, func(w *world) {
		one, two := newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour)
		w.put(one, two)
		w.refresh()
		time.Sleep(10 * time.Minute)
		before := w.document("xt", "/rss.xml").Modified()
		one.Status = article.Withdrawn
		w.put(one)
		w.refresh()
		for _, station := range []string{"xt", "www"} {
			for path, d := range w.edition(station).All() {
				if strings.Contains(string(doctest.Body(t, d)), "content/1.html") || strings.Contains(string(doctest.Body(t, d)), "第1条新闻") {
					t.Errorf("%s%s still has the withdrawn article", station, path)
				}
			}
		}
		if after := w.document("xt", "/rss.xml").Modified(); !after.Equal(time.Now().UTC()) || !after.After(before) {
			t.Errorf("modified = %s; want the moment of the withdrawal", after)
		}
		lastmod := "<lastmod>" + time.Now().In(shanghai).Format(time.RFC3339) + "</lastmod>"
		if body := w.body("xt", "/sitemap.xml"); !strings.Contains(body, "2026-03.xml</loc>"+lastmod) {
			t.Errorf("the index does not tell of the withdrawal:\n%s", body)
		}
	})
}

// Time alone changes documents too.
func TestClock(t *testing.T) {
	in(t, func(w *world) {
		embargoed, expiring := newArticle("xt", 1, -3*time.Hour), newArticle("xt", 2, time.Hour)
		expiring.Expires = time.Now().Add(5 * time.Hour)
		w.put(embargoed, expiring)
		for hour, want := range []struct{ embargoed, expiring, news bool }{
			0: {false, true, true}, 2: {false, true, true}, 3: {true, true, true}, 4: {true, true, true}, 5: {true, false, true},
			50: {true, false, true}, 51: {true, false, false},
		} {
			w.refresh()
			if hour == 1 || hour > 5 && hour < 50 {
				time.Sleep(time.Hour)
				continue
			}
			for _, path := range []string{"/rss.xml", "/moment/feed.json", "/sitemaps/2026-03.xml"} {
				body := w.body("xt", path)
				if got := strings.Contains(body, "content/1.html"); got != want.embargoed {
					t.Errorf("after %d hours: embargoed article in %s: %t", hour, path, got)
				}
				if got := strings.Contains(body, "content/2.html"); got != want.expiring {
					t.Errorf("after %d hours: expiring article in %s: %t", hour, path, got)
				}
			}
			if got := strings.Contains(w.body("xt", "/sitemaps/news.xml"), "<news:news>"); got != want.news {
				t.Errorf("after %d hours: news in the news sitemap: %t", hour, got)
			}
			if body := w.body("xt", "/sitemaps/news.xml"); !strings.Contains(body, "<url>") {
				t.Errorf("after %d hours: the news sitemap is empty:\n%s", hour, body)
			}
			time.Sleep(time.Hour)
		}
	})
}

// An article moves to another month, to another station, and is withdrawn there:
// each time it is gone from where it was.
func TestMoves(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, time.Hour)
		w.put(a, newArticle("xt", 2, 2*time.Hour))
		w.refresh()
		time.Sleep(time.Hour)
		a.Published = a.Published.AddDate(0, -1, 0)
		w.put(a)
		w.refresh()
		if body := w.body("xt", "/sitemaps/2026-03.xml"); strings.Contains(body, "content/1.html") {
			t.Error("the article is still in the month that it has left")
		}
		if body := w.body("xt", "/sitemaps/2026-02.xml"); !strings.Contains(body, "content/1.html") {
			t.Error("the article is not in its new month")
		}
		time.Sleep(time.Hour)
		a.Station, a.URL, a.Status = "yy", "https://yy.news.example/content/1.html", article.Withdrawn
		w.put(a)
		w.refresh()
		for _, station := range []string{"www", "xt", "yy"} {
			for path, d := range w.edition(station).All() {
				if strings.Contains(string(doctest.Body(t, d)), "content/1.html") {
					t.Errorf("%s%s still has the article", station, path)
				}
			}
		}
	})
}

func TestAuditFindsWhatHintsMiss(t *testing.T) {
	in(t, func(w *world) {
		one := newArticle("xt", 1, time.Hour)
		w.put(one, newArticle("xt", 2, 40*24*time.Hour))
		w.refresh()
		time.Sleep(time.Hour)
		one.Published = one.Published.AddDate(0, -1, 0)
		w.put(one)
		time.Sleep(30 * 24 * time.Hour) // the hints are forgotten
		w.put()
		w.restart(options)
		if err := w.conductor.Audit(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok := w.edition("xt").Document("/sitemaps/2026-03.xml"); ok {
			t.Error("the month that the article has left is still there")
		}
		if body := w.body("xt", "/sitemaps/2026-02.xml"); !strings.Contains(body, "content/1.html") {
			t.Error("the article is not in its new month")
		}
	})
}

func TestFeedsHealWithoutHints(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		w.deaf = true
		w.put(newArticle("xt", 2, 0))
		time.Sleep(options.MaxAge - time.Second)
		w.refresh()
		if strings.Contains(w.body("xt", "/rss.xml"), "第2条新闻") {
			t.Fatal("the store has told of the change")
		}
		time.Sleep(time.Second)
		w.want("changed in xt", w.changes("xt", w.refresh), []string{
			"/atom.xml", "/feed.json", "/feeds.html", "/feeds/moment.html", "/moment/atom.xml", "/moment/feed.json", "/moment/rss.xml", "/rss.xml",
			"/sitemap.xml", "/sitemaps/news.xml",
		})
	})
}

func TestOneStationFails(t *testing.T) {
	for name, fault := range map[string]func() error{
		"error": func() error { return errors.New("the disk is broken") },
		"panic": func() error { panic("poison") },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(newArticle("xt", 1, time.Hour), newArticle("yy", 2, time.Hour))
				w.refresh()
				broken := true
				w.fault = func(station string) error {
					if broken && station == "xt" {
						return fault()
					}
					return nil
				}
				w.restart(options)
				time.Sleep(time.Minute)
				w.put(newArticle("xt", 3, 0), newArticle("yy", 4, 0))
				xt, yy := w.edition("xt"), w.edition("yy")
				err := w.conductor.Refresh(w.t.Context())
				if err == nil || !strings.Contains(err.Error(), "station xt: ") {
					t.Errorf("err = %v", err)
				}
				if w.edition("xt") != xt || w.edition("yy") == yy {
					t.Errorf("editions %s of xt, %s of yy; want that of before and another", w.edition("xt").Watermark(), w.edition("yy").Watermark())
				}
				broken = false
				w.refresh()
				if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "第3条新闻") {
					t.Error("xt is not rebuilt once it can be")
				}
			})
		})
	}
}

func TestRestart(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("yy", 2, time.Hour))
		w.refresh()
		first := w.edition("xt")
		w.restart(options)
		w.refresh()
		if e := w.edition("xt"); e != first {
			t.Errorf("a restart published edition %s", e.Watermark())
		}
		time.Sleep(24 * time.Hour)
		w.put(newArticle("xt", 3, 0))
		time.Sleep(24 * time.Hour)
		w.restart(options) // the change came while no process ran
		w.refresh()
		if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "第3条新闻") {
			t.Error("what changed between two processes is missing")
		}

		other := options
		other.Feed.Items = 1
		w.restart(other)
		w.refresh()
		if body := w.body("xt", "/rss.xml"); strings.Contains(body, "第1条新闻") {
			t.Error("another configuration did not rebuild the feed")
		}
	})
}

// Equal content gives equal bytes, in whatever order it arrived.
func TestDeterminism(t *testing.T) {
	in(t, func(w *world) {
		var articles []article.Article
		for i := range 30 {
			articles = append(articles, newArticle([]string{"xt", "yy"}[i%2], i, time.Duration(i/3)*24*time.Hour))
		}
		w.put(articles...)
		w.refresh()
		other := newWorld(w.t)
		slices.Reverse(articles)
		other.put(articles[:10]...)
		other.refresh()
		other.put(articles[10:]...)
		other.restart(options)
		if err := other.conductor.Audit(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := newWorld(w.t)
		fresh.put(articles...)
		fresh.refresh()
		for _, station := range []string{"www", "xt", "yy"} {
			if !maps.Equal(w.hashes(station), fresh.hashes(station)) {
				t.Errorf("%s: the order of arrival changed bytes", station)
			}
			for path := range w.edition(station).All() {
				if strings.HasPrefix(path, "/sitemaps/") && w.body(station, path) != other.body(station, path) {
					t.Errorf("%s%s: building in two steps changed bytes", station, path)
				}
			}
		}
	})
}

// A time of change in the future is a mistake: the row's own stands for it, and no
// document depends on when it is built.
func TestUpdatedInTheFuture(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, time.Hour)
		a.Updated = time.Now().AddDate(50, 0, 0)
		w.put(a)
		want := time.Now().In(shanghai).Format(time.RFC3339)
		w.refresh()
		for _, path := range []string{"/atom.xml", "/feed.json", "/sitemaps/2026-03.xml", "/sitemaps/news.xml", "/sitemap.xml"} {
			if body := w.body("xt", path); strings.Contains(body, "2076") || !strings.Contains(body, want) {
				t.Errorf("%s:\n%s", path, body)
			}
		}
		published := w.edition("xt")
		time.Sleep(time.Minute)
		if err := w.conductor.Audit(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		if e := w.edition("xt"); e != published {
			t.Errorf("an audit published edition %s", e.Watermark())
		}
	})
}

// A clock that was ahead once must not hold up what comes after.
func TestClockWasAhead(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		ahead := maps.Collect(w.edition("xt").All())
		e := edition.New("xt", time.Now().AddDate(5, 0, 0), w.edition("xt").Build(), ahead)
		if err := w.editions.Publish(w.t.Context(), e); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 2, 0))
		w.refresh()
		if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "第2条新闻") || !w.edition("xt").Watermark().After(e.Watermark()) {
			t.Errorf("edition %s lacks the new article", w.edition("xt").Watermark())
		}
	})
}

// Another process publishes between this one's look at the store and its own
// publication.
func TestAnotherWasQuicker(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		quick := true
		w.fault = func(station string) error {
			if station == "xt" && quick {
				quick = false
				documents := maps.Collect(w.edition("xt").All())
				other := edition.New("xt", time.Now().Add(time.Second), w.edition("xt").Build(), documents)
				if err := w.editions.Publish(w.t.Context(), other); err != nil {
					t.Error(err)
				}
			}
			return nil
		}
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 2, 0))
		w.refresh()
		time.Sleep(time.Minute)
		w.refresh()
		if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "第2条新闻") {
			t.Error("what lost the race was not built again")
		}
	})
}

func TestLeftOutOfSitemaps(t *testing.T) {
	in(t, func(w *world) {
		hidden, foreign := newArticle("xt", 1, time.Hour), newArticle("xt", 2, time.Hour)
		hidden.NoIndex = true
		foreign.URL = "https://elsewhere.example/2.html"
		w.put(hidden, foreign, newArticle("xt", 3, 2*time.Hour))
		w.refresh()
		for _, path := range []string{"/sitemaps/2026-03.xml", "/sitemaps/news.xml"} {
			body := w.body("xt", path)
			if strings.Contains(body, "1.html") || strings.Contains(body, "2.html") || !strings.Contains(body, "3.html") {
				t.Errorf("%s:\n%s", path, body)
			}
		}
		if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "1.html") || !strings.Contains(body, "2.html") {
			t.Error("the feed lacks articles that only sitemaps leave out")
		}
	})
}

func TestStationWithoutArticles(t *testing.T) {
	in(t, func(w *world) {
		w.refresh()
		if body := w.body("xt", "/sitemaps/news.xml"); !strings.Contains(body, "<loc>https://xt.news.example/</loc>") {
			t.Errorf("an empty station's news sitemap:\n%s", body)
		}
		if body := w.body("xt", "/sitemap.xml"); !strings.Contains(body, "/sitemaps/news.xml") || strings.Contains(body, "lastmod") {
			t.Errorf("an empty station's index:\n%s", body)
		}
		if body := w.body("xt", "/feed.json"); !strings.Contains(body, `"items":[]`) {
			t.Errorf("an empty feed:\n%s", body)
		}
	})
}

// The types in the Link header are those of the documents.
func TestMediaTypes(t *testing.T) {
	in(t, func(w *world) {
		w.refresh()
		for _, format := range network.Formats() {
			want := format.MediaType() + "; charset=utf-8"
			if got := w.document("xt", network.FeedPath("", format)).MediaType(); got != want {
				t.Errorf("%s is %s; want %s", format, got, want)
			}
		}
	})
}

// A station or a channel that is closed or has moved has no documents, is in no
// list and in no feed of all stations.
func TestFormerStations(t *testing.T) {
	in(t, func(w *world) {
		stations := []*network.Station{
			{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true},
			{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{
				{ID: "moment", Name: "时刻新闻"}, {ID: "gossip", Name: "闲话", Former: network.Former{Closed: true}},
			}},
			{ID: "yy", Name: "岳阳站", URL: "https://yy.news.example", Language: "zh-CN", Zone: shanghai, Former: network.Former{MovedTo: "https://dongting.example"}},
		}
		n, err := network.New("湘江新闻网", stations, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		w.network = n
		w.restart(options)
		w.put(newArticle("xt", 1, time.Hour), newArticle("yy", 2, time.Hour))
		w.refresh()
		if _, ok := w.editions.Current("yy"); ok {
			t.Error("a station that has moved has an edition")
		}
		if _, ok := w.edition("xt").Document("/gossip/rss.xml"); ok {
			t.Error("a closed channel has a feed")
		}
		if body := w.body("www", "/feeds.opml"); strings.Contains(body, "yy.news.example") || strings.Contains(body, "gossip") {
			t.Errorf("the list of feeds:\n%s", body)
		}
		if body := w.body("www", "/rss.xml"); strings.Contains(body, "第2条新闻") || !strings.Contains(body, "第1条新闻") {
			t.Error("the feed of all stations")
		}
	})
}

// The news go on in a second file behind a thousand, newest first.
func TestNewsContinued(t *testing.T) {
	in(t, func(w *world) {
		var articles []article.Article
		var want []string
		for i := range 1003 {
			a := newArticle("xt", i, time.Duration(i)*time.Minute)
			articles = append(articles, a)
			want = append(want, a.URL)
		}
		w.put(articles...)
		w.refresh()
		for n, want := range [][]string{want[:1000], want[1000:]} {
			d := w.document("xt", network.NewsPath(n+1))
			if got := locsOf(d); !slices.Equal(got, want) {
				t.Errorf("file %d has %d pages, want %d", n+1, len(got), len(want))
			}
			if !strings.Contains(w.body("xt", "/sitemap.xml"), "https://xt.news.example"+network.NewsPath(n+1)+"</loc>") {
				t.Errorf("the index does not name file %d", n+1)
			}
		}
	})
}

// Each language of a page is named once, and the page itself for its own.
func TestAlternatesOncePerLanguage(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, 0)
		for _, alternate := range [][2]string{{"en", "/en/1"}, {"EN", "/en/2"}, {"zh-cn", "/other"}, {"fr", "/fr/1"}} {
			a.Alternates = append(a.Alternates, article.Alternate{Lang: alternate[0], URL: "https://xt.news.example" + alternate[1]})
		}
		a.Images = append(a.Images, a.Images...)
		a.Enclosures = []article.Enclosure{{URL: "film.mp4", Type: "Video/MP4"}, {URL: "talk.mp3", Type: "audio/mpeg"}}
		w.put(a)
		w.refresh()
		body := w.body("xt", "/sitemaps/2026-03.xml")
		var links strings.Builder
		for _, link := range [][2]string{{"zh-CN", "/content/1.html"}, {"en", "/en/1"}, {"fr", "/fr/1"}} {
			fmt.Fprintf(&links, `<xhtml:link rel="alternate" hreflang="%s" href="https://xt.news.example%s"/>`, link[0], link[1])
		}
		if !strings.Contains(body, "</video:video>"+links.String()+"</url>") {
			t.Errorf("want\n%s\nin\n%s", &links, body)
		}
		if n := strings.Count(body, "<image:loc>"); n != 1 {
			t.Errorf("a picture is there %d times", n)
		}
		if n := strings.Count(body, "<video:video>"); n != 1 {
			t.Errorf("%d films, want 1", n)
		}
	})
}

// An article that is left out is logged once, and counted by what is wrong with it,
// in however many feeds and months, of however many builds it is missing.
func TestLeftOut(t *testing.T) {
	in(t, func(w *world) {
		log, lines := newTaskLog(slog.LevelWarn)
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("xt", 3, 3*time.Hour), newArticle("xt", 4, 40*dayHours))
		w.exec(append(loosen(), "UPDATE articles SET status = 'unheard-of' WHERE id IN ('1', '4')", "UPDATE articles SET images = '{' WHERE id = '2'")...)
		c := jobs.NewConductor(log, w.network, func(ctx context.Context) (jobs.Snapshot, error) { return w.store.Snapshot(ctx) }, w.editions, options)
		for range 3 {
			if err := c.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(map[string]int64{"status": 2, "images, value only": 1}, c.LeftOut()); diff != "" {
			t.Errorf("left out (-want +got):\n%s", diff)
		}
		if n := len(lines()); n != 3 {
			t.Errorf("%d lines, want one an article: %q", n, lines())
		}
	})
}
