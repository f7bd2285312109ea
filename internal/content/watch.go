package content

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// version is what SQLite counts of the transactions that other connections
// have committed, as one connection sees them; 0: not known.
type version int64

// watch knows whether anything was written to the embedded store. All its
// writers are other connections than its own, also those of this process.
type watch struct {
	name string
	file os.FileInfo // as it was opened
	db   *sql.DB     // one connection

	mu   sync.Mutex
	conn *sql.Conn // always the same one: another's versions do not compare
	// asked is the version whose changes were told up to at.
	asked version
	at    time.Time
}

// sameFile reports, as an error, that another file has taken the place of the one
// that is open: what is written to it would not be seen.
func (w *watch) sameFile() error {
	if w == nil {
		return nil
	}
	now, err := os.Stat(w.name)
	switch {
	case err != nil:
		return err
	case !os.SameFile(now, w.file):
		return fmt.Errorf("%s has been replaced since it was opened: restart feedstation", w.name)
	}
	return nil
}

// version returns the store's version. Of no watch it is unknown.
func (w *watch) version(ctx context.Context) version {
	if w == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	var v version
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return 0 // the snapshot will tell
		}
		w.conn = conn
	}
	// A version counts from 1.
	if err := w.conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v); err != nil {
		discard(w.conn)
		w.conn, w.asked = nil, 0
		return 0
	}
	return v
}

// moved reports whether there may be rows to tell of to someone who knows all
// changes up to since.
func (w *watch) moved(v version, since time.Time) bool {
	if w == nil || v == 0 {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return v != w.asked || since.Before(w.at)
}

// writtenPoll is how often the embedded store is asked whether something was written.
const writtenPoll = time.Second

// Written calls woken when something was written to the embedded store that no snapshot
// has told of yet, as by `feedstation import`, and nothing since the last poll: what goes
// on is left to the timetable. It returns when ctx ends, and at once for other stores.
func (s *Store) Written(ctx context.Context, woken func()) {
	if s.watch == nil {
		return
	}
	tick := time.NewTicker(writtenPoll)
	defer tick.Stop()
	var last, told version
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		v := s.watch.version(ctx)
		if v == last && v != told && s.watch.untold(v) {
			told = v
			woken()
		}
		last = v
	}
}

// untold reports whether no snapshot has told of the changes of a version.
func (w *watch) untold(v version) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return v != 0 && v != w.asked
}

// known notes that all changes of a version were told at a time.
func (w *watch) known(v version, at time.Time) {
	if w == nil || v == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked != v {
		w.asked, w.at = v, at
	}
}

func (w *watch) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	if w.conn != nil {
		err = w.conn.Close()
		w.conn = nil
	}
	return errors.Join(err, w.db.Close())
}
