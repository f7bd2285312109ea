package content

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"modernc.org/sqlite"
)

// How long a lock of another process is waited for, and how often it is tried
// again where SQLite does not wait.
const (
	lockTimeout = 10 * time.Second
	lockPoll    = 10 * time.Millisecond
)

// openEmbedded opens the embedded store, as Open tells.
func (s *Store) openEmbedded(ctx context.Context, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("content: %w", err)
	}
	_, err := os.Stat(file)
	isNew := errors.Is(err, fs.ErrNotExist)
	s.dialect = embedded{}
	s.read, s.write = pool(file, true, max(2, runtime.GOMAXPROCS(0))), pool(file, false, 1)
	s.watch = &watch{db: pool(file, true, 1)}
	err = patiently(ctx, func() error {
		if err := s.migrate(ctx); err != nil {
			return err
		}
		if isNew { // before there is anything in it
			if err := os.Chmod(file, storeMode); err != nil {
				return err
			}
		}
		// Readers and the writer don't wait for one another. The file keeps the
		// mode, so another program's, which migrate refuses, must not get it.
		_, err := s.write.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		return err
	})
	if err == nil {
		s.watch.file, err = os.Stat(file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("content: %s: %w", file, s.explain(err)), s.Close())
	}
	s.watch.name = file
	return nil
}

// storeMode is the mode of a new store, and so of SQLite's files beside it: drafts
// and embargoed articles are not for all accounts of the machine. One that is there
// keeps the mode that it was given.
const storeMode = 0o640

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

// idleTime is how long a connection that is not used is kept.
const idleTime = 5 * time.Second

// pool opens connections whose pragmas are in the DSN, so that each of them
// has them. Those that only read don't create the file.
func pool(file string, readOnly bool, connections int) *sql.DB {
	query := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", lockTimeout.Milliseconds())}}
	if readOnly {
		query.Add("_pragma", "query_only(1)")
		query.Set("mode", "rw") // not ro, which leaves files of WAL behind
	} else {
		// A bulk load keeps the ends of its indexes in memory (16 MiB: to take and give back
		// more costs more than it spares), and writes a page that several transactions
		// change once (32 MiB). What undoes a statement that fails is in memory, too: in a
		// file it takes a fifth of the time.
		query["_pragma"] = append(query["_pragma"], "synchronous(NORMAL)", "cache_size(-16384)", "wal_autocheckpoint(8192)", "temp_store(MEMORY)")
		query.Set("_txlock", "immediate") // a writer that waits at its start never fails in its middle
	}
	db := sql.OpenDB(embeddedFile{newDriver(), sqliteDSN(file, query)})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(idleTime) // one that has read much holds some 20 MB
	return db
}

// embeddedFile connects to the embedded store.
type embeddedFile struct {
	driver *sqlite.Driver
	dsn    string
}

// Connect implements driver.Connector.
func (f embeddedFile) Connect(context.Context) (driver.Conn, error) { return f.driver.Open(f.dsn) }

// Driver implements driver.Connector.
func (f embeddedFile) Driver() driver.Driver { return f.driver }

// Result codes of SQLite that an operator meets.
const (
	sqliteError    = 1
	sqliteBusy     = 5
	sqliteReadOnly = 8
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26

	// Of a file that is only read, whose own program has to mend it first.
	sqliteHot            = 776  // SQLITE_READONLY_ROLLBACK
	sqliteUnrecovered    = 264  // SQLITE_READONLY_RECOVERY
	sqliteNoSharedMemory = 1288 // SQLITE_READONLY_CANTINIT
	sqliteNoLock         = 520  // SQLITE_READONLY_CANTLOCK
)

// sqliteNotUnique is the result code of a value that a unique index has already.
const sqliteNotUnique = 2067

// explainSQLite adds what to do to SQLite's own words.
func explainSQLite(fault *sqlite.Error) string {
	switch fault.Code() {
	case sqliteHot, sqliteUnrecovered, sqliteNoSharedMemory, sqliteNoLock:
		return "the program that the file is of has ended while it wrote: start it again, so that it mends the file"
	}
	return map[int]string{
		sqliteBusy:     "another process holds the file locked for too long",
		sqliteReadOnly: "the file or its folder can't be written to",
		sqliteFull:     "the disk is full",
		sqliteCantOpen: "the file can't be opened: look at its permissions and its folder's",
		sqliteNotADB:   "the file is not a SQLite database; name another in content.dsn",
	}[fault.Code()&0xff]
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

// embedded is the dialect of the embedded store.
type embedded struct{}

func (embedded) begin(ctx context.Context, conn *sql.Conn, _ time.Duration) (time.Time, error) {
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return time.Time{}, err
	}
	at := time.Now()
	var tables int
	// The first statement that reads, not BEGIN, settles what a transaction sees.
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return time.Time{}, err
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

func (embedded) patience(time.Duration) string { return "" }

// describe knows the relations: the store has made them.
func (embedded) describe(_ context.Context, _ *sql.Conn, n name) (relation, error) {
	found := relation{exists: true, columns: map[string]column{}}
	for _, w := range append(articleColumns(), channelColumns()...) {
		found.columns[w.name] = column{native: n.relation, kind: w.kinds[0]}
	}
	return found, nil
}

func (embedded) quote(n name) string      { return n.quoted(`"`) }
func (embedded) placeholder(n int) string { return fmt.Sprintf("?%d", n) }

func (embedded) moment(_ column, t time.Time) any { return millis(t) }

func (embedded) timeAt(_ column, placeholder string) string { return placeholder }

func (embedded) tick() time.Duration { return time.Millisecond }

func (embedded) text(c column) string                 { return c.name }
func (embedded) exact(text string) string             { return text }
func (embedded) instant(c column) string              { return c.name }
func (embedded) isSet(c column) string                { return c.name + " <> 0" }
func (embedded) micros(c column) string               { return c.name + " * 1000" }
func (embedded) whole(sum string) string              { return sum }
func (embedded) digest(text string) string            { return digestFunction + "(" + text + ")" }
func (embedded) key(_ column, argument string) string { return argument }
func (embedded) aggregate(text string) string         { return "json_group_array(" + text + ")" }

func (embedded) amongStations(q *statement, c column, keys []string) string {
	return "+" + c.name + " IN (SELECT value FROM json_each(" + q.arg(list(keys)) + "))"
}

func (embedded) server() string   { return "''" }
func (embedded) position() string { return "" }
func (embedded) remote() bool     { return false }
func (embedded) folds() bool      { return false }
func (embedded) timeType() string { return "Unix milliseconds" }

func (embedded) indexAddresses(string, string, string) string { return "" } // it has one

func (embedded) createIndex(string, string, []string) string { return "" }
