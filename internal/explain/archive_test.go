package explain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/explain"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// inArchives is in with two archives of three articles of each feed: the articles 1, 2 and
// so on are as many hours old, and the archives have 3 to 5, and 6 to 8.
func inArchives(t *testing.T, test func(w *world)) {
	t.Helper()
	in(t, func(w *world) {
		w.conduct(press.Options{Feed: network.Feed{Items: 3, MaxItems: 3, FullText: true}, Archives: press.Archives{Items: 3, Depth: 2}})
		for i := range 14 {
			w.put(archived(i + 1))
		}
		w.refresh()
		test(w)
	})
}

// archived returns the article that is so many hours old at noon.
func archived(hours int) article.Article {
	a := newArticle(fmt.Sprint(hours), time.Duration(hours)*time.Hour)
	a.Published = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC).Add(-time.Duration(hours) * time.Hour)
	a.Updated = a.Published
	return a
}

// cuts returns the names of the two archives.
func cuts() (names [2]string) {
	for i, hours := range []int{3, 6} {
		a := archived(hours)
		names[i] = network.CutOf(a.Published, a.ID).String()
	}
	return names
}

// archivesOf are the archives of one name that may have an article of xt in the channel
// moment.
func archivesOf(cut, reason string) not {
	out := not{}
	for _, at := range []string{"xt/", "xt/moment/", "www/", "www/moment/"} {
		out[at+"archive/"+cut+"/rss.xml"] = reason
	}
	return out
}

// TestArchiveDeciders has the archives among the verdicts, with what kept an article out.
func TestArchiveDeciders(t *testing.T) {
	older := cuts()[1]
	change := func(hours int, change func(*article.Article)) func(*world) {
		return func(w *world) {
			a := archived(hours)
			change(&a)
			w.put(a)
			w.refresh()
		}
	}
	tooOld := feeds("newest: older than the newest 3")
	for _, tt := range []struct {
		name    string
		id      string
		do      func(w *world)
		out     not
		leftOut bool
		no      []string
		value   string // of the decider of xt's archive; empty: it has none
	}{
		{"in the feed alone", "1", nil, nil, false, nil, ""},
		{"in the feed and an archive", "3", nil, nil, false, nil, "place 1 of 3"},
		{"in an archive", "7", nil, tooOld, false, []string{"newest"}, "place 2 of 3"},
		{"older than archives", "10", nil, with(archivesOf(older, "newest: older than the archives that are kept"), tooOld), false, []string{"newest", "archive"}, "older than the archives that are kept"},
		{"withdrawn", "4", change(4, func(a *article.Article) { a.Status = article.Withdrawn }), not{"*": "status: withdrawn"}, true, []string{"status"}, ""},
		{"taken down", "4", func(w *world) { w.retract("4", false) }, not{"*": "retraction: "}, true, []string{"retraction"}, ""},
		{"expired", "4", change(4, func(a *article.Article) { a.Expires = time.Now() }), not{"*": "expiry: "}, true, []string{"expiry"}, ""},
		{"its text", "7", func(w *world) {
			w.exec(`UPDATE articles SET url = ?, modified_at = modified_at + 60000 WHERE id = '7'`, "https://xt.news.example/"+strings.Repeat("新", 1000))
			w.refresh()
		}, with(with(archivesOf(older, "text: feed: item "), sitemaps("address: ")), tooOld), true, []string{"address", "newest", "archive", "baidu"}, "no feed can carry it"},
		{"a later article of the archive has its page", "7", change(6, func(a *article.Article) { a.URL = archived(7).URL }), with(with(archivesOf(older, "page: a later article has its page"), sitemaps("page: ")), tooOld), true, []string{"page", "newest", "archive"}, "a later article has its page"},
		{"noindex", "7", change(7, func(a *article.Article) { a.NoIndex = true }), with(sitemaps("noindex: "), tooOld), true, []string{"noindex", "newest"}, "place 2 of 3"},
		{"published anew", "7", change(7, func(a *article.Article) { a.Published = a.Published.Add(2 * time.Hour) }), tooOld, false, []string{"newest"}, "place 4 of 4"},
		{"not built yet", "15", func(w *world) {
			a := archived(7)
			a.ID, a.URL, a.Published = "15", archived(15).URL, a.Published.Add(-time.Minute)
			w.put(a)
		}, with(with(archivesOf(older, "build: not built yet"), sitemaps("build: ")), tooOld), true, []string{"newest"}, "place 3 of 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inArchives(t, func(w *world) {
				if tt.do != nil {
					tt.do(w)
				}
				e := w.ask(explain.Query{ID: tt.id})
				want(w.t, e, tt.out, tt.leftOut)
				wantNo(w.t, e, tt.no...)
				value := ""
				for _, d := range e.Deciders {
					if d.Name == "archive" && d.Station == "xt" && strings.HasPrefix(d.Path, "/archive/") {
						value = d.Value
					}
				}
				if value != tt.value {
					w.t.Errorf("the archive's decider says %q, want %q", value, tt.value)
				}
				among := slices.ContainsFunc(e.Verdicts, func(v explain.Verdict) bool { return v.Document == "archive" })
				if among != (tt.name != "in the feed alone") {
					w.t.Errorf("verdicts %+v", e.Verdicts)
				}
			})
		})
	}
}

// Archives are among the documents, in each format, with the article's place in the bytes;
// also without the content store, and by address.
func TestArchiveDocuments(t *testing.T) {
	inArchives(t, func(w *world) {
		for _, tt := range []struct {
			id       string
			archive  string // empty: none
			place    int
			archives int
		}{{"2", "", 0, 0}, {"3", cuts()[0], 1, 12}, {"5", cuts()[0], 3, 12}, {"7", cuts()[1], 2, 12}, {"10", "", 0, 0}} {
			for _, q := range []explain.Query{{ID: tt.id}, {URL: "https://xt.news.example/" + tt.id + ".html"}} {
				for _, down := range []error{nil, errors.New("connection refused")} {
					w.down = down
					e := w.ask(q)
					n := 0
					for _, d := range e.Documents {
						channel, cut, format, ok := network.ParseArchivePath(d.Path)
						if !ok {
							continue
						}
						n++
						if cut.String() != tt.archive || d.Place != tt.place {
							w.t.Errorf("%s, down: %t: %+v", tt.id, down != nil, d)
						}
						if got := w.placeOf(d.Station, d.Path, format, tt.id); got != tt.place {
							w.t.Errorf("%s is at place %d of %s%s, channel %q", tt.id, got, d.Station, d.Path, channel)
						}
					}
					if n != tt.archives {
						w.t.Errorf("%s, down: %t: in %d archives: %+v", tt.id, down != nil, n, e.Documents)
					}
					if e.LeftOut() {
						w.t.Errorf("%s, down: %t: left out: %+v", tt.id, down != nil, e.Verdicts)
					}
				}
			}
		}
	})
}

// placeOf returns at which place the bytes of a document have an article, from 1; 0: they
// have not.
func (w *world) placeOf(station, path string, format network.Format, id string) int {
	w.t.Helper()
	e, _ := w.editions.Current(station)
	document, ok := e.Document(path)
	if !ok {
		w.t.Fatalf("%s%s is none", station, path)
	}
	body, err := document.Body()
	if err != nil {
		w.t.Fatal(err)
	}
	items := strings.Split(string(body), map[network.Format]string{network.RSS: "<item>", network.Atom: "<entry", network.JSON: `{"id":`}[format])
	return max(0, slices.IndexFunc(items, func(item string) bool { return strings.Contains(item, "/"+id+".html") }))
}
