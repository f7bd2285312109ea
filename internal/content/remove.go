package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"feedstation/internal/article"
)

// Delete removes articles from the embedded store in one transaction. Each is told
// of every id and of the station that the article was of; empty: there was no such
// article. The first error, of the sequence or of the store, ends it, and nothing is
// removed.
func (s *Store) Delete(ctx context.Context, ids iter.Seq2[string, error], each func(id, station string)) error {
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		statement, err := tx.PrepareContext(ctx, "DELETE FROM articles WHERE id = ? RETURNING station")
		if err != nil {
			return fmt.Errorf("content: %w", s.explain(err))
		}
		for id, err := range ids {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			var station string
			err = statement.QueryRowContext(context.WithoutCancel(ctx), id).Scan(&station)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("content: article %s: %w", id, s.explain(err))
			}
			each(id, station)
		}
		return nil
	})
}

// LossError is of articles that would take most of a station's with them.
type LossError struct{ Removed, Before int }

func (e *LossError) Error() string {
	return fmt.Sprintf("%d of %d articles would be removed", e.Removed, e.Before)
}

// What a replacement is about: articles of a station that no source has brought.
const ofStation = `FROM articles WHERE station = ? AND id NOT IN (SELECT article_id FROM source_articles)`

// Replacement stores all that a station is to have besides what sources bring.
type Replacement struct {
	Store   *Store
	Station string
	Most    bool // most of what the station has may be removed
	Removed int  // how many articles PutOthers has removed
}

// PutOthers stores articles as [Store.PutOthers] does, and removes all others of the
// station, in one transaction; those of sources stay as they were. Where more than half of what the station had would be removed, it is a
// *LossError and nothing is changed.
func (r *Replacement) PutOthers(ctx context.Context, articles iter.Seq2[article.Article, error], odd func(article.Fault)) (n int, err error) {
	s, removed := r.Store, 0
	err = s.change(ctx, func(tx *sql.Tx, started time.Time) error {
		var before int
		err := tx.QueryRowContext(ctx, "SELECT count(*) "+ofStation, r.Station).Scan(&before)
		if err == nil {
			_, err = tx.ExecContext(ctx, "CREATE TEMP TABLE kept (id TEXT PRIMARY KEY) WITHOUT ROWID")
		}
		if err != nil {
			return fmt.Errorf("content: %w", s.explain(err))
		}
		if n, err = s.putAll(ctx, tx, started, keeping(ctx, tx, articles), odd); err != nil {
			return err
		}
		if removed, err = removeOthers(ctx, tx, r.Station); err != nil {
			return fmt.Errorf("content: %w", s.explain(err))
		}
		if removed*2 > before && !r.Most {
			return &LossError{removed, before}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	r.Removed = removed
	return n, nil
}

// keeping yields articles and notes their ids.
func keeping(ctx context.Context, tx *sql.Tx, articles iter.Seq2[article.Article, error]) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range articles {
			if err == nil {
				_, err = tx.ExecContext(ctx, "INSERT OR IGNORE INTO kept VALUES (?)", a.ID)
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

func removeOthers(ctx context.Context, tx *sql.Tx, station string) (removed int, err error) {
	result, err := tx.ExecContext(ctx, "DELETE "+ofStation+" AND id NOT IN (SELECT id FROM kept)", station)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "DROP TABLE kept")
	return int(n), err
}
