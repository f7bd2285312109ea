package edition

import (
	"slices"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Listed returns which of articles, of which it looks at id and publication, the sitemaps
// of the months name, by id; of one whose month has yet to be built nothing is known, and
// it is absent. An article whose page another one has in a later month counts as named.
// The error is that of damaged contents.
func (e *Edition) Listed(articles []Article) (map[string]bool, error) {
	listed := map[string]bool{}
	ids := map[article.Month]map[string]bool{}
	for _, a := range articles {
		months := monthsAround(a.Published)
		if !slices.ContainsFunc(months, func(m article.Month) bool { return slices.Contains(e.pending, m) }) {
			listed[a.ID] = false
		}
		for _, month := range months {
			if ids[month] == nil {
				ids[month] = map[string]bool{}
			}
			ids[month][a.ID] = true
		}
	}
	for path, contents := range e.contents {
		month, _, shard := network.ParseShardPath(path)
		if !shard || ids[month] == nil || slices.Contains(e.pending, month) {
			continue
		}
		for a, err := range Find(contents, ids[month]) {
			if err != nil {
				return nil, err
			}
			listed[a.ID] = listed[a.ID] || !a.Unlisted || a.Later
		}
	}
	return listed, nil
}
