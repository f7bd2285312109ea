package press

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"feedstation/internal/network"
	"feedstation/sitemap"
)

// newsWindow is how old an article of a Google News sitemap may be.
const newsWindow = 48 * time.Hour

// news adds the Google News sitemap: the last 48 hours, newest first. Where
// nothing was published in that time it has the newest article, and where there
// is none the home page, without news: engines report an empty file as broken.
// It returns when an article leaves by the clock.
func (b *builder) news(ctx context.Context) (due time.Time, err error) {
	now := b.asOf
	var urls []sitemap.URL
	for a, err := range b.snapshot.Listing(ctx, b.station.ID, now.Add(-newsWindow).Add(time.Millisecond), now.Add(time.Millisecond)) {
		if err != nil {
			return due, err
		}
		if !listable(b.station, &a) {
			continue
		}
		if due.IsZero() {
			due = a.Published.Add(newsWindow)
		}
		language := sitemap.NewsLanguage(a.Language)
		if language == "" {
			language = sitemap.NewsLanguage(b.station.Language)
		}
		urls = append(urls, sitemap.URL{Loc: a.URL, LastMod: b.lastMod(&a), News: &sitemap.News{
			Name: b.options.NewsName, Language: language, Title: a.Title, Published: a.Published.In(b.station.Zone),
		}})
	}
	slices.Reverse(urls)
	files, err := b.addSitemaps(sequence(urls), sitemap.Options{News: true}, network.NewsPath)
	if err == nil && len(files) == 0 {
		urls, err = b.newsFallback(ctx)
		if err == nil {
			_, err = b.addSitemaps(sequence(urls), sitemap.Options{News: true}, network.NewsPath)
		}
	}
	if err != nil {
		return due, fmt.Errorf("news: %w", err)
	}
	return due, nil
}

// newsFallback returns the newest article that a sitemap may name, or the home
// page where there is none. It looks among the newest that there are, then in
// the newest month.
func (b *builder) newsFallback(ctx context.Context) ([]sitemap.URL, error) {
	latest, err := b.snapshot.Latest(ctx, []string{b.station.ID}, "", b.options.Items)
	if err != nil {
		return nil, err
	}
	for i := range latest {
		if _, err := sitemap.Loc(latest[i].URL); err == nil && listable(b.station, &latest[i]) {
			return []sitemap.URL{{Loc: latest[i].URL, LastMod: b.lastMod(&latest[i])}}, nil
		}
	}
	address := b.station.Address("/")
	if paths := b.newestFirst(); len(paths) > 0 {
		for loc, err := range sitemap.Locs(bytes.NewReader(b.documents[paths[0]].Body())) {
			if err != nil {
				return nil, fmt.Errorf("%s: %w", paths[0], err)
			}
			address = loc // the last is the newest
		}
	}
	return []sitemap.URL{{Loc: address}}, nil
}

// sequence yields values that can't fail.
func sequence(urls []sitemap.URL) iter.Seq2[sitemap.URL, error] {
	return func(yield func(sitemap.URL, error) bool) {
		for _, u := range urls {
			if !yield(u, nil) {
				return
			}
		}
	}
}
