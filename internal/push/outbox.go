package push

import (
	"crypto/rand"
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
	Dir          string                          // of the local copy
	Shared       store.Swapper                   // of all processes; nil: there is one process
	Delay        time.Duration                   // how long after an edition is served here others are told of it
	Window       time.Duration                   // articles that are older are told to nobody
	Burst        int                             // articles of an edition at most, the newest
	Config       func(destination string) string // identifies a destination's configuration
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
	sent    map[string]string  // by rate, without a shared store; see oneMore
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
	led       bool             // this process told others of it then
	tidied    time.Time        // when what is over was last removed
}

// New returns an outbox. Nothing is read or written yet.
func New(log *slog.Logger, options Options) *Outbox {
	files := newLocal(log, options.Dir)
	o := &Outbox{
		Options: options, log: log, files: files, local: newPatient(files), conditions: condition.New(log), counts: newCounts(), token: rand.Text(), wake: make(chan struct{}, 1),
		desks: map[string]*desk{}, workers: map[string]*worker{}, states: map[string]state{}, sent: map[string]string{},
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
