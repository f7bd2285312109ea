package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
)

var aggregators = []string{"flipboard", "msn", "smartnews"}

// wantKnown compares by what readers know the article at a page, in all feeds that have
// it, and whether these have a notice in its place; of those for aggregators only that
// of SmartNews has one, from the next build on.
func (w *world) wantKnown(when, page, guid string, notice bool) {
	w.t.Helper()
	for _, station := range []string{"xt", "www"} {
		if diff := cmp.Diff(map[string]int{guid: 6}, w.knownBy(station, page)); diff != "" {
			w.t.Errorf("%s: the feeds of %s know %s by (-want +got):\n%s", when, station, page, diff)
		}
		for path, d := range w.edition(station).All() {
			aggregator := !strings.HasPrefix(path, "/culture/") && slices.ContainsFunc(aggregators, func(name string) bool { return strings.HasSuffix(path, network.ProfilePath("", name)) })
			body := string(doctest.Body(w.t, d))
			told := when != "at once" && strings.HasSuffix(path, "smartnews.xml")
			if notice && (strings.Contains(body, "第2条新闻") || aggregator && strings.Contains(body, page) != told || told && aggregator != strings.Contains(body, `<media:status>deleted</media:status>`)) || !notice && aggregator && !strings.Contains(body, page) {
				w.t.Errorf("%s: notice: %t, and %s of %s has\n%s", when, notice, path, station, body)
			}
		}
		contents, _ := w.edition(station).Contents("/rss.xml")
		for a, err := range edition.FindLines(doctest.Body(w.t, contents), map[string]bool{"2": true}) {
			if err != nil || a.Notice != notice || a.KnownBy() != guid || a.Address != page {
				w.t.Errorf("%s: contents of %s have %+v, %v", when, station, a, err)
			}
		}
	}
}

// TestNoticeIdentity holds that a notice has the id of its article, which has that again
// when it is back.
func TestNoticeIdentity(t *testing.T) {
	require.Time(t)
	const first, moved = "https://xt.news.example/content/2.html", "https://xt.news.example/2026/festival"
	articles := []struct{ name, guid, page, want string }{
		{"known by its address", "", first, first},
		{"with a guid", "news:2", first, "news:2"},
		{"with the guid of a page", "https://xt.news.example/?p=2", first, "https://xt.news.example/?p=2"},
		{"that has moved", "", moved, first},
		{"with a guid that has moved", "news:2", moved, "news:2"},
	}
	retract := func(state edition.RetractionState) func(*world, article.Article) {
		return func(w *world, _ article.Article) {
			r := held("xt", 2)
			r.State, r.Notice = state, state == edition.Held
			w.retract(r)
		}
	}
	put := func(status article.Status) func(*world, article.Article) {
		return func(w *world, a article.Article) {
			a.Status = status
			w.put(a)
		}
	}
	ways := []struct {
		name        string
		atOnce      bool
		leave, back func(*world, article.Article)
	}{
		{"withdrawn", false, put(article.Withdrawn), put(article.Published)},
		{"deleted", false, func(w *world, _ article.Article) { w.exec("DELETE FROM articles WHERE id = '2'") }, put(article.Published)},
		{"retracted", true, retract(edition.Held), retract(edition.Lifted)},
	}
	for _, tt := range articles {
		for _, way := range ways {
			t.Run(way.name+" "+tt.name, func(t *testing.T) {
				in(t, func(w *world) {
					for _, s := range w.network.Stations {
						s.Profiles = aggregators
						for i := range s.Channels {
							s.Channels[i].Profiles = s.Profiles
						}
					}
					o := noticing()
					w.restart(o)
					a := newArticle("xt", 2, 2*time.Hour)
					a.GUID = tt.guid
					w.put(a, newArticle("xt", 1, time.Hour), newArticle("xt", 3, 3*time.Hour))
					w.refresh()
					time.Sleep(time.Minute)
					if a.URL != tt.page {
						a.URL = tt.page
						w.put(a)
						w.refresh()
					}
					w.wantKnown("at first", tt.page, tt.want, false)
					time.Sleep(time.Minute)
					way.leave(w, a)
					if way.atOnce {
						w.wantKnown("at once", tt.page, tt.want, true)
					}
					time.Sleep(o.MaxAge)
					w.refresh()
					w.wantKnown("afterwards", tt.page, tt.want, true)
					w.restart(o)
					w.refresh()
					w.wantKnown("after a restart", tt.page, tt.want, true)
					time.Sleep(time.Minute)
					way.back(w, a)
					time.Sleep(o.MaxAge)
					w.refresh()
					w.wantKnown("back", tt.page, tt.want, false)
				})
			})
		}
	}
}

// A page, or a guid, that another article has is not told to be withdrawn.
func TestNoticeGivesWay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(a, other *article.Article)
	}{
		{"to a newer one at its page", func(a, other *article.Article) { other.URL, other.Published = a.URL, a.Published.Add(time.Hour) }},
		{"to an older one at its page", func(a, other *article.Article) { other.URL, a.GUID = a.URL, "news:2" }},
		{"to an older one with its guid", func(a, other *article.Article) { a.GUID, other.GUID = "news:2", "news:2" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.restart(noticing())
				a, other := newArticle("xt", 2, 2*time.Hour), newArticle("xt", 4, 150*time.Minute)
				tt.change(&a, &other)
				w.put(a, newArticle("xt", 1, time.Hour), newArticle("xt", 3, 3*time.Hour))
				w.refresh()
				time.Sleep(time.Minute)
				w.exec("DELETE FROM articles WHERE id = '2'")
				time.Sleep(noticing().MaxAge)
				w.refresh()
				if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "本文已撤回") {
					t.Errorf("no notice:\n%s", body)
				}
				time.Sleep(time.Minute)
				w.put(other)
				w.refresh()
				for _, station := range []string{"xt", "www"} {
					if body := w.body(station, "/rss.xml"); strings.Contains(body, "本文已撤回") || !strings.Contains(body, "第4条新闻") {
						t.Errorf("%s:\n%s", station, body)
					}
				}
				if known := w.knownBy("xt", other.URL); len(known) != 1 || known[a.GUID]+known[a.URL] != 6 {
					t.Errorf("the other article is known by %v", known)
				}
			})
		})
	}
}
