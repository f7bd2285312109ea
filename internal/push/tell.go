package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"feedstation/internal/edition"
)

// worker tells one destination, one Send at a time: a slow one holds up no other.
type worker struct {
	Destination
	policy Policy

	// With the outbox's lock held:
	busy bool
	last string               // the station that was told last: the next one's turn is after that
	held map[string]time.Time // keys of what is not known to be served, by the edition that does not tell
}

// defaultLife is for how long it is tried to tell a destination that does not say.
const defaultLife = 24 * time.Hour

func complete(p Policy) Policy {
	p.Batch, p.Life = max(1, p.Batch), cmp.Or(p.Life, defaultLife)
	return p
}

// tell tells a destination all that is due.
func (o *Outbox) tell(ctx context.Context, w *worker, from Sources) {
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		w.busy = false
	}()
	for ctx.Err() == nil {
		d, picked, over := o.pick(w, from, time.Now())
		if d == nil {
			return
		}
		if len(over) > 0 && !o.end(ctx, w, d, over) || len(picked) > 0 && !o.tellSome(ctx, w, d, picked, from) {
			return
		}
	}
}

// pick returns what a destination may be told of now, of the next station of which there
// is something: a batch, the newest first; and what is over without that it is told.
func (o *Outbox) pick(w *worker, from Sources, now time.Time) (d *desk, picked, over map[string]entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ids := keysOf(o.desks)
	after, _ := slices.BinarySearch(ids, w.last+"\x00")
	for _, id := range slices.Concat(ids[after:], ids[:after]) {
		d := o.desks[id]
		if len(d.pending) == 0 || !from.Leads(id) || o.Shared != nil && o.away && !w.policy.Urgent {
			continue
		}
		picked, over = o.due(w, d, now)
		if o.blocked(w, "", now) || o.blocked(w, id, now) {
			picked = nil
		}
		if len(picked)+len(over) > 0 {
			w.last = id
			return d, picked, over
		}
	}
	return nil, nil, nil
}

// due returns what is due of a station; o.mu is held.
func (o *Outbox) due(w *worker, d *desk, now time.Time) (picked, over map[string]entry) {
	over = map[string]entry{}
	var due []string
	for key, e := range d.pending {
		destination := destinationOf(key)
		if destination != w.Name() {
			if _, known := o.workers[destination]; !known && isOver(e, Policy{Life: defaultLife}, now) { // it is not configured any more
				over[key] = e
			}
			continue
		}
		if isOver(e, w.policy, now) {
			over[key] = e
		} else if o.isDue(w, d, key, e, now) {
			due = append(due, key)
		}
	}
	slices.SortFunc(due, func(a, b string) int {
		x, y := d.pending[a], d.pending[b]
		return cmp.Or(cmp.Compare(x.Tries, y.Tries), cmp.Compare(y.Seen, x.Seen), cmp.Compare(y.Published, x.Published), cmp.Compare(a, b))
	})
	picked = map[string]entry{}
	for _, key := range due[:min(len(due), w.policy.Batch)] {
		picked[key] = d.pending[key]
	}
	return picked, over
}

// isOver reports what is not to be told any more.
func isOver(e entry, p Policy, now time.Time) bool {
	at := now.UnixMilli()
	claimed := e.Stage == stageClaimed && e.Until > at
	lost := e.Stage == stageClaimed && !claimed && p.Once // nobody knows what became of it
	return !claimed && (lost || e.needless() || at-e.Noted >= p.Life.Milliseconds())
}

// isDue reports what may be told now; o.mu is held.
func (o *Outbox) isDue(w *worker, d *desk, key string, e entry, now time.Time) bool {
	at := now.UnixMilli()
	asked := e.Asked > e.Told.At
	since, served := d.servedSince(e, w.policy)
	delay := o.Delay
	if w.policy.Urgent {
		delay = w.policy.After
	}
	switch {
	case e.Stage == stageClaimed && e.Until > at, e.Stage == stageRetry && e.Due > at,
		e.Told.At > 0 && at < e.Told.At+w.policy.Every.Milliseconds() && !asked,
		!served,
		!asked && now.Sub(since) < delay:
		return false
	}
	held, unknown := w.held[key]
	return !unknown || !held.Equal(d.served[len(d.served)-1].watermark)
}

// end stores that entries are over without that they are told. It returns false where
// that could not be stored.
func (o *Outbox) end(ctx context.Context, w *worker, d *desk, over map[string]entry) bool {
	var dead []string
	err := o.decide(ctx, d, keysOf(over), func(key string, e entry) (entry, bool) {
		if e != over[key] {
			return e, false
		}
		switch {
		case e.needless():
			return e.over(stageTold), true
		case e.Stage == stageClaimed:
			o.counts.add(w.Name(), d.ID, outcomeUnknown, 1)
			return e.over(stageDropped), true
		}
		dead = append(dead, e.Address)
		return e.over(stageDead), true
	})
	if len(dead) > 0 {
		o.counts.add(w.Name(), d.ID, outcomeDead, len(dead))
		o.conditions.Note(of(isDead, w.Name()), d.ID, fmt.Errorf("%d, %s among them", len(dead), dead[0]))
	}
	return err == nil
}

