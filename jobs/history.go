package jobs

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Cause is why a run was asked for.
type Cause string

// The causes.
const (
	AtStart        Cause = "start"
	BySchedule     Cause = "schedule"
	ByBacklog      Cause = "backlog"         // the run before left some
	ByClock        Cause = "clock"           // an embargo ended, an article left the news, or the clock was set
	ByRequest      Cause = "request"         // at the admin listener: a refresh or a webhook
	ByArticles     Cause = "articles posted" // at the admin listener
	ByNotification Cause = "notification"    // of the content store
	BySource       Cause = "source"          // which has stored something
	ByOffer        Cause = "another store"   // whose articles an `all` station shows
)

// Phase is a part of a run.
type Phase struct {
	Name     string
	Duration time.Duration
}

// maxPublished is how many stations a run names.
const maxPublished = 10

// Account is what a run did.
type Account struct {
	Phases    []Phase
	Published []string // ids of the first stations that were published
	Stations  int      // how many were
	Changed   int      // documents that were not so in the editions before
}

// note takes an account while a run goes on.
type note struct {
	mu sync.Mutex
	Account
	published map[string]bool // by the id of the station, which may be so twice: what is new goes first
}

type noteKey struct{}

// noteOf returns where a run's account is taken; of what is no run, one that nobody reads.
func noteOf(ctx context.Context) *note {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n
	}
	return new(note)
}

// phase notes a phase that has ended.
func (n *note) phase(name string, began time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Phases = append(n.Phases, Phase{name, time.Since(began)})
}

// built notes what became of a station.
func (n *note) built(r *Report) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !r.Published {
		return
	}
	if n.published == nil {
		n.published = map[string]bool{}
	}
	n.published[r.Station.ID] = true
	n.Changed += r.Changed
}

// account returns what was noted, the stations in the order of their ids.
func (n *note) account() Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.Account
	a.Phases, a.Published, a.Stations = slices.Clone(a.Phases), slices.Sorted(maps.Keys(n.published)), len(n.published)
	a.Published = a.Published[:min(a.Stations, maxPublished)]
	return a
}

// maxRuns is how many runs a history has.
const maxRuns = 50

// History is the last runs of all tasks. Its zero value is empty. It is safe for
// concurrent use.
type History struct {
	mu   sync.Mutex
	runs []Past // the last one at the end
}

// Past is a run that has ended, or several in a row that found nothing to do.
type Past struct {
	Task string
	Run
	Times int // how many they were
}

// Add adds a run. One that has published nothing takes the place of the one before of the
// task and cause, if that has not either: an idle night leaves the evening to be seen.
func (h *History) Add(task string, r Run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	past := Past{task, r, 1}
	for i, p := range slices.Backward(h.runs) {
		if p.Task != task {
			continue
		}
		if p.idle() && past.idle() && p.Cause == past.Cause {
			past.Times += p.Times
			h.runs = slices.Delete(h.runs, i, i+1)
		}
		break
	}
	h.runs = append(h.runs, past)
	if len(h.runs) > maxRuns {
		h.runs = slices.Delete(h.runs, 0, len(h.runs)-maxRuns)
	}
}

func (p Past) idle() bool { return p.Err == nil && !p.Stopped && p.Stations == 0 }

// Runs returns the last runs, the newest first.
func (h *History) Runs() []Past {
	h.mu.Lock()
	defer h.mu.Unlock()
	runs := slices.Clone(h.runs)
	slices.Reverse(runs)
	return runs
}

// causes are why the next run was asked for.
type causes struct {
	mu  sync.Mutex
	all []string
}

// add adds one, and reports whether it is the first.
func (c *causes) add(cause Cause) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.all, string(cause)) {
		return false
	}
	c.all = append(c.all, string(cause))
	return len(c.all) == 1
}

// take returns them as one, and forgets them.
func (c *causes) take() Cause {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.all
	c.all = nil
	return Cause(strings.Join(all, ", "))
}
