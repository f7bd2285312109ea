package push

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/store"
)

// Options is what an outbox is made of.
type Options struct {
	Network      *network.Network
	Destinations []Destination
	Dir          string        // of the local copy
	Shared       store.Swapper // of all processes; nil: there is one process
	Delay        time.Duration // how long after an edition is served here others are told of it
	Window       time.Duration // articles that are older are told to nobody
	Burst        int           // articles of an edition at most, the newest
	Config       string        // identifies the configuration of the destinations
}

// Outbox has what others have yet to be told. What an edition changes is noted before it is
// published, in the local copy and, where there is one, in the store that all processes
// share, which decides: one process alone tells it. The local copy has what this process
// noted, and what it told, for when the shared one is emptied. It is safe for concurrent
// use.
type Outbox struct {
	Options
	log        *slog.Logger
	files      *local
	local      *patient
	conditions *condition.Set
	token      string // of this process's claims
	wake       chan struct{}
	counts     *counts
	running    sync.WaitGroup // of workers

	mu      sync.Mutex
	desks   map[string]*desk   // by station
	workers map[string]*worker // by destination
	away    bool               // the shared store did not answer; who syncs asks it again
	states  map[string]state   // of destinations, as they are stored, see stateKey
	mark    store.Mark         // of these
	unsaved []unsaved
}

// desk is what is known of a station.
type desk struct {
	*network.Station
	pending   map[string]entry
	mark      store.Mark       // by which these were read, of the store that decides
	localMark store.Mark       // as this process has left it
	epoch     string           // of the shared store, when the local copy was compared with it
	compare   bool             // the two have to be compared
	served    []moment         // the editions that were served here, the newest last
	shown     *edition.Edition // the last of them, as it is served
	tidied    time.Time        // when what is over was last removed
}

// moment is since when an edition is served here, under a pin; see pinnedAt.
type moment struct {
	watermark time.Time
	pinned    int64
	since     time.Time
}

// change is what becomes of an entry (zero: there is none), and whether that is another
// one.
type change func(key string, now entry) (next entry, changed bool)

// unsaved is what no store has taken.
type unsaved struct {
	*desk
	keys  []string
	apply change
}

// New returns an outbox. Nothing is read or written yet.
func New(log *slog.Logger, options Options) *Outbox {
	files := newLocal(log, options.Dir)
	o := &Outbox{
		Options: options, log: log, files: files, local: newPatient(files), conditions: condition.New(log), counts: newCounts(), token: rand.Text(), wake: make(chan struct{}, 1),
		desks: map[string]*desk{}, workers: map[string]*worker{}, states: map[string]state{},
	}
	for _, s := range options.Network.Stations {
		o.desks[s.ID] = &desk{Station: s, pending: map[string]entry{}, compare: true}
	}
	for _, d := range options.Destinations {
		o.workers[d.Name()] = &worker{Destination: d, policy: complete(d.Policy())}
	}
	return o
}

// Close closes the local copy's part, of which nothing is under way any more. A nil Outbox
// has nothing to close.
func (o *Outbox) Close() error {
	if o == nil {
		return nil
	}
	return o.files.close()
}

// Succeed takes over what another outbox of this process could store nowhere. Either may
// be nil.
func (o *Outbox) Succeed(before *Outbox) {
	if o == nil || before == nil {
		return
	}
	before.mu.Lock()
	left := before.unsaved
	before.unsaved = nil
	before.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, u := range left {
		if u.desk = o.desks[u.ID]; u.desk != nil {
			o.unsaved = append(o.unsaved, u)
		}
	}
}

// Conditions returns what is wrong; of a nil Outbox nothing is.
func (o *Outbox) Conditions() []condition.Condition {
	if o == nil {
		return nil
	}
	return o.conditions.All()
}

// What can be wrong. Of a destination it is no fault of a station: that is served.
var (
	notStored = condition.Kind{
		Level: slog.LevelError, Component: "outbox", State: "not writable",
		Began: "outbox not writable, others are told later", Cleared: "outbox writable again",
	}
	isPaused = condition.Kind{
		Level: slog.LevelWarn, Component: "push", State: "paused", Errors: true,
		Began: "pushing paused", Cleared: "pushing again",
	}
	isBroken = condition.Kind{
		Level: slog.LevelWarn, Component: "push", State: "broken", Errors: true,
		Began: "pushing stopped until its configuration changes", Cleared: "pushing again",
	}
	isDead = condition.Kind{
		Level: slog.LevelWarn, Component: "push", State: "dead",
		Began: "notices given up, nobody took them in time", Cleared: "notices are taken again",
	}
)

// of returns a kind of condition as that of a destination.
func of(k condition.Kind, destination string) condition.Kind {
	k.Component = "push " + destination
	return k
}

