package cli

import (
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

func TestPairs(t *testing.T) {
	now := time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	a := func(id, page, guid string, status article.Status) *article.Article {
		return &article.Article{ID: id, URL: "https://xt.news.example/" + page, GUID: guid, Status: status, Published: now.Add(-time.Hour)}
	}
	articles := []*article.Article{
		a("1", "a", "", article.Published), a("2", "b", "g", article.Published), a("3", "a", "h", article.Withdrawn), a("4", "a", "g", article.Published),
		a("5", "a", "i", article.Published), a("6", "b", "", article.Published), a("7", "c", "", article.Draft), a("8", "c", "j", article.Published),
	}
	p := newPairs(now, 3, newHashes())
	for _, one := range articles {
		p.add(one)
	}
	if !p.settle() {
		t.Error("no pairs")
	}
	for _, one := range articles {
		p.name(one)
	}
	want := []string{
		"articles 1 and 4 share the page https://xt.news.example/a: feeds and sitemaps have it once, for the newer one",
		`articles 2 and 4 have the guid "g": feeds know one of them by its address`,
		"articles 4 and 5 share the page https://xt.news.example/a: feeds and sitemaps have it once, for the newer one",
		"and 1 more pair of articles",
	}
	if got := p.lines(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNoPairs(t *testing.T) {
	now := time.Now()
	for _, ids := range [][]string{nil, {"1"}, {"1", "2"}} {
		p := newPairs(now, 1, newHashes())
		for _, id := range ids {
			p.add(&article.Article{ID: id, URL: "https://xt.news.example/" + id, Status: article.Published, Published: now})
		}
		if p.settle() {
			t.Errorf("%q: found some", ids)
		}
	}
}
