package push

import (
	"sync"
	"time"
)

// What becomes of a notice without that it is sent, in the metrics.
const (
	outcomeOutdated = "outdated" // what is served is another version
	outcomeUnknown  = "unknown"  // of a destination that is told once; the process was ended meanwhile
	outcomeDead     = "dead"
)

// Outcomes are what becomes of notices, as the metrics have it.
func Outcomes() []string {
	return []string{Told.String(), Retry.String(), Dropped.String(), outcomeOutdated, outcomeUnknown, outcomeDead}
}

// counts counts what became of notices since the process began.
type counts struct {
	mu   sync.Mutex
	all  map[[2]string]int64 // by destination and outcome
	told map[[2]string]last  // by destination and station
}

type last struct {
	times int64
	at    time.Time
}

func newCounts() *counts { return &counts{all: map[[2]string]int64{}, told: map[[2]string]last{}} }

func (c *counts) add(destination, station, outcome string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all[[2]string{destination, outcome}] += int64(n)
	if outcome == Told.String() {
		key := [2]string{destination, station}
		c.told[key] = last{c.told[key].times + int64(n), time.Now()}
	}
}

// of returns the counts of a destination by outcome.
func (c *counts) of(destination string) map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	counted := map[string]int64{}
	for _, outcome := range Outcomes() {
		counted[outcome] = c.all[[2]string{destination, outcome}]
	}
	return counted
}

// toldOf returns how often a destination was told of a station, and when it last was.
func (c *counts) toldOf(destination, station string) (int64, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.told[[2]string{destination, station}]
	return l.times, l.at
}
