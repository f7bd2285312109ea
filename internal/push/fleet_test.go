package push

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/redis"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// Two processes that both lead, as they may for a moment, with one Redis and 10,000
// changes: each is told, and none twice.
func TestFleet(t *testing.T) {
	require.Time(t)
	const editions, each = 20, 100
	server := redistest.Start(t)
	f := &fake{name: "fake", policy: Policy{Batch: 50}}
	var processes []*process
	for range 2 {
		shared, err := redis.New(redis.Options{Mode: "single", Addrs: []string{server.Addr()}, Timeout: 20 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(shared.Close)
		o := options(t, t.TempDir(), f)
		o.Shared, o.Delay = shared, 0
		processes = append(processes, start(t, o))
	}
	n := newPaper()
	all := []*edition.Edition{n.print()}
	for i := range editions {
		for j := range each {
			n.put(fmt.Sprint(i*each+j), 0)
		}
		all = append(all, n.print())
	}
	for i, e := range all {
		for at, p := range processes {
			if i%3 != at { // one has published it, or both have built it
				p.publish(e)
			}
			p.mu.Lock()
			p.current = e
			p.mu.Unlock()
		}
	}
	var told []string
	for deadline := time.Now().Add(2 * time.Minute); len(told) < editions*each && time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		told = append(told, f.take()...)
	}
	for _, p := range processes {
		p.end()
	}
	told = append(told, f.take()...)
	slices.Sort(told)
	if once := len(slices.Compact(slices.Clone(told))); once != editions*each || len(told) != once {
		t.Errorf("%d were told, %d times", once, len(told))
	}
}

// TestShared holds what happens when the shared store is emptied or away.
func TestShared(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, m *memory, o Options, p *process, n *paper, f *fake)
	}{
		{"emptied, nothing pending", func(t *testing.T, m *memory, _ Options, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(10 * time.Second)
			wantTold(t, f, "1")
			m.flush()
			after(time.Minute)
			wantTold(t, f)
			if all, err := m.All(t.Context(), "xt"); len(all) != 1 || err != nil {
				t.Errorf("what was told is not there again: %v, %v", all, err)
			}
		}},
		{"emptied while it is pending", func(t *testing.T, m *memory, _ Options, p *process, n *paper, f *fake) {
			p.publish(n.put("1", 0).print())
			after(time.Second)
			m.flush()
			after(10 * time.Second)
			wantTold(t, f, "1")
		}},
		{"away while it is published", func(t *testing.T, m *memory, _ Options, p *process, n *paper, f *fake) {
			m.setAway(true)
			p.publish(n.put("1", 0).print())
			after(time.Hour)
			wantTold(t, f)
			m.setAway(false)
			after(5 * time.Second)
			wantTold(t, f, "1")
		}},
		{"away, a restart, back", func(t *testing.T, m *memory, o Options, p *process, n *paper, f *fake) {
			m.setAway(true)
			p.publish(n.put("1", 0).print())
			current := p.current
			after(time.Minute)
			p.end()
			m.setAway(false)
			p = start(t, o)
			p.publish(current)
			after(10 * time.Second)
			wantTold(t, f, "1")
			p.end()
		}},
		{"away after it was claimed", func(t *testing.T, m *memory, _ Options, p *process, n *paper, f *fake) {
			f.mu.Lock()
			f.answer = func(int, []Notice) Answer { m.setAway(true); return Answer{} }
			f.mu.Unlock()
			p.publish(n.put("1", 0).print())
			after(time.Minute)
			wantTold(t, f, "1")
			m.setAway(false)
			after(5 * time.Minute)
			wantTold(t, f)
		}},
		{"another process tells", func(t *testing.T, m *memory, o Options, p *process, n *paper, f *fake) {
			p.mu.Lock()
			p.leads = false
			p.mu.Unlock()
			o.Dir = t.TempDir()
			other := start(t, o)
			other.publish(p.current)
			after(2 * time.Second)
			next := n.put("1", 0).print()
			p.publish(next)
			other.mu.Lock()
			other.current = next
			other.mu.Unlock()
			after(10 * time.Second)
			wantTold(t, f, "1")
			m.flush() // what both have in their local copies comes together again
			after(time.Minute)
			wantTold(t, f)
			other.end()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, m := &fake{name: "fake", policy: Policy{Batch: 100}}, newMemory()
				o := options(t, t.TempDir(), f)
				o.Shared = m
				p := start(t, o)
				n := p.baseline()
				tt.do(t, m, o, p, n, f)
				p.end()
			})
		})
	}
}

// What is urgent again later is told after its own delay.
func TestAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{name: "cache again", policy: Policy{Batch: 100, Urgent: true, After: 10 * time.Second}}
		p := start(t, options(t, t.TempDir(), f))
		n := p.baseline()
		p.publish(n.put("1", 0).print())
		after(9 * time.Second)
		wantTold(t, f)
		after(3 * time.Second)
		wantTold(t, f, "1")
		p.end()
	})
}

// What is urgent does not wait: neither for the delay, nor for a shared store that is away.
func TestUrgent(t *testing.T) {
	for _, away := range []bool{false, true} {
		t.Run(fmt.Sprint("away ", away), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, m := &fake{name: "cache", paths: true, policy: Policy{Batch: 100, Urgent: true}}, newMemory()
				o := options(t, t.TempDir(), f)
				o.Shared = m
				p := start(t, o)
				n := newPaper()
				p.publish(n.put("first", time.Hour).put("1", 0).print())
				after(2 * time.Second)
				m.setAway(away)
				delete(n.articles, "1")
				p.publish(n.print())
				after(1100 * time.Millisecond)
				wantTold(t, f, "/rss.xml", "-/sitemaps/2000-01.xml")
				m.setAway(false)
				after(time.Minute)
				wantTold(t, f)
				p.end()
			})
		})
	}
}
