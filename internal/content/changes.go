package content

import (
	"context"
	"fmt"
	"iter"
	"time"

	"feedstation/internal/article"
)

// settled is how long after a row of another program's was written the rest of
// the article may follow, and leave modified_at as it is: its channels, in a
// statement of its own, or another change within the second of a store that
// counts in seconds. What is older than the overlap is not told again.
const settled = 5 * time.Second

// Changes yields what has changed after since: rows that were written, and
// articles whose embargo or whose time has ended meanwhile. It yields them again
// for the time of the overlap, in case a slow transaction wrote them or a build
// that was to show them came to nothing. The embedded store
// also tells which stations and times of publication articles have left, and
// tells nothing again when nothing was written since it was last asked; since
// has to be a time up to which the caller knows all changes. An error ends it.
//
// It costs what has changed, in time: an index leads to it.
func (s *Snapshot) Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error] {
	return func(yield func(article.Change, error) bool) {
		if err := s.readChanges(ctx, since, func(c article.Change) bool { return yield(c, nil) }); err != nil {
			yield(article.Change{}, fmt.Errorf("content: changes: %w", s.explain(err)))
		}
	}
}

// readChanges has each change taken until take wants no more.
func (s *Snapshot) readChanges(ctx context.Context, since time.Time, take func(article.Change) bool) error {
	q := s.changes(since, s.store.watch.moved(s.version, since))
	rows, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(5)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		change := article.Change{ID: r.required("id"), Station: r.required("station"), Published: r.time("published"), At: r.time("at"), Left: r.text("left") != ""}
		if r.fault != nil || change.Published.IsZero() {
			continue // a broken row, which is in no document
		}
		change.Again = s.dialect.remote() && s.at.Sub(change.At).Abs() < min(settled, s.store.overlap)
		if !take(change) {
			return nil
		}
	}
	if err := rows.err(); err != nil {
		return s.failed(err)
	}
	s.store.watch.known(s.version, s.at)
	return nil
}

// changes returns the query of Changes; written is whether rows may have been
// written. Each of its parts is a range of an index.
func (s *Snapshot) changes(since time.Time, written bool) *statement {
	q, c := s.query(), s.catalog
	if since.After(s.at) { // the clock has been set back
		since = s.at
	}
	behind := since.Add(-s.store.overlap)
	id, station := s.dialect.text(c.column("id")), s.dialect.text(c.column("station"))
	published, modified := c.column("published"), c.column("modified_at")
	head := "SELECT " + id + ", " + station + ", " + s.dialect.instant(published) + ", "
	if written {
		q.add(head, s.dialect.instant(modified), ", '' FROM ", c.from, " WHERE a.modified_at > ", q.moment(behind), " UNION ALL ")
	}
	if written && !s.dialect.remote() {
		q.add("SELECT article_id, station, published, left_at, 'left' FROM article_moves WHERE left_at > ", q.moment(behind), " UNION ALL ")
	}
	q.add(head, s.dialect.instant(published), ", '' FROM ", c.from,
		" WHERE a.published > ", q.moment(behind), " AND a.published <= ", q.moment(s.at))
	if expires := c.column("expires"); !expires.missing() {
		q.add(" UNION ALL ", head, s.dialect.instant(expires), ", '' FROM ", c.from,
			" WHERE a.expires > ", q.moment(behind), " AND a.expires <= ", q.moment(s.at))
	}
	return q
}
