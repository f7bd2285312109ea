package content

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"

	"feedstation/internal/edition"
)

// Snapshot is the store as it was at one moment: all its answers agree. One
// question at a time: an iteration has to end before the next one is asked.
type Snapshot struct {
	store   *Store
	dialect dialect
	catalog *catalog
	conn    *sql.Conn // in a transaction that only reads
	at      time.Time
	file    fileState        // of another program's SQLite file
	version version          // of the embedded store, read before the transaction began
	reached edition.Position // of a server, read before as well

	prepared map[string]*sql.Stmt // of the embedded store, by text

	mu     sync.Mutex
	broken faults // rows that are left out
	odd    faults // values that are
	closed sync.Once
}

// Snapshot opens a snapshot of the present. It must be closed. Its error is of
// a store that can't be reached, or whose relations lack what the contract asks
// for.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	if err := s.watch.sameFile(); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	version := s.watch.version(ctx)
	snapshot, err := s.begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("content: %w", s.explain(err))
	}
	snapshot.version = version
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	if snapshot.catalog, err = s.catalog(ctx, snapshot.conn); err != nil {
		snapshot.Close()
		return nil, fmt.Errorf("content: %w", s.explain(cause(ctx, err)))
	}
	return snapshot, nil
}

// begin begins a transaction. A connection that waited in the pool may turn out
// to be dead, since the server was started again; then a new one is tried.
func (s *Store) begin(ctx context.Context) (*Snapshot, error) {
	if s.file != nil {
		return s.beginFile(func() (*Snapshot, error) { return s.beginNow(ctx) })
	}
	return s.beginNow(ctx)
}

func (s *Store) beginNow(ctx context.Context) (*Snapshot, error) {
	ctx, cancel := s.bounded(ctx)
	defer cancel()
	for attempt := 0; ; attempt++ {
		conn, err := s.read.Conn(ctx)
		if err != nil {
			return nil, cause(ctx, err)
		}
		reached := s.reached(ctx, conn)
		at, err := s.dialect.begin(ctx, conn, s.timeout)
		if err == nil {
			return &Snapshot{store: s, dialect: s.dialect, conn: conn, at: at, reached: reached, prepared: map[string]*sql.Stmt{}}, nil
		}
		discard(conn)
		if attempt > maxIdle || !isLost(err) || ctx.Err() != nil {
			return nil, cause(ctx, err)
		}
	}
}

// errSilent is why a statement ended that a server did not answer in time.
var errSilent = errors.New("no answer in time")

// bounded returns a context for a few short statements.
func (s *Store) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if !s.dialect.remote() {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, s.timeout+grace, fmt.Errorf("%w (%v)", errSilent, s.timeout))
}

// grace is how much longer we wait than the server, whose error says more.
const grace = time.Second

// cause returns why a statement failed: of a context that has ended, drivers
// tell all kinds of things.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); why != nil && !errors.Is(err, errSilent) {
		return why
	}
	return err
}

// discard takes a connection out of its pool.
func discard(conn *sql.Conn) {
	// Raw reports that the connection is bad, which is what it was told.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = conn.Close()
}

// Time returns the moment of the snapshot by the store's clock.
func (s *Snapshot) Time() time.Time { return s.at }

// farewell is how long the end of a transaction may take; then its connection
// is not used again.
const farewell = time.Second

// Close ends the snapshot.
func (s *Snapshot) Close() {
	s.closed.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), farewell)
		defer cancel()
		for _, compiled := range s.prepared {
			_ = compiled.Close() // its connection goes with it where that fails
		}
		if _, err := s.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			discard(s.conn)
			return
		}
		_ = s.conn.Close() // it only goes back to its pool
	})
}

// query begins a statement.
func (s *Snapshot) query() *statement { return &statement{dialect: s.dialect} }

// publishedAt returns the condition that the time of publication compares so with another.
func (s *Snapshot) publishedAt(q *statement, operator string, t time.Time) string {
	return q.compare(s.catalog.column("published"), operator, t)
}

// answer is the rows of a statement, for which a server is waited so long.
type answer struct {
	*sql.Rows
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer // nil: no bound
	clock  *clocked
	still  func() error // see Snapshot.still
	bound  time.Duration
}

// ask runs a statement. Its answer must be closed.
func (s *Snapshot) ask(ctx context.Context, q *statement) (*answer, error) {
	return s.askWithin(ctx, q, s.store.timeout)
}

// askWithin waits so long for each row of the answer.
func (s *Snapshot) askWithin(ctx context.Context, q *statement, timeout time.Duration) (*answer, error) {
	a := &answer{bound: timeout + grace, clock: s.clock(ctx, q), still: s.still}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	if s.dialect.remote() {
		silent := fmt.Errorf("%w (%v)", errSilent, timeout)
		a.timer = time.AfterFunc(a.bound, func() { a.cancel(silent) })
	}
	var err error
	a.clock.time(func() { a.Rows, err = s.run(a.ctx, q) })
	a.rest()
	if err != nil {
		a.clock.end()
		err = s.failed(cause(a.ctx, err))
		a.cancel(nil)
		return nil, err
	}
	return a, nil
}

// run runs a statement. The embedded store compiles a text once: a full build asks for
// each month with the same, and SQLite takes as long to compile it as to read a hundred rows.
func (s *Snapshot) run(ctx context.Context, q *statement) (*sql.Rows, error) {
	text := q.text.String()
	if s.dialect.remote() {
		return s.conn.QueryContext(ctx, text, q.args...)
	}
	compiled, ok := s.prepared[text]
	if !ok {
		var err error
		if compiled, err = s.conn.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		s.prepared[text] = compiled
	}
	return compiled.QueryContext(ctx, q.args...)
}

// next waits for the next row. Only that is bound, not what is done with it.
func (a *answer) next() bool {
	if a.timer != nil {
		a.timer.Reset(a.bound)
		defer a.rest()
	}
	if a.clock == nil {
		return a.Next()
	}
	more := false
	a.clock.time(func() { more = a.Next() })
	return more
}

func (a *answer) rest() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// err returns what ended the rows too early.
func (a *answer) err() error {
	if err := a.Err(); err != nil {
		return cause(a.ctx, err)
	}
	return a.still()
}

func (a *answer) close() {
	a.clock.end()
	_ = a.Close() // what is wrong with it, err tells
	a.cancel(nil)
}

// failed notes that the relations are not what they were, if that is why a
// statement failed.
func (s *Snapshot) failed(err error) error {
	if isChanged(err) {
		s.store.forget()
	}
	return err
}
