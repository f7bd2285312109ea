package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
)

const (
	// diskPatience is how long a process that serves waits for its disk. What takes
	// longer goes on beside it, and what was to be written then, Sync writes later.
	diskPatience = time.Second
	// diskStuck is how long the disk may be late before that is a fault: a large
	// edition takes its time.
	diskStuck = 5 * time.Second
	// closeTime bounds how long a process that ends waits for its disk.
	closeTime = 5 * time.Second
)

// errLate is what the disk answers that has not answered in time.
var errLate = errors.New("the disk does not answer")

// localStore is what a Cache needs of the local copy.
type localStore interface {
	store.Store
	AddRetracted(ctx context.Context, more edition.Retractions) error
	LookRetracted(before disk.Copies, missed bool) (disk.Retracted, error)
	Left(station string) ([]disk.Departure, error)
	OpenKept(m edition.Manifest, known *edition.Edition) (*edition.Edition, error)
	Note(ctx context.Context, e *edition.Edition) error
	Collect(ctx context.Context, station string) (left int64, err error)
	RemoveFormer(ctx context.Context, former, station string, after time.Duration) (gone bool, err error)
	ReadObject(station string, hash edition.Hash) ([]byte, error)
	WriteObject(station string, hash edition.Hash, packed []byte) error
}

// local is the local copy as it is used by a process that serves: a disk that does
// not answer, as a volume that stalls or a lock that another process holds, costs
// diskPatience once, and then nothing until it is back.
type local struct {
	files    localStore
	failed   func(station string, err error) // is told of a write that was late, and failed
	patience atomic.Int64                    // how long it is waited for, a time.Duration; 0: without a limit
	late     atomic.Int64                    // calls that nobody waits for any more
	since    atomic.Int64                    // when the first of these became late, Unix ms
	calls    sync.WaitGroup                  // all that are waited for with a limit
	reading  chan struct{}                   // holds a token for each document that is being read
	missed   atomic.Bool                     // documents could not be read, so that editions may not be amended
}

// readers bounds how many documents are read at once: a request beyond that waits,
// as long as for the disk.
const readers = 16

// objects are the documents of a station; it implements edition.Source.
type objects struct {
	local   *local
	station string
}

// Read implements edition.Source.
func (o objects) Read(hash edition.Hash) ([]byte, error) {
	packed, err := o.read(hash)
	if errors.Is(err, errLate) {
		o.local.missed.Store(true)
	}
	return packed, err
}

// read holds a token until the disk has answered, however late: no more calls than
// there are tokens wait for one that hangs.
func (o objects) read(hash edition.Hash) ([]byte, error) {
	l := o.local
	read := func() ([]byte, error) { return l.files.ReadObject(o.station, hash) }
	limit := time.Duration(l.patience.Load())
	if limit == 0 {
		return read()
	}
	patience := time.NewTimer(limit)
	defer patience.Stop()
	if l.late.Load() > 0 {
		return nil, errLate
	}
	select {
	case l.reading <- struct{}{}:
	case <-patience.C:
		return nil, errLate
	}
	return await(l, limit, nil, func() ([]byte, error) {
		defer func() { <-l.reading }()
		return read()
	})
}

func (o objects) Write(hash edition.Hash, packed []byte) error {
	_, err := ask(o.local, nil, func() (struct{}, error) {
		return struct{}{}, o.local.files.WriteObject(o.station, hash, packed)
	})
	return err
}

// ask calls the disk. Failed, which may be nil, is told the error of a call that
// nobody waited for.
func ask[T any](l *local, failed func(error), call func() (T, error)) (answer T, err error) {
	limit := time.Duration(l.patience.Load())
	if limit == 0 {
		return call()
	}
	if l.late.Load() > 0 {
		return answer, errLate
	}
	return await(l, limit, failed, call)
}

