package cache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// KeptEdition is one that can be pinned: the newest of its issue.
type KeptEdition struct {
	Watermark time.Time // names it
	Issued    time.Time
	Documents int
	Current   bool
	Pinned    bool
	manifest  *edition.Manifest
}

// Kept returns the editions of a station that can be pinned, the newest first:
// those of Redis, where it is configured and answers, and of the local copy.
func (c *Cache) Kept(ctx context.Context, station string) ([]KeptEdition, error) {
	d, ok := c.desks[station]
	if !ok {
		return nil, fmt.Errorf("kept %s: %w", station, store.ErrNone)
	}
	manifests, err := c.local.Kept(ctx, station)
	if c.redis != nil {
		shared, sharedErr := c.redis.Kept(ctx, station)
		if manifests = append(shared, manifests...); sharedErr == nil {
			err = nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("kept %s: %w", station, err)
	}
	d.mu.Lock()
	pin := d.pin
	if d.whole != nil { // it may be there only because it is pinned
		manifests = append(manifests, d.whole.Manifest())
	}
	d.mu.Unlock()
	current, _ := c.Current(station)
	slices.SortStableFunc(manifests, func(a, b edition.Manifest) int { return b.Watermark.Compare(a.Watermark) })
	var kept []KeptEdition
	for _, m := range manifests {
		isCurrent, isPinned := current != nil && m.Watermark.Equal(current.Watermark()), m.Watermark.Equal(pin.Watermark)
		if n := len(kept); n > 0 && kept[n-1].Issued.Equal(m.IssuedAt()) {
			kept[n-1].Pinned = kept[n-1].Pinned || isPinned
			continue
		}
		kept = append(kept, KeptEdition{m.Watermark, m.IssuedAt(), len(m.Documents), isCurrent, isPinned, &m})
	}
	return kept, nil
}

// Pin has every process serve a kept edition of a station, amended, until
// another one is pinned or Unpin; what is published meanwhile waits behind it.
// What differs from what was served changes by that: it is stored with the pin's
// time as that of its modification, so that it is the same in every process.
// Where Redis is out of reach, the processes that share the local copy do so at
// once and the others when it is back. The error is store.ErrNone when there is no
// such edition, with the watermarks of those that are there.
func (c *Cache) Pin(ctx context.Context, station string, watermark time.Time) error {
	d, ok := c.desks[station]
	if !ok {
		return fmt.Errorf("pin %s: %w", station, store.ErrNone)
	}
	c.begin(d)
	defer d.turn.Unlock()
	e := d.whole
	if e == nil || !e.Watermark().Equal(watermark) {
		var err error
		if e, err = c.fetchKept(ctx, d, watermark); err != nil {
			return fmt.Errorf("pin %s as of %s: %w", station, watermark, err)
		}
	}
	return c.setPin(ctx, d, e)
}

// Unpin has every process serve the current edition of a station again, in which
// what differs from the pinned one is changed by that.
func (c *Cache) Unpin(ctx context.Context, station string) error {
	d, ok := c.desks[station]
	if !ok {
		return fmt.Errorf("unpin %s: %w", station, store.ErrNone)
	}
	c.begin(d)
	defer d.turn.Unlock()
	return c.setPin(ctx, d, nil)
}

// repin pins anew what is pinned, where it shows what is retracted no longer.
func (c *Cache) repin(ctx context.Context) error {
	var faults []error
	for _, station := range c.stations {
		d := c.desks[station]
		c.begin(d)
		if pinned := d.pinned.Load(); pinned != nil && !c.amended(d.whole).Instead(pinned, time.Now()).Equal(pinned) {
			faults = append(faults, c.setPin(ctx, d, d.whole))
		}
		d.turn.Unlock()
	}
	return errors.Join(faults...)
}

// fetchKept returns a kept edition as it was published: that of Redis, which
// all processes can have, or, where it does not have it whole, that of the local
// copy.
func (c *Cache) fetchKept(ctx context.Context, d *desk, watermark time.Time) (*edition.Edition, error) {
	e, err := c.local.FetchKept(ctx, d.station, watermark, d.current.Load())
	if c.redis == nil {
		return e, err
	}
	if shared, sharedErr := c.redis.FetchKept(ctx, d.station, watermark, cmp.Or(e, d.current.Load())); sharedErr == nil {
		return shared, nil
	}
	return e, err
}

// Copy returns a kept edition as it was published: what the local copy lacks of it shows
// when that is read.
func (c *Cache) Copy(k KeptEdition) (*edition.Edition, error) {
	current, _ := c.Current(k.manifest.Station)
	return c.local.openKept(*k.manifest, current)
}

// nextPin returns a pin that is later than all that are known.
func (c *Cache) nextPin(ctx context.Context, d *desk) store.Pin {
	pin := store.Pin{At: time.Now().UTC().Truncate(time.Millisecond)}
	earlier := []store.Pin{d.pin}
	for _, s := range c.stores() {
		if heads, err := s.Heads(ctx, []string{d.station}); err == nil {
			earlier = append(earlier, heads[0].Pin)
		}
	}
	for _, one := range earlier { // another machine's clock may be ahead
		if !pin.Later(one) {
			pin.At = one.At.Add(time.Millisecond)
		}
	}
	return pin
}

// setPin decides what is served from now on: e, or with nil the current edition.
func (c *Cache) setPin(ctx context.Context, d *desk, e *edition.Edition) error {
	pin := c.nextPin(ctx, d)
	served := d.served()
	if e == nil {
		if err := c.dateCurrent(ctx, d, pin.At); err != nil {
			return fmt.Errorf("unpin %s: %w", d.station, err)
		}
	} else {
		pin.Watermark = e.Watermark()
		if served != nil {
			e = e.Instead(served, pin.At)
		}
	}
	d.stored.Store(true)
	if next := cmp.Or(e, d.current.Load()); c.outbox != nil && served != nil && next != nil {
		c.outbox.Switch(ctx, served, next, pin)
	}
	var faults []error
	for _, s := range c.stores() {
		if err := s.Pin(ctx, d.station, pin, e); err != nil {
			c.noteWritten(s, d.station, err)
			faults = append(faults, err)
		}
	}
	if len(faults) == len(c.stores()) { // nobody else would learn of it
		return fmt.Errorf("pin %s: %w", d.station, faults[0])
	}
	c.servePinned(d, pin, e)
	return nil
}

// dateCurrent publishes the current edition anew where it differs from the pinned
// one, as of the moment at which it is served instead.
func (c *Cache) dateCurrent(ctx context.Context, d *desk, at time.Time) error {
	for {
		current, pinned := d.current.Load(), d.pinned.Load()
		if current == nil || pinned == nil {
			return nil
		}
		next := current.Instead(pinned, at)
		if next == current {
			return nil
		}
		err := c.publish(ctx, d, current, next.Succeeding())
		if !errors.Is(err, edition.ErrStale) || d.current.Load() == current {
			return err
		}
	}
}

// Pinned returns what is pinned of a station; zero: nothing ever was. Without a watermark, or
// where the pinned edition can't be served, the current one is. The edition, which may be nil,
// is as it was pinned: it may have what has been withdrawn since.
func (c *Cache) Pinned(station string) (store.Pin, *edition.Edition) {
	d := c.desks[station]
	if d == nil {
		return store.Pin{}, nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pin, d.whole
}

// inEffect returns the pin, without a watermark where the current edition is served all the
// same.
func (d *desk) inEffect() store.Pin {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pinned.Load() == nil {
		return store.Pin{At: d.pin.At}
	}
	return d.pin
}

// servePinned serves e, amended, instead of the current edition; nil: that one.
func (c *Cache) servePinned(d *desk, pin store.Pin, e *edition.Edition) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pin, d.whole = pin, e
	c.showPinned(d, e)
}

// showAgain serves what is pinned as the current editions are now; d.mu is held.
func (c *Cache) showAgain(d *desk) {
	if d.whole != nil {
		c.showPinned(d, cmp.Or(d.pinned.Load(), d.whole))
	}
}

// showPinned serves e, amended and without what has been withdrawn since; d.mu is held. Where what it may show can't be said, the current
// edition is served.
func (c *Cache) showPinned(d *desk, e *edition.Edition) {
	before := d.served()
	var fault error
	if e != nil {
		if e, fault = c.withoutWithdrawn(c.amended(e)); fault != nil {
			fault = fmt.Errorf("edition of %s: %w", d.pin.Watermark, fault)
		}
		if fault == nil && isLost(e) {
			e, fault = nil, edition.ErrDamaged
		}
	}
	c.conditions.Note(pinRefused, d.station, fault)
	d.pinned.Store(e)
	after := d.served()
	if before == after {
		return
	}
	if e != nil {
		c.log.Info("pinned edition served", "station", d.station, "edition", d.pin.Watermark)
	} else if after != nil {
		c.log.Info("edition served", "station", d.station, "edition", after.Watermark(), "documents", after.Len())
	}
}

// stepPin brings the pin of a station into step with a store.
func (c *Cache) stepPin(ctx context.Context, d *desk, s store.Store, theirs store.Pin) error {
	switch {
	case theirs.Later(d.pin):
		return c.adopt(ctx, d, theirs, s)
	case d.pin.Later(theirs):
		return c.handOnPin(ctx, d, s)
	}
	return nil
}

// adopt serves what a store says is pinned.
func (c *Cache) adopt(ctx context.Context, d *desk, pin store.Pin, s store.Store) error {
	if !pin.Later(d.pin) {
		return nil
	}
	var e *edition.Edition
	if !pin.Watermark.IsZero() {
		stored, pinned, err := s.Pinned(ctx, d.station, d.current.Load())
		if err == nil {
			pin, e = stored, pinned // there may be a later one by now
		} else if e, err = c.adoptCopy(ctx, d, pin, s, err); err != nil {
			return fmt.Errorf("pin %s: %w", d.station, err)
		}
		if e != nil {
			pin.Watermark = e.Watermark() // the version before has its number there
		}
	}
	if s != store.Store(c.local) {
		if err := c.local.Pin(ctx, d.station, pin, e); err != nil && ctx.Err() == nil {
			c.noteWritten(c.local, d.station, err)
		}
	}
	c.servePinned(d, pin, e)
	return nil
}

// adoptCopy returns the pinned edition from the local copy where Redis does not
// have it whole, and hands it on. Without one, Redis no longer says that it is
// pinned, so that a process that has it hands it on.
func (c *Cache) adoptCopy(ctx context.Context, d *desk, pin store.Pin, s store.Store, fault error) (*edition.Edition, error) {
	if s == store.Store(c.local) || !errors.Is(fault, store.ErrNone) && !errors.Is(fault, edition.ErrDamaged) {
		return nil, fault
	}
	e, err := c.local.FetchKept(ctx, d.station, pin.Watermark, d.current.Load())
	if err != nil {
		return nil, errors.Join(fault, c.redis.DisownPin(ctx, d.station, pin))
	}
	if served := d.served(); served != nil {
		e = e.Instead(served, pin.At)
	}
	return e, c.redis.Pin(ctx, d.station, pin, e)
}

// handOnPin tells a store what is pinned.
func (c *Cache) handOnPin(ctx context.Context, d *desk, s store.Store) error {
	err := s.Pin(ctx, d.station, d.pin, d.whole)
	if err != nil {
		if ctx.Err() == nil {
			c.noteWritten(s, d.station, err)
		}
		return fmt.Errorf("hand on the pin of %s: %w: %w", d.station, errNotTaken, err)
	}
	return nil
}
