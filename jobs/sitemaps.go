package jobs

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// newsWindow is how old an article of a Google News sitemap may be.
const newsWindow = 48 * time.Hour

// sitemaps adds the months that are dirty and keeps the others, then adds the
// news sitemap and the index. It returns when the news sitemap changes by the
// clock alone.
func (b *builder) sitemaps(ctx context.Context, d *dirt) (due time.Time, err error) {
	months := slices.Collect(maps.Keys(d.months))
	if d.everything || b.current == nil {
		if months, err = b.snapshot.Months(ctx, b.station.ID, b.station.Zone); err != nil {
			return due, err
		}
	} else {
		b.keepShards(d.months)
	}
	for _, month := range months {
		if err := b.month(ctx, month); err != nil {
			return due, err
		}
	}
	if due, err = b.news(ctx); err != nil {
		return due, err
	}
	return due, b.index()
}

// keepShards takes the files of all months but the dirty ones from the current
// edition.
func (b *builder) keepShards(dirty map[article.Month]bool) {
	for path, document := range b.current.All() {
		if month, _, ok := network.ParseShardPath(path); ok && !dirty[month] {
			b.documents[path] = document
		}
	}
}

func (b *builder) month(ctx context.Context, month article.Month) error {
	from, to := month.Bounds(b.station.Zone)
	urls := b.urls(b.snapshot.Listing(ctx, b.station.ID, from, to))
	_, err := b.addSitemaps(urls, sitemap.Options{Images: true}, func(n int) string { return network.ShardPath(month, n) })
	if err != nil {
		return fmt.Errorf("%s: %w", month, err)
	}
	return nil
}

