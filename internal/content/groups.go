package content

import (
	"context"
	"fmt"
	"time"

	"feedstation/internal/article"
)

// bucket is the span of publication of a group, in microseconds.
const bucket = 30 * 24 * int64(time.Hour/time.Microsecond)

// bulkTimes is how many times as long as any other statement one may take that
// counts or groups what a server has of a large import: it has no first row
// before it has read all. Given up, it would be asked in vain for ever.
const bulkTimes = 12

// askBulk runs such a statement and has its rows read.
func (s *Snapshot) askBulk(ctx context.Context, q *statement, columns int, read func(*row) (more bool)) error {
	timeout := bulkTimes * s.store.timeout
	if err := s.allow(ctx, timeout); err != nil {
		return err
	}
	defer func() {
		// A connection that fails here fails at its next use.
		_ = s.allow(context.WithoutCancel(ctx), s.store.timeout)
	}()
	rows, err := s.askWithin(ctx, q, timeout)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(columns)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		if !read(r) {
			return nil
		}
	}
	if err := rows.err(); err != nil {
		return s.failed(err)
	}
	return nil
}

// groups returns the query of the changes of a period by station and bucket of
// publication. What is no time an article can have is left out: it would pass
// for the first or the last of its group.
func (s *Snapshot) groups(p period, written bool) *statement {
	q := s.query()
	for i, a := range s.arms(written) {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		micros := s.dialect.micros(a.published)
		q.add("SELECT ", fmt.Sprint(a.kind), ", ", s.dialect.text(a.station), ", ", micros, " - ", micros, fmt.Sprintf(" %% %d, ", bucket),
			s.dialect.instant(of("min", a.published)), ", ", s.dialect.instant(of("max", a.published)), ", ", s.atOf(of("max", a.at)), ", ",
			s.size(a))
		s.among(q, a, p)
		for _, c := range []column{a.published, a.at} {
			q.add(" AND ", q.compare(c, ">=", time.UnixMilli(minMillis)), " AND ", q.compare(c, "<=", time.UnixMilli(maxMillis)))
		}
		q.add(" GROUP BY 2, 3")
	}
	return q
}

// of returns an aggregate of a column.
func of(aggregate string, c column) column {
	c.name = aggregate + "(" + c.name + ")"
	return c
}

// size returns what tells apart two states of an arm's changes: their number, and
// a sum that no other ones are likely to have.
func (s *Snapshot) size(a arm) string {
	sum := fmt.Sprintf("sum((%s + 3 * %s) %% %d)", s.dialect.micros(a.at), s.dialect.micros(a.published), modulus)
	return "count(*), " + s.dialect.whole("coalesce("+sum+", 0)")
}

// readGroups has the changes of a period taken in groups.
func (s *Snapshot) readGroups(ctx context.Context, p period, written bool, take func(article.Change) bool) (done bool, newest time.Time, err error) {
	done = true
	err = s.askBulk(ctx, s.groups(p, written), 8, func(r *row) bool {
		c := article.Change{Kind: article.Kind(r.integer("kind")), Station: r.station()}
		r.take() // the bucket
		c.Published, c.Group.Last, c.At = r.time("published"), r.time("published"), r.at(c.Kind)
		c.Group.Count, c.Group.Sum = r.integer("count"), r.integer("sum")
		if r.fault != nil || c.Published.IsZero() {
			return true // broken rows, which are in no document
		}
		c.Again = s.mayFollow(c.At)
		if c.At.After(newest) {
			newest = c.At
		}
		done = take(c)
		return done
	})
	return done, newest, err
}
