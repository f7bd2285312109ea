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
		at, err := s.first(ctx, c)
		if err != nil {
			return time.Time{}, fmt.Errorf("content: next: %w", explain(err))
		}
		if next.IsZero() || !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	return next, nil
}

// first returns the first time in a column that is to come.
func (s *Snapshot) first(ctx context.Context, c column) (at time.Time, err error) {
	rows, err := s.ask(ctx, s.firstOf(c))
	if err != nil {
		return time.Time{}, err
	}
	defer rows.close()
	r := s.row(1)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return time.Time{}, err
		}
		at = r.time(c.name) // the zero time of a broken one: it never comes
	}
	if err := rows.err(); err != nil {
		return time.Time{}, s.failed(err)
	}
	return at, nil
}

func (s *Snapshot) firstOf(c column) *statement {
	q := s.query()
	q.add("SELECT ", s.dialect.instant(c), " FROM ", s.catalog.from, " WHERE ", c.name, " > ", q.moment(s.at), " ORDER BY ", c.name, " LIMIT 1")
	return q
}
