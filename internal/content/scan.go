package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// scan is what a server expects to read as a whole for a question.
type scan struct {
	table string
	rows  int64
}

// scans returns a finding for each question of every day for which the server would read
// or sort a large table below the view. The indexes there can't be seen otherwise.
func (s *Snapshot) scans(ctx context.Context) (findings []Finding, err error) {
	if !s.catalog.articles.view || !s.dialect.remote() {
		return nil, nil
	}
	station := []string{"xt"}
	if stations := s.store.network.Stations; len(stations) > 0 {
		station[0] = stations[0].ID
	}
	from := s.ends(s.at)[0]
	for _, question := range []struct {
		of string
		q  *statement
	}{
		{"a station's newest articles", s.latest(heads(), station, "", from, 50, nil)},
		{"what has changed", s.changes(period{after: s.at.Add(-time.Minute)}, true, s.store.oneByOne+1)},
		{"embargoes that end", s.firstOf(s.catalog.column("published"))},
		{"an article by its id", s.find("id", []string{"1"})},
	} {
		if question.q == nil { // no such id can be
			continue
		}
		found, err := s.dialect.scan(ctx, s.conn, question.q)
		if err != nil {
			return nil, err
		}
		if found.table == "" {
			continue
		}
		text := fmt.Sprintf("%s: for %s the database reads or sorts all of its table %s, about %d rows: it needs an index there, see docs/databases.md",
			s.store.articles, question.of, found.table, found.rows)
		if strings.HasPrefix(found.table, "<") {
			text = fmt.Sprintf("%s: for %s the database makes the view as a whole, about %d rows: it needs ALGORITHM=MERGE, and no UNION, GROUP BY or DISTINCT, see docs/databases.md",
				s.store.articles, question.of, found.rows)
		}
		findings = append(findings, Finding{Text: text})
	}
	return findings, nil
}

func (embedded) scan(context.Context, *sql.Conn, *statement) (scan, error) { return scan{}, nil }

var sequential = regexp.MustCompile(`Seq Scan on (\S+).*cost=[0-9.]+\.\.([0-9.]+) `)

// scan takes a cost for rows: of those that a node of PostgreSQL's reads, EXPLAIN only
// says how many pass. A page costs 1, a row 0.01.
func (postgres) scan(ctx context.Context, conn *sql.Conn, q *statement) (largest scan, err error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+q.text.String(), q.args...)
	if err != nil {
		return scan{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return scan{}, err
		}
		found := sequential.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		cost, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			return scan{}, err
		}
		if cost > cheapCost && largest.table == "" {
			largest.table = found[1]
		}
	}
	if err := rows.Err(); err != nil || largest.table == "" {
		return scan{}, err
	}
	err = conn.QueryRowContext(ctx, "SELECT coalesce(max(reltuples), 0)::bigint FROM pg_catalog.pg_class WHERE relname = $1", strings.Trim(largest.table, `"`)).Scan(&largest.rows)
	return largest, err
}

// scan names a table as the view calls it. It takes the rights that cheap takes; who lacks
// them can't be told.
func (mySQL) scan(ctx context.Context, conn *sql.Conn, q *statement) (largest scan, err error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+q.text.String(), q.args...)
	if fault, ok := errors.AsType[*mysql.MySQLError](err); ok && (fault.Number == mysqlNoExplain || fault.Number == mysqlNoSelect) {
		return scan{}, nil
	}
	if err != nil {
		return scan{}, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return scan{}, err
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	value := func(name string) string { return values[slices.Index(columns, name)].String }
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return scan{}, err
		}
		if value("type") != "ALL" && !strings.Contains(value("Extra"), "Using filesort") || value("rows") == "" {
			continue
		}
		n, err := strconv.ParseInt(value("rows"), 10, 64)
		if err != nil {
			return scan{}, err
		}
		if n > cheapRows && n > largest.rows {
			largest = scan{value("table"), n}
		}
	}
	return largest, rows.Err()
}
