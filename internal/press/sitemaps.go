package press

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// sitemaps adds the months that are dirty and keeps the others, then adds what
// is made anew each time: the news, Baidu's list and the index.
func (b *builder) sitemaps(ctx context.Context, work *Work) (err error) {
	if b.outcome.Pending, err = b.months(ctx, work); err != nil {
		return err
	}
	if err := b.settlePages(ctx, work); err != nil {
		return err
	}
	if b.outcome.Due, err = b.news(ctx); err != nil {
		return err
	}
	if err := b.baidu(); errors.Is(err, edition.ErrDamaged) { // which is built again
		return err
	}
	return b.index()
}

// index adds the index of all sitemaps: the news, then the months, newest
// first. Each has the time at which its content last changed. There is always
// an entry, since the news is never empty: engines report an index without one
// as broken.
func (b *draft) index() error {
	paths := b.sitemapPaths()
	paths = paths[:min(len(paths), sitemap.MaxURLs)] // 340 years of ten files a month
	var entries []sitemap.Entry
	var newest time.Time
	for _, path := range paths {
		modified := b.documents[path].Modified()
		entry := sitemap.Entry{Loc: b.station.Address(path)}
		if !modified.Equal(edition.Epoch) { // which stands for none
			entry.LastMod = modified.In(b.station.Zone)
		}
		entries = append(entries, entry)
		if modified.After(newest) {
			newest = modified
		}
	}
	var body bytes.Buffer
	if err := sitemap.Index(&body, slices.Values(entries)); err != nil {
		return fmt.Errorf("%s: %w", network.IndexPath, err)
	}
	return b.addBody(network.IndexPath, sitemap.ContentType, body.Bytes(), newest)
}

func (b *draft) sitemapPaths() []string {
	var news []string
	for path := range b.documents {
		if network.IsSitemap(path) && path != network.IndexPath && !IsShard(path) {
			news = append(news, path)
		}
	}
	slices.SortFunc(news, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	for _, s := range b.newestShards() {
		news = append(news, network.ShardPath(s.month, s.n))
	}
	return news
}

// shardName is the n-th sitemap of a month.
type shardName struct {
	month article.Month
	n     int
}

// newestShards returns the sitemaps of all months, the newest month first; those
// of one month in their order.
func (b *draft) newestShards() []shardName {
	var shards []shardName
	for path := range b.documents {
		if month, n, ok := network.ParseShardPath(path); ok {
			shards = append(shards, shardName{month, n})
		}
	}
	slices.SortFunc(shards, func(a, b shardName) int {
		if order := b.month.Compare(a.month); order != 0 {
			return order
		}
		return a.n - b.n
	})
	return shards
}