// await calls the disk and waits for so long.
func await[T any](l *local, limit time.Duration, failed func(error), call func() (T, error)) (answer T, err error) {
	type result struct {
		answer T
		err    error
	}
	results := make(chan result, 1)
	var over atomic.Bool // the call has ended, or is not waited for any more
	l.calls.Go(func() {
		answer, err := call()
		results <- result{answer, err}
		if !over.Swap(true) {
			return
		}
		l.late.Add(-1)
		if err != nil && failed != nil {
			failed(err)
		}
	})
	patience := time.NewTimer(limit)
	defer patience.Stop()
	select {
	case r := <-results:
		return r.answer, r.err
	case <-patience.C:
	}
	if l.late.Add(1) == 1 {
		l.since.Store(time.Now().UnixMilli())
	}
	if over.Swap(true) {
		l.late.Add(-1)
		r := <-results
		return r.answer, r.err
	}
	return answer, errLate
}

// stuck reports whether the disk has been late for so long that it is a fault.
func (l *local) stuck() bool {
	return l.late.Load() > 0 && time.Since(time.UnixMilli(l.since.Load())) >= diskStuck
}

// wait waits until no call is under way, for closeTime at most, and reports
// whether that is so.
func (l *local) wait() bool {
	done := make(chan struct{})
	go func() {
		l.calls.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(closeTime):
		return false
	}
}

// write asks for what is a station's, or with "" of all, to be written.
func (l *local) write(station string, call func() error) error {
	_, err := ask(l, func(err error) { l.failed(station, err) }, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// Heads implements store.Store.
func (l *local) Heads(ctx context.Context, stations []string) ([]store.Head, error) {
	return ask(l, nil, func() ([]store.Head, error) { return l.files.Heads(ctx, stations) })
}

// Fetch implements store.Store.
func (l *local) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	return ask(l, nil, func() (*edition.Edition, error) { return l.files.Fetch(ctx, station, known) })
}

// Publish implements store.Store.
func (l *local) Publish(ctx context.Context, e *edition.Edition) error {
	return l.write(e.Station(), func() error { return l.files.Publish(ctx, e) })
}

// Kept implements store.Store.
func (l *local) Kept(ctx context.Context, station string) ([]edition.Manifest, error) {
	return ask(l, nil, func() ([]edition.Manifest, error) { return l.files.Kept(ctx, station) })
}

// FetchKept implements store.Store.
func (l *local) FetchKept(ctx context.Context, station string, watermark time.Time, known *edition.Edition) (*edition.Edition, error) {
	return ask(l, nil, func() (*edition.Edition, error) { return l.files.FetchKept(ctx, station, watermark, known) })
}

// openKept returns the edition of a manifest that Kept returned.
func (l *local) openKept(m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	return ask(l, nil, func() (*edition.Edition, error) { return l.files.OpenKept(m, known) })
}

// Pinned implements store.Store.
func (l *local) Pinned(ctx context.Context, station string, known *edition.Edition) (pin store.Pin, e *edition.Edition, err error) {
	type pinned struct {
		pin store.Pin
		e   *edition.Edition
	}
	p, err := ask(l, nil, func() (p pinned, err error) {
		p.pin, p.e, err = l.files.Pinned(ctx, station, known)
		return p, err
	})
	return p.pin, p.e, err
}

// Pin implements store.Store.
func (l *local) Pin(ctx context.Context, station string, pin store.Pin, e *edition.Edition) error {
	return l.write(station, func() error { return l.files.Pin(ctx, station, pin, e) })
}

func (l *local) AddRetracted(ctx context.Context, more edition.Retractions) error {
	return l.write("", func() error { return l.files.AddRetracted(ctx, more) })
}

func (l *local) LookRetracted(before disk.Copies, missed bool) (disk.Retracted, error) {
	return ask(l, nil, func() (disk.Retracted, error) { return l.files.LookRetracted(before, missed) })
}

func (l *local) Left(station string) ([]disk.Departure, error) {
	return ask(l, nil, func() ([]disk.Departure, error) { return l.files.Left(station) })
}

func (l *local) Note(ctx context.Context, e *edition.Edition) error {
	return l.write(e.Station(), func() error { return l.files.Note(ctx, e) })
}

// Collect has the local copy remove what is not needed of a station any more.
func (l *local) Collect(ctx context.Context, station string) (left int64, err error) {
	return ask(l, func(err error) { l.failed(station, err) }, func() (int64, error) { return l.files.Collect(ctx, station) })
}
