package content

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// otherSQLite is the dialect of a SQLite file of another program. Any column may have
// any value there, whatever its type: how it compares, its affinity says
// (datatype3.html §3).
type otherSQLite struct {
	embedded
	articles name
}

// affinity is how the values of a column are stored and compared.
type affinity int

const (
	noAffinity affinity = iota
	textAffinity
	numberAffinity
)

// affinityOf follows datatype3.html §3.1.
func affinityOf(declared string) affinity {
	has := func(part string) bool { return strings.Contains(declared, part) }
	switch {
	case has("int"):
		return numberAffinity
	case has("char"), has("clob"), has("text"):
		return textAffinity
	case has("blob"), declared == "", declared == untyped:
		return noAffinity
	}
	return numberAffinity
}

// untyped is the type of a column that has none, such as a view's expression.
const untyped = "any"

func (o otherSQLite) describe(ctx context.Context, conn *sql.Conn, n name) (relation, error) {
	found := relation{columns: map[string]column{}}
	rows, err := conn.QueryContext(ctx, `
		SELECT s.type, lower(c.name), lower(c.type), c.pk
		FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c
		WHERE lower(s.name) = lower(?1) AND s.type IN ('table', 'view') AND ?2 IN ('', 'main') AND c.hidden <> 1`, n.relation, n.schema)
	if err != nil {
		return found, err
	}
	defer rows.Close()
	rowid, keys := "", 0
	for rows.Next() {
		var relation, bare, native string
		var key int
		if err := rows.Scan(&relation, &bare, &native, &key); err != nil {
			return found, err
		}
		found.exists, found.view, found.merged = true, relation == "view", relation == "view"
		if native == "" {
			native = untyped
		}
		found.columns[bare] = column{native: native, kind: anyKind}
		if key > 0 {
			keys++
			if native == "integer" {
				rowid = bare
			}
		}
	}
	if err := rows.Err(); err != nil {
		return found, err
	}
	if keys > 1 {
		rowid = ""
	}
	found.indexes, err = o.indexes(ctx, conn, n, rowid)
	return found, err
}

// indexes returns the indexes of whole columns; each ends with the key that is the row's
// own number. One of a part of the rows counts only where it is of those that expire.
func (otherSQLite) indexes(ctx context.Context, conn *sql.Conn, n name, rowid string) ([][]string, error) {
	found, err := indexes(ctx, conn, `
		SELECT l.name, coalesce(lower(c.name), '')
		FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS c
		LEFT JOIN sqlite_schema AS s ON s.name = l.name
		WHERE c.key = 1 AND (NOT l.partial OR lower(s.sql) LIKE '%where expires is not null')
		ORDER BY l.name, c.seqno`, n.relation)
	if err != nil || rowid == "" {
		return found, err
	}
	for i := range found {
		found[i] = append(found[i], rowid)
	}
	return append(found, []string{rowid}), nil
}

func (otherSQLite) text(c column) string {
	if c.missing() || affinityOf(c.native) == textAffinity {
		return c.name
	}
	return "CAST(" + c.name + " AS TEXT)"
}

// instant has no declared type: of a column that has one the driver would make a time.
func (otherSQLite) instant(c column) string {
	if c.missing() {
		return "NULL"
	}
	return "+" + c.name
}

func (otherSQLite) moment(c column, t time.Time) any { return c.stored.argument(t) }

func (otherSQLite) isSet(c column) string {
	return isSetText("CAST(" + c.name + " AS TEXT)")
}

func (otherSQLite) micros(c column) string {
	switch c.stored.unit {
	case 0:
		return "CAST(round(unixepoch(" + c.name + ", 'subsec') * 1000) AS INTEGER) * 1000"
	case time.Microsecond:
		return "CAST(" + c.name + " AS INTEGER)"
	}
	return fmt.Sprintf("CAST(%s * %d AS INTEGER)", c.name, c.stored.unit/time.Microsecond)
}

// keyIs of a column without affinity has a number as a number, too.
func (o otherSQLite) keyIs(q *statement, c column, id string) string {
	return o.keyAmong(q, c, []string{id})
}

func (otherSQLite) keyAmong(q *statement, c column, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	marks := make([]string, 0, len(ids))
	for _, id := range ids {
		marks = append(marks, q.arg(id))
		if affinityOf(c.native) == noAffinity && isWhole(id) {
			marks = append(marks, "CAST("+marks[len(marks)-1]+" AS INTEGER)")
		}
	}
	if len(marks) == 1 {
		return c.name + " = " + marks[0]
	}
	return c.name + " IN (" + strings.Join(marks, ", ") + ")"
}

func (o otherSQLite) amongStations(q *statement, c column, keys []string) string {
	return "CAST(" + c.name + " AS TEXT) IN (SELECT value FROM json_each(" + q.arg(list(keys)) + "))"
}

func (otherSQLite) remote() bool     { return true }
func (otherSQLite) timeType() string { return "a text such as 2026-11-20T08:00:00Z, or a Unix time" }

func (otherSQLite) indexAddresses(indexName, table, column string) string {
	return otherSQLite{}.createIndex(indexName, table, []string{column})
}

func (otherSQLite) createIndex(indexName, table string, columns []string) string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s)", indexName, table, strings.Join(columns, ", "))
}

// plan counts the articles for the rows of whatever is read as a whole.
func (o otherSQLite) plan(ctx context.Context, conn *sql.Conn, q *statement) (estimate, error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN QUERY PLAN "+q.text.String(), q.args...)
	if err != nil {
		return estimate{}, err
	}
	defer rows.Close()
	var scans []Scan
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return estimate{}, err
		}
		table, ok := strings.CutPrefix(detail, "SCAN ")
		// Along an index it reads until there is enough.
		if ok && !strings.Contains(table, " ") && table != "json_each" {
			scans = append(scans, Scan{Table: table})
		}
	}
	if err := rows.Err(); err != nil || len(scans) == 0 {
		return estimate{cheap: true}, err
	}
	var count int64
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM "+o.quote(o.articles)).Scan(&count); err != nil {
		return estimate{}, err
	}
	e := estimate{cheap: count <= cheapRows}
	for _, scan := range scans {
		if scan.Rows = count; !e.cheap {
			e.scans = append(e.scans, scan)
		}
	}
	return e, nil
}