// decide changes entries in the store that decides, then, where that is the shared one,
// in the local copy.
func (o *Outbox) decide(ctx context.Context, d *desk, keys []string, apply change) error {
	o.mu.Lock()
	in := o.deciding()
	o.mu.Unlock()
	changed := map[string]entry{}
	err := o.change(ctx, in, d, keys, func(key string, now entry) (entry, bool) {
		next, other := apply(key, now)
		if changed[key] = next; !other {
			delete(changed, key)
		}
		return next, other
	})
	if in == o.Shared && err == nil && len(changed) > 0 {
		// What the local copy does not take it gets when both are compared.
		if localErr := o.change(ctx, o.local, d, keysOf(changed), merging(func(key string) entry { return changed[key] })); localErr != nil {
			o.noteStored(ctx, localErr)
			o.mu.Lock()
			d.compare = true
			o.mu.Unlock()
		}
	}
	if err != nil {
		o.noteStored(ctx, err)
	}
	return err
}

// tellSome tells a destination some notices of a station, as far as what is served agrees.
// It returns false where it is not to go on.
func (o *Outbox) tellSome(ctx context.Context, w *worker, d *desk, picked map[string]entry, from Sources) bool {
	served, ok := from.Served(d.ID)
	if !ok {
		return false
	}
	agreed, disagreed := o.agreeing(w, served, picked)
	if len(disagreed) > 0 {
		if o.decide(ctx, d, keysOf(disagreed), func(key string, e entry) (entry, bool) {
			return e.over(stageDropped), e == disagreed[key]
		}) != nil {
			return false
		}
		o.counts.add(w.Name(), d.ID, outcomeOutdated, len(disagreed))
	}
	if len(agreed) == 0 {
		return true
	}
	if !o.allowed(ctx, w) {
		return false
	}
	claimed := map[string]entry{}
	now := time.Now().UnixMilli()
	if o.decide(ctx, d, keysOf(agreed), func(key string, e entry) (entry, bool) {
		delete(claimed, key)
		if e != agreed[key] {
			return e, false
		}
		claimed[key] = e.claimed(o.token, now)
		return claimed[key], true
	}) != nil {
		return false
	}
	if len(claimed) == 0 {
		return true // others were quicker
	}
	o.send(ctx, w, d, served, claimed)
	return true
}

// agreeing returns the entries that the served edition agrees with, and those that it does
// not. What it does not know is held back until there is another one.
func (o *Outbox) agreeing(w *worker, served *edition.Edition, picked map[string]entry) (agreed, disagreed map[string]entry) {
	wanted := map[string]time.Time{}
	for _, e := range picked {
		if e.Path == "" {
			wanted[e.ID] = time.UnixMilli(e.Published)
		}
	}
	found, unknown, err := served.Look(wanted)
	agreed, disagreed = map[string]entry{}, map[string]entry{}
	o.mu.Lock()
	defer o.mu.Unlock()
	held := map[string]time.Time{}
	for key, e := range picked {
		a, there := found[e.ID]
		switch {
		case e.Path != "": // it is another one, whichever it is by now
			agreed[key] = e
		case err != nil || unknown[e.ID]:
			held[key] = served.Watermark()
		case there != e.Gone && (e.Gone || Version(a) == e.Version):
			agreed[key] = e
		default:
			disagreed[key] = e
		}
	}
	for key, at := range w.held {
		if at.Equal(served.Watermark()) {
			held[key] = at
		}
	}
	w.held = held
	return agreed, disagreed
}

// send sends what was claimed, and stores what became of it.
func (o *Outbox) send(ctx context.Context, w *worker, d *desk, served *edition.Edition, claimed map[string]entry) {
	keys := keysOf(claimed)
	slices.SortFunc(keys, func(a, b string) int {
		x, y := claimed[a], claimed[b]
		return cmp.Or(cmp.Compare(y.Published, x.Published), cmp.Compare(y.Seen, x.Seen), cmp.Compare(a, b))
	})
	notices := make([]Notice, len(keys))
	for i, key := range keys {
		notices[i] = claimed[key].notice()
		if path := notices[i].Path; path != "" {
			_, there := served.Document(path)
			notices[i].Gone = !there
		}
	}
	answer := o.ask(ctx, w, d, served, notices)
	now := time.Now()
	outcomes := map[string]Outcome{}
	for i, key := range keys {
		outcomes[key] = answer.Outcomes[i]
		o.counts.add(w.Name(), d.ID, answer.Outcomes[i].String(), 1)
	}
	stored := context.WithoutCancel(ctx)
	apply := func(key string, e entry) (entry, bool) {
		next := e.settled(claimed[key], outcomes[key], w.policy, now.UnixMilli())
		return next, next != e
	}
	if o.decide(stored, d, keys, apply) != nil {
		o.store(stored, d, keys, apply)
	}
	o.answered(stored, w, d, answer, now)
}

// ask calls Send, in bounded time. It goes on for a while when ctx ends.
func (o *Outbox) ask(ctx context.Context, w *worker, d *desk, served *edition.Edition, notices []Notice) (answer Answer) {
	open, stop := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopTime, stop) })()
	defer func() {
		if fault := recover(); fault != nil {
			answer = Answer{Err: fmt.Errorf("panic: %v", fault)}
		}
		if len(answer.Outcomes) == len(notices) {
			return
		}
		unknown := Retry
		if w.policy.Once {
			unknown = Dropped
		}
		answer.Outcomes = slices.Repeat([]Outcome{unknown}, len(notices))
		answer.Err = cmp.Or(answer.Err, errors.New("no outcome"))
	}()
	return w.Send(open, d.Station, served, notices)
}

// String returns the outcome as the metrics have it.
func (o Outcome) String() string { return [...]string{"told", "retry", "dropped"}[o] }

// newestOf returns the n-th newest of some moments.
func newestOf(moments []int64, n int) int64 {
	slices.SortFunc(moments, func(a, b int64) int { return cmp.Compare(b, a) })
	return moments[n-1]
}
