package edition_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// Mentions tell where an edition has an article, at which place its document shows it, and
// of one that has left what is remembered, by id and by address.
func TestMentions(t *testing.T) {
	at := time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	article := func(id string, change func(*edition.Article)) edition.Article {
		a := edition.Article{ID: id, Published: at, Updated: at, Address: "https://xt.news.example/" + id + ".html"}
		change(&a)
		return a
	}
	same := func(*edition.Article) {}
	lines := func(articles ...edition.Article) (text []byte) {
		for _, a := range articles {
			text = a.AppendTo(text)
		}
		return text
	}
	month := lines(
		article("1", same), article("2", func(a *edition.Article) { a.Unlisted = true }), article("a\tb", func(a *edition.Article) { a.GUID = "urn:1" }),
		article("3", func(a *edition.Article) { a.Unlisted, a.Later = true, true }), article("4", same),
	)
	month = edition.AppendFormer(month, "5", edition.Known{GUID: "https://xt.news.example/5.html", Address: "https://xt.news.example/5.html", Published: at, Gone: true})
	contents := map[string]*edition.Document{}
	for path, text := range map[string][]byte{
		"/sitemaps/2026-03.xml": month,
		"/sitemaps/2026-02.xml": lines(article("4", same)),
		"/rss.xml":              lines(article("4", same), article("1", func(a *edition.Article) { a.Notice = true }), article("2", same)),
	} {
		contents[path] = edition.Revision{AsOf: at, Headers: edition.DefaultHeaders}.ReviseContent(edition.NewContents(text), nil)
	}
	e := edition.New("xt", at, "", nil).WithContents(contents)
	all := func(string) bool { return true }
	for _, tt := range []struct {
		name, id, address string
		wanted            func(string) bool
		want              []string // path, id, place
	}{
		{"in a month, and a notice", "1", "", all, []string{"/sitemaps/2026-03.xml 1 1", "/rss.xml 1 2 notice"}},
		{"not listed", "2", "", all, []string{"/sitemaps/2026-03.xml 2 0", "/rss.xml 2 3"}},
		{"a tab in its id", "a\tb", "", all, []string{"/sitemaps/2026-03.xml a\tb 2"}},
		{"a later month has its page", "3", "", all, []string{"/sitemaps/2026-03.xml 3 0"}},
		{"the newest month first", "4", "", all, []string{"/sitemaps/2026-03.xml 4 3", "/sitemaps/2026-02.xml 4 1", "/rss.xml 4 1"}},
		{"it has left", "5", "", all, []string{"/sitemaps/2026-03.xml 5 0 former"}},
		{"by address", "", "https://xt.news.example/4.html", all, []string{"/sitemaps/2026-03.xml 4 3", "/sitemaps/2026-02.xml 4 1", "/rss.xml 4 1"}},
		{"by the address of one that has left", "", "https://xt.news.example/5.html", all, []string{"/sitemaps/2026-03.xml 5 0 former"}},
		{"of one path", "4", "", func(path string) bool { return path == "/rss.xml" }, []string{"/rss.xml 4 1"}},
		{"nowhere", "6", "https://xt.news.example/6.html", all, nil},
	} {
		ids, addresses := map[string]bool{}, map[string]bool{}
		ids[tt.id], addresses[tt.address] = true, tt.address != ""
		mentions, err := e.Mentions(t.Context(), ids, addresses, tt.wanted)
		var got []string
		for _, m := range mentions {
			line := fmt.Sprint(m.Path, " ", m.Article.ID, " ", m.Place)
			if m.Article.Notice {
				line += " notice"
			}
			if m.Former {
				line += " former"
			}
			got = append(got, line)
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v; want %q", tt.name, got, err, tt.want)
		}
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if _, err := e.Mentions(ended, map[string]bool{"1": true}, nil, all); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
