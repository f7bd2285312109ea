package content

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// What a query may cost that is asked with every document: about what it takes to
// read some megabytes. It is the engine's estimate, since an index below a view
// can't be seen otherwise.
const (
	cheapCost = 1_000  // of PostgreSQL's planner
	cheapRows = 10_000 // that others expect to look at
)

// estimate is what an engine means to do for a query.
type estimate struct {
	cheap bool   // it may be asked with every document
	scans []Scan // of what is large
}

// largest returns the scan of most rows; ok: there is one.
func (e estimate) largest() (largest Scan, ok bool) {
	for _, scan := range e.scans {
		if !ok || scan.Rows > largest.Rows {
			largest, ok = scan, true
		}
	}
	return largest, ok
}

// plan takes a cost for rows where PostgreSQL has not analyzed the table: a page costs
// 1, a row 0.01.
func (postgres) plan(ctx context.Context, conn *sql.Conn, q *statement) (estimate, error) {
	var text string
	if err := conn.QueryRowContext(ctx, "EXPLAIN (FORMAT JSON) "+q.text.String(), q.args...).Scan(&text); err != nil {
		return estimate{}, err
	}
	var plans []struct {
		Plan postgresNode `json:"Plan"`
	}
	if err := json.Unmarshal([]byte(text), &plans); err != nil {
		return estimate{}, err
	}
	p := estimate{cheap: true}
	var scanned []postgresNode
	for _, one := range plans {
		p.cheap = p.cheap && one.Plan.Cost <= cheapCost
		scanned = one.Plan.scanned(scanned)
	}
	for _, node := range scanned {
		scan := Scan{Table: node.Relation}
		const size = "SELECT coalesce(max(reltuples), 0)::bigint FROM pg_catalog.pg_class WHERE relname = $1"
		if err := conn.QueryRowContext(ctx, size, node.Relation).Scan(&scan.Rows); err != nil {
			return estimate{}, err
		}
		if scan.Rows > cheapRows || node.Cost > cheapCost {
			p.scans = append(p.scans, scan)
		}
	}
	return p, nil
}

// postgresNode is a node of PostgreSQL's plans.
type postgresNode struct {
	Type     string         `json:"Node Type"`
	Relation string         `json:"Relation Name"`
	Schema   string         `json:"Schema"` // with VERBOSE, as Output
	Alias    string         `json:"Alias"`
	Output   []string       `json:"Output"`
	Cost     float64        `json:"Total Cost"`
	Plans    []postgresNode `json:"Plans"`
}

// scanned adds the nodes that read a table as a whole.
func (n postgresNode) scanned(nodes []postgresNode) []postgresNode {
	if n.Type == "Seq Scan" {
		nodes = append(nodes, n)
	}
	for _, below := range n.Plans {
		nodes = below.scanned(nodes)
	}
	return nodes
}

// plan of a view takes the right to SHOW VIEW, and to SELECT from what is below.
// Who lacks it can't be told.
func (mySQL) plan(ctx context.Context, conn *sql.Conn, q *statement) (estimate, error) {
	rows, err := conn.QueryContext(ctx, "EXPLAIN "+q.text.String(), q.args...)
	if fault, ok := errors.AsType[*mysql.MySQLError](err); ok && (fault.Number == mysqlNoExplain || fault.Number == mysqlNoSelect) {
		return estimate{}, nil
	}
	if err != nil {
		return estimate{}, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return estimate{}, err
	}
	var p estimate
	total := int64(0)
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return estimate{}, err
		}
		line := map[string]string{}
		for i, name := range columns {
			line[name] = values[i].String
		}
		if line["rows"] == "" {
			continue
		}
		n, err := strconv.ParseInt(line["rows"], 10, 64)
		if err != nil {
			return estimate{}, err
		}
		total += n
		whole := line["type"] == "ALL" || line["type"] == "index" || strings.Contains(line["Extra"], "Using filesort")
		if whole && n > cheapRows {
			p.scans = append(p.scans, Scan{line["table"], n})
		}
	}
	p.cheap = total <= cheapRows
	return p, rows.Err()
}

// plan of the embedded store need not be looked at: its queries have their indexes.
func (embedded) plan(context.Context, *sql.Conn, *statement) (estimate, error) {
	return estimate{cheap: true}, nil
}
