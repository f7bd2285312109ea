package press

import (
	"context"
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Places are where an edition has some articles.
type Places struct {
	IDs    map[string]bool // of the articles that are somewhere, in one line
	GUIDs  map[string]bool // of those that are in feeds
	Feeds  map[string]bool // ids of the channels whose feeds have one
	Shards []string        // paths of the months' sitemaps that have one
	Months []article.Month // of the shards
}

// Locate looks for articles, by their ids in one line: in the feeds, and in the
// sitemaps of the months that are wanted. The error says that nothing is known of
// the feeds.
func Locate(e *edition.Edition, wanted map[string]bool, months func(article.Month) bool) (Places, error) {
	found := Places{IDs: map[string]bool{}, GUIDs: map[string]bool{}, Feeds: map[string]bool{}}
	for path, record := range e.Records() {
		month, _, ok := network.ParseShardPath(path)
		if !ok || !months(month) {
			continue
		}
		for id := range RecordLines(record) {
			if !wanted[string(id)] {
				continue
			}
			found.IDs[string(id)] = true
			if n := len(found.Shards); n == 0 || found.Shards[n-1] != path {
				found.Shards, found.Months = append(found.Shards, path), append(found.Months, month)
			}
		}
	}
	lines, err := FeedLines(e)
	for channel, articles := range lines {
		for _, line := range articles {
			if wanted[line.ID] {
				found.IDs[line.ID], found.GUIDs[line.GUID], found.Feeds[channel] = true, true, true
			}
		}
	}
	return found, err
}

// findSize is how many articles a store is asked for at once.
const findSize = 500

// Find returns what is known of the articles of any number of ids.
func Find(ctx context.Context, snapshot Snapshot, ids []string) (states []article.State, err error) {
	for part := range slices.Chunk(ids, findSize) {
		found, err := snapshot.Find(ctx, part)
		if err != nil {
			return nil, err
		}
		states = append(states, found...)
	}
	return states, nil
}
