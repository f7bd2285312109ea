package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"feedstation/internal/network"
)

// Findings are what Check has to say about a store.
type Findings struct {
	Summary string
	Faults  []string // each a line with its place
}

// Check looks at a store without changing it. The error is a store that can't
// be read; one that does not exist yet is none.
func Check(ctx context.Context, file string, n *network.Network) (Findings, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return Findings{Summary: "not there yet; the first command that needs it creates it"}, nil
	}
	db := pool(file, true, 1)
	defer db.Close()
	findings, err := check(ctx, db, n)
	if err != nil {
		return Findings{}, fmt.Errorf("content: %s: %w", file, explain(err))
	}
	return findings, nil
}

func check(ctx context.Context, db *sql.DB, n *network.Network) (findings Findings, err error) {
	_, version, err := pending(ctx, db)
	if err != nil {
		return findings, err
	}
	if version == 0 {
		return Findings{Summary: "empty; the first command that needs it creates its tables"}, nil
	}
	rows, err := db.QueryContext(ctx, `SELECT station, count(*) FROM articles GROUP BY station ORDER BY station`)
	if err != nil {
		return findings, err
	}
	defer rows.Close()
	articles, stations := 0, 0
	for rows.Next() {
		var station string
		var count int
		if err := rows.Scan(&station, &count); err != nil {
			return findings, err
		}
		articles += count
		stations++
		if _, ok := n.Station(station); !ok {
			findings.Faults = append(findings.Faults, fmt.Sprintf("articles.station: %d articles of %q, which the configuration does not have", count, station))
		}
	}
	findings.Summary = fmt.Sprintf("%d articles of %d stations", articles, stations)
	return findings, rows.Err()
}
