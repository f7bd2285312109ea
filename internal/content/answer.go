package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// What is remembered of requests.
const (
	answersKept = 24 * time.Hour
	maxAnswers  = 10_000
	maxAnswered = 64 << 20 // bytes of them
	boundEvery  = 100      // answers: to number and sum them takes some milliseconds
)

const (
	rememberAnswer = `INSERT OR REPLACE INTO answers (key, digest, at, status, size, body) VALUES (?, ?, ?, ?, ?, ?)`
	expireAnswers  = `DELETE FROM answers WHERE at <= ?`
	boundAnswers   = `DELETE FROM answers WHERE rowid IN (SELECT id FROM (SELECT rowid AS id, row_number() OVER newest AS number, sum(size) OVER newest AS total
		FROM answers WINDOW newest AS (ORDER BY at DESC, rowid DESC)) WHERE number > ? OR total > ?)`
)

// Answer is what a request with a key of its client's was answered.
type Answer struct {
	Digest string // of the request's body
	Status int
	Body   string
}

// Answered returns the answer that was given to the request with a key; not ok:
// there was none in the last 24 hours, or 10,000 others or 64 MiB of them since then.
func (s *Store) Answered(ctx context.Context, key string) (a Answer, ok bool, err error) {
	if s.write == nil {
		return a, false, errNotEmbedded
	}
	err = s.read.QueryRowContext(ctx, "SELECT digest, status, body FROM answers WHERE key = ? AND at > ?", key, millis(time.Now().Add(-answersKept))).
		Scan(&a.Digest, &a.Status, &a.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	if err != nil {
		return a, false, fmt.Errorf("content: %w", s.explain(err))
	}
	return a, true, nil
}

// Remember keeps the answer to the request with a key.
func (s *Store) Remember(ctx context.Context, key string, a Answer) error {
	return s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		if err := remember(ctx, tx, key, a, now); err != nil {
			return fmt.Errorf("content: %w", s.explain(err))
		}
		return nil
	})
}

func remember(ctx context.Context, tx *sql.Tx, key string, a Answer, now time.Time) error {
	result, err := tx.ExecContext(ctx, rememberAnswer, key, a.Digest, millis(now), a.Status, len(a.Body), a.Body)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, expireAnswers, millis(now.Add(-answersKept))); err != nil {
		return err
	}
	number, err := result.LastInsertId()
	if err != nil || number%boundEvery != 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, boundAnswers, maxAnswers, maxAnswered)
	return err
}
