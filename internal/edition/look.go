package edition

import (
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Look returns the articles of some ids that an edition has, by id, given when they were
// published; and the ids of which nothing is known, because their months have yet to be
// built. It reads the contents of feeds, and of those months. The error is that of damaged
// contents.
func (e *Edition) Look(published map[string]time.Time) (found map[string]Article, unknown map[string]bool, err error) {
	ids, months := map[string]bool{}, map[article.Month]bool{}
	for id, at := range published {
		ids[id] = true
		for _, month := range monthsAround(at) {
			months[month] = true
		}
	}
	s := newSide(e)
	for path, contents := range e.contents {
		month, _, shard := network.ParseShardPath(path)
		if shard && !months[month] || network.IsArchive(path) && !MayHave(contents, ids) {
			continue
		}
		for a, err := range Find(contents, ids) {
			if err != nil {
				return nil, nil, err
			}
			s.add(path, a)
		}
	}
	found, unknown = map[string]Article{}, map[string]bool{}
	for id, at := range published {
		p, ok := s.articles[id]
		if ok && p.rank != byPending {
			found[id] = p.Article
		} else if slices.ContainsFunc(monthsAround(at), func(m article.Month) bool { return slices.Contains(e.pending, m) }) {
			unknown[id] = true
		}
	}
	return found, unknown, nil
}
