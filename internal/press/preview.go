package press

import (
	"context"
	"errors"

	"feedstation/feed"
	"feedstation/internal/network"
)

// Preview returns the station's newest articles, at most n, as a JSON Feed has them.
// Errors of single articles are joined beside the others' feed.
func (p *Press) Preview(ctx context.Context, snapshot Snapshot, station *network.Station, n int) (document []byte, leftOut, err error) {
	b := &builder{Press: p, draft: &draft{station: station, asOf: snapshot.Time()}, snapshot: snapshot}
	articles, err := b.whole(ctx, network.Channel{})
	if err != nil {
		return nil, nil, err
	}
	channel := describe(station, network.Channel{})
	var faults []error
	for i := range articles[:min(len(articles), n)] {
		item, err := feed.Prepare(p.item(&articles[i]))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		channel.Items = append(channel.Items, item)
	}
	document, err = channel.JSON()
	return document, errors.Join(faults...), err
}
