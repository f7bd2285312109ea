package main

import (
	"fmt"
	"io"
	"time"

	"github.com/gorilla/feeds"
	snabb "github.com/snabb/sitemap"

	"feedstation/feed"
	"feedstation/sitemap"
)

// crafts are the works of Go's libraries: what each makes a turn of, from a
// corpus.
var crafts = map[string]func([]line) (turn func() (int, error), err error){
	"feeds:feedstation":    ourFeeds,
	"feeds:raw":            ourRawFeeds,
	"feeds:gorilla":        gorillaFeeds,
	"sitemaps:feedstation": ourSitemap,
	"sitemaps:snabb":       snabbSitemap,
}

// ourFeeds renders articles that are prepared, as the program does: each is once,
// for all feeds and formats.
func ourFeeds(lines []line) (func() (int, error), error) {
	f, err := prepare(items(lines))
	return func() (int, error) { return each(f.RSS, f.Atom, f.JSON) }, err
}

// ourRawFeeds prepares the articles of each feed anew.
func ourRawFeeds(lines []line) (func() (int, error), error) {
	raw := items(lines)
	return func() (int, error) {
		f, err := prepare(raw)
		if err != nil {
			return 0, err
		}
		return each(f.RSS, f.Atom, f.JSON)
	}, nil
}

func items(lines []line) (items []feed.Item) {
	for _, l := range newest(lines) {
		items = append(items, feed.Item{
			URL: l.URL, Title: l.Title, Summary: l.Summary, Body: l.Body, Authors: l.Authors,
			Published: l.Published, Updated: l.Updated, Tags: l.Tags, Language: l.Language,
		})
	}
	return items
}

func prepare(items []feed.Item) (*feed.Feed, error) {
	const home = "https://" + host
	f := &feed.Feed{Title: "湘潭站", Language: "zh-CN", HomeURL: home, RSSURL: home + "/rss.xml", AtomURL: home + "/atom.xml", JSONURL: home + "/feed.json"}
	for _, item := range items {
		p, err := feed.Prepare(item)
		if err != nil {
			return nil, err
		}
		f.Items = append(f.Items, p)
	}
	return f, nil
}

func gorillaFeeds(lines []line) (func() (int, error), error) {
	f := &feeds.Feed{Title: "湘潭站", Link: &feeds.Link{Href: "https://" + host}, Description: "湘潭站", Updated: lines[len(lines)-1].Updated}
	for _, l := range newest(lines) {
		item := &feeds.Item{
			Title: l.Title, Link: &feeds.Link{Href: l.URL}, Id: l.URL, IsPermaLink: "true",
			Description: l.Summary, Content: l.Body, Created: l.Published, Updated: l.Updated,
		}
		if len(l.Authors) > 0 {
			item.Author = &feeds.Author{Name: l.Authors[0]}
		}
		f.Add(item)
	}
	return func() (int, error) { return each(f.ToRss, f.ToAtom, f.ToJSON) }, nil
}

// each renders in every format and returns how many documents there are.
func each[T string | []byte](formats ...func() (T, error)) (int, error) {
	for _, render := range formats {
		doc, err := render()
		if err != nil {
			return 0, err
		}
		if len(doc) == 0 {
			return 0, fmt.Errorf("an empty document")
		}
	}
	return len(formats), nil
}

// newest returns the articles of a feed, the newest first.
func newest(lines []line) []line {
	var some []line
	for i := len(lines) - 1; i >= 0 && len(some) < feedItems; i-- {
		some = append(some, lines[i])
	}
	return some
}

func ourSitemap(lines []line) (func() (int, error), error) {
	return func() (int, error) {
		w := sitemap.NewWriter(io.Discard, sitemap.Options{})
		for _, l := range lines {
			if err := w.Add(sitemap.URL{Loc: l.URL, LastMod: l.Updated}); err != nil {
				return 0, err
			}
		}
		return len(lines), w.Close()
	}, nil
}

func snabbSitemap(lines []line) (func() (int, error), error) {
	times := make([]time.Time, len(lines))
	for i := range lines {
		times[i] = lines[i].Updated
	}
	return func() (int, error) {
		s := snabb.New()
		s.Minify = true
		for i := range lines {
			s.Add(&snabb.URL{Loc: lines[i].URL, LastMod: &times[i]})
		}
		_, err := s.WriteTo(io.Discard)
		return len(lines), err
	}, nil
}
