package e2e

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// published is which addresses the documents of a station have, in their order.
type published struct {
	Feeds map[string][]string // by path
	// Months are the addresses of all sitemaps of a month.
	Months      map[string][]string
	News, Baidu []string
}

// oracle returns what the documents of a station have to have by what was
// committed.
func (m *model) oracle(s *network.Station) *published {
	now := m.now()
	p := &published{Feeds: map[string][]string{}, Months: map[string][]string{}}
	var latest, listed []article.Article
	for _, a := range sorted(m.committed) {
		if !a.VisibleAt(now) {
			continue
		}
		if a.Station == s.ID || s.All {
			latest = append(latest, a)
		}
		// An address that is another station's is in no sitemap of this one.
		if a.Station == s.ID && !a.NoIndex && strings.HasPrefix(a.URL, s.URL+"/") {
			listed = append(listed, a)
			month := article.MonthOf(a.Published, s.Zone).String()
			p.Months[month] = append(p.Months[month], a.URL)
		}
	}
	slices.Reverse(latest)
	channels := []string{""}
	for _, c := range s.Channels {
		channels = append(channels, c.ID)
	}
	for _, channel := range channels {
		var of []string
		for _, a := range latest {
			if (channel == "" || slices.Contains(a.Channels, channel)) && len(of) < items {
				of = append(of, a.URL)
			}
		}
		for _, format := range network.Formats() {
			p.Feeds[network.FeedPath(channel, format)] = of
		}
	}
	slices.Reverse(listed)
	for _, a := range listed {
		p.Baidu = append(p.Baidu, a.URL)
		if now.Sub(a.Published) < 48*time.Hour {
			p.News = append(p.News, a.URL)
		}
	}
	if len(p.News) == 0 {
		p.News = p.Baidu[:1] // an empty sitemap is reported as broken
	}
	return p
}

// compare tells in what an edition differs, by its bytes.
func (p *published) compare(s *network.Station, e *edition.Edition) error {
	got := &published{Feeds: map[string][]string{}, Months: map[string][]string{}}
	var err error
	for path := range p.Feeds {
		if got.Feeds[path], err = linksOf(e, path); err != nil {
			return err
		}
	}
	var sitemaps []string
	numbered := func(pathOf func(n int) string) (all []string) {
		for n := 1; ; n++ {
			path := pathOf(n)
			locs, missing := locsOf(e, path)
			if missing != nil {
				return all
			}
			if _, _, month := network.ParseShardPath(path); len(locs) == 0 || month && len(locs) > urls {
				err = fmt.Errorf("%s has %d addresses", path, len(locs))
			}
			sitemaps = append(sitemaps, s.Address(path))
			all = append(all, locs...)
		}
	}
	for path := range e.All() {
		if month, n, ok := network.ParseShardPath(path); ok && n <= 1 && !strings.HasSuffix(path, network.GzipSuffix) {
			got.Months[month.String()] = numbered(func(n int) string { return network.ShardPath(month, n) })
		}
	}
	got.News = numbered(network.NewsPath)
	if err != nil {
		return err
	}
	index, err := locsOf(e, network.IndexPath)
	if err != nil {
		return err
	}
	slices.Sort(index)
	slices.Sort(sitemaps)
	if diff := cmp.Diff(sitemaps, index); diff != "" {
		return fmt.Errorf("the index (-sitemaps that are there +those that it names):\n%s", diff)
	}
	if document, ok := e.Document(network.BaiduPath); ok {
		body, err := document.Body()
		if err != nil {
			return err
		}
		got.Baidu = strings.Fields(string(body))
	}
	if diff := cmp.Diff(p, got); diff != "" {
		return fmt.Errorf("addresses (-committed +published):\n%s", diff)
	}
	return nil
}

// linksOf returns where a feed's items lead.
func linksOf(e *edition.Edition, path string) (links []string, err error) {
	document, ok := e.Document(path)
	if !ok {
		return nil, fmt.Errorf("no %s", path)
	}
	// Of each format, its own field is filled.
	var feed struct {
		RSS  []string `xml:"channel>item>link" json:"-"`
		Atom []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"entry>link" json:"-"`
		Items []struct {
			URL string `json:"url"`
		} `xml:"-" json:"items"`
	}
	body, err := document.Body()
	switch {
	case err != nil:
	case strings.HasSuffix(path, "/"+string(network.JSON)):
		err = json.Unmarshal(body, &feed)
	default:
		err = xml.Unmarshal(body, &feed)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	links = feed.RSS
	for _, link := range feed.Atom {
		if link.Rel == "alternate" || link.Rel == "" {
			links = append(links, link.Href)
		}
	}
	for _, item := range feed.Items {
		links = append(links, item.URL)
	}
	return links, nil
}

// locsOf returns the addresses of a sitemap or an index.
func locsOf(e *edition.Edition, path string) (locs []string, err error) {
	document, ok := e.Document(path)
	if !ok {
		return nil, fmt.Errorf("no %s", path)
	}
	var list struct {
		URLs     []string `xml:"url>loc"`
		Sitemaps []string `xml:"sitemap>loc"`
	}
	body, err := document.Body()
	if err == nil {
		err = xml.Unmarshal(body, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return append(list.URLs, list.Sitemaps...), nil
}
