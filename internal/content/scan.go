package content

import (
	"context"
	"fmt"
	"strings"
	"time"
)

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
		plan, err := s.dialect.plan(ctx, s.conn, question.q)
		if err != nil {
			return nil, err
		}
		found, ok := plan.largest()
		if !ok {
			continue
		}
		text := fmt.Sprintf("%s: for %s the database reads or sorts all of its table %s, about %d rows: it needs an index there, see docs/databases.md",
			s.store.articles, question.of, found.Table, found.Rows)
		if strings.HasPrefix(found.Table, "<") {
			text = fmt.Sprintf("%s: for %s the database makes the view as a whole, about %d rows: it needs ALGORITHM=MERGE, and no UNION, GROUP BY or DISTINCT, see docs/databases.md",
				s.store.articles, question.of, found.Rows)
		}
		findings = append(findings, Finding{Text: text, Scan: true})
	}
	return findings, nil
}
