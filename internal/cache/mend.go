package cache

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/dustin/go-humanize/english"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// mend stores again what was found missing or damaged in the local copy: documents
// that Redis has, or that have been built again. The others wait for that, and are
// not served meanwhile.
func (c *Cache) mend(ctx context.Context) error {
	var faults []error
	for _, station := range c.stations {
		d := c.desks[station]
		fault := c.mendDesk(ctx, d)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !errors.Is(fault, errLate) {
			c.conditions.Note(localDamaged, station, fault)
		}
		faults = append(faults, fault)
	}
	return errors.Join(faults...)
}

func (c *Cache) mendDesk(ctx context.Context, d *desk) error {
	d.lost = d.rest.TakeLost() || d.lost
	if _, refused := c.conditions.Get(pinRefused, d.station); !refused && !d.lost {
		return nil
	}
	d.mu.Lock()
	editions := []*edition.Edition{d.current.Load(), d.whole}
	d.mu.Unlock()
	var left atomic.Int64
	var mended atomic.Bool
	var mending errgroup.Group
	mending.SetLimit(readers)
	for _, e := range editions {
		if e == nil {
			continue
		}
		for object := range e.Objects() {
			if !object.Lost() {
				continue
			}
			mending.Go(func() error {
				var packed []byte
				if !object.Restored() {
					var err error
					if packed, err = c.shared(ctx, d.station, object.Hash()); err != nil {
						left.Add(1)
						return nil // it is built again
					}
				}
				if err := d.rest.Mend(object, packed); err != nil {
					return err
				}
				mended.Store(true)
				return nil
			})
		}
	}
	err := mending.Wait()
	d.mu.Lock()
	c.showAgain(d)
	d.mu.Unlock()
	if mended.Load() {
		c.unamended.Store(true) // what could not be read could not be amended
	}
	if n := left.Load(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d %s of %s: %w", n, english.PluralWord(int(n), "document", ""), d.station, edition.ErrDamaged))
	}
	d.lost = err != nil
	return err
}

// isLost reports whether documents of an edition are lost.
func isLost(e *edition.Edition) bool {
	for range e.Lost() {
		return true
	}
	return false
}

// shared returns a packed document from Redis.
func (c *Cache) shared(ctx context.Context, station string, hash edition.Hash) ([]byte, error) {
	if c.redis == nil || c.away.Load() {
		return nil, store.ErrNone
	}
	packed, err := c.redis.Packed(ctx, station, []edition.Hash{hash})
	return packed[hash], err
}
