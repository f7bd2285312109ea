package press

import (
	"cmp"
	"context"
	"errors"
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

// newsSince returns when the oldest article that is news at a moment was published.
func newsSince(at time.Time) time.Time { return at.Add(-newsWindow).Add(time.Millisecond) }

// news adds the Google News sitemap: the last 48 hours, newest first. Where
// nothing was published in that time it has the newest article, and where there
// is none the home page, without news: engines report an empty file as broken.
// It returns when an article leaves by the clock.
func (b *builder) news(ctx context.Context) (due time.Time, err error) {
	from, to := newsSince(b.asOf), b.asOf.Add(time.Millisecond)
	other, err := b.notNews(ctx, from, to)
	if err != nil {
		return due, err
	}
	var pages []page
	for a, err := range b.listing(ctx, from, to) {
		if err != nil {
			return due, err
		}
		why := Unlisted(b.station, &a)
		if other[a.ID] {
			why |= article.WhyNotNews
		}
		if why != 0 {
			b.decide(network.NewsPath(1), a.ID, why)
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
		p.News = &sitemap.News{Name: cmp.Or(b.station.NewsName, b.options.NewsName), Language: language, Title: cmp.Or(feed.PlainText(a.Title), a.URL), Published: a.Published.In(b.station.Zone)}
		pages = append(pages, p)
	}
	slices.Reverse(pages)
	seen := map[string]bool{} // of a page that two articles share, the newer one has it
	pages = slices.DeleteFunc(pages, func(p page) bool {
		twice := seen[p.Loc]
		if seen[p.Loc] = true; twice {
			b.decide(network.NewsPath(1), p.article.ID, article.WhyPage)
		}
		return twice
	})
	if b.addNews(pages...) > 0 {
		return due, nil
	}
	newest, err := b.newest(ctx)
	if err != nil {
		return due, fmt.Errorf("news: %w", err)
	}
	b.addNews(newest)
	return due, nil
}

// addNews adds the Google News sitemaps of pages and returns how many pages they
// have: a page that can't be in any is left out.
func (b *draft) addNews(pages ...page) int {
	w := newChunkWriter(sitemap.Options{News: true})
	for _, p := range pages {
		b.decide(network.NewsPath(1), p.article.ID, w.add(p, 0))
	}
	return b.addSitemaps(w, network.NewsPath)
}

// newest returns the newest page of the months that is news, or the home page where they
// have none.
func (b *builder) newest(ctx context.Context) (page, error) {
	for _, path := range b.newestFirst() {
		articles, err := articlesOf(b.contents[path])
		switch {
		case errors.Is(err, edition.ErrDamaged): // which is built again
			return page{}, fmt.Errorf("%s: %w", path, err)
		case err != nil: // the disk does not answer
			return homePage(b.station), nil
		case len(articles) == 0:
			continue
		}
		other, err := b.notNews(ctx, articles[0].Published, b.asOf)
		if err != nil {
			return page{}, err
		}
		for _, a := range slices.Backward(articles) {
			if !a.Unlisted && !other[a.ID] {
				return page{sitemap.URL{Loc: a.Address, LastMod: a.Updated.In(b.station.Zone)}, a}, nil
			}
		}
	}
	return homePage(b.station), nil
}

// notNews returns which articles of a time, by id, are not for the news.
func (b *builder) notNews(ctx context.Context, from, to time.Time) (map[string]bool, error) {
	return b.snapshot.NotNews(ctx, b.station.ID, b.station.NotNews(), from, to)
}
