package jobs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
)

// link is how an article names another.
type link struct {
	name string
	to   func(a *article.Article, address string)
	from func(a article.Article) []string // paths of the documents of a that have it
}

func links() []link {
	month := func(a article.Article) []string {
		return []string{"/sitemaps/" + article.MonthOf(a.Published, shanghai).String() + ".xml"}
	}
	feeds := func(article.Article) []string {
		return []string{"/rss.xml", "/atom.xml", "/feed.json", "/moment/rss.xml", "/moment/atom.xml", "/moment/feed.json"}
	}
	return []link{
		{"next_url", func(a *article.Article, address string) { a.NextURL = address }, feeds},
		{"next_url with http", func(a *article.Article, address string) {
			a.NextURL = strings.Replace(address, "https://", "http://", 1) + "#top"
		}, feeds},
		{"alternates", func(a *article.Article, address string) {
			a.Alternates = []article.Alternate{{Lang: "en", URL: address}, {Lang: "fr", URL: "https://fr.example/1"}}
		}, month},
		{"a single alternate", func(a *article.Article, address string) {
			a.Alternates = []article.Alternate{{Lang: "en", URL: address}}
		}, month},
	}
}

// linking returns the documents of an article's station that name another's address.
func (w *world) linking(l link, a, b article.Article) (paths []string) {
	for _, path := range l.from(a) {
		body := strings.NewReplacer(`\/`, "/", "http://", "https://").Replace(w.body(a.Station, path))
		for _, form := range []string{
			"<dc:relation>" + b.URL, `rel="related" type="text/html" href="` + b.URL, `"next_url":"` + b.URL, `hreflang="en" href="` + b.URL,
		} {
			if strings.Contains(body, form) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// hides are the ways in which readers may not see an article, by what is done to it,
// and after how long it is so.
var hides = []struct {
	name  string
	do    func(a *article.Article)
	after time.Duration
}{
	{"withdrawn", func(a *article.Article) { a.Status = article.Withdrawn }, 0},
	{"a draft", func(a *article.Article) { a.Status = article.Draft }, 0},
	{"expired", func(a *article.Article) { a.Expires = time.Now().Add(-time.Second) }, 0},
	{"expires", func(a *article.Article) { a.Expires = time.Now().Add(10 * time.Minute) }, 11 * time.Minute},
	{"embargoed", func(a *article.Article) { a.Published = time.Now().Add(24 * time.Hour); a.Updated = a.Published }, 0},
}

// A link to an article that readers may not see is in no document: neither when it is
// built, nor after the other article has been withdrawn. It is back when that is.
// Where the articles name each other a refresh is enough, else the next audit.
func TestLinks(t *testing.T) {
	for _, l := range links() {
		for _, station := range []string{"xt", "yy"} {
			for _, mutual := range []bool{true, false} {
				for n := range every(len(hides)) {
					hide := hides[n]
					t.Run(fmt.Sprintf("%s to %s, mutual %t, %s", l.name, station, mutual, hide.name), func(t *testing.T) {
						t.Parallel()
						in(t, func(w *world) {
							a, b := newArticle("xt", 1, 40*dayHours), newArticle(station, 2, time.Hour)
							l.to(&a, b.URL)
							if mutual {
								b.Alternates = []article.Alternate{{Lang: "zh-CN", URL: a.URL}}
							}
							w.put(a, b)
							w.refresh()
							if got, want := w.linking(l, a, b), l.from(a); !slices.Equal(got, want) {
								t.Fatalf("named in %q, want %q", got, want)
							}
							follow := func() {
								time.Sleep(time.Minute)
								w.refresh()
								months := strings.Contains(l.name, "alternate")
								if !mutual && months || !months && station != "xt" {
									w.audit()
								}
							}
							w.audit()
							w.audit()
							hidden := b
							time.Sleep(time.Minute)
							hide.do(&hidden)
							w.put(hidden)
							time.Sleep(hide.after)
							follow()
							if got := w.linking(l, a, b); len(got) > 0 {
								t.Errorf("still named in %q", got)
							}
							if strings.Contains(w.body("xt", l.from(a)[0]), "fr.example") != strings.Contains(fmt.Sprint(a.Alternates), "fr.example") {
								t.Error("an address of others has gone")
							}
							if mutual || hide.after > 0 {
								time.Sleep(time.Minute)
								w.put(b)
								follow()
								if !mutual {
									w.audit()
								}
								if got, want := w.linking(l, a, b), l.from(a); !slices.Equal(got, want) {
									t.Errorf("published again, named in %q, want %q", got, want)
								}
							}
						})
					})
				}
			}
		}
	}
}

// What an operator takes down is named no more at once, without the content store, in
// whichever station, and by no later build; and what is built is what was left.
func TestLinksToRetracted(t *testing.T) {
	require.Time(t)
	for _, l := range links() {
		for _, station := range []string{"xt", "yy"} {
			t.Run(l.name+" to "+station, func(t *testing.T) {
				in(t, func(w *world) {
					a, b := newArticle("xt", 1, 40*dayHours), newArticle(station, 2, time.Hour)
					l.to(&a, b.URL)
					b.Language = "en"
					b.Alternates = []article.Alternate{{Lang: "zh-CN", URL: a.URL}}
					w.put(a, b)
					w.refresh()
					before := w.edition("xt")
					address, translations := press.Named(w.edition(station), b.ID)
					r := edition.Retraction{Station: station, ID: b.ID, At: time.Now().Add(time.Second), State: edition.Held, URL: address, Translations: translations}
					redacted := press.Redact(w.network, before, edition.Retractions{b.ID: r})
					if again := press.Redact(w.network, redacted, edition.Retractions{b.ID: r}); again != redacted {
						t.Error("done twice")
					}
					s, _ := w.network.Station("xt")
					if err := consistent(s, redacted); err != nil {
						t.Error(err)
					}
					for path, d := range redacted.All() {
						old, ok := before.Document(path)
						if ok && old.Hash() != d.Hash() && !d.Modified().After(old.Modified()) {
							t.Errorf("%s has changed, its time has not", path)
						}
					}
					time.Sleep(time.Minute)
					if err := errors.Join(w.editions.Retract(w.t.Context(), r), w.editions.Publish(w.t.Context(), redacted)); err != nil {
						t.Fatal(err)
					}
					if got := w.linking(l, a, b); len(got) > 0 {
						t.Errorf("without the store, still named in %q", got)
					}
					kept := w.hashes("xt")
					for range 2 {
						w.refresh()
						w.audit()
						if got := w.linking(l, a, b); len(got) > 0 {
							t.Errorf("built again, named in %q", got)
						}
					}
					for _, path := range l.from(a) {
						if got := w.hashes("xt")[path]; got != kept[path] {
							t.Errorf("%s was built another than it was left", path)
						}
					}
					time.Sleep(time.Minute)
					r.At, r.State = time.Now(), edition.Lifted
					if err := w.editions.Retract(w.t.Context(), r); err != nil {
						t.Fatal(err)
					}
					w.refresh()
					w.audit()
					if got, want := w.linking(l, a, b), l.from(a); !slices.Equal(got, want) {
						t.Errorf("lifted, named in %q, want %q", got, want)
					}
				})
			})
		}
	}
}
