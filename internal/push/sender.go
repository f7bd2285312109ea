package push

import (
	"context"
	"errors"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

const (
	// lookEvery is how often it is looked what others have noted, and what is due.
	lookEvery = time.Second
	// sendTime bounds one Send: less than claimTime, after which another process tells it.
	sendTime = 50 * time.Second
	// stopTime is how long a Send may go on when the process, or its configuration, ends.
	stopTime = 5 * time.Second
	// tidyEvery is how often what is over is removed.
	tidyEvery = time.Hour
)

// Sources is where the sender learns what is served and who leads.
type Sources struct {
	// Served returns the edition of a station that clients are served here.
	Served func(station string) (*edition.Edition, bool)
	// Pinned returns which edition of a station is pinned, or since when none is; and that
	// edition as it was pinned, with what has been withdrawn since, or nil.
	Pinned func(station string) (store.Pin, *edition.Edition)
	// Leads reports whether this process tells others of a station.
	Leads func(station string) bool
}

// Run tells others until ctx ends. A process that runs it serves: from then on no disk
// that does not answer holds it up. What is being told then has stopTime to end; what is
// not told by then is told by the next process.
func (o *Outbox) Run(ctx context.Context, from Sources) error {
	o.local.limit.Store(true)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	defer o.running.Wait()
	for {
		o.look(ctx, from)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-o.wake:
		}
	}
}

// look brings what is known into step with the stores, and has the destinations told that
// are idle.
func (o *Outbox) look(ctx context.Context, from Sources) {
	o.flush(ctx)
	o.noteStored(ctx, o.sync(ctx))
	now := time.Now()
	o.observe(ctx, from, now)
	o.judge(now)
	o.tidy(ctx, from, now)
	for _, d := range o.Destinations {
		w := o.workers[d.Name()]
		o.mu.Lock()
		idle := !w.busy && ctx.Err() == nil
		w.busy = w.busy || idle
		o.mu.Unlock()
		if idle {
			o.running.Go(func() { o.tell(ctx, w, from) })
		}
	}
}

// flush stores what no store has taken.
func (o *Outbox) flush(ctx context.Context) {
	o.mu.Lock()
	left := o.unsaved
	o.unsaved = nil
	o.mu.Unlock()
	for _, u := range left {
		o.store(ctx, u.desk, u.keys, u.apply)
	}
}

// sync reads what has changed in the stores, and has the shared one and the local copy
// agree where one of them may lack something.
func (o *Outbox) sync(ctx context.Context) error {
	ids := keysOf(o.desks)
	all := append([]string{allStations}, ids...)
	localMarks, localErr := o.local.Marks(ctx, all)
	marks, err := localMarks, localErr
	if o.Shared != nil {
		marks, err = o.Shared.Marks(ctx, all)
		o.mu.Lock()
		o.away = err != nil
		o.mu.Unlock()
		if err != nil {
			marks = localMarks
		}
	}
	faults := []error{localErr}
	if o.Shared != nil {
		faults = append(faults, err)
	}
	for i, id := range ids {
		d := o.desks[id]
		if o.Shared != nil && err == nil {
			o.mu.Lock()
			apart := d.compare || marks[i+1].Epoch() != d.epoch || localErr == nil && localMarks[i+1] != d.localMark
			o.mu.Unlock()
			if apart && localErr == nil {
				faults = append(faults, o.reconcile(ctx, d))
			}
		}
		if len(marks) > 0 {
			faults = append(faults, o.reload(ctx, d, marks[i+1]))
		}
	}
	if len(marks) > 0 {
		faults = append(faults, o.reloadStates(ctx, marks[0]))
	}
	return errors.Join(faults...)
}

