package press_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
)

var xt = &network.Station{ID: "xt", URL: "https://xt.news.example", Zone: time.UTC}

// archived returns an edition of so many articles, the last of them the newest, of
// which a hundredth are of one month and feeds have the newest ten.
func archived(articles int) *edition.Edition {
	documents, contents := map[string]*edition.Document{}, map[string]*edition.Document{}
	newest := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	texts, lines := map[string][]byte{}, map[string][]byte{}
	var list []string // for Baidu
	add := func(path string, a edition.Article) {
		texts[path] = fmt.Appendf(texts[path], "<url><loc>%s</loc></url>\n", a.Address)
		lines[path] = a.AppendTo(lines[path])
	}
	for i := range articles {
		at := newest.AddDate(0, -(articles-1-i)*100/articles, 0)
		a := edition.Article{ID: fmt.Sprint(i), Published: at, Updated: at, Address: fmt.Sprintf("https://xt.news.example/%d", i)}
		add(network.ShardPath(article.MonthOf(at, time.UTC), 1), a)
		if i >= articles-10 {
			add(network.NewsPath(1), a)
		}
		if i >= articles-50_000 {
			list = append(list, a.Address+"\n")
		}
	}
	slices.Reverse(list)
	join := func(text []byte) *edition.Document {
		chunk := gzjoin.New(text)
		return edition.Revision{AsOf: newest}.ReviseContent(edition.Join("application/xml", []*gzjoin.Chunk{&chunk}), nil)
	}
	for path := range texts {
		documents[path] = join(texts[path])
		contents[path] = edition.Revision{AsOf: newest}.ReviseContent(edition.NewContents(lines[path]), nil)
	}
	documents[network.BaiduPath] = join([]byte(strings.Join(list, "")))
	return edition.New("xt", newest, "build", documents).At(xt.URL).WithContents(contents)
}

// shownBy returns the paths of the documents that have an article.
func shownBy(t *testing.T, e *edition.Edition, id string) (paths []string) {
	for path, d := range e.All() {
		if body := string(doctest.Body(t, d)); strings.Contains(body, "/"+id+"<") || strings.Contains(body, "/"+id+"\n") {
			paths = append(paths, path)
		}
	}
	return paths
}

// An article is withdrawn wherever it is, whatever is said of its publication by
// who is mistaken.
func TestWithdraw(t *testing.T) {
	e := archived(400)
	old, at := "385", time.Date(2025, 12, 10, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		id   string
		r    edition.Retraction
		pend []article.Month
	}{
		{"in feeds", "399", edition.Retraction{}, nil},
		{"of which nothing is known", old, edition.Retraction{}, nil},
		{"of which the publication is known", old, edition.Retraction{Station: "xt", Published: at}, nil},
		{"that was in another month before", old, edition.Retraction{Station: "xt", Published: at.AddDate(0, 1, 0)}, nil},
		{"that has moved to another station", old, edition.Retraction{Station: "cs", Published: at}, nil},
		{"that has moved and is in a month to be built", old, edition.Retraction{Station: "cs", Published: at.AddDate(1, 0, 0)}, []article.Month{article.MonthOf(at, time.UTC)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := shownBy(t, e, tt.id)
			if len(before) == 0 {
				t.Fatal("it was not there")
			}
			tt.r.ID, tt.r.At = tt.id, e.Watermark().Add(time.Hour)
			next := press.Withdraw(new(network.Network), xt, e.WithPending(tt.pend), edition.Retractions{tt.id: tt.r, "none": {Station: "cs", ID: "none", Published: at.AddDate(0, 2, 0)}})
			if got := shownBy(t, next, tt.id); len(got) > 0 {
				t.Errorf("it was in %v, is in %v", before, got)
			}
		})
	}
}

// BenchmarkWithdraw takes one article down: the newest, which the feeds have, one
// of which is known when it was published, one of which nothing is known, and one
// of another station.
func BenchmarkWithdraw(b *testing.B) {
	for _, articles := range []int{10_000, 300_000} {
		e := archived(articles)
		middle := e.Watermark().AddDate(0, -50, 0)
		for _, bb := range []struct {
			name string
			r    edition.Retraction
		}{
			{"newest", edition.Retraction{ID: fmt.Sprint(articles - 1)}},
			{"known", edition.Retraction{ID: fmt.Sprint(articles / 2), Station: "xt", Published: middle}},
			{"unknown", edition.Retraction{ID: fmt.Sprint(articles / 2)}},
			{"another station's", edition.Retraction{ID: "x", Station: "cs", Published: middle}},
		} {
			b.Run(fmt.Sprintf("%d/%s", articles, bb.name), func(b *testing.B) {
				for b.Loop() {
					press.Withdraw(new(network.Network), xt, e, edition.Retractions{bb.r.ID: bb.r})
				}
			})
		}
	}
}
