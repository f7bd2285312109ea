package press

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/network"
)

// previewHeads is how many times as many heads a preview looks at as it shows articles:
// some rows may be broken.
const previewHeads = 10

// Preview returns the station's newest articles, at most n, as a JSON Feed has them. It
// reads the texts of few more. Errors of single articles are joined beside the others'
// feed.
func (p *Press) Preview(ctx context.Context, snapshot Snapshot, station *network.Station, n int) (document []byte, leftOut, err error) {
	b := &builder{Press: p, draft: &draft{station: station, asOf: snapshot.Time()}, snapshot: snapshot}
	heads, err := snapshot.Newest(ctx, b.sources(), "", b.asOf, previewHeads*n, previewHeads*n)
	if err != nil {
		return nil, nil, err
	}
	channel := describe(station, network.Channel{})
	var faults []error
	for some := range slices.Chunk(heads, max(n, 1)) {
		articles, err := newestFirst(snapshot.Whole(ctx, some))
		if err != nil {
			return nil, nil, err
		}
		for i := range articles {
			item, err := feed.Prepare(p.item(&articles[i]))
			if err != nil {
				faults = append(faults, err)
				continue
			}
			channel.Items = append(channel.Items, item)
		}
		if len(channel.Items) >= n {
			break
		}
	}
	channel.Items = channel.Items[:min(len(channel.Items), n)]
	document, err = channel.JSON()
	return document, errors.Join(faults...), err
}

// newestFirst sorts articles that were read.
func newestFirst(articles []article.Article, err error) ([]article.Article, error) {
	slices.SortFunc(articles, func(a, b article.Article) int {
		return cmp.Or(b.Published.Compare(a.Published), cmp.Compare(b.ID, a.ID))
	})
	return articles, err
}
