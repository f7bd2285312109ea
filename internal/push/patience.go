package push

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"feedstation/internal/store"
)

// patience is how long a process that serves waits for its disk: one that hangs holds no
// edition up.
const patience = time.Second

// errLate is what the local copy answers that has not answered in time.
var errLate = errors.New("the disk does not answer")

// patient asks the local copy, which is waited for only so long where that is wanted. It
// implements store.Swapper.
type patient struct {
	of    *local
	limit atomic.Bool
	late  atomic.Int64 // calls that nobody waits for any more
}

func newPatient(of *local) *patient { return &patient{of: of} }

// wait waits for a call.
func wait[T any](p *patient, call func() (T, error)) (answer T, err error) {
	if !p.limit.Load() {
		return call()
	}
	if p.late.Load() > 0 {
		return answer, errLate
	}
	type result struct {
		answer T
		err    error
	}
	results := make(chan result, 1)
	var over atomic.Bool
	go func() {
		answer, err := call()
		results <- result{answer, err}
		if over.Swap(true) {
			p.late.Add(-1)
		}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case r := <-results:
		return r.answer, r.err
	case <-timer.C:
	}
	p.late.Add(1)
	if over.Swap(true) {
		p.late.Add(-1)
		r := <-results
		return r.answer, r.err
	}
	return answer, errLate
}

// swapped is what Swap returns.
type swapped struct {
	made          []bool
	before, after store.Mark
}

// Swap implements store.Swapper.
func (p *patient) Swap(ctx context.Context, station string, swaps []store.Swap) ([]bool, store.Mark, store.Mark, error) {
	s, err := wait(p, func() (s swapped, err error) {
		s.made, s.before, s.after, err = p.of.Swap(ctx, station, swaps)
		return s, err
	})
	return s.made, s.before, s.after, err
}

// Marks implements store.Swapper.
func (p *patient) Marks(ctx context.Context, stations []string) ([]store.Mark, error) {
	return wait(p, func() ([]store.Mark, error) { return p.of.Marks(ctx, stations) })
}

// Pending implements store.Swapper.
func (p *patient) Pending(ctx context.Context, station string) (map[string]string, store.Mark, error) {
	type answer struct {
		pending map[string]string
		mark    store.Mark
	}
	a, err := wait(p, func() (a answer, err error) {
		a.pending, a.mark, err = p.of.Pending(ctx, station)
		return a, err
	})
	return a.pending, a.mark, err
}

// Texts implements store.Swapper.
func (p *patient) Texts(ctx context.Context, station string, keys []string) ([]string, error) {
	return wait(p, func() ([]string, error) { return p.of.Texts(ctx, station, keys) })
}

// All implements store.Swapper.
func (p *patient) All(ctx context.Context, station string) (map[string]string, error) {
	return wait(p, func() (map[string]string, error) { return p.of.All(ctx, station) })
}
