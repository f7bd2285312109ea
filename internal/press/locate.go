package press

import (
	"context"
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Locate returns in which months an edition has any of some articles, given by
// their ids, of those months that are wanted, and whether a feed has one, as far as
// [edition.MayHave] knows.
func Locate(e *edition.Edition, ids map[string]bool, wanted func(article.Month) bool) (months []article.Month, feeds bool) {
	for path, contents := range e.AllContents() {
		month, _, ok := network.ParseShardPath(path)
		switch {
		case ok && wanted(month) && !slices.Contains(months, month) && edition.HasAny(contents, ids):
			months = append(months, month)
		case !ok && !feeds && !network.IsArchive(path): // which a build finds by the months
			feeds = edition.MayHave(contents, ids)
		}
	}
	return months, feeds
}

// findSize is how many articles a store is asked for at once.
const findSize = 500

// Find returns what is known of the articles of any number of ids.
func Find(ctx context.Context, snapshot Snapshot, ids []string) (states []article.State, err error) {
	for some := range slices.Chunk(ids, findSize) {
		found, err := snapshot.Find(ctx, some)
		if err != nil {
			return nil, err
		}
		states = append(states, found...)
	}
	return states, nil
}
