package content

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"time"

	"feedstation/internal/article"
)

// form is how a column has its times where these are not moments; the zero form: they
// are.
type form struct {
	unit time.Duration  // that numbers count; 0: they are no numbers
	zone *time.Location // of times without one; nil: UTC
}

// compare returns the condition that a column of times compares so with a moment.
func (q *statement) compare(c column, operator string, t time.Time) string {
	if c.form.unit != 0 && !isDecimal(c) {
		// Whole numbers are between the units: which of them comes next?
		down := t.Truncate(c.form.unit)
		if (operator == "<" || operator == ">=") && down.Before(t) {
			down = down.Add(c.form.unit)
		}
		t = down
	}
	return c.name + " " + operator + " " + q.dialect.timeAt(c, q.arg(q.dialect.moment(c, t)))
}

// number is a time in the unit of a column of numbers.
func (f form) number(c column, t time.Time) any {
	each := int64(time.Second / f.unit)
	if isDecimal(c) {
		return float64(t.UnixMicro()) / 1e6 * float64(each)
	}
	most := math.MaxInt64/each - 1 // of nanoseconds, in the year 2262
	return min(max(t.Unix(), -most), most)*each + int64(t.Nanosecond())/int64(f.unit)
}

// wall is the date and time of day of a moment in the column's zone, as if that was UTC:
// databases take it for what their column has.
func (f form) wall(t time.Time) time.Time {
	if f.zone == nil {
		return t
	}
	t = t.In(f.zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moment is the other way round.
func (f form) moment(wall time.Time) time.Time {
	if f.zone == nil {
		return wall.UTC()
	}
	return time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), f.zone).UTC()
}

// micros returns what a number is to be multiplied with for microseconds, and the
// condition that it is a time.
func (f form) micros(c column) (factor, isTime string) {
	first, last := f.number(c, time.UnixMilli(minMillis)), f.number(c, time.UnixMilli(maxMillis))
	isTime = fmt.Sprintf("%s BETWEEN %v AND %v AND %[1]s <> 0", c.name, first, last)
	return strconv.FormatFloat(float64(f.unit)/float64(time.Microsecond), 'f', -1, 64), isTime
}

// mixed reports whether changes are of times that a result can't have in one column.
func (c *catalog) mixed() bool {
	published := c.column("published")
	for _, name := range []string{"modified_at", "expires"} {
		if found := c.column(name); !found.missing() && !found.unitesWith(published) {
			return true
		}
	}
	return false
}

// unitesWith reports whether a result can have the times of two columns as they are.
func (c column) unitesWith(other column) bool {
	return (c.kind == numberKind) == (other.kind == numberKind) && c.isText() == other.isText()
}

// atOf is a column of when changes took effect; row.at reads it.
func (s *Snapshot) atOf(c column) string {
	if s.catalog.mixed() {
		return s.dialect.micros(c)
	}
	return s.dialect.instant(c)
}

// at takes when a change of a kind took effect.
func (r *row) at(kind article.Kind) time.Time {
	name := map[article.Kind]string{article.Appeared: "published", article.Expired: "expires"}[kind]
	if name == "" {
		name = "modified_at"
	}
	if r.catalog == nil || !r.catalog.mixed() {
		return r.time(name)
	}
	micros := r.integer(name)
	return r.sane(name, r.form(name).moment(time.UnixMicro(micros).UTC()))
}

// later returns the condition that an article may have changed after its publication.
func (s *Snapshot) later() string {
	updated, published := s.catalog.column("updated"), s.catalog.column("published")
	if updated.form != published.form || updated.stored != published.stored {
		return "1 = 1"
	}
	return updated.name + " > " + published.name
}

// formSample is how many times of a column are looked at.
const formSample = 50

// learnForms finds out what the columns of times that are numbers count, by the size of
// some of them. It is looked for again where there are none yet.
func (s *Store) learnForms(ctx context.Context, conn *sql.Conn, found *catalog) error {
	for _, name := range []string{"published", "modified_at", "updated", "expires"} {
		c := found.column(name)
		if c.kind != numberKind {
			continue
		}
		c.form.unit = found.column("published").form.unit
		// Of a column that is mostly NULL, only an index leads to what is not.
		if name == "published" || name == "modified_at" || found.articles.indexed(name) {
			units, err := s.unitsOf(ctx, conn, found, c)
			if err != nil {
				return fmt.Errorf("%s.%s: %w", s.articles, name, err)
			}
			found.unsure = found.unsure || len(units) == 0 && name == "published"
			most := 0
			for unit, n := range units {
				if n > most || n == most && unit > c.form.unit {
					c.form.unit, most = unit, n
				}
			}
		}
		if c.form.unit == 0 {
			c.form.unit = time.Second
		}
		found.articles.columns[name] = c
	}
	return nil
}

func (s *Store) unitsOf(ctx context.Context, conn *sql.Conn, found *catalog, c column) (units map[time.Duration]int, err error) {
	rows, err := conn.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %[1]s > 0 LIMIT %[3]d", c.name, found.from, formSample))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	units = map[time.Duration]int{}
	for rows.Next() {
		var n float64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		units[unitOf(n)]++
	}
	return units, rows.Err()
}

// unitOf is what a number counts, by its size: as [article.Unix] has it.
func unitOf(n float64) time.Duration {
	switch {
	case n >= 1e17:
		return time.Nanosecond
	case n >= 1e14:
		return time.Microsecond
	case n >= 1e11:
		return time.Millisecond
	}
	return time.Second
}
