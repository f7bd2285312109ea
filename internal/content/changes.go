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

// defaultOneByOne is how many changes are told one by one. That many cost some
// ten milliseconds, and a megabyte.
const defaultOneByOne = 4096

// Changes yields what has changed after since: rows that were written, and
// articles whose embargo or whose time has ended meanwhile. It yields them again
// for the time of the overlap, in case a slow transaction wrote them or a build
// that was to show them came to nothing. The embedded store
// also tells which stations and times of publication articles have left, and
// tells nothing again when nothing was written since it was last asked; since
// has to be a time up to which the caller knows all changes. Articles of the last
// day without modified_at are yielded each time. An error ends it.
//
// Changes that are more than some thousands, as after an import, are yielded in
// groups, and again only with what has come to them: what a slow transaction adds
// to a million is found within 20 s. It costs what has changed, in time, and now and then one
// reading of the index of those that were too many: an index leads to all of it.
func (s *Snapshot) Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error] {
	return func(yield func(article.Change, error) bool) {
		if err := s.readChanges(ctx, since, func(c article.Change) bool { return yield(c, nil) }); err != nil {
			yield(article.Change{}, fmt.Errorf("content: changes: %w", s.explain(err)))
		}
	}
}

// readChanges has each change taken until take wants no more.
func (s *Snapshot) readChanges(ctx context.Context, since time.Time, take func(article.Change) bool) error {
	if since.After(s.at) { // the clock has been set back
		since = s.at
	}
	if done, err := s.readUnstamped(ctx, take); err != nil || !done {
		return err
	}
	written := s.store.watch.moved(s.version, since)
	all := period{after: since.Add(-s.store.overlap)}
	if slices, last := s.store.bulk.known(since, s.at); written && len(slices) > 0 {
		if done, err := s.readSlices(ctx, all, slices, last, take); err != nil || !done {
			return err
		}
	} else if done, err := s.readFirst(ctx, all, written, take); err != nil || !done {
		return err
	}
	s.store.watch.known(s.version, s.at)
	return nil
}

// readFirst has all changes of a period taken, of which nothing is known.
func (s *Snapshot) readFirst(ctx context.Context, all period, written bool, take func(article.Change) bool) (done bool, err error) {
	changes, fit, err := s.changesOf(ctx, all, written)
	switch {
	case err != nil:
		return false, err
	case fit:
		if written {
			s.store.bulk.forget()
		}
		done, _ = each(changes, take)
		return done, nil
	case !written:
		done, _, err = s.readGroups(ctx, all, written, take)
		return done, err
	}
	return s.readSlices(ctx, all, nil, counted{}, take)
}

// period is a time at whose changes one looks: after one moment, until another.
type period struct {
	after, until time.Time // until zero: without an end
}

// arm is a kind of changes and where they are.
type arm struct {
	kind                       article.Kind
	from                       string
	id, station, published, at column
	byClock                    bool // it takes effect when its time has come
}

// arms returns the kinds of changes that are asked for; written is whether rows
// may have been written. Each is a range of an index.
func (s *Snapshot) arms(written bool) (arms []arm) {
	c := s.catalog
	a := arm{from: c.from, id: c.column("id"), station: c.column("station"), published: c.column("published")}
	if written {
		a.kind, a.at = article.Written, c.column("modified_at")
		arms = append(arms, a)
	}
	if written && !s.dialect.remote() {
		moves := func(name string) column { return column{name: name, native: "article_moves"} }
		arms = append(arms, arm{article.Left, "article_moves", moves("article_id"), moves("station"), moves("published"), moves("left_at"), false})
	}
	a.byClock = true
	a.kind, a.at = article.Appeared, a.published
	arms = append(arms, a)
	if expires := c.column("expires"); !expires.missing() {
		a.kind, a.at = article.Expired, expires
		arms = append(arms, a)
	}
	return arms
}

// among adds where an arm's changes of a period are.
func (s *Snapshot) among(q *statement, a arm, p period) {
	q.add(" FROM ", a.from, " WHERE ", q.compare(a.at, ">", p.after))
	until := p.until
	if a.byClock && (until.IsZero() || until.After(s.at)) {
		until = s.at
	}
	if !until.IsZero() {
		q.add(" AND ", q.compare(a.at, "<=", until))
	}
}

// changes returns the query of the changes of a period, at most limit of them.
func (s *Snapshot) changes(p period, written bool, limit int) *statement {
	q := s.query()
	for i, a := range s.arms(written) {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("SELECT ", fmt.Sprint(a.kind), ", ", s.dialect.text(a.id), ", ", s.dialect.text(a.station), ", ", s.dialect.instant(a.published), ", ",
			s.atOf(a.at))
		s.among(q, a, p)
	}
	q.add(fmt.Sprintf(" LIMIT %d", limit))
	return q
}

// changesOf returns the changes of a period, and whether they are few enough to
// be told one by one.
func (s *Snapshot) changesOf(ctx context.Context, p period, written bool) (changes []article.Change, fit bool, err error) {
	rows, err := s.ask(ctx, s.changes(p, written, s.store.oneByOne+1))
	if err != nil {
		return nil, false, err
	}
	defer rows.close()
	r := s.row(5)
	n := 0
	for ; rows.next(); n++ {
		if err := r.scan(rows.Rows); err != nil {
			return nil, false, err
		}
		c := article.Change{Kind: article.Kind(r.integer("kind")), ID: r.required("id"), Station: r.station(), Published: r.time("published")}
		c.At = r.at(c.Kind)
		if r.fault != nil || c.Published.IsZero() {
			continue // a broken row, which is in no document
		}
		c.Again = s.mayFollow(c.At)
		changes = append(changes, c)
	}
	if err := rows.err(); err != nil {
		return nil, false, s.failed(err)
	}
	return changes, n <= s.store.oneByOne, nil
}

// mayFollow reports whether more may belong to a change that leaves its time as
// it is.
func (s *Snapshot) mayFollow(at time.Time) bool {
	return s.dialect.remote() && s.at.Sub(at).Abs() < min(settled, s.store.overlap)
}

// each has changes taken and returns when the newest of them was.
func each(changes []article.Change, take func(article.Change) bool) (done bool, newest time.Time) {
	for _, c := range changes {
		if !take(c) {
			return false, newest
		}
		if c.At.After(newest) {
			newest = c.At
		}
	}
	return true, newest
}
