package push

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"feedstation/internal/store"
)

// change is what becomes of an entry (zero: there is none), and whether that is another
// one.
type change func(key string, now entry) (next entry, changed bool)

// unsaved is what no store has taken.
type unsaved struct {
	*desk
	keys  []string
	apply change
}

// note stores entries, but for those that are needless beside what is there now, in the
// local copy first: what is published is published after that. What no store takes is
// stored later.
func (o *Outbox) note(ctx context.Context, d *desk, entries map[string]entry, needless func(key string, now entry) bool) {
	if len(entries) == 0 {
		return
	}
	o.store(ctx, d, keysOf(entries), func(key string, now entry) (entry, bool) {
		if needless(key, now) {
			return now, false
		}
		next := now.noted(entries[key])
		return next, next != now
	})
	o.poke()
}

// store changes entries in both stores. Where the shared one can't be asked it is compared
// with the local copy once it can; where neither can, it is done again.
func (o *Outbox) store(ctx context.Context, d *desk, keys []string, apply change) {
	localErr := o.change(ctx, o.local, d, keys, apply)
	o.mu.Lock()
	away := o.away
	o.mu.Unlock()
	var sharedErr error
	if o.Shared != nil && !away {
		sharedErr = o.change(ctx, o.Shared, d, keys, apply)
	}
	lacks := o.Shared != nil && (away || sharedErr != nil)
	if lacks && localErr == nil {
		localErr = o.flag(ctx, d, keys, true)
	}
	o.noteStored(ctx, errors.Join(localErr, sharedErr))
	o.mu.Lock()
	defer o.mu.Unlock()
	if sharedErr != nil {
		o.away = true
	}
	d.compare = d.compare || lacks // the local copy has it
	if localErr != nil && (o.Shared == nil || lacks) {
		o.unsaved = append(o.unsaved, unsaved{d, keys, apply})
	}
}

// flag has the local copy find entries that are over among those that are pending, because
// the shared store lacks them, or no longer.
func (o *Outbox) flag(ctx context.Context, d *desk, keys []string, lacked bool) error {
	texts, err := o.local.Texts(ctx, d.ID, keys)
	if err != nil {
		return err
	}
	var swaps []store.Swap
	for i, key := range keys {
		if e := parseEntry(texts[i]); e.Stage != "" && !e.Stage.pending() {
			swaps = append(swaps, store.Swap{Key: key, Old: texts[i], New: texts[i], Pending: lacked})
		}
	}
	if len(swaps) == 0 {
		return nil
	}
	_, _, _, err = o.local.Swap(ctx, d.ID, swaps)
	return err
}

func (o *Outbox) noteStored(ctx context.Context, err error) {
	if ctx.Err() == nil && !errors.Is(err, errLate) {
		o.conditions.Note(notStored, "", err)
	}
}

// chunk is how many entries are stored at once.
const chunk = 500

// maxRaces is how often a text is written again that others change meanwhile.
const maxRaces = 20

// change changes the entries of some keys in a store, each by what it is there: apply
// returns what it becomes (zero: nothing), and whether that is another one.
func (o *Outbox) change(ctx context.Context, in store.Swapper, d *desk, keys []string, apply change) error {
	for part := range slices.Chunk(keys, chunk) {
		for race := 0; len(part) > 0; race++ {
			if race == maxRaces {
				return fmt.Errorf("outbox of %s: others change the same again and again", d.ID)
			}
			var err error
			if part, err = o.changeOnce(ctx, in, d, part, apply); err != nil {
				return err
			}
		}
	}
	return nil
}

// changeOnce returns the keys that others have changed meanwhile.
func (o *Outbox) changeOnce(ctx context.Context, in store.Swapper, d *desk, keys []string, apply change) (raced []string, err error) {
	texts, err := in.Texts(ctx, d.ID, keys)
	if err != nil {
		return nil, err
	}
	var swaps []store.Swap
	var entries []entry
	for i, key := range keys {
		next, changed := apply(key, parseEntry(texts[i]))
		if !changed {
			continue
		}
		swaps = append(swaps, store.Swap{Key: key, Old: texts[i], New: next.text(), Pending: next.Stage.pending()})
		entries = append(entries, next)
	}
	made, err := o.swap(ctx, in, d, swaps, entries)
	if err != nil {
		return nil, err
	}
	for i, s := range swaps {
		if !made[i] {
			raced = append(raced, s.Key)
		}
	}
	return raced, nil
}

// swap makes swaps in a store, and what this process knows of it follows.
func (o *Outbox) swap(ctx context.Context, in store.Swapper, d *desk, swaps []store.Swap, entries []entry) ([]bool, error) {
	if len(swaps) == 0 {
		return nil, nil
	}
	made, before, after, err := in.Swap(ctx, d.ID, swaps)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if in == store.Swapper(o.local) && d.localMark == before {
		d.localMark = after
	}
	if in != o.deciding() {
		return made, nil
	}
	if d.mark == before {
		d.mark = after
	}
	for i, s := range swaps {
		switch {
		case !made[i]:
		case s.Pending:
			d.pending[s.Key] = entries[i]
		default:
			delete(d.pending, s.Key)
		}
	}
	return made, nil
}

// deciding returns the store that decides; o.mu is held.
func (o *Outbox) deciding() store.Swapper {
	if o.Shared != nil && !o.away {
		return o.Shared
	}
	return o.local
}
