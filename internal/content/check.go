package content

import (
	"context"
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
	rows, err := db.QueryContext(ctx, `SELECT station, count(*) FROM articles GROUP BY station ORDER BY station`)
	if err != nil {
		return Findings{}, fmt.Errorf("content: %s: %w", file, explain(err))
	}
	defer rows.Close()
	var findings Findings
	articles, stations := 0, 0
	for rows.Next() {
		var station string
		var count int
		if err := rows.Scan(&station, &count); err != nil {
			return Findings{}, fmt.Errorf("content: %s: %w", file, err)
		}
		articles += count
		stations++
		if _, ok := n.Station(station); !ok {
			findings.Faults = append(findings.Faults, fmt.Sprintf("articles.station: %d articles of %q, which the configuration does not have", count, station))
		}
	}
	if err := rows.Err(); err != nil {
		return Findings{}, fmt.Errorf("content: %s: %w", file, explain(err))
	}
	findings.Summary = fmt.Sprintf("%d articles of %d stations", articles, stations)
	return findings, nil
}
