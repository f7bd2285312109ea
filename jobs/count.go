package jobs

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"feedstation/internal/article"
	"feedstation/internal/press"
)

// Outcome is what became of a station that was built.
type Outcome string

// The outcomes.
const (
	Published Outcome = "published"
	Unchanged Outcome = "unchanged" // as it is already
	Overtaken Outcome = "overtaken" // another process was quicker
	Refused   Outcome = "refused"   // by the gate
	Failed    Outcome = "failed"
)

// Outcomes are all outcomes.
func Outcomes() []Outcome { return []Outcome{Published, Unchanged, Overtaken, Refused, Failed} }

// Fault is why a content store could not be asked.
type Fault string

// The faults.
const (
	FaultBehind  Fault = "behind"  // it has gone back, see [BehindError]
	FaultTimeout Fault = "timeout" // it did not answer in time
	FaultNetwork Fault = "network" // it can't be reached, or hung up
	FaultAnswer  Fault = "answer"  // it answered with an error, or can't be opened
)

// Faults are all faults.
func Faults() []Fault { return []Fault{FaultBehind, FaultTimeout, FaultNetwork, FaultAnswer} }

// counts are what has happened since the conductor was made.
type counts struct {
	published map[Outcome]int64
	faults    map[Fault]int64
	// quarantined are, by station and id, why its documents lack articles that can't be
	// published.
	quarantined map[string]map[string]article.RowError
}

func newCounts() counts {
	return counts{map[Outcome]int64{}, map[Fault]int64{}, map[string]map[string]article.RowError{}}
}

// Published returns how often a station was built, by what became of it.
func (c *Conductor) Published() map[Outcome]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts.published)
}

// Faults returns how often the content store could not be asked what has changed, by
// why.
func (c *Conductor) Faults() map[Fault]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts.faults)
}

// Quarantined returns how many articles a station's documents lack because they can't be
// published, of those whose rows were read since the process began: until the row
// changes, or the whole station is built. It counts up to 1000.
func (c *Conductor) Quarantined(station string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.counts.quarantined[station])
}

// Quarantine returns why the articles of [Conductor.Quarantined] can't be published, in
// the order of their ids.
func (c *Conductor) Quarantine(station string) []article.RowError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.SortedFunc(maps.Values(c.counts.quarantined[station]), func(a, b article.RowError) int { return strings.Compare(a.ID, b.ID) })
}

// Refused reports whether the gate keeps the station's next edition from being published.
func (c *Conductor) Refused(station string) bool {
	why, ok := c.conditions.Get(notBuilt, station)
	return ok && press.IsRefused(why.Err)
}

// count counts a station that was built, unless the run was given up.
func (c *Conductor) count(ctx context.Context, r *result) {
	outcome := Unchanged
	switch {
	case r.Err != nil && errors.Is(ctx.Err(), context.Canceled):
		return
	case press.IsRefused(r.Err):
		outcome = Refused
	case r.Err != nil:
		outcome = Failed
	case r.Late:
		outcome = Overtaken
	case r.Published:
		outcome = Published
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.published[outcome]++
}

// countFault counts that the store could not be asked; nil: it could.
func (c *Conductor) countFault(ctx context.Context, err error) {
	if err == nil || errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.faults[faultOf(err)]++
}

func faultOf(err error) Fault {
	_, behind := errors.AsType[*BehindError](err)
	timeout, late := errors.AsType[net.Error](err)
	_, network := errors.AsType[*net.OpError](err)
	_, name := errors.AsType[*net.DNSError](err)
	switch {
	case behind:
		return FaultBehind
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), late && timeout.Timeout():
		return FaultTimeout
	case network, name, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return FaultNetwork
	}
	return FaultAnswer
}

// quarantine notes which articles the station's documents lack now.
func (c *Conductor) quarantine(r *result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	articles := c.counts.quarantined[r.Station.ID]
	if articles == nil || r.work.Everything {
		articles = map[string]article.RowError{}
		c.counts.quarantined[r.Station.ID] = articles
	}
	for id := range r.work.Articles {
		delete(articles, id)
	}
	for _, fault := range r.leftOut {
		if len(articles) < maxLeftOut {
			articles[fault.ID] = fault
		}
	}
}
