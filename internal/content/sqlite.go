// Package content is the content store: where the newsroom's articles are. The
// embedded store is SQLite; it owns its tables and creates them.
//
//	articles          one row an article, columns as in the import format;
//	                  lists and objects as JSON, times as Unix milliseconds;
//	                  modified_at is the time of the row's last change
//	article_channels  (article_id, channel)
//	article_moves     where articles have been, for a week
package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// How long a lock of another process is waited for, and how often it is tried
// again where SQLite does not wait.
const (
	lockTimeout = 10 * time.Second
	lockPoll    = 10 * time.Millisecond
)

// Store is the embedded content store. It is safe for concurrent use, also by
// several processes.
type Store struct {
	read  *sql.DB // many connections, each can only read
	write *sql.DB // one connection
}

// Open opens the embedded store in a file, creates it where it is missing and
// brings its tables up to date. The file's folder is created as well.
func Open(ctx context.Context, file string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	s := &Store{read: pool(file, true, max(2, runtime.GOMAXPROCS(0))), write: pool(file, false, 1)}
	err := patiently(ctx, func() error {
		if err := s.migrate(ctx); err != nil {
			return err
		}
		// Readers and the writer don't wait for one another. The file keeps the
		// mode, so another program's, which migrate refuses, must not get it.
		_, err := s.write.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("content: %s: %w", file, explain(err)), s.Close())
	}
	return s, nil
}

// patiently tries again what finds the store locked. SQLite itself waits for
// locks, but not where two that change to WAL would wait for one another.
func patiently(ctx context.Context, do func() error) error {
	deadline := time.Now().Add(lockTimeout)
	for {
		err := do()
		fault, ok := errors.AsType[*sqlite.Error](err)
		if !ok || fault.Code()&0xff != sqliteBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(lockPoll):
		}
	}
}

// pool opens connections whose pragmas are in the DSN, so that each of them
// has them. Those that only read don't create the file.
func pool(file string, readOnly bool, connections int) *sql.DB {
	query := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", lockTimeout.Milliseconds())}}
	if readOnly {
		query.Add("_pragma", "query_only(1)")
		query.Set("mode", "rw") // not ro, which leaves files of WAL behind
	} else {
		// A bulk load keeps its indexes in memory (64 MiB), and writes a page that
		// several transactions change once (32 MiB).
		query["_pragma"] = append(query["_pragma"], "synchronous(NORMAL)", "cache_size(-65536)", "wal_autocheckpoint(8192)")
		query.Set("_txlock", "immediate") // a writer that waits at its start never fails in its middle
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath(), RawQuery: query.Encode()}).String()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		panic(err) // only an unknown driver is an error here
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// Close closes the store.
func (s *Store) Close() error {
	return errors.Join(s.read.Close(), s.write.Close())
}

// Empty reports whether the store has no article.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var some bool
	if err := s.read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM articles)").Scan(&some); err != nil {
		return false, fmt.Errorf("content: %w", explain(err))
	}
	return !some, nil
}

// Result codes of SQLite that an operator meets.
const (
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26
)

// explain adds what to do to SQLite's own words.
func explain(err error) error {
	fault, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	advice := map[int]string{
		sqliteBusy:     "another process holds the store for longer than " + lockTimeout.String(),
		sqliteReadOnly: "the file or its folder can't be written to",
		sqliteFull:     "the disk is full",
		sqliteCantOpen: "the file can't be opened: look at its permissions and its folder's",
		sqliteNotADB:   "the file is not a feedstation store; name another in content.dsn",
	}[fault.Code()&0xff]
	if advice == "" {
		return err
	}
	return fmt.Errorf("%s (%s)", advice, strings.TrimSpace(fault.Error()))
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }
