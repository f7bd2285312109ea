package content

import (
	"context"
	"fmt"
	"time"
)

// NotNews returns which articles of a station that were published in [from, to) are not
// for a sitemap of news, by id: their row says so, or they are in one of some channels. It
// asks nothing where no row can say so, and there are no such channels.
func (s *Snapshot) NotNews(ctx context.Context, station string, channels []string, from, to time.Time) (map[string]bool, error) {
	q := s.notNews(station, channels, from, to)
	if q == nil {
		return nil, nil
	}
	rows, err := s.ask(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("content: not news: %w", s.explain(err))
	}
	defer rows.close()
	found := map[string]bool{}
	r := s.row(1)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return nil, fmt.Errorf("content: not news: %w", s.explain(err))
		}
		found[r.text("id")] = true
	}
	if err := rows.err(); err != nil {
		return nil, fmt.Errorf("content: not news: %w", s.explain(s.failed(err)))
	}
	return found, nil
}

// notNews returns the query of NotNews; nil: no article can be one.
func (s *Snapshot) notNews(station string, channels []string, from, to time.Time) *statement {
	news := s.catalog.column("news")
	if news.missing() && len(channels) == 0 {
		return nil
	}
	q := s.query()
	q.add("SELECT ", s.dialect.text(s.catalog.column("id")), " FROM ", s.catalog.from, " WHERE ", s.ofStation(q, station),
		" AND ", s.publishedAt(q, ">=", from), " AND ", s.publishedAt(q, "<", to), " AND (")
	if news.missing() {
		q.add("1 = 0")
	} else {
		q.add(s.isUnset(news))
	}
	for _, channel := range channels {
		q.add(" OR ", s.inChannel(q, s.channelKeys([]string{station}, channel)))
	}
	q.add(")")
	return q
}

// isUnset is the condition that a flag which is set by default says otherwise, or what
// can't be read.
func (s *Snapshot) isUnset(c column) string {
	words := "LOWER(TRIM(" + s.dialect.text(c) + ")) NOT IN ('', '1', 'true', 't', 'yes', 'y', 'on', '是')"
	if !s.dialect.remote() {
		return c.name + " = 0" // as its index has it
	}
	if _, any := s.dialect.(otherSQLite); any { // whatever the type, a row may have a number
		return words + " AND CAST(" + c.name + " AS REAL) = 0"
	}
	if c.kind == textKind || c.kind == enumKind {
		return words
	}
	return c.name + " IS NOT NULL AND NOT (" + s.dialect.isSet(c) + ")"
}