// addSitemaps adds as many sitemaps as the URLs need and returns how many. A
// URL that can't be in any is left out.
func (b *builder) addSitemaps(urls iter.Seq2[sitemap.URL, error], options sitemap.Options, path func(n int) string) (int, error) {
	options.Invalid = func(*sitemap.URLError) error { return nil }
	var bodies []*body
	files, err := sitemap.Split(urls, options, func(int) (io.WriteCloser, error) {
		bodies = append(bodies, new(body))
		return bodies[len(bodies)-1], nil
	})
	if err != nil {
		return 0, err
	}
	for i, f := range files {
		if err := b.addBody(path(i+1), sitemap.ContentType, bodies[i].Bytes(), f.LastMod); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}

// body is a file in memory.
type body struct{ bytes.Buffer }

// Close implements io.Closer.
func (*body) Close() error { return nil }

// urls yields the addresses of the articles that belong in the station's
// sitemaps.
func (b *builder) urls(articles iter.Seq2[article.Article, error]) iter.Seq2[sitemap.URL, error] {
	return func(yield func(sitemap.URL, error) bool) {
		for a, err := range articles {
			if err != nil {
				yield(sitemap.URL{}, err)
				return
			}
			if !b.listable(&a) {
				continue
			}
			if !yield(sitemap.URL{Loc: a.URL, LastMod: b.lastMod(&a), Images: imageAddresses(&a)}, nil) {
				return
			}
		}
	}
}

// listable reports whether a sitemap of the station may name the article: a
// sitemap names pages of its own host only.
func (b *builder) listable(a *article.Article) bool {
	return !a.NoIndex && b.station.Owns(a.URL)
}

// lastMod is the article's last significant change in the station's zone.
func (b *builder) lastMod(a *article.Article) time.Time {
	return b.changed(a).In(b.station.Zone)
}

// imageAddresses returns those of the article's images that a sitemap may name:
// it would refuse the page for the sake of a bad one.
func imageAddresses(a *article.Article) []string {
	if len(a.Images) == 0 {
		return nil
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		return nil
	}
	var addresses []string
	for _, image := range a.Images {
		u, err := base.Parse(image.URL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || len(addresses) == sitemap.MaxImages {
			continue
		}
		address := u.String()
		if _, ok := network.NormalizeHost(u.Host); ok && u.User == nil && len(address) <= sitemap.MaxLoc {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// news adds the Google News sitemap: the last 48 hours, newest first. Where
// nothing was published in that time it has the newest article, and where there
// is none the home page, without news: engines report an empty file as broken.
func (b *builder) news(ctx context.Context) (due time.Time, err error) {
	now := b.snapshot.Time()
	var urls []sitemap.URL
	for a, err := range b.snapshot.Listing(ctx, b.station.ID, now.Add(-newsWindow).Add(time.Millisecond), now.Add(time.Millisecond)) {
		if err != nil {
			return due, err
		}
		if !b.listable(&a) {
			continue
		}
		if due.IsZero() {
			due = a.Published.Add(newsWindow)
		}
		urls = append(urls, sitemap.URL{Loc: a.URL, LastMod: b.lastMod(&a), News: &sitemap.News{
			Name: b.options.NewsName, Language: b.newsLanguage(&a), Title: a.Title, Published: a.Published.In(b.station.Zone),
		}})
	}
	slices.Reverse(urls)
	n, err := b.addSitemaps(sequence(urls), sitemap.Options{News: true}, network.NewsPath)
	if err == nil && n == 0 {
		_, err = b.addSitemaps(b.newsFallback(ctx), sitemap.Options{News: true}, network.NewsPath)
	}
	if err != nil {
		return due, fmt.Errorf("news: %w", err)
	}
	return due, nil
}

func (b *builder) newsLanguage(a *article.Article) string {
	if language := sitemap.NewsLanguage(a.Language); language != "" {
		return language
	}
	return sitemap.NewsLanguage(b.station.Language)
}

// newsFallback yields the newest article, or the home page where there is none.
func (b *builder) newsFallback(ctx context.Context) iter.Seq2[sitemap.URL, error] {
	return func(yield func(sitemap.URL, error) bool) {
		latest, err := b.snapshot.Latest(ctx, []string{b.station.ID}, "", 1)
		switch {
		case err != nil:
			yield(sitemap.URL{}, err)
		case len(latest) > 0 && b.listable(&latest[0]):
			yield(sitemap.URL{Loc: latest[0].URL, LastMod: b.lastMod(&latest[0])}, nil)
		default:
			yield(sitemap.URL{Loc: b.station.Address("/")}, nil)
		}
	}
}

// index adds the index of all sitemaps: the news, then the months, newest
// first. Each has the time at which its content last changed.
func (b *builder) index() error {
	var entries []sitemap.Entry
	var newest time.Time
	for _, path := range b.sitemapPaths() {
		modified := b.documents[path].Modified()
		entries = append(entries, sitemap.Entry{Loc: b.station.Address(path), LastMod: modified.In(b.station.Zone)})
		if modified.After(newest) {
			newest = modified
		}
	}
	var body bytes.Buffer
	if err := sitemap.WriteIndex(&body, slices.Values(entries)); err != nil {
		return fmt.Errorf("%s: %w", network.IndexPath, err)
	}
	return b.addBody(network.IndexPath, sitemap.ContentType, body.Bytes(), newest)
}

func (b *builder) sitemapPaths() []string {
	var news, shards []string
	for path := range b.documents {
		if !network.IsSitemap(path) {
			continue
		}
		if _, _, ok := network.ParseShardPath(path); ok {
			shards = append(shards, path)
		} else {
			news = append(news, path)
		}
	}
	slices.SortFunc(news, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	slices.SortFunc(shards, func(a, b string) int {
		monthA, nA, _ := network.ParseShardPath(a)
		monthB, nB, _ := network.ParseShardPath(b)
		if order := strings.Compare(monthB.String(), monthA.String()); order != 0 {
			return order
		}
		return nA - nB
	})
	return append(news, shards...)
}

func (b *builder) robots() error {
	text := "User-agent: *\nAllow: /\n\nSitemap: " + b.station.Address(network.IndexPath) + "\n"
	return b.addBody(network.RobotsPath, "text/plain; charset=utf-8", []byte(text), edition.Epoch)
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
