package push

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"

	"feedstation/internal/durable"
)

// FolderName is the folder of the outbox in the local copy.
const FolderName = ".push"

const (
	fileName   = "outbox.db"
	asideName  = "outbox.damaged.db" // of one that could not be read
	lockWait   = 5 * time.Second     // of another process, as of `feedstation build`
	idleTime   = 10 * time.Second    // after which the file is closed
	notADB     = 26                  // SQLite's result codes
	corruptDB  = 11
	schemaText = `
		CREATE TABLE IF NOT EXISTS texts (station TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, pending INTEGER NOT NULL, PRIMARY KEY (station, key)) WITHOUT ROWID;
		CREATE INDEX IF NOT EXISTS pending ON texts (station, key) WHERE pending = 1;
		CREATE TABLE IF NOT EXISTS marks (station TEXT NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID;`
)

// local is the outbox in the local copy: a SQLite file, which several processes may use. A
// transaction is on the disk when it ends. It implements store.Swapper.
type local struct {
	dir string
	log *slog.Logger

	mu    sync.Mutex
	db    *sql.DB // nil: it is not open
	marks known
}

// known is the marks as they were read last, and what the file was like then: who looks each
// second asks the file system, not SQLite.
type known struct {
	all   map[string]string // nil: not known
	at    time.Time
	files [2]stamp
}

// stamp tells one state of a file from another, but for those within a tick of the clock.
type stamp struct {
	size     int64
	modified time.Time
}

// knownFor is for how long marks are known at most.
const knownFor = 30 * time.Second

// stamps returns those of the file and of its log.
func (l *local) stamps() (all [2]stamp) {
	for i, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(l.path() + suffix); err == nil {
			all[i] = stamp{info.Size(), info.ModTime()}
		}
	}
	return all
}

func newLocal(log *slog.Logger, dir string) *local { return &local{dir: dir, log: log} }

// close closes the file.
func (l *local) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.db == nil {
		return nil
	}
	db := l.db
	l.db = nil
	return db.Close()
}

// do works on the file, which is opened if that is needed, with the rights of the folder's
// owner. One that is damaged is moved aside, and the work is done on a new one: what Redis
// has comes back from there.
func (l *local) do(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	base, err := durable.Open(l.dir)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	defer base.Close()
	in, err := base.Sub(FolderName, true)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	defer in.Close()
	err = in.Within(func() error { return l.try(ctx, work) })
	if fault, ok := errors.AsType[*sqlite.Error](err); ok && (fault.Code()&0xff == notADB || fault.Code()&0xff == corruptDB) {
		l.log.Error("outbox of the local copy damaged, moved aside", "component", "outbox", "file", in.Path(asideName), "error", err)
		if err = in.Within(l.moveAside); err == nil {
			err = in.Within(func() error { return l.try(ctx, work) })
		}
	}
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

func (l *local) try(ctx context.Context, work func(ctx context.Context, tx *sql.Tx) error) error {
	l.marks = known{}
	if err := l.open(ctx); err != nil {
		return err
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := work(ctx, tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func (l *local) path() string { return filepath.Join(l.dir, FolderName, fileName) }

// open opens the file; another one may have been put in its place.
func (l *local) open(ctx context.Context) error {
	if _, err := os.Stat(l.path()); l.db != nil && err == nil {
		return nil
	}
	if l.db != nil {
		err := l.db.Close()
		if l.db = nil; err != nil {
			return err
		}
	}
	pragmas := url.Values{
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", lockWait.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)"},
		"_txlock": {"immediate"},
	}
	db := sql.OpenDB(connector{"file:" + (&url.URL{Path: l.path()}).EscapedPath() + "?" + pragmas.Encode()})
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(idleTime)
	if _, err := db.ExecContext(ctx, schemaText); err != nil {
		return errors.Join(err, db.Close())
	}
	l.db = db
	return nil
}

// connector connects to the file; it implements driver.Connector.
type connector struct{ dsn string }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.dsn) }

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return new(sqlite.Driver) }

func (l *local) moveAside() error {
	if l.db != nil {
		_ = l.db.Close() // it is damaged
		l.db = nil
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(l.path() + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(l.path(), filepath.Join(filepath.Dir(l.path()), asideName))
}
