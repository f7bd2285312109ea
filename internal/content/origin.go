package content

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

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
	origin.Reached = s.reached
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
	r := s.row(4)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return origin, err
		}
		origin = edition.Origin{Newest: r.time("modified_at"), Row: r.text("id"), Server: r.text("server")}
		origin.Position = positionOf(r.text("position"))
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
	q, modified, position := s.query(), s.catalog.column("modified_at"), "''"
	if s.reached != nil { // the server does tell
		position = s.dialect.position()
	}
	q.add("SELECT ", s.dialect.instant(modified), ", ", s.dialect.text(s.catalog.column("id")), ", ", s.dialect.server(), ", ", position, " FROM ", s.catalog.from,
		" WHERE ", q.compare(modified, "<=", s.at))
	if within > 0 {
		q.add(" AND ", q.compare(modified, ">", s.at.Add(-within)))
	}
	q.add(" ORDER BY ", modified.name, " DESC LIMIT 1")
	return q
}

// reached returns how far the log of a server is before a transaction begins; nil: it does
// not tell, which is no fault.
func (s *Store) reached(ctx context.Context, conn *sql.Conn) edition.Position {
	question, text := s.dialect.position(), sql.NullString{}
	if question == "" || conn.QueryRowContext(ctx, "SELECT "+question).Scan(&text) != nil {
		return nil
	}
	return positionOf(text.String)
}

// positionOf reads a position: of PostgreSQL as system=bytes, of MariaDB as
// domain-server-transaction, and of MySQL as server:transactions; the latter two are
// lists. Of what can't be read there is none.
func positionOf(text string) edition.Position {
	var position edition.Position
	add := func(log, number string) {
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			if position == nil {
				position = edition.Position{}
			}
			position[log] += n
		}
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if system, bytes, ok := strings.Cut(part, "="); ok {
			add(system, bytes)
			continue
		}
		spans := strings.Split(part, ":")
		if domain := strings.Split(part, "-"); len(spans) == 1 && len(domain) == 3 {
			add(domain[0], domain[2])
			continue
		}
		log := spans[0]
		for _, span := range spans[1:] {
			first, last, ok := strings.Cut(span, "-")
			if !ok {
				last = first
			}
			from, notNumber := strconv.ParseInt(first, 10, 64)
			until, neither := strconv.ParseInt(last, 10, 64)
			if notNumber != nil || neither != nil { // a tag, of MySQL 8.3
				log = spans[0] + ":" + span
				continue
			}
			add(log, strconv.FormatInt(until-from+1, 10))
		}
	}
	return position
}
