package explain_test

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/explain"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/jobs"

	_ "modernc.org/sqlite"
)

var shanghai = time.FixedZone("+08", 8*60*60)

// maxList is how many addresses Baidu's list has.
const maxList = 12

// world is a network with its content store, its editions and its jobs, in a bubble.
type world struct {
	t         *testing.T
	network   *network.Network
	file      string // of the content store
	store     *content.Store
	editions  *cache.Cache
	conductor *jobs.Conductor
	down      error // why the content store can't be asked
}

// in runs a test in the year 2026.
func in(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)))
		w := &world{t: t, file: filepath.Join(t.TempDir(), "content.db")}
		moment := network.Channel{ID: "moment", Name: "时刻"}
		stations := []*network.Station{
			{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", All: true, Channels: []network.Channel{moment}},
			{ID: "xt", Was: []string{"xiangtan"}, Name: "湘潭站", URL: "https://xt.news.example", Profiles: []string{"smartnews"}, Channels: []network.Channel{moment, {ID: "adverts", NotNews: true}}},
			{ID: "cs", Name: "长沙站", URL: "https://cs.news.example"},
			{ID: "old", URL: "https://old.news.example", Former: network.Former{Closed: true}},
			{ID: "gone", URL: "https://gone.news.example", Former: network.Former{MovedTo: "https://xt.news.example/gone"}},
		}
		for _, s := range stations {
			s.Language, s.Zone = "zh-CN", shanghai
		}
		var err error
		if w.network, err = network.New("湘江新闻网", stations, nil); err != nil {
			t.Fatal(err)
		}
		if w.store, err = content.Open(t.Context(), w.file); err != nil {
			t.Fatal(err)
		}
		defer w.store.Close()
		local, err := disk.Open(t.TempDir(), store.Keep{Editions: 5})
		if err != nil {
			t.Fatal(err)
		}
		amend := func(e *edition.Edition, r edition.Retractions) *edition.Edition { return press.Redact(w.network, e, r) }
		if w.editions, err = cache.Open(t.Context(), slog.New(slog.DiscardHandler), []string{"www", "xt", "cs"}, local, nil, amend); err != nil {
			t.Fatal(err)
		}
		defer w.editions.Close()
		w.conduct(press.Options{Feed: network.Feed{Items: 3, Window: 24 * time.Hour, MaxItems: 10, FullText: true}})
		test(w)
	})
}

// conduct builds with options from now on.
func (w *world) conduct(options press.Options) {
	options.NewsName, options.Version, options.Notices, options.NoticeFor, options.Sitemaps.List = "湘江新闻网", "test", true, 24*time.Hour, maxList
	w.conductor = jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
		if w.down != nil {
			return nil, w.down
		}
		return w.store.Snapshot(ctx)
	}, w.editions, jobs.Options{Options: options, Overlap: 2 * time.Minute, MaxAge: time.Hour})
}

// newArticle returns an article of xt that is everywhere it may be.
func newArticle(id string, ago time.Duration) article.Article {
	published := time.Now().Add(-ago).Truncate(time.Second)
	return article.Article{
		ID: id, Station: "xt", Channels: []string{"moment"}, URL: "https://xt.news.example/" + id + ".html",
		Title: "年度读书节开幕", Body: "<p>读书节今天在湖边开幕。</p>", Published: published, Updated: published, Status: article.Published,
		Images: []article.Image{{URL: "1.jpg"}},
	}
}

func (w *world) put(articles ...article.Article) {
	w.t.Helper()
	time.Sleep(time.Second)
	if _, err := w.store.Put(w.t.Context(), func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
	}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	db, err := sql.Open("sqlite", w.file)
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(w.t.Context(), statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refresh() {
	w.t.Helper()
	time.Sleep(time.Second)
	if err := w.conductor.Refresh(w.t.Context()); err != nil && !press.IsRefused(err) {
		w.t.Fatal(err)
	}
}

// retract takes an article down as an operator does.
func (w *world) retract(id string, notice bool) {
	w.t.Helper()
	r := edition.Retraction{Station: "xt", ID: id, At: time.Now(), State: edition.Held, Notice: notice}
	if err := w.editions.Retract(w.t.Context(), press.Retract(w.network, w.editions.Current, r, edition.Retraction{})); err != nil {
		w.t.Fatal(err)
	}
}

// running are the jobs of a process: its next look is in half a minute.
type running struct{ jobs.Conductors }

func (r running) Next(station string) time.Time { return time.Now().Add(30 * time.Second) }

func (w *world) asker() *explain.Asker {
	return &explain.Asker{Network: w.network, Editions: w.editions, Jobs: running{jobs.Conductors{w.conductor}}}
}

func (w *world) ask(q explain.Query) *explain.Explanation {
	w.t.Helper()
	e, err := w.asker().Explain(w.t.Context(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := e.JSON(); err != nil {
		w.t.Fatal(err)
	}
	return e
}

// not are the documents that do not have an article, with the reason's beginning.
type not map[string]string

// want compares verdicts: a document that is not named has the article.
func want(t *testing.T, e *explain.Explanation, out not, leftOut bool) {
	t.Helper()
	seen := map[string]bool{}
	for _, v := range e.Verdicts {
		at := v.Station + v.Path
		seen[at] = true
		reason, no := out[at]
		if all, ok := out["*"]; ok && !no {
			reason, no = all, true
		}
		if v.In == no || no && !strings.HasPrefix(v.Reason, reason) {
			t.Errorf("%s: in %t: %q; want %q", at, v.In, v.Reason, reason)
		}
		served := slices.ContainsFunc(e.Documents, func(d explain.Document) bool { return d.Station == v.Station && d.Path == v.Path })
		if served != v.In {
			t.Errorf("%s: in %t, among the documents: %t", at, v.In, served)
		}
	}
	for at := range out {
		if !seen[at] && at != "*" {
			t.Errorf("no verdict of %s: %+v", at, e.Verdicts)
		}
	}
	if e.LeftOut() != leftOut {
		t.Errorf("left out: %t", e.LeftOut())
	}
}

// wantNo compares the deciders that say no.
func wantNo(t *testing.T, e *explain.Explanation, names ...string) {
	t.Helper()
	var no []string
	for _, d := range e.Deciders {
		if !d.OK && !slices.Contains(no, d.Name) {
			no = append(no, d.Name)
		}
		if d.Value == "" {
			t.Errorf("%s has no value", d.Name)
		}
	}
	if !slices.Equal(no, names) {
		t.Errorf("%q say no; want %q", no, names)
	}
}

// sitemaps are those of xt.
func sitemaps(reason string) not {
	return not{"xt/sitemaps/2026-03.xml": reason, "xt/sitemaps/news.xml": reason, "xt/sitemaps/baidu.txt": reason}
}

func with(a, b not) not {
	maps.Copy(a, b)
	return a
}

// feeds are those that may have an article of xt in the channel moment.
func feeds(reason string) not {
	return not{"xt/rss.xml": reason, "xt/moment/rss.xml": reason, "xt/smartnews.xml": reason, "www/rss.xml": reason, "www/moment/rss.xml": reason}
}
