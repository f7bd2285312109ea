package push

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/store"
)

var _ store.Swapper = (*local)(nil)

// Swap implements store.Swapper.
func (l *local) Swap(ctx context.Context, station string, swaps []store.Swap) (made []bool, before, after store.Mark, err error) {
	err = l.do(ctx, func(ctx context.Context, tx *sql.Tx) error {
		made = make([]bool, len(swaps))
		var err error
		if before, err = markIn(ctx, tx, station); err != nil {
			return err
		}
		changed, err := swapIn(ctx, tx, station, swaps, made)
		if err != nil {
			return err
		}
		if changed {
			if _, err := tx.ExecContext(ctx, `INSERT INTO marks VALUES (?, ?, 1) ON CONFLICT (station) DO UPDATE SET count = count + 1`, station, rand.Text()); err != nil {
				return err
			}
		}
		after, err = markIn(ctx, tx, station)
		return err
	})
	return made, before, after, err
}

// swapIn makes swaps, notes which, and reports whether any was.
func swapIn(ctx context.Context, tx *sql.Tx, station string, swaps []store.Swap, made []bool) (changed bool, err error) {
	keys := make([]string, len(swaps))
	for i, s := range swaps {
		keys[i] = s.Key
	}
	now, err := textsIn(ctx, tx, station, keys)
	if err != nil {
		return false, err
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO texts VALUES (?, ?, ?, ?) ON CONFLICT (station, key) DO UPDATE SET text = excluded.text, pending = excluded.pending`)
	if err != nil {
		return false, err
	}
	defer put.Close()
	for i, s := range swaps {
		switch {
		case now[s.Key] != s.Old:
			continue
		case s.New == "":
			_, err = tx.ExecContext(ctx, `DELETE FROM texts WHERE station = ? AND key = ?`, station, s.Key)
			delete(now, s.Key)
		default:
			_, err = put.ExecContext(ctx, station, s.Key, s.New, s.Pending)
			now[s.Key] = s.New
		}
		if err != nil {
			return false, err
		}
		made[i], changed = true, true
	}
	return changed, nil
}

// textsIn returns the texts of some keys, in one question: SQLite takes longer to read a
// question than to answer it.
func textsIn(ctx context.Context, tx *sql.Tx, station string, keys []string) (map[string]string, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	return pairs(ctx, tx, `SELECT key, text FROM texts WHERE station = ? AND key IN (SELECT value FROM json_each(?))`, station, string(list))
}

func markIn(ctx context.Context, tx *sql.Tx, station string) (store.Mark, error) {
	var epoch string
	var count int64
	err := tx.QueryRowContext(ctx, `SELECT epoch, count FROM marks WHERE station = ?`, station).Scan(&epoch, &count)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	case err != nil:
		return "", err
	}
	return store.Mark(fmt.Sprint(epoch, ":", count)), nil
}

// Marks implements store.Swapper.
func (l *local) Marks(ctx context.Context, stations []string) (marks []store.Mark, err error) {
	l.mu.Lock()
	now := l.marks
	files := l.stamps()
	l.mu.Unlock()
	if now.all == nil || now.files != files || time.Since(now.at) >= knownFor {
		now = known{at: time.Now(), files: files}
		err = l.do(ctx, func(ctx context.Context, tx *sql.Tx) error {
			var err error
			now.all, err = pairs(ctx, tx, `SELECT station, epoch || ':' || count FROM marks`)
			return err
		})
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.marks = now
		l.mu.Unlock()
	}
	for _, station := range stations {
		marks = append(marks, store.Mark(now.all[station]))
	}
	return marks, nil
}

// Pending implements store.Swapper.
func (l *local) Pending(ctx context.Context, station string) (pending map[string]string, mark store.Mark, err error) {
	err = l.do(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		if mark, err = markIn(ctx, tx, station); err != nil {
			return err
		}
		pending, err = pairs(ctx, tx, `SELECT key, text FROM texts WHERE station = ? AND pending = 1`, station)
		return err
	})
	return pending, mark, err
}

// Texts implements store.Swapper.
func (l *local) Texts(ctx context.Context, station string, keys []string) (texts []string, err error) {
	err = l.do(ctx, func(ctx context.Context, tx *sql.Tx) error {
		texts = make([]string, len(keys))
		all, err := textsIn(ctx, tx, station, keys)
		if err != nil {
			return err
		}
		for i, key := range keys {
			texts[i] = all[key]
		}
		return nil
	})
	return texts, err
}

// All implements store.Swapper.
func (l *local) All(ctx context.Context, station string) (all map[string]string, err error) {
	err = l.do(ctx, func(ctx context.Context, tx *sql.Tx) error {
		var err error
		all, err = pairs(ctx, tx, `SELECT key, text FROM texts WHERE station = ?`, station)
		return err
	})
	return all, err
}

// pairs returns the rows of a query of two columns.
func pairs(ctx context.Context, tx *sql.Tx, query string, args ...any) (map[string]string, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var key, text string
		if err := rows.Scan(&key, &text); err != nil {
			return nil, err
		}
		all[key] = text
	}
	return all, rows.Err()
}
