package jobs_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// noticing are options with which feeds have notices.
func noticing() jobs.Options {
	o := options
	o.Notices, o.NoticeFor = true, 72*time.Hour
	o.Feed = network.Feed{Items: 4, Window: 24 * time.Hour, MaxItems: 20, FullText: true}
	return o
}

// told returns what a station's JSON feed says of article 2: "article", "notice" or
// "nothing".
func (w *world) told(station, path string) string {
	w.t.Helper()
	var f struct {
		Items []struct {
			ID      string `json:"id"`
			Title   string `json:"title"`
			Content string `json:"content_text"`
			HTML    string `json:"content_html"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(w.body(station, path)), &f); err != nil {
		w.t.Fatal(err)
	}
	for _, item := range f.Items {
		switch {
		case item.ID != "https://xt.news.example/content/2.html":
		case item.Title == "本文已撤回" && item.Content == item.Title && item.HTML == "":
			return "notice"
		default:
			return "article"
		}
	}
	return "nothing"
}

// wantTold compares what all feeds of the station and of all stations say.
func (w *world) wantTold(when, want string) {
	w.t.Helper()
	for _, feed := range []struct{ station, path string }{{"xt", "/feed.json"}, {"xt", "/moment/feed.json"}, {"www", "/feed.json"}, {"www", "/moment/feed.json"}} {
		if got := w.told(feed.station, feed.path); got != want {
			w.t.Errorf("%s: %s%s has the %s, want the %s", when, feed.station, feed.path, got, want)
		}
		path := strings.TrimSuffix(feed.path, string(network.JSON)) + string(network.Atom)
		if deleted := strings.Count(w.body(feed.station, path), ` ref="https://xt.news.example/content/2.html"`); deleted > 1 || (deleted == 1) != (want == "notice") {
			w.t.Errorf("%s: %s%s says %d times that the article is deleted, and others have the %s", when, feed.station, path, deleted, want)
		}
	}
	if got := w.told("xt", "/culture/feed.json"); got != "nothing" {
		w.t.Errorf("%s: a feed that never had the article has the %s", when, got)
	}
	if want != "article" {
		for path, d := range w.edition("xt").All() {
			body := string(doctest.Body(w.t, d))
			if strings.Contains(body, "第2条新闻") || strings.HasPrefix(path, "/sitemap") && strings.Contains(body, "content/2.html") {
				w.t.Errorf("%s: %s still has the article:\n%.500s", when, path, body)
			}
		}
	}
}

// retract takes an article down at once, as the program does.
func (w *world) retract(r edition.Retraction) {
	w.t.Helper()
	if err := w.editions.Retract(w.t.Context(), r); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range w.network.Stations {
		e := w.edition(s.ID)
		redacted := press.Redact(w.network, e, w.editions.Retractions())
		if redacted == e {
			continue
		}
		if err := w.editions.Publish(w.t.Context(), redacted); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestNotices holds what becomes of an article that leaves a feed before its time.
func TestNotices(t *testing.T) {
	require.Time(t)
	update := func(set string) func(w *world) {
		return func(w *world) { w.exec("UPDATE articles SET " + set + " WHERE id = '2'") }
	}
	retract := func(notice bool) func(w *world) {
		return func(w *world) {
			r := held("xt", 2)
			r.Notice = notice
			w.retract(r)
			if notice {
				w.wantTold("at once", "notice")
			}
		}
	}
	put := func(change func(*article.Article)) func(w *world) {
		return func(w *world) {
			a := newArticle("xt", 2, 0)
			a.Published = time.Now().Add(-3 * time.Hour).Truncate(time.Second)
			a.Updated = a.Published
			change(&a)
			w.put(a)
		}
	}
	withdraw := put(func(a *article.Article) { a.Status = article.Withdrawn })
	tests := []struct {
		name   string
		off    bool
		happen func(w *world)
		want   string
	}{
		{"withdrawn", false, withdraw, "notice"},
		{"withdrawn, says another tool", false, update("status = 'withdrawn'"), "notice"},
		{"deleted", false, func(w *world) { w.exec("DELETE FROM articles WHERE id = '2'") }, "notice"},
		{"a draft again", false, put(func(a *article.Article) { a.Status = article.Draft }), "nothing"},
		{"expired", false, put(func(a *article.Article) { a.Expires = time.Now().Add(-time.Minute) }), "nothing"},
		{"embargoed again", false, put(func(a *article.Article) { a.Published = time.Now().Add(time.Hour) }), "nothing"},
		{"moved to another station", false, put(func(a *article.Article) { a.Station, a.Channels = "yy", nil }), "elsewhere"},
		{"edited", false, put(func(a *article.Article) { a.Title = "更正" }), "article"},
		{"with a row that is broken now", false, update("expires = -9000000000000000"), "elsewhere"},
		{"retracted", false, retract(false), "nothing"},
		{"retracted, and withdrawn", false, func(w *world) { retract(false)(w); withdraw(w) }, "nothing"},
		{"retracted with a notice", false, retract(true), "notice"},
		{"retracted with a notice, and withdrawn", false, func(w *world) { retract(true)(w); withdraw(w) }, "notice"},
		{"withdrawn, without notices", true, withdraw, "nothing"},
		{"deleted, without notices", true, func(w *world) { w.exec("DELETE FROM articles WHERE id = '2'") }, "nothing"},
		{"retracted with a notice, without others", true, retract(true), "notice"},
		{"pushed out by newer ones", false, func(w *world) {
			for i := range 20 {
				w.put(newArticle("xt", 100+i, time.Minute))
			}
		}, "elsewhere"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				o := noticing()
				o.Notices = !tt.off
				w.restart(o)
				for i := range 7 {
					w.put(newArticle("xt", i+1, time.Duration(i)*time.Hour))
				}
				other := newArticle("xt", 8, time.Hour)
				other.Channels = []string{"culture"}
				w.put(other, newArticle("yy", 9, time.Hour))
				w.refresh()
				w.wantTold("at first", "article")
				time.Sleep(time.Hour)
				tt.happen(w)
				time.Sleep(o.MaxAge)
				w.refresh()
				if tt.want == "elsewhere" {
					if got := w.told("xt", "/feed.json"); got != "nothing" {
						t.Errorf("the feed that it has left has the %s", got)
					}
					return
				}
				w.wantTold("afterwards", tt.want)
				hashes := w.hashes("xt")
				time.Sleep(time.Minute)
				w.restart(o)
				if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(hashes, w.hashes("xt")); diff != "" {
					t.Errorf("a process that starts builds something else (-first +second):\n%s", diff)
				}
				time.Sleep(48 * time.Hour) // the feed has no window now, but the notice stays
				w.refresh()
				if tt.want == "notice" {
					w.wantTold("two days later", "notice")
				}
				time.Sleep(24 * time.Hour)
				w.refresh()
				if tt.want == "notice" {
					w.wantTold("after the time of a notice", "nothing")
				}
			})
		})
	}
}

// A notice has nothing of the article but its address and when it was published, in
// every format, and moves the time of the feed; an article that is shown again takes
// its place.
func TestNoticeAndBack(t *testing.T) {
	in(t, func(w *world) {
		w.restart(noticing())
		a := newArticle("xt", 2, 3*time.Hour)
		a.Authors, a.Editor, a.Tags, a.Summary = []string{"林知夏"}, "责编", []string{"读书"}, "摘要"
		a.Enclosures = []article.Enclosure{{URL: "https://xt.news.example/2.mp3", Type: "audio/mpeg", Bytes: 9}}
		w.put(a, newArticle("xt", 1, 2*time.Hour), newArticle("xt", 3, 4*time.Hour))
		w.refresh()
		time.Sleep(time.Minute)
		withdrawn := a
		withdrawn.Status = article.Withdrawn
		w.put(withdrawn)
		w.refresh()
		for _, format := range network.Formats() {
			d := w.document("xt", network.FeedPath("", format))
			body := string(doctest.Body(w.t, d))
			for _, gone := range []string{"林知夏", "责编", "读书", "摘要", "mp3", "第2条新闻"} {
				if strings.Contains(body, gone) {
					t.Errorf("%s still has %q", format, gone)
				}
			}
			if strings.Count(body, "本文已撤回") == 0 || strings.Count(body, "content/2.html") == 0 || !strings.Contains(body, "2026-03-10T12:01:00+08:00") && !strings.Contains(body, "12:01:00 +0800") {
				t.Errorf("%s has no notice of 12:01:\n%s", format, body)
			}
			if d.Items() != 2 || time.Since(d.Modified()) != 0 {
				t.Errorf("%s: %d articles, modified %s ago", format, d.Items(), time.Since(d.Modified()))
			}
		}
		if urls := w.urls("xt", "/feed.json"); !slices.Equal(urls, []string{"https://xt.news.example/content/1.html", a.URL, "https://xt.news.example/content/3.html"}) {
			t.Errorf("the order is %q", urls)
		}
		time.Sleep(time.Minute)
		w.put(a)
		w.refresh()
		if got := w.told("xt", "/feed.json"); got != "article" {
			t.Errorf("shown again, the feed has the %s", got)
		}
	})
}

// The editions that are compared take a notice for no article: one of before may not
// show what it stands for, in this station or another.
func TestNoticeIsNoArticle(t *testing.T) {
	in(t, func(w *world) {
		w.restart(noticing())
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("yy", 3, time.Hour))
		w.refresh()
		before, all := w.edition("xt"), w.edition("www")
		time.Sleep(time.Minute)
		w.exec("UPDATE articles SET status = 'withdrawn' WHERE id = '2'")
		w.refresh()
		current := map[string]*edition.Edition{"xt": w.edition("xt"), "www": w.edition("www"), "yy": w.edition("yy")}
		for _, older := range []*edition.Edition{before, all} {
			ids, err := edition.Withdrawn(older, current)
			if err != nil || !slices.Equal(ids, []string{"2"}) {
				t.Errorf("%s: %q, %v are withdrawn", older.Station(), ids, err)
			}
		}
		diff, err := edition.Diff(before, w.edition("xt"))
		if err != nil || len(diff.Left) != 1 || len(diff.Changed)+len(diff.Came) > 0 {
			t.Errorf("%+v, %v", diff, err)
		}
		// An edition with a notice keeps it when the article is retracted with one as well.
		r := held("xt", 2)
		if e := w.edition("xt"); press.Redact(w.network, e, edition.Retractions{"2": r}) == e {
			t.Error("the notice of an article that was retracted without one stays")
		}
		r.Notice = true
		if e := w.edition("xt"); press.Redact(w.network, e, edition.Retractions{"2": r}) != e {
			t.Error("the notice was taken for the article")
		}
	})
}

// However many are withdrawn, a feed stays a feed of articles.
func TestNoticesAreBounded(t *testing.T) {
	in(t, func(w *world) {
		o := noticing()
		o.Feed.MaxItems = 500
		w.restart(o)
		for i := range 300 {
			w.put(newArticle("xt", i, time.Duration(i)*time.Minute))
		}
		w.refresh()
		time.Sleep(time.Minute)
		w.exec("UPDATE articles SET status = 'withdrawn' WHERE CAST(id AS INTEGER) < 290")
		w.refresh()
		if n := len(w.urls("xt", "/feed.json")); n != 110 {
			t.Errorf("%d articles and notices, want 10 and 100", n)
		}
	})
}
