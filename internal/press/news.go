package press

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
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
	var pages []page
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
		p := b.page(&a)
		p.News = &sitemap.News{Name: b.options.NewsName, Language: language, Title: cmp.Or(feed.PlainText(a.Title), a.URL), Published: a.Published.In(b.station.Zone)}
		pages = append(pages, p)
	}
	slices.Reverse(pages)
	files, err := b.addSitemaps(pages, sitemap.Options{News: true}, network.NewsPath)
	if err == nil && files == 0 {
		var newest page
		if newest, err = b.newsFallback(ctx); err == nil {
			_, err = b.addSitemaps([]page{newest}, sitemap.Options{News: true}, network.NewsPath)
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
func (b *builder) newsFallback(ctx context.Context) (page, error) {
	latest, err := b.snapshot.Latest(ctx, []string{b.station.ID}, "", b.options.Items)
	if err != nil {
		return page{}, err
	}
	for i := range latest {
		if _, err := sitemap.Loc(latest[i].URL); err == nil && listable(b.station, &latest[i]) {
			return b.page(&latest[i]), nil
		}
	}
	newest := page{URL: sitemap.URL{Loc: b.station.Address("/")}}
	if paths := b.newestFirst(); len(paths) > 0 {
		articles, err := articlesOf(b.contents[paths[0]])
		if err != nil {
			return page{}, fmt.Errorf("%s: %w", paths[0], err)
		}
		for _, a := range slices.Backward(articles) {
			if !a.Unlisted {
				return page{sitemap.URL{Loc: a.Address}, a}, nil
			}
		}
	}
	return newest, nil
}

// page returns what a sitemap tells of every article.
func (b *builder) page(a *article.Article) page {
	lastMod := b.lastMod(a)
	return page{sitemap.URL{Loc: a.URL, LastMod: lastMod}, edition.Article{ID: a.ID, Published: a.Published, Updated: lastMod, Address: a.URL}}
}
