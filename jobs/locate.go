package jobs

import (
	"context"
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// places are where an edition has some articles.
type places struct {
	ids    map[string]bool // of the articles that are somewhere, in one line
	guids  map[string]bool // of those that are in feeds
	feeds  map[string]bool // ids of the channels whose feeds have one
	shards []string        // paths of the months' sitemaps that have one
	months []article.Month // of the shards
}

// locate looks for articles, by their ids in one line: in the feeds, and in the
// sitemaps of the months that are wanted.
func locate(e *edition.Edition, wanted map[string]bool, months func(article.Month) bool) (places, error) {
	found := places{ids: map[string]bool{}, guids: map[string]bool{}, feeds: map[string]bool{}}
	lines, err := feedLines(e)
	if err != nil {
		return places{}, err
	}
	for channel, articles := range lines {
		for _, line := range articles {
			if wanted[line.id] {
				found.ids[line.id], found.guids[line.guid], found.feeds[channel] = true, true, true
			}
		}
	}
	for path, record := range e.Records() {
		month, _, ok := network.ParseShardPath(path)
		if !ok || !months(month) {
			continue
		}
		for id := range recordLines(record) {
			if !wanted[string(id)] {
				continue
			}
			id := string(id)
			found.ids[id] = true
			if n := len(found.shards); n == 0 || found.shards[n-1] != path {
				found.shards, found.months = append(found.shards, path), append(found.months, month)
			}
		}
	}
	return found, nil
}

// findSize is how many articles a store is asked for at once.
const findSize = 500

// find returns what is known of the articles of any number of ids.
func find(ctx context.Context, snapshot Snapshot, ids []string) (states []article.State, err error) {
	for part := range slices.Chunk(ids, findSize) {
		found, err := snapshot.Find(ctx, part)
		if err != nil {
			return nil, err
		}
		states = append(states, found...)
	}
	return states, nil
}
