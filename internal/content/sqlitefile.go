package content

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
)

// sqliteFile is a SQLite file of another program. Nothing is written, neither to it nor
// beside it: what SQLite leaves beside a file would be ours, and might lock its program
// out. Each connection opens the file anew, so that one that takes its place is seen.
type sqliteFile struct {
	name    string
	timeout time.Duration // that a lock is waited for
	driver  *sqlite.Driver
}

// newDriver returns a driver of SQLite with the function that it lacks.
func newDriver() *sqlite.Driver {
	d := &sqlite.Driver{}
	err := d.RegisterDeterministicScalarFunction(digestFunction, 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch text := args[0].(type) {
		case nil:
			return nil, nil
		case []byte:
			return int64(crc32.ChecksumIEEE(text)), nil
		case string:
			return int64(crc32.ChecksumIEEE([]byte(text))), nil
		default:
			return int64(crc32.ChecksumIEEE(fmt.Append(nil, text))), nil
		}
	})
	if err != nil {
		panic(err) // only a second one of that name is an error
	}
	return d
}

// digestFunction is a function that SQLite lacks.
const digestFunction = "feedstation_crc32"

// fileState is a file as it was.
type fileState struct {
	info os.FileInfo
	// alone: it is of WAL mode, and no program has it open. Then there is no lock to
	// hold, and a program that opens it meanwhile is noticed afterwards.
	alone bool
}

var (
	errUnmerged = errors.New("has changes beside it, in its file with -wal, that can't be read without writing: open it with its own program once")
	errMoved    = errors.New("was changed while it was read")
)

// state looks at the file.
func (f sqliteFile) state() (state fileState, err error) {
	file, err := os.Open(f.name)
	if err != nil {
		return state, fmt.Errorf("%w; look at content.dsn", err)
	}
	defer file.Close()
	if state.info, err = file.Stat(); err != nil {
		return state, err
	}
	var header [20]byte // of which byte 19 is 2 in WAL mode (fileformat2.html §1.3)
	if _, err := io.ReadFull(file, header[:]); err != nil || header[19] != 2 {
		return state, nil // SQLite says what is wrong with a file that is too short
	}
	if _, err := os.Stat(f.name + "-shm"); !errors.Is(err, fs.ErrNotExist) {
		return state, nil
	}
	state.alone = true
	if wal, err := os.Stat(f.name + "-wal"); err == nil && wal.Size() > 0 {
		return state, again{fmt.Errorf("%s %w", f.name, errUnmerged)}
	}
	return state, nil
}

func (s fileState) same(other fileState) bool {
	return os.SameFile(s.info, other.info) && s.alone == other.alone &&
		(!s.alone || s.info.Size() == other.info.Size() && s.info.ModTime().Equal(other.info.ModTime()))
}

// moved reports, as an error, that a file which nobody had open is not as it was: what
// was read of it may be of two states.
func (f sqliteFile) moved(before fileState) error {
	if !before.alone {
		return nil
	}
	now, err := f.state()
	if err == nil && before.same(now) {
		return nil
	}
	return again{errors.Join(fmt.Errorf("%s %w", f.name, errMoved), err)}
}

// Connect implements driver.Connector.
func (f sqliteFile) Connect(context.Context) (driver.Conn, error) {
	state, err := f.state()
	if err != nil {
		return nil, err
	}
	query := url.Values{
		"mode":    {"ro"},
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", f.timeout.Milliseconds()), "query_only(1)"},
	}
	if state.alone {
		query.Set("immutable", "1")
	}
	return f.driver.Open(sqliteDSN(f.name, query))
}

// Driver implements driver.Connector.
func (f sqliteFile) Driver() driver.Driver { return f.driver }

func sqliteDSN(file string, query url.Values) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath(), RawQuery: query.Encode()}).String()
}

// openFile has the store read another program's file.
func (s *Store) openFile(name string) {
	s.dialect = otherSQLite{articles: s.articles}
	s.file = &sqliteFile{name, s.timeout, newDriver()}
	s.read = sql.OpenDB(s.file)
	s.read.SetMaxOpenConns(maxIdle)
	s.read.SetMaxIdleConns(0)
}

// beginFile begins a snapshot of another program's file as it is. What is known of its
// relations is not known of another one.
func (s *Store) beginFile(begin func() (*Snapshot, error)) (*Snapshot, error) {
	for attempt := 0; ; attempt++ {
		before, err := s.file.state()
		if err != nil {
			return nil, err
		}
		snapshot, err := begin()
		if err != nil {
			return nil, err
		}
		after, err := s.file.state()
		if err == nil && before.same(after) {
			s.knowFile(before)
			snapshot.file = before
			return snapshot, nil
		}
		snapshot.Close()
		if attempt == maxIdle {
			return nil, again{errors.Join(fmt.Errorf("%s %w", s.file.name, errMoved), err)}
		}
	}
}

func (s *Store) knowFile(state fileState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.learnedOf == nil || !os.SameFile(s.learnedOf, state.info) {
		s.known, s.learnedOf = nil, state.info
	}
}

// still reports, as an error, that what a snapshot has read may be of two states.
func (s *Snapshot) still() error {
	if s.store.file == nil {
		return nil
	}
	return s.store.file.moved(s.file)
}
