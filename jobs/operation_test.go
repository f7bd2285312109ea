package jobs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
)

// operation is something that the newsroom does to an article.
type operation struct {
	name string
	do   func(m *model, a *article.Article)
}

// operations do what a newsroom does, and what it should not.
var operations = []operation{
	{"edit", func(m *model, a *article.Article) { a.Title, a.Updated = m.title(), time.Now() }},
	{"edit silently", func(m *model, a *article.Article) { a.Title = m.title() }},
	{"update", func(_ *model, a *article.Article) { a.Updated = time.Now() }},
	{"leave", func(*model, *article.Article) {}},
	{"publish earlier", func(m *model, a *article.Article) {
		a.Published = a.Published.Add(-m.between(time.Hour, 40*24*time.Hour))
	}},
	{"publish now", func(_ *model, a *article.Article) { a.Published = time.Now() }},
	{"embargo", func(m *model, a *article.Article) {
		a.Published = time.Now().Add(m.between(time.Second, 5*24*time.Hour))
	}},
	{"move to another station", func(m *model, a *article.Article) {
		a.Station = m.station()
		a.URL = address(a.Station, a.ID)
	}},
	{"move to another station, not its address", func(m *model, a *article.Article) { a.Station = m.station() }},
	{"move to a foreign host", func(_ *model, a *article.Article) { a.URL = address("elsewhere", a.ID) }},
	{"move home", func(_ *model, a *article.Article) { a.URL = address(a.Station, a.ID) }},
	{"channel", func(m *model, a *article.Article) {
		a.Channels = [][]string{nil, {"moment"}, {"culture"}, {"moment", "culture", "unknown"}}[m.random.IntN(4)]
	}},
	{"withdraw", func(_ *model, a *article.Article) { a.Status = article.Withdrawn }},
	{"draft", func(_ *model, a *article.Article) { a.Status = article.Draft }},
	{"show", func(_ *model, a *article.Article) { a.Status, a.Expires = article.Published, time.Time{} }},
	{"show again", func(_ *model, a *article.Article) {
		a.Status, a.Expires, a.NoIndex = article.Published, time.Time{}, false
	}},
	{"expire", func(m *model, a *article.Article) { a.Expires = time.Now().Add(m.between(-time.Hour, 3*24*time.Hour)) }},
	{"noindex", func(_ *model, a *article.Article) { a.NoIndex = !a.NoIndex }},
	{"images", func(m *model, a *article.Article) {
		a.Images = nil
		for i := range m.random.IntN(4) {
			a.Images = append(a.Images, article.Image{URL: fmt.Sprintf("图 %d.jpg?a&b", i), Caption: "图"})
		}
	}},
	{"alternates", func(m *model, a *article.Article) {
		a.Alternates = []article.Alternate{{Lang: "fr", URL: "https://fr.news.example/" + a.ID}}[:m.random.IntN(2)]
	}},
	{"film", func(m *model, a *article.Article) {
		a.Enclosures = []article.Enclosure{{URL: "film.mp4", Type: "video/mp4", Seconds: m.random.IntN(100), Title: m.title()}}[:m.random.IntN(2)]
	}},
}

// pairing gives an article a page that others may have.
var pairing = operation{"share a page", func(m *model, a *article.Article) {
	a.URL = address(a.Station, fmt.Sprint("shared-", m.random.IntN(3)))
}}

// operation returns what is done next.
func (m *model) operation() operation {
	if m.pairs && m.random.IntN(3) == 0 {
		return pairing
	}
	return operations[m.random.IntN(len(operations))]
}

// operate does one thing: with a new article, with some, with one that is there,
// or to one that then is no more.
func (m *model) operate() {
	ids := slices.Sorted(maps.Keys(m.articles))
	switch dice := m.random.IntN(10); {
	case len(ids) == 0 || dice < 2:
		m.insert(1)
	case dice == 2:
		most := 4
		if !m.split {
			most = 16 // so that months have several parts
		}
		m.insert(2 + m.random.IntN(most))
	case dice == 3:
		id := ids[m.random.IntN(len(ids))]
		a := m.articles[id]
		m.note("delete %s of %s, %s", id, a.Station, a.Published)
		m.remove(id)
		m.touch(a.Station, a.Published)
		delete(m.articles, id)
	default:
		a := m.articles[ids[m.random.IntN(len(ids))]]
		o := m.operation()
		o.do(m, &a)
		m.save(o.name, a)
	}
}

// insert stores new articles at once.
func (m *model) insert(n int) {
	var articles []article.Article
	for range n {
		m.made++
		midnight := time.Date(2026, time.Month(m.random.IntN(4)), 1, 0, 0, 0, 0, time.UTC)
		ago := []time.Duration{
			0, 0, m.between(0, 50*time.Hour), m.between(0, 100*24*time.Hour), -m.between(0, 3*24*time.Hour),
			time.Since(midnight) + m.between(-12*time.Hour, 12*time.Hour), // the month depends on the zone
		}[m.random.IntN(6)]
		a := newArticle(m.station(), m.made, ago)
		a.Channels = []string{"moment", "culture"}[:m.random.IntN(3)]
		a.GUID = "news:" + a.ID // or a full build, which knows no past, would have another one
		for range m.random.IntN(3) {
			m.operation().do(m, &a)
		}
		articles = append(articles, a)
	}
	m.save("insert", articles...)
}

// save stores articles in one transaction and touches the months in which
// they were and are.
func (m *model) save(name string, articles ...article.Article) {
	for i := range articles {
		a := &articles[i]
		a.Published, a.Updated = a.Published.Truncate(time.Millisecond), a.Updated.Truncate(time.Millisecond)
		if a.Updated.Before(a.Published) || a.Updated.After(time.Now()) {
			a.Updated = a.Published
		}
		if before, ok := m.articles[a.ID]; ok && (before.Station != a.Station || !before.Published.Equal(a.Published)) {
			m.touch(before.Station, before.Published)
		}
		m.touch(a.Station, a.Published)
		m.notePair(m.articles[a.ID])
		m.notePair(*a)
		m.articles[a.ID] = *a
		m.note("%s: %s of %s, %s, %s, published %s, updated %s, expires %s, noindex %t", name, a.ID, a.Station, a.URL, a.Status,
			a.Published.UTC(), a.Updated.UTC(), a.Expires.UTC(), a.NoIndex)
	}
	m.put(articles...)
}

// notePair notes where an article is that has a page which others may have: what
// becomes of them changes its month.
func (m *model) notePair(a article.Article) {
	if s, ok := m.network.Station(a.Station); ok && strings.Contains(a.URL, "/shared-") {
		m.shared.add(a.Station, article.MonthOf(a.Published, s.Zone))
	}
}

func (m *model) station() string {
	return m.network.Stations[min(m.random.IntN(5), 2)].ID
}

func (m *model) title() string { return fmt.Sprintf("标题 %d", m.random.IntN(1000)) }

func address(station, id string) string {
	return "https://" + station + ".news.example/content/" + id + ".html"
}

// feedURLs returns the addresses of a JSON feed's items.
func feedURLs(text string) (urls []string) {
	var feed struct {
		Items []struct {
			URL string `json:"url"`
		} `json:"items"`
	}
	if err := json.Unmarshal([]byte(text), &feed); err != nil {
		panic(err)
	}
	for _, item := range feed.Items {
		urls = append(urls, item.URL)
	}
	return urls
}
