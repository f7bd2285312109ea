package websub

import (
	"context"
	"hash/maphash"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push/client"
)

// Editions is where what is delivered comes from.
type Editions interface {
	// Served returns the edition of a station that clients are served.
	Served(station string) (*edition.Edition, bool)
}

// Sharer is where the processes of a network share subscriptions; Redis is.
type Sharer interface {
	// Subscriptions returns the fields that are stored of a station.
	Subscriptions(ctx context.Context, station string) (map[string]string, error)
	// StoreSubscriptions stores fields of a station, and removes others.
	StoreSubscriptions(ctx context.Context, station string, fields map[string]string, remove []string) error
}

// Settings are what a hub works with. They do not change.
type Settings struct {
	Network *network.Network
	Own     bool // the stations have hubs; false: whoever subscribed before is told that they have none
	// Editions and Leads are those of the process: who leads a station delivers. Builds is
	// whether it leads any.
	Editions    Editions
	Leads       func(station string) bool
	Builds      bool
	Subscribers int            // of a station at most
	Lease       time.Duration  // that is granted to who asks for none
	Delay       time.Duration  // after which every process serves an edition
	Folder      *Folder        // in the local copy
	Shared      Sharer         // nil: this process is the only one
	Close       func()         // of Shared; nil: nothing is to be closed
	Client      *client.Client // for callbacks, see NewClient
}

// Hub is the hubs of all stations. It lives as long as the process.
type Hub struct {
	log        *slog.Logger
	conditions *condition.Set
	seed       maphash.Seed
	every      time.Duration // see tick
	requests   *rate.Limiter
	counts     counts

	settings atomic.Pointer[Settings]
	coming   atomic.Pointer[Settings] // those that Run takes next
	wake     chan struct{}
	work     sync.WaitGroup // requests to callbacks

	mu       sync.Mutex
	desks    map[string]*desk // by station
	pending  []*request       // in the order in which they came
	hosts    map[string]*host
	checking int // verifications that are being made
	queue    queue
	away     time.Time           // the shared store is not asked before
	silent   map[string]struct{} // hosts that gave no answer since any did
	listed   bool                // stations that publish no more have been looked for
	stopping bool
}

// counts are what has become of requests to callbacks since the process began.
type counts struct{ verified, refused, unanswered, delivered, failed, gone atomic.Int64 }

// Counts are those of a hub, by outcome.
type Counts struct {
	Verifications, Deliveries map[string]int64
}

// New returns a hub that has nothing to do before it is set.
func New(log *slog.Logger) *Hub {
	return &Hub{
		log: log.With("component", "websub"), conditions: condition.New(log), seed: maphash.MakeSeed(), every: tick, requests: rate.NewLimiter(requestsPerSecond, requestsPerSecond),
		wake: make(chan struct{}, 1), desks: map[string]*desk{}, hosts: map[string]*host{}, queue: newQueue(), silent: map[string]struct{}{},
	}
}

// Set has the hub work with other settings from now on. What has been agreed stays.
func (h *Hub) Set(s Settings) {
	if before := h.coming.Swap(&s); before != nil {
		before.close()
	}
	h.kick()
}

func (s *Settings) close() {
	if s.Close != nil {
		s.Close()
	}
}

// takeSettings takes the settings that Set has left.
func (h *Hub) takeSettings() {
	s := h.coming.Swap(nil)
	if s == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	desks := map[string]*desk{}
	for _, station := range s.Network.Stations {
		desks[station.ID] = h.desks[station.ID].succeed(station, s.Own)
	}
	for id, d := range h.desks {
		if desks[id] == nil && len(d.all) > 0 { // a station that publishes no more
			desks[id] = d.succeed(nil, false)
		}
	}
	h.desks, h.away, h.listed = desks, time.Time{}, false
	if before := h.settings.Swap(s); before != nil {
		before.close()
	}
}

// kick has the hub look at what there is to do.
func (h *Hub) kick() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Conditions returns what is wrong.
func (h *Hub) Conditions() []condition.Condition { return h.conditions.All() }

// Subscribers returns how many subscriptions there are, by station; nil: there is no hub.
func (h *Hub) Subscribers() map[string]int {
	s := h.settings.Load()
	if s == nil || !s.Own {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	now, all := time.Now(), map[string]int{}
	for _, station := range s.Network.Stations {
		all[station.ID] = h.desks[station.ID].count(now)
	}
	return all
}

// Counts returns what has become of requests to callbacks since the process began; nil:
// there is no hub.
func (h *Hub) Counts() *Counts {
	if s := h.settings.Load(); s == nil || !s.Own {
		return nil
	}
	c := &h.counts
	return &Counts{
		Verifications: map[string]int64{"verified": c.verified.Load(), "refused": c.refused.Load(), "unanswered": c.unanswered.Load()},
		Deliveries:    map[string]int64{"delivered": c.delivered.Load(), "failed": c.failed.Load(), "gone": c.gone.Load()},
	}
}

const (
	// tick is how often it is looked whether another edition is served.
	tick = 100 * time.Millisecond
	// finishTime is what requests that have begun are given when the process ends.
	finishTime = 3 * time.Second
)

// Run verifies and delivers until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ticker := time.NewTicker(h.every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		h.takeSettings()
		var next <-chan time.Time // none, where there is no hub and was none
		if s := h.settings.Load(); s != nil && h.step(ctx, sending, s) {
			next = ticker.C
		}
		select {
		case <-ctx.Done():
		case <-next:
		case <-h.wake:
		}
	}
	h.finish(stop)
}

// finish waits for the requests that have begun, and keeps what they say.
func (h *Hub) finish(stop context.CancelFunc) {
	defer time.AfterFunc(finishTime, stop).Stop()
	h.mu.Lock()
	h.stopping = true
	h.mu.Unlock()
	h.work.Wait()
	s := h.settings.Load()
	if s == nil {
		s = &Settings{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), finishTime)
	defer cancel()
	for id, d := range h.all() {
		h.keep(ctx, s, id, d, true)
	}
	s.close()
	if s := h.coming.Load(); s != nil {
		s.close()
	}
}

// step does what is to be done at this moment. It reports whether there can be more.
func (h *Hub) step(ctx, sending context.Context, s *Settings) (more bool) {
	h.list(s)
	for id, d := range h.all() {
		h.load(s, id, d)
		leads := s.leads(d, id)
		h.mu.Lock()
		if more = more || len(d.all) > 0; !leads {
			d.edition = nil // whose place others may take
		}
		h.mu.Unlock()
		if h.inStep(ctx, s, id, d, leads) && leads {
			h.scan(s, id, d)
		}
		h.keep(ctx, s, id, d, false)
	}
	h.verifyPending(sending, s)
	h.dispatch(sending)
	return more || s.Own
}

// leads reports whether this process delivers for a station. Nobody leads one that
// publishes no more.
func (s *Settings) leads(d *desk, id string) bool {
	return s.Builds && (d.station == nil || s.Leads(id))
}

// all returns the desks, by station.
func (h *Hub) all() map[string]*desk {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make(map[string]*desk, len(h.desks))
	maps.Copy(all, h.desks)
	return all
}
