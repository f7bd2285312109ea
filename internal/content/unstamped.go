package content

import (
	"context"
	"fmt"
	"time"

	"feedstation/internal/article"
)

// A program may leave modified_at empty until the first edit, as Directus does with
// date_updated. No index leads from such a row to when it was written, so new ones are
// looked for among those that were published of late.

// unstampedFor is how long ago an article was published at most whose row has no
// modified_at and that is new nevertheless. unstampedMost is how many of them are told
// of, the newest first. The audit finds the others.
const (
	unstampedFor  = 24 * time.Hour
	unstampedMost = 1000
)

// unstamped returns the query of the newest articles without modified_at.
func (s *Snapshot) unstamped() *statement {
	q, c := s.query(), s.catalog
	published := c.column("published")
	q.add("SELECT ", s.dialect.text(c.column("id")), ", ", s.text("station"), ", ", s.dialect.instant(published), " FROM ", c.from,
		" WHERE ", s.dialect.micros(c.column("modified_at")), " IS NULL AND ", q.compare(published, ">", s.at.Add(-unstampedFor)),
		" AND ", q.compare(published, "<=", s.at), fmt.Sprintf(" ORDER BY %s DESC LIMIT %d", published.name, unstampedMost))
	return q
}

// readUnstamped has new articles without modified_at taken, as changes without a
// time: each is told again for a day.
func (s *Snapshot) readUnstamped(ctx context.Context, take func(article.Change) bool) (done bool, err error) {
	if !s.dialect.remote() {
		return true, nil // its column can't be empty
	}
	rows, err := s.ask(ctx, s.unstamped())
	if err != nil {
		return false, err
	}
	defer rows.close()
	r := s.row(3)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return false, err
		}
		c := article.Change{ID: r.required("id"), Station: r.station(), Published: r.time("published"), Kind: article.Written}
		if r.fault == nil && !c.Published.IsZero() && !take(c) {
			return false, nil
		}
	}
	return true, s.failed(rows.err())
}

// stamps tells what is odd about modified_at, which says what has changed: a line for
// each kind, with an example. It reads all rows.
func (s *Snapshot) stamps(ctx context.Context) (notices []string, err error) {
	c := s.catalog
	modified, updated := c.column("modified_at"), c.column("updated")
	if err := s.allow(ctx, 0); err != nil {
		return nil, err
	}
	defer func() {
		_ = s.allow(context.WithoutCancel(ctx), s.store.timeout) // a connection that fails here fails at its next use
	}()
	for _, odd := range []struct {
		text  string
		where func(q *statement) string
	}{
		{
			"have none, as %s: a new one is found at a refresh only if it was published within a day, and an edit that leaves it so waits for the audit; let the view have COALESCE(modified_at, the time of creation)",
			func(*statement) string { return s.dialect.micros(modified) + " IS NULL" },
		},
		{
			"have one in the future, as %s: is it local time, stored as UTC? A later change with an earlier time waits for the audit",
			func(q *statement) string { return q.compare(modified, ">", s.at.Add(maxSkew)) },
		},
		{
			"changed later by their column updated, as %s: modified_at has to move with every change of the row, or the change waits for the audit",
			func(q *statement) string {
				if updated.missing() || updated.form.zone != modified.form.zone {
					return ""
				}
				return s.dialect.micros(updated) + " > 1000000 + " + s.dialect.micros(modified) + " AND " + q.compare(updated, "<=", s.at)
			},
		},
	} {
		q := s.query()
		where := odd.where(q)
		if where == "" {
			continue
		}
		q.add("SELECT count(*), min(", s.dialect.text(c.column("id")), ") FROM ", c.from, " WHERE ", where)
		count, example, err := s.countOf(ctx, q)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			notices = append(notices, fmt.Sprintf("%s.modified_at: %d articles ", s.store.articles, count)+fmt.Sprintf(odd.text, example))
		}
	}
	return notices, nil
}

// countOf reads the number of some rows and the id of one.
func (s *Snapshot) countOf(ctx context.Context, q *statement) (count int64, example string, err error) {
	rows, err := s.askWithin(ctx, q, bulkTimes*s.store.timeout)
	if err != nil {
		return 0, "", err
	}
	defer rows.close()
	r := s.row(2)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return 0, "", err
		}
		count, example = r.integer("count"), r.text("id")
	}
	return count, example, rows.err()
}
