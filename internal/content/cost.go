package content

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"strconv"

	"github.com/go-sql-driver/mysql"
)

// What a query may cost that is asked with every document: about what it takes to
// read some megabytes. It is the engine's estimate, since an index below a view
// can't be seen otherwise.
const (
	cheapCost = 1_000  // of PostgreSQL's planner
	cheapRows = 10_000 // that MySQL expects to look at
)

func (embedded) cheap(context.Context, *sql.Conn, *statement) (bool, error) { return true, nil }

var totalCost = regexp.MustCompile(`cost=[0-9.]+\.\.([0-9.]+)`)

func (postgres) cheap(ctx context.Context, conn *sql.Conn, q *statement) (bool, error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+q.text.String(), q.args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	cost := 0.0
	for first := true; rows.Next(); first = false {
		var line string
		if err := rows.Scan(&line); err != nil {
			return false, err
		}
		if found := totalCost.FindStringSubmatch(line); first && found != nil {
			if cost, err = strconv.ParseFloat(found[1], 64); err != nil {
				return false, err
			}
		}
	}
	return cost <= cheapCost, rows.Err()
}

// cheap of a view takes the right to SHOW VIEW, and to SELECT from what is below.
// Who lacks it can't be told.
func (mySQL) cheap(ctx context.Context, conn *sql.Conn, q *statement) (bool, error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+q.text.String(), q.args...)
	if fault, ok := errors.AsType[*mysql.MySQLError](err); ok && (fault.Number == mysqlNoExplain || fault.Number == mysqlNoSelect) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return false, err
	}
	total := int64(0)
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return false, err
		}
		for i, name := range columns {
			if name != "rows" || !values[i].Valid {
				continue
			}
			n, err := strconv.ParseInt(values[i].String, 10, 64)
			if err != nil {
				return false, err
			}
			total += n
		}
	}
	return total <= cheapRows, rows.Err()
}
