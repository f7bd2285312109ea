package content

import (
	"context"
	"fmt"
	"time"
)

// Next returns the next moment at which readers may see another article, or one
// article less, without a change of a row: an embargo ends, or an article's time.
// It is zero where there is none. An index leads to it.
func (s *Snapshot) Next(ctx context.Context) (next time.Time, err error) {
	for _, name := range []string{"published", "expires"} {
		c := s.catalog.column(name)
		if c.missing() {
			continue
		}
		at, err := s.askTime(ctx, name, s.firstOf(c))
		if err != nil {
			return time.Time{}, fmt.Errorf("content: next: %w", s.explain(err))
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// firstOf returns the query of the first time in a column that is to come.
func (s *Snapshot) firstOf(c column) *statement {
	q := s.query()
	q.add("SELECT ", s.dialect.instant(c), " FROM ", s.catalog.from, " WHERE ", q.compare(c, ">", s.at), " ORDER BY ", c.name, " LIMIT 1")
	return q
}