// Note notes what an edition that is about to be published changes of the one before it,
// and of what is served under a pin. It is no error of the edition where that fails: it is
// noted later. Where the two are for other addresses, nothing is, and where they are made by
// other configurations or versions of the program, only those are told that always are: all
// would be another one. These hear of documents what [Outbox.Switch] notes while an earlier
// edition is served.
func (o *Outbox) Note(ctx context.Context, before, after *edition.Edition, diff edition.Difference, pin store.Pin) {
	d := o.desks[after.Station()]
	if d == nil || before.URL() != after.URL() {
		return
	}
	now := time.Now()
	change := Change{Station: d.Station, Before: before, After: after, Difference: o.bounded(diff, now)}
	entries := map[string]entry{}
	old := map[string]bool{} // keys of what left that is told only where it was told before
	for _, destination := range o.Destinations {
		always := destination.Policy().Always
		if before.Build() != after.Build() && !always {
			continue
		}
		for _, n := range destination.Notices(change) {
			if always && n.Path != "" && !pin.Watermark.IsZero() {
				continue
			}
			n.Seen = after.Watermark()
			key := keyOf(destination.Name(), n.Address)
			entries[key] = newEntry(n, before.Watermark(), now.UnixMilli()).under(pinnedAt(pin), destination.Policy())
			if n.Gone && n.Path == "" && !slices.ContainsFunc(change.Left, func(a edition.Article) bool { return a.ID == n.ID && o.isRecent(a, now) }) {
				old[key] = true
			}
		}
	}
	if len(entries) > 0 {
		o.note(ctx, d, entries, old)
	}
}

// Switch notes which documents differ between an edition that is served and one that is about
// to be, or is, in its place under a pin, of which no article is news: only those are told
// that always are, of all of it, whatever they were told before.
func (o *Outbox) Switch(ctx context.Context, before, after *edition.Edition, pin store.Pin) {
	d := o.desks[after.Station()]
	change := Change{Before: before, After: after, Difference: edition.Difference{Paths: edition.ChangedPaths(before, after)}}
	if d == nil || len(change.Paths) == 0 {
		return
	}
	change.Station = d.Station
	now := time.Now()
	base := now
	for _, e := range []*edition.Edition{before, after} { // the content store's clock may be ahead
		if e.Watermark().After(base) {
			base = e.Watermark()
		}
	}
	entries := map[string]entry{}
	for _, destination := range o.Destinations {
		if !destination.Policy().Always {
			continue
		}
		for _, n := range destination.Notices(change) {
			n.Seen = after.Watermark()
			entries[keyOf(destination.Name(), n.Address)] = newEntry(n, base, now.UnixMilli()).under(pinnedAt(pin), destination.Policy())
		}
	}
	if len(entries) > 0 {
		o.note(ctx, d, entries, nil)
	}
}

// bounded returns a difference without the articles that others are not told of.
func (o *Outbox) bounded(diff edition.Difference, now time.Time) edition.Difference {
	recent := func(all []edition.Article) []edition.Article {
		return slices.DeleteFunc(slices.Clone(all), func(a edition.Article) bool { return !o.isRecent(a, now) })
	}
	diff.Came, diff.Changed = recent(diff.Came), recent(diff.Changed)
	if len(diff.Came)+len(diff.Changed)+len(diff.Left) <= o.Burst {
		return diff
	}
	var times []time.Time
	for _, all := range [][]edition.Article{diff.Came, diff.Changed, diff.Left} {
		for _, a := range all {
			times = append(times, a.Updated)
		}
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	left := o.Burst
	newest := func(all []edition.Article) (some []edition.Article) {
		all = slices.SortedStableFunc(slices.Values(all), func(a, b edition.Article) int { return b.Updated.Compare(a.Updated) })
		for _, a := range all {
			if left > 0 && !a.Updated.Before(times[o.Burst-1]) {
				some, left = append(some, a), left-1
			}
		}
		slices.SortFunc(some, func(a, b edition.Article) int { return cmp.Compare(a.ID, b.ID) })
		return some
	}
	diff.Left, diff.Came, diff.Changed = newest(diff.Left), newest(diff.Came), newest(diff.Changed)
	return diff
}

func (o *Outbox) isRecent(a edition.Article, now time.Time) bool {
	return now.Sub(a.Updated) <= o.Window
}

// note stores entries, in the local copy first: what is published is published after
// that. What no store takes is stored later.
func (o *Outbox) note(ctx context.Context, d *desk, entries map[string]entry, old map[string]bool) {
	o.store(ctx, d, keysOf(entries), func(key string, now entry) (entry, bool) {
		if old[key] && now.Told.At == 0 && !now.Stage.pending() {
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

// poke has the sender look at once.
func (o *Outbox) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func keysOf[T any](all map[string]T) []string {
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
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
