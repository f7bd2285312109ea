package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// layout is how a column has its times where the engine knows them for none: as texts,
// which are in the order of time as long as all have one form, or, in another program's
// SQLite file, as numbers.
type layout struct {
	unit time.Duration // of numbers; 0: texts with a date
	text bool          // the numbers are texts

	date    bool           // a day alone
	middle  string         // between date and time
	minutes bool           // there are no seconds
	digits  int            // behind the seconds, where a zone follows
	suffix  string         // the zone as it is written
	offset  int            // its, in seconds
	zone    *time.Location // of texts without one
}

// written is a time as a text.
var written = regexp.MustCompile(`^\d{4}-\d\d-\d\d(?:([Tt ])\d\d:\d\d(:\d\d(?:\.(\d{1,9}))?)?( ?(?:[Zz]|[+-]\d\d:?\d\d))?)?$`)

// layoutOf returns the form of a value; not ok: it is no time.
func (s *Store) layoutOf(value any) (f layout, ok bool) {
	switch value := value.(type) {
	case int64:
		return layout{unit: unitOf(math.Abs(float64(value)))}, value != 0
	case float64:
		return layout{unit: unitOf(math.Abs(value))}, value != 0
	case []byte:
		return s.layoutOf(string(value))
	case string:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && len(value) > len("20060102") {
			return layout{unit: unitOf(float64(n)), text: true}, true
		}
		parts := written.FindStringSubmatch(value)
		at, err := s.reader.Time(value)
		if parts == nil || err != nil || at.IsZero() {
			return layout{}, false
		}
		f = layout{date: parts[1] == "", middle: parts[1], minutes: parts[1] != "" && parts[2] == "", suffix: parts[4]}
		if f.suffix == "" {
			f.zone = at.Location()
		} else {
			_, f.offset = at.Zone()
			f.digits = len(parts[3])
		}
		return f, true
	}
	return layout{}, false
}

// argument is a time to be compared with the column. A text that has more digits than
// the column's has them behind the zone: so it comes after the moment, and before the
// next.
func (f layout) argument(t time.Time) any {
	if f.unit != 0 {
		n := float64(t.UnixMicro()) / (float64(f.unit) / float64(time.Microsecond))
		switch {
		case f.text:
			return strconv.FormatFloat(max(n, 0), 'f', -1, 64)
		case n != math.Trunc(n):
			return n
		}
		return int64(n)
	}
	zone := f.zone
	if zone == nil {
		zone = time.FixedZone("", f.offset)
	}
	t = t.In(zone)
	if t.Year() > 9999 {
		t = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, zone)
	}
	fraction := fmt.Sprintf("%09d", t.Nanosecond())
	text, rest := t.Format("2006-01-02"+f.middle+"15:04:05"), fraction
	switch {
	case f.date:
		text, rest = t.Format(time.DateOnly), t.Format("15:04:05")+fraction
		if strings.Trim(rest, "0:") == "" {
			return text
		}
		return text + " " + rest
	case f.minutes:
		text, rest = strings.TrimSuffix(text, t.Format(":05")), t.Format(":05.")+fraction
		if strings.Trim(rest, ":.0") == "" {
			rest = ""
		}
		return text + f.suffix + rest
	case f.digits > 0:
		text, rest = text+"."+fraction[:f.digits], fraction[f.digits:]
	}
	if rest = strings.TrimRight(rest, "0"); rest != "" && f.digits == 0 {
		rest = "." + rest
	}
	return text + f.suffix + rest
}

// isText reports whether a column of times has texts.
func (c column) isText() bool { return c.kind == textKind }

// learnLayouts finds out the layouts of the columns with times, by some of their values and,
// where an index leads to them, by the first and the last.
func (s *Store) learnLayouts(ctx context.Context, conn *sql.Conn, found *catalog) error {
	for _, w := range articleColumns() {
		c := found.column(w.name)
		if !slices.Contains(w.kinds, timeKind) || c.missing() || s.file == nil && !c.isText() {
			continue
		}
		some := c.name + " > 0" // which is before all texts
		if c.isText() {
			some = c.name + " > '0'"
		}
		list := func(order string, limit int) string {
			return fmt.Sprintf("SELECT * FROM (SELECT %s FROM %s WHERE %s%s LIMIT %d) AS t", s.dialect.instant(c), found.from, some, order, limit)
		}
		queries := []string{list("", formSample)}
		if found.articles.indexed(w.name) {
			queries = append(queries, list(" ORDER BY "+c.name, 1), list(" ORDER BY "+c.name+" DESC", 1))
		}
		layouts, err := s.layoutsOf(ctx, conn, strings.Join(queries, " UNION ALL "))
		if err != nil {
			return fmt.Errorf("%s.%s: %w", s.articles, w.name, err)
		}
		for f, n := range layouts {
			if n > layouts[c.stored] || n == layouts[c.stored] && f.suffix < c.stored.suffix {
				c.stored = f
			}
		}
		c.mixed = len(layouts) > 1
		if len(layouts) == 0 {
			c.stored = found.column("published").stored
			found.unsure = found.unsure || w.required
		}
		if c.stored.suffix != "" {
			c.form.zone = nil
		}
		found.articles.columns[w.name] = c
	}
	return nil
}

func (s *Store) layoutsOf(ctx context.Context, conn *sql.Conn, query string) (layouts map[layout]int, err error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	layouts = map[layout]int{}
	for rows.Next() {
		var value any
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		if f, ok := s.layoutOf(value); ok {
			layouts[f]++
		}
	}
	return layouts, rows.Err()
}

// mixedLayouts names the columns whose times do not compare in the order of time.
func (s *Store) mixedLayouts(c *catalog) (findings []Finding) {
	for _, w := range articleColumns() {
		if column := c.column(w.name); column.mixed {
			findings = append(findings, Finding{Text: fmt.Sprintf(
				"%s.%s: its times have several forms, and articles with another than most may be missing or early: let a view give them one", s.articles, w.name)})
		}
	}
	return findings
}
