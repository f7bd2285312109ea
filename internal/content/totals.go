package content

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/article"
)

// maxParts is how many totals one statement asks for.
const maxParts = 60

// TotalsByMonth returns the totals of a station's months in zone, in their
// order. A statement asks for up to 60 of them, and one a month for translations.
func (s *Snapshot) TotalsByMonth(ctx context.Context, station string, months []article.Month, zone *time.Location) ([]article.Totals, error) {
	parts := make([][2]time.Time, len(months))
	for i, month := range months {
		parts[i][0], parts[i][1] = month.Bounds(zone)
	}
	return s.totals(ctx, station, parts)
}

func (s *Snapshot) totals(ctx context.Context, station string, parts [][2]time.Time) ([]article.Totals, error) {
	totals := make([]article.Totals, len(parts))
	for first := 0; first < len(parts); first += maxParts {
		last := min(first+maxParts, len(parts))
		if err := s.readTotals(ctx, s.totalsOf(station, parts[first:last]), totals[first:last]); err != nil {
			return nil, fmt.Errorf("content: totals of %s: %w", station, s.explain(s.failed(err)))
		}
	}
	for i, part := range parts {
		hidden, err := s.hiddenAlternates(ctx, station, part[0], part[1])
		if err != nil {
			return nil, fmt.Errorf("content: totals of %s: %w", station, s.explain(s.failed(err)))
		}
		totals[i].Hidden = digestOf(hidden)
	}
	return totals, nil
}

func (s *Snapshot) readTotals(ctx context.Context, q *statement, into []article.Totals) error {
	rows, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(4)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		part := r.integer("part")
		if part < 0 || part >= int64(len(into)) {
			return fmt.Errorf("totals of part %d", part)
		}
		into[part] = article.Totals{Count: r.integer("count"), Newest: r.time("modified_at"), Sum: r.integer("sum")}
	}
	return rows.err()
}

// integer takes a whole number, in whatever form the driver has it.
func (r *row) integer(column string) int64 {
	switch value := r.take().(type) {
	case int64:
		return value
	case []byte:
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			r.fail(column, err)
		}
		return n
	default:
		r.fail(column, fmt.Errorf("want a number, got %T", value))
		return 0
	}
}

// modulus keeps the sum of any number of rows within 63 bits.
const modulus = 1_000_000_007

// totalsOf returns the query of the totals of some parts of a station.
func (s *Snapshot) totalsOf(station string, parts [][2]time.Time) *statement {
	q, c := s.query(), s.catalog
	var sum strings.Builder
	for i, name := range []string{"modified_at", "published", "updated", "expires"} {
		if found := c.column(name); !found.missing() {
			// Each has a factor of its own: two that swap their values are a change.
			sum.WriteString(fmt.Sprintf("coalesce(%s, 0) %% %d * %d + ", s.dialect.micros(found), modulus, 2*i+1))
		}
	}
	for i, name := range []string{"url", "title", "images", "lead_image", "enclosures", "alternates", "language"} {
		if found := c.column(name); !found.missing() {
			sum.WriteString(fmt.Sprintf("coalesce(%s, 0) * %d + ", s.dialect.digest(s.dialect.text(found)), 2*i+11))
		}
	}
	if noindex := c.column("noindex"); !noindex.missing() {
		sum.WriteString("CASE WHEN " + s.dialect.isSet(noindex) + " THEN 5 ELSE 0 END + ")
	}
	// The embedded store changes it with a time alone.
	if news := c.column("news"); !news.missing() && s.dialect.remote() {
		sum.WriteString("CASE WHEN " + s.isUnset(news) + " THEN 3 ELSE 0 END + ")
	}
	if status := c.column("status"); !status.missing() {
		sum.WriteString(s.dialect.digest("COALESCE(NULLIF(" + s.statusWord() + ", ''), 'published')"))
	} else {
		sum.WriteString("1")
	}
	for i, part := range parts {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add(fmt.Sprintf("SELECT %d, count(*), %s, %s FROM ", i, s.newestOf("modified_at"), s.dialect.whole("coalesce(sum("+sum.String()+"), 0)")),
			c.from, " WHERE ", s.ofStation(q, station), " AND ", s.publishedAt(q, ">=", part[0]), " AND ", s.publishedAt(q, "<", part[1]))
	}
	return q
}

func (s *Snapshot) newestOf(name string) string {
	return s.dialect.instant(of("max", s.catalog.column(name)))
}
