package content

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"feedstation/internal/edition"
)

// Origin returns how far the store is. It costs one row, to which the index of
// modified_at leads.
func (s *Snapshot) Origin(ctx context.Context) (origin edition.Origin, err error) {
	for _, within := range s.reaches() {
		if origin, err = s.originWithin(ctx, within); err != nil {
			return edition.Origin{}, fmt.Errorf("content: newest change: %w", s.explain(err))
		}
		if !origin.Newest.IsZero() {
			break
		}
	}
	return origin, nil
}

// reaches returns how far back the newest change is looked for: step by step where
// the engine makes all rows of a view before it orders them. 0: everywhere.
func (s *Snapshot) reaches() []time.Duration {
	if of := s.catalog.articles; of.view && !of.merged && s.dialect.folds() {
		return []time.Duration{time.Hour, 24 * time.Hour, 30 * 24 * time.Hour, 0}
	}
	return []time.Duration{0}
}

func (s *Snapshot) originWithin(ctx context.Context, within time.Duration) (origin edition.Origin, err error) {
	rows, err := s.ask(ctx, s.newestChange(within))
	if err != nil {
		return origin, err
	}
	defer rows.close()
	r := s.row(3)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return origin, err
		}
		origin = edition.Origin{Newest: r.time("modified_at"), Row: r.text("id"), Server: r.text("server")}
	}
	if origin.Server != "" { // nobody's business
		sum := sha256.Sum256([]byte(origin.Server))
		origin.Server = hex.EncodeToString(sum[:8])
	}
	return origin, s.failed(rows.err())
}

// newestChange returns the query of the row that changed last. One that says it will
// change tomorrow does not count.
func (s *Snapshot) newestChange(within time.Duration) *statement {
	q, modified := s.query(), s.catalog.column("modified_at")
	q.add("SELECT ", s.dialect.instant(modified), ", ", s.dialect.text(s.catalog.column("id")), ", ", s.dialect.server(), " FROM ", s.catalog.from,
		" WHERE ", q.compare(modified, "<=", s.at))
	if within > 0 {
		q.add(" AND ", q.compare(modified, ">", s.at.Add(-within)))
	}
	q.add(" ORDER BY ", modified.name, " DESC LIMIT 1")
	return q
}
