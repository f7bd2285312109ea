package cache

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/edition"
)

const (
	// diskPatience is how long a process that serves waits for its disk. What takes
	// longer goes on beside it, and what was to be written then, Sync writes later.
	diskPatience = time.Second
	// diskStuck is how long the disk may be late before that is a fault: a large
	// edition takes its time.
	diskStuck = lockTime / 2
	// closeTime bounds how long a process that ends waits for its disk.
	closeTime = 5 * time.Second
)

// errLate is what the disk answers that has not answered in time.
var errLate = errors.New("the disk does not answer")

// localStore is what a Cache needs of the local copy.
type localStore interface {
	Store
	addRetracted(ctx context.Context, more edition.Retractions) error
	lookRetracted(before copies, missed bool) (retractedFile, error)
	left(station string) ([]departure, error)
	note(ctx context.Context, e *edition.Edition) error
}

// disk is the local copy as it is used by a process that serves: a disk that does
// not answer, as a volume that stalls or a lock that another process holds, costs
// diskPatience once, and then nothing until it is back.
type disk struct {
	files    localStore
	failed   func(station string, err error) // is told of a write that was late, and failed
	patience atomic.Int64                    // how long it is waited for, a time.Duration; 0: without a limit
	late     atomic.Int64                    // calls that nobody waits for any more
	since    atomic.Int64                    // when the first of these became late, Unix ms
	calls    sync.WaitGroup                  // all that are waited for with a limit
}

// ask calls the disk. Failed, which may be nil, is told the error of a call that
// nobody waited for.
func ask[T any](d *disk, failed func(error), call func() (T, error)) (answer T, err error) {
	limit := time.Duration(d.patience.Load())
	if limit == 0 {
		return call()
	}
	if d.late.Load() > 0 {
		return answer, errLate
	}
	type result struct {
		answer T
		err    error
	}
	results := make(chan result, 1)
	var over atomic.Bool // the call has ended, or is not waited for any more
	d.calls.Go(func() {
		answer, err := call()
		results <- result{answer, err}
		if !over.Swap(true) {
			return
		}
		d.late.Add(-1)
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
	if d.late.Add(1) == 1 {
		d.since.Store(time.Now().UnixMilli())
	}
	if over.Swap(true) {
		d.late.Add(-1)
		r := <-results
		return r.answer, r.err
	}
	return answer, errLate
}

// stuck reports whether the disk has been late for so long that it is a fault.
func (d *disk) stuck() bool {
	return d.late.Load() > 0 && time.Since(time.UnixMilli(d.since.Load())) >= diskStuck
}

// wait waits until no call is under way, for closeTime at most, and reports
// whether that is so.
func (d *disk) wait() bool {
	done := make(chan struct{})
	go func() {
		d.calls.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-time.After(closeTime):
		return false
	}
}

// failure returns what is told of a late write of a station's, or with "" of all.
func (d *disk) failure(station string) func(error) {
	return func(err error) { d.failed(station, err) }
}

// Heads implements Store.
func (d *disk) Heads(ctx context.Context, stations []string) ([]Head, error) {
	return ask(d, nil, func() ([]Head, error) { return d.files.Heads(ctx, stations) })
}

// Fetch implements Store.
func (d *disk) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	return ask(d, nil, func() (*edition.Edition, error) { return d.files.Fetch(ctx, station, known) })
}

// Publish implements Store.
func (d *disk) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	return ask(d, d.failure(e.Station()), func() (*edition.Edition, error) { return d.files.Publish(ctx, e) })
}

// Kept implements Store.
func (d *disk) Kept(ctx context.Context, station string) ([]edition.Manifest, error) {
	return ask(d, nil, func() ([]edition.Manifest, error) { return d.files.Kept(ctx, station) })
}

// FetchKept implements Store.
func (d *disk) FetchKept(ctx context.Context, station string, number int64, known *edition.Edition) (*edition.Edition, error) {
	return ask(d, nil, func() (*edition.Edition, error) { return d.files.FetchKept(ctx, station, number, known) })
}

// Pin implements Store.
func (d *disk) Pin(ctx context.Context, station string, pin Pin, e *edition.Edition) error {
	_, err := ask(d, d.failure(station), func() (struct{}, error) { return struct{}{}, d.files.Pin(ctx, station, pin, e) })
	return err
}

func (d *disk) addRetracted(ctx context.Context, more edition.Retractions) error {
	_, err := ask(d, d.failure(""), func() (struct{}, error) { return struct{}{}, d.files.addRetracted(ctx, more) })
	return err
}

func (d *disk) lookRetracted(before copies, missed bool) (retractedFile, error) {
	return ask(d, nil, func() (retractedFile, error) { return d.files.lookRetracted(before, missed) })
}

func (d *disk) left(station string) ([]departure, error) {
	return ask(d, nil, func() ([]departure, error) { return d.files.left(station) })
}

func (d *disk) note(ctx context.Context, e *edition.Edition) error {
	_, err := ask(d, d.failure(e.Station()), func() (struct{}, error) { return struct{}{}, d.files.note(ctx, e) })
	return err
}