// reload reads what is pending, where that is not as this process has left it.
func (o *Outbox) reload(ctx context.Context, d *desk, mark store.Mark) error {
	o.mu.Lock()
	same, from := mark == d.mark, o.deciding()
	o.mu.Unlock()
	if same {
		return nil
	}
	texts, mark, err := from.Pending(ctx, d.ID)
	if err != nil {
		return err
	}
	pending := map[string]entry{}
	for key, text := range texts {
		if e := parseEntry(text); e.Stage.pending() {
			pending[key] = e
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	d.pending, d.mark = pending, mark
	return nil
}

// epochKey is where the local copy has the epoch of the shared store that it was compared
// with.
const epochKey = "epoch"

// reconcile has the shared store and the local copy agree: on what is pending in the local
// copy, and on all, where the shared store is another one than last time: it was emptied, or
// the local copy was.
func (o *Outbox) reconcile(ctx context.Context, d *desk) error {
	known, err := o.local.Texts(ctx, d.ID, []string{epochKey})
	if err != nil {
		return err
	}
	marks, err := o.Shared.Marks(ctx, []string{d.ID})
	if err != nil {
		return err
	}
	var mine, theirs map[string]string
	if known[0] == marks[0].Epoch() {
		mine, _, err = o.local.Pending(ctx, d.ID)
	} else if mine, err = o.local.All(ctx, d.ID); err == nil {
		theirs, _, err = o.Shared.Pending(ctx, d.ID)
	}
	if err != nil {
		return err
	}
	delete(mine, epochKey)
	err = o.change(ctx, o.Shared, d, keysOf(mine), merging(func(key string) entry { return parseEntry(mine[key]) }))
	if err != nil {
		return err
	}
	keys := keysOf(mine)
	now, err := o.Shared.Texts(ctx, d.ID, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if theirs == nil {
			theirs = map[string]string{}
		}
		theirs[key] = now[i]
	}
	if err := o.change(ctx, o.local, d, keysOf(theirs), merging(func(key string) entry { return parseEntry(theirs[key]) })); err != nil {
		return err
	}
	if err := o.flag(ctx, d, keys, false); err != nil {
		return err
	}
	return o.agreed(ctx, d, known[0])
}

// agreed notes that both stores have the same.
func (o *Outbox) agreed(ctx context.Context, d *desk, known string) error {
	marks, err := o.Shared.Marks(ctx, []string{d.ID})
	if err != nil {
		return err
	}
	if epoch := marks[0].Epoch(); epoch != known {
		if _, _, _, err := o.local.Swap(ctx, d.ID, []store.Swap{{Key: epochKey, Old: known, New: epoch}}); err != nil {
			return err
		}
	}
	locals, err := o.local.Marks(ctx, []string{d.ID})
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	d.epoch, d.compare, d.localMark = marks[0].Epoch(), false, locals[0]
	return nil
}

// merging has entries be merged with those of another copy.
func merging(other func(key string) entry) change {
	return func(key string, now entry) (entry, bool) {
		next := other(key)
		switch {
		case next.Stage == "":
			return now, false
		case now.Stage != "":
			next = merge(now, next)
		}
		return next, next != now
	}
}

// What is remembered of what is over.
const (
	rememberFor = 7 * 24 * time.Hour
	remembered  = 20_000 // of a station
)

// tidy removes what was told long ago, of a station a call.
func (o *Outbox) tidy(ctx context.Context, from Sources, now time.Time) {
	for id, d := range o.desks {
		o.mu.Lock()
		due := now.Sub(d.tidied) >= tidyEvery
		if due {
			d.tidied = now
		}
		in := []store.Swapper{o.local}
		if o.Shared != nil && !o.away && from.Leads(id) {
			in = append(in, o.Shared)
		}
		o.mu.Unlock()
		if !due {
			continue
		}
		for _, one := range in {
			if err := o.tidyIn(ctx, one, d, now); err != nil {
				o.noteStored(ctx, err)
			}
		}
		return
	}
}

func (o *Outbox) tidyIn(ctx context.Context, in store.Swapper, d *desk, now time.Time) error {
	texts, err := in.All(ctx, d.ID)
	if err != nil {
		return err
	}
	var over []int64 // when they were told
	at := map[string]int64{}
	for key, text := range texts {
		if e := parseEntry(text); e.Stage != "" && !e.Stage.pending() {
			at[key] = max(e.Told.At, e.Noted)
			over = append(over, at[key])
		}
	}
	oldest := now.Add(-rememberFor).UnixMilli()
	if len(over) > remembered {
		oldest = max(oldest, newestOf(over, remembered))
	}
	var swaps []store.Swap
	for key, told := range at {
		if told < oldest {
			swaps = append(swaps, store.Swap{Key: key, Old: texts[key]})
		}
	}
	_, err = o.swap(ctx, in, d, swaps, make([]entry, len(swaps)))
	return err
}
