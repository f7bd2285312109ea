package content

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"feedstation/internal/article"
)

// farBack is how many of the stations' newest articles are searched for those
// of a channel, before all articles of the channel are.
const farBack = 5000

// howFar is how long it is taken to be true how far farBack articles reach.
const howFar = 10 * time.Minute

// share is one in how many of the stations' articles a channel is first taken to have. Some
// servers look at all articles of a time, and order them, for the newest few.
const share = 20

// reach is how the newest articles of channels are found at the least cost. It
// chooses between two ways to the same articles.
type reach struct {
	size   int      // in place of farBack, for tests with fewer articles; 0: farBack
	back   sync.Map // a back, by stations
	oldest sync.Map // when the oldest of those found last was published, by stations and channel; without one: of the stations
	few    sync.Map // whether not enough of a channel's articles are among the newest, by stations and channel
}

type back struct{ from, asked time.Time }

// latestOfChannel searches the newest articles of the stations for those of the
// channel. Where they have too few, it orders all that the channel has: be it new,
// or given up years ago, it does not cost the archive.
func (s *Snapshot) latestOfChannel(ctx context.Context, of part, stations []string, channel string, limit int) ([]article.Article, error) {
	from, err := s.farBack(ctx, stations)
	if err != nil {
		return nil, fmt.Errorf("content: latest of %s: %w", strings.Join(stations, ", "), s.explain(err))
	}
	key := reachKey(stations, channel)
	if few, _ := s.store.reach.few.Load(key); from.IsZero() || few != true {
		for _, from := range s.near(stations, channel, from) {
			articles, err := s.newestArticles(ctx, of, stations, limit, func(size int, after *place) *statement {
				return s.latest(of, stations, channel, from, size, after)
			})
			if err == nil && len(articles) == limit {
				s.store.reach.oldest.Store(key, articles[limit-1].Published)
			}
			if err != nil || len(articles) == limit || from.IsZero() {
				return articles, err
			}
		}
	}
	articles, err := s.newestArticles(ctx, of, stations, limit, func(size int, after *place) *statement {
		return s.latestMembers(of, stations, channel, time.Time{}, time.Time{}, size, after)
	})
	if err == nil {
		s.store.reach.few.Store(key, len(articles) < limit || articles[limit-1].Published.Before(from))
	}
	return articles, err
}

// near returns since when the newest of a channel are looked for, before they are since
// from: as far back as they were found last, as not much has gone since, or else as far
// as they would be that have their share of those of the stations.
func (s *Snapshot) near(stations []string, channel string, from time.Time) []time.Time {
	if last, ok := s.store.reach.oldest.Load(reachKey(stations, channel)); ok {
		return []time.Time{last.(time.Time), from}
	}
	if last, ok := s.store.reach.oldest.Load(reachKey(stations, "")); ok && !from.IsZero() {
		if near := s.at.Add(-share * s.at.Sub(last.(time.Time))); near.After(from) {
			return []time.Time{near, from}
		}
	}
	return []time.Time{from}
}

// farBack returns when the oldest of the newest farBack articles was published;
// zero: there are no more than so many.
func (s *Snapshot) farBack(ctx context.Context, stations []string) (time.Time, error) {
	key := reachKey(stations, "")
	if known, ok := s.store.reach.back.Load(key); ok {
		if known := known.(back); s.at.Sub(known.asked).Abs() < howFar {
			return known.from, nil
		}
	}
	from, err := s.askTime(ctx, "published", s.farthest(stations))
	if err == nil {
		s.store.reach.back.Store(key, back{from, s.at})
	}
	return from, err
}

// farthest returns the query of farBack. Of several stations all articles count:
// they are read in the order of their index, whoever has how many.
func (s *Snapshot) farthest(stations []string) *statement {
	q := s.query()
	published := s.catalog.column("published")
	q.add("SELECT ", s.dialect.instant(published), " FROM ", s.catalog.from, " WHERE ", q.compare(published, "<=", s.at))
	if len(stations) == 1 {
		q.add(" AND ", s.ofStations(q, stations))
	}
	q.add(fmt.Sprintf(" ORDER BY %s DESC LIMIT 1 OFFSET %d", published.name, cmp.Or(s.store.reach.size, farBack)))
	return q
}

// latestMembers returns a page of between by way of all articles of the channel. Only
// the ids of the newest are ordered, then their texts are read.
func (s *Snapshot) latestMembers(of part, stations []string, channel string, from, to time.Time, size int, after *place) *statement {
	q, c := s.query(), s.catalog
	keys := s.channelKeys(stations, channel)
	id, order := c.name("id"), s.newestFirst()
	q.add(of.columns(s), " FROM (SELECT ", id, " AS id FROM (SELECT DISTINCT ", c.articleID(), " AS article_id FROM ", c.channelsFrom, " WHERE ", s.anyKey(q, keys), ") members",
		" CROSS JOIN ", c.from, " WHERE ", id, " = members.article_id AND ", s.shown(q), " AND ", s.publishedBefore(q, to), " AND ", s.ofStations(q, stations))
	if !from.IsZero() {
		q.add(" AND ", s.publishedAt(q, ">=", from))
	}
	if len(keys) > 1 {
		q.add(" AND ", s.inChannel(q, keys))
	}
	s.behind(q, after, "<")
	q.add(fmt.Sprintf("%s LIMIT %d) newest CROSS JOIN %s WHERE %s = newest.id%[1]s", order, size, c.from, id))
	return q
}

// newestFirst is an order that no index serves, so that no planner reads the
// archive in that order.
func (s *Snapshot) newestFirst() string {
	return " ORDER BY " + unindexed(s.catalog.name("published")) + " DESC, " + unindexed(s.catalog.name("id")) + " DESC"
}

// unindexed is a column in a form that no index has.
func unindexed(column string) string { return fmt.Sprintf("COALESCE(%[1]s, %[1]s)", column) }

func reachKey(stations []string, channel string) string {
	return strings.Join(stations, "\x00") + "\x00" + channel
}
