package content

import (
	"context"
	"fmt"
	"strings"
	"time"

	"feedstation/internal/article"
)

// Between returns the heads of articles as Newest does: those published in [from, to), of
// these the newest, at most so many.
func (s *Snapshot) Between(ctx context.Context, stations []string, channel string, from, to time.Time, most int) ([]article.Article, error) {
	if most <= 0 || len(stations) == 0 || !from.Before(to) {
		return nil, nil
	}
	ends := []time.Time{from}
	if from.IsZero() {
		ends = s.ends(s.until(to))
	}
	var articles []article.Article
	for _, since := range ends {
		var err error
		articles, err = s.newestArticles(ctx, heads(), stations, most, func(size int, after *place) *statement {
			if s.isRare(stations, channel) {
				return s.latestMembers(heads(), stations, channel, since, to, size, after)
			}
			return s.between(heads(), stations, channel, since, to, size, after)
		})
		if err != nil || len(articles) == most {
			return articles, err
		}
	}
	return articles, nil
}

// isRare reports whether a channel is known to have few articles, see latestOfChannel.
func (s *Snapshot) isRare(stations []string, channel string) bool {
	few, _ := s.store.reach.few.Load(reachKey(stations, channel))
	return channel != "" && few == true
}

// Count returns how many rows Between would find, with those that are broken. It looks at
// each of them, or, without a beginning, at all of the channel.
func (s *Snapshot) Count(ctx context.Context, stations []string, channel string, from time.Time) (int64, error) {
	if len(stations) == 0 {
		return 0, nil
	}
	rows, err := s.ask(ctx, s.count(stations, channel, from))
	if err != nil {
		return 0, fmt.Errorf("content: count %s: %w", strings.Join(stations, ", "), s.explain(err))
	}
	defer rows.close()
	var n int64
	r := s.row(1)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return 0, fmt.Errorf("content: count %s: %w", strings.Join(stations, ", "), s.explain(err))
		}
		n = r.integer("count")
	}
	if err := rows.err(); err != nil {
		return 0, fmt.Errorf("content: count %s: %w", strings.Join(stations, ", "), s.explain(s.failed(err)))
	}
	return n, nil
}

func (s *Snapshot) count(stations []string, channel string, from time.Time) *statement {
	q, c := s.query(), s.catalog
	if channel != "" && (from.IsZero() || s.isRare(stations, channel)) {
		q.add("SELECT count(*) FROM (SELECT DISTINCT ", c.articleID(), " AS article_id FROM ", c.channelsFrom, " WHERE ", s.anyKey(q, s.channelKeys(stations, channel)), ") members",
			" CROSS JOIN ", c.from, " WHERE ", c.name("id"), " = members.article_id AND ")
	} else {
		q.add("SELECT count(*) FROM ", c.from, " WHERE ")
	}
	q.add(s.present(q), " AND ", s.ofStations(q, stations))
	if !from.IsZero() {
		q.add(" AND ", s.publishedAt(q, ">=", from))
	}
	if channel != "" {
		q.add(" AND ", s.inChannel(q, s.channelKeys(stations, channel)))
	}
	return q
}
