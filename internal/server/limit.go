package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/condition"
)

// How many connections the listeners have open at most: the public one as many
// as the process may have files, less some for all else that it opens; a quarter
// of these the admin listener.
const (
	maxConnections = 10_000
	otherFiles     = 256
	adminShare     = 4
)

// tooMany is the condition of a listener until a tenth of its limit is free again.
var tooMany = condition.Kind{
	Level: slog.LevelWarn, Component: "server", State: "full",
	Began: "at the limit of connections, closing those longest without a request", Cleared: "below the limit of connections again",
}

var errLimit = errors.New("as many connections as are allowed")

// connections bounds the connections of a listener. Its track is an
// http.Server's ConnState.
//
// At the limit a newcomer gets the place of the connection on which nothing has
// been asked for the longest time, be it silent, in the middle of a header or
// idle. Who holds connections to keep others out thus loses them first, while
// one that is used stays; to let newcomers wait, or to turn them away, would do
// what a flood is for. An answer is cut off only when no connection is without
// one, and only after its first minute.
type connections struct {
	log        *slog.Logger
	conditions *condition.Set
	limit      int
	all        *atomic.Int64 // those of all servers that count here
	begun      time.Time
	held       sync.Map // of *holding by net.Conn

	mu   sync.Mutex
	open int
	next []rank // to be closed, as far as they still wait
}

// holding is a connection in its present state. A request costs it two atomic
// writes.
type holding struct {
	conn  net.Conn
	since atomic.Int64 // in nanoseconds after the beginning, negative while it is answered, 0 when it is over
	asked atomic.Bool  // a request has begun on it
}

// rank is a holding as it was.
type rank struct {
	*holding
	as int64
}

// newConnections returns an empty set. All may be nil.
func newConnections(log *slog.Logger, limit int, all *atomic.Int64) *connections {
	return &connections{log: log, conditions: condition.New(log), limit: limit, all: cmp.Or(all, new(atomic.Int64)), begun: time.Now()}
}

// now is never 0.
func (c *connections) now() int64 { return int64(time.Since(c.begun)) + 1 }

// track follows a connection's states. For net/http one is new until its first
// header is complete, then active until the answer is written, then idle.
func (c *connections) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.admit(conn)
	case http.StateActive:
		c.mark(conn, -c.now())
	case http.StateIdle:
		c.mark(conn, c.now())
	default:
		c.release(conn)
	}
}

func (c *connections) mark(conn net.Conn, since int64) {
	h, ok := c.held.Load(conn)
	if !ok {
		return
	}
	one := h.(*holding)
	if !one.asked.Load() {
		one.asked.Store(true)
	}
	one.since.Store(since)
}

// awaitEvery is how often it is looked whether a connection is used still.
const awaitEvery = 5 * time.Millisecond

// await returns when no connection has a request that is not answered, or is waiting for
// its first one, which net/http does for headerTimeout; or when ctx ends.
func (c *connections) await(ctx context.Context) {
	tick := time.NewTicker(awaitEvery)
	defer tick.Stop()
	for c.used() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *connections) used() bool {
	for _, h := range c.held.Range {
		if one := h.(*holding); !one.asked.Load() || one.since.Load() < 0 {
			return true
		}
	}
	return false
}

func (c *connections) admit(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open >= c.limit {
		c.conditions.Note(tooMany, "", errLimit, "limit", c.limit)
		longest := c.longest()
		if longest == nil {
			c.end(conn)
			return
		}
		c.remove(longest)
		c.end(longest)
	}
	h := &holding{conn: conn}
	h.since.Store(c.now())
	c.held.Store(conn, h)
	c.open++
	c.all.Add(1)
}

func (c *connections) release(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(conn)
	if c.open < c.limit-c.limit/10 && c.conditions.Has(tooMany) {
		c.next = nil
		c.conditions.Note(tooMany, "", nil)
	}
}

func (c *connections) remove(conn net.Conn) {
	if h, ok := c.held.LoadAndDelete(conn); ok {
		h.(*holding).since.Store(0)
		c.open--
		c.all.Add(-1)
	}
}

func (c *connections) end(conn net.Conn) {
	if err := conn.Close(); err != nil {
		c.log.Debug("connection not closed", "err", err)
	}
}

// longest returns the connection that has to go first, or nil for none.
func (c *connections) longest() net.Conn {
	for again := false; ; again = true {
		for len(c.next) > 0 {
			first := c.next[0]
			if c.next = c.next[1:]; first.since.CompareAndSwap(first.as, 0) {
				return first.conn
			}
		}
		if again {
			return c.overdue()
		}
		c.next = c.rank()
	}
}

// rank returns those without a request, the longest first. All that come later
// stand behind them, so that a flood costs each newcomer little.
func (c *connections) rank() []rank {
	var waiting []rank
	for _, h := range c.held.Range {
		if as := h.(*holding).since.Load(); as > 0 {
			waiting = append(waiting, rank{h.(*holding), as})
		}
	}
	slices.SortFunc(waiting, func(a, b rank) int { return cmp.Compare(a.as, b.as) })
	return waiting
}

// overdue returns the connection with the longest answer, if that takes more
// than the usual time.
func (c *connections) overdue() net.Conn {
	var longest net.Conn
	before := c.now() - int64(writeTimeout)
	for _, h := range c.held.Range {
		if since := -h.(*holding).since.Load(); since > 0 && since < before {
			longest, before = h.(*holding).conn, since
		}
	}
	return longest
}
