// Package demo writes news that never happened: articles for the stations of a
// network, so that a newcomer sees full feeds and a tester has an archive of
// any size.
//
// The same arguments give the same articles on every machine. Each article
// draws from a generator of its own, seeded by the run's seed and the article's
// number; no clock, no locale and no map in random order has a say.
//
// The texts are data: stories made of sentences with slots such as {street},
// in the folder texts, whose README describes them. They are read when articles
// are asked for. Persons, streets, schools and firms are invented. Only the
// names of cities follow the names of the stations.
package demo

import (
	"iter"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// firstID is the id of an archive's oldest article; ids count up from there.
const firstID = 5_000_000

// Articles yields count articles for the stations of n, the oldest first and
// none published or updated after until, which must lie in the years 1910 to
// 9999 for the articles to be valid.
//
// They cover the last five weeks for 300 articles, ten years from a million
// on, and something between for other counts, denser toward the end. With up
// to twenty stations and at least 300 articles, each station that is not an
// `all` station has articles in the last 48 hours; an `all` station has few of
// its own, unless there is no other.
//
// About one in eight articles is English, one in two hundred is withdrawn and
// as many are drafts. Updated is never zero. The ids of a run start anew, so a
// store holds one run.
func Articles(n *network.Network, count int, seed uint64, until time.Time) iter.Seq[article.Article] {
	return func(yield func(article.Article) bool) {
		if count <= 0 || len(n.Stations) == 0 {
			return
		}
		var (
			room  = newNewsroom(n)
			times = newTimetable(count, until, n.Stations[0].Zone)
			write = newWriter(room, times.until)
			last  int64
		)
		for index := range count {
			write.dice.reseed(seed, uint64(index))
			rank := count - 1 - index
			last = times.next(&write.dice, rank, last)
			who := room.assign(&write.dice, rank)
			if !yield(write.article(index, who, last)) {
				return
			}
		}
	}
}
