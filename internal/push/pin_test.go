package push

import (
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// TestPin holds what a cache, an engine and a hub are told of what a pin changes, and of
// what changes behind it.
func TestPin(t *testing.T) {
	type told struct{ cache, engine, hub *fake }
	all := []string{"/rss.xml", "/sitemaps/2000-01.xml"} // it begins with that month
	tests := []struct {
		name string
		do   func(t *testing.T, p *process, n *paper, first *edition.Edition, to told)
	}{
		{"the cache alone, once, and of its end", func(t *testing.T, p *process, _ *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(1100 * time.Millisecond)
			wantTold(t, to.cache, all...)
			after(time.Hour)
			wantTold(t, to.cache)
			p.switchTo(nil)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			wantTold(t, to.engine)
			wantTold(t, to.hub)
		}},
		{"not before it is served", func(t *testing.T, p *process, _ *paper, first *edition.Edition, to told) {
			pin := store.Pin{Watermark: first.Watermark(), At: time.Now()}
			p.Switch(t.Context(), p.current, first, pin) // by another process
			after(time.Minute)
			wantTold(t, to.cache)
			p.serve(first, pin)
			after(time.Minute)
			wantTold(t, to.cache, all...)
		}},
		{"to the same documents", func(t *testing.T, p *process, _ *paper, _ *edition.Edition, to told) {
			p.switchTo(p.current)
			after(time.Minute)
			wantTold(t, to.cache)
		}},
		{"back before it was told", func(t *testing.T, p *process, _ *paper, first *edition.Edition, to told) {
			p.lead(false)
			p.switchTo(first)
			after(2 * time.Second)
			p.switchTo(nil)
			after(2 * time.Second)
			p.lead(true)
			after(time.Minute)
			wantTold(t, to.cache, all...) // it may have what was pinned
		}},
		{"published behind it", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			p.publish(n.put("3", 0).print())
			after(time.Hour)
			for _, f := range []*fake{to.cache, to.engine, to.hub} {
				wantTold(t, f)
			}
			p.switchTo(nil)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			wantTold(t, to.engine, "3")
			wantTold(t, to.hub, all...)
		}},
		{"published behind it while the cache takes nothing", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			to.cache.set(func(_ int, notices []Notice) Answer { return fail(notices) })
			p.switchTo(first)
			after(10 * time.Second)
			p.publish(n.put("3", 0).print())
			to.cache.set(nil)
			after(time.Minute)
			wantTold(t, to.cache, all...)
		}},
		{"withdrawn before engines were told", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			p.publish(n.put("3", 0).print())
			p.switchTo(first)
			after(time.Minute)
			delete(n.articles, "3")
			p.publish(n.print())
			after(time.Minute)
			p.switchTo(nil)
			after(time.Minute)
			wantTold(t, to.engine)
		}},
		{"what was pending before it", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			to.cache.set(func(_ int, notices []Notice) Answer { return fail(notices) })
			p.publish(n.put("3", 0).print())
			after(time.Second)
			p.switchTo(first)
			to.cache.set(nil)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			wantTold(t, to.engine)
			p.switchTo(nil)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			wantTold(t, to.engine, "3")
		}},
		{"withdrawn from it, and refused", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			without := newPaper()
			without.at = n.at.Add(-2 * time.Second)
			without.put("another", time.Hour)
			shown := without.print()
			p.serve(shown, p.pinned)
			after(2 * time.Second)
			wantTold(t, to.cache, all...)
			p.serve(nil, p.pinned)
			after(2 * time.Second)
			wantTold(t, to.cache, all...)
			p.serve(shown, p.pinned)
			after(2 * time.Second)
			wantTold(t, to.cache, all...)
			wantTold(t, to.engine)
		}},
		{"withdrawn from it, and the process is killed before it notes that", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			p.end()
			shown := n.printAs(first.Watermark(), "another")
			for _, want := range [][]string{all, nil} { // and not when it starts again
				next := start(t, p.Options)
				next.take(p)
				next.serve(shown, p.pinned)
				after(time.Minute)
				wantTold(t, to.cache, want...)
				next.end()
			}
			wantTold(t, to.engine)
		}},
		{"withdrawn from it while another process tells, which ends", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			p.lead(false)
			p.serve(n.printAs(first.Watermark(), "another"), p.pinned)
			after(time.Minute)
			wantTold(t, to.cache)
			p.lead(true)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			p.lead(false)
			after(time.Minute)
			p.lead(true)
			after(time.Minute)
			wantTold(t, to.cache)
		}},
		{"a content store whose clock is ahead", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			n.at = n.at.Add(time.Hour)
			p.publish(n.put("3", 0).print())
			after(time.Minute)
			wantTold(t, to.cache, all...)
			for _, e := range []*edition.Edition{first, nil} {
				p.switchTo(e)
				after(time.Minute)
				wantTold(t, to.cache, all...)
			}
		}},
		{"asked for", func(t *testing.T, p *process, _ *paper, first *edition.Edition, to told) {
			p.switchTo(first)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			if _, err := p.Now(t.Context(), first, "https://xt.news.example/rss.xml"); err != nil {
				t.Error(err)
			}
			after(2 * time.Second)
			wantTold(t, to.cache, "/rss.xml")
			wantTold(t, to.hub, "/rss.xml")
		}},
		{"the process is ended before it tells", func(t *testing.T, p *process, n *paper, first *edition.Edition, to told) {
			o := p.Options
			p.end()
			cold := &process{Outbox: New(p.log, o), t: t, current: p.current}
			cold.switchTo(first) // as `feedstation pin` does
			cold.Close()
			p = start(t, o)
			p.take(cold)
			after(time.Minute)
			wantTold(t, to.cache, all...)
			p.end()
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				after(24 * time.Hour)
				to := told{
					&fake{name: "cache", paths: true, policy: Policy{Batch: 100, Urgent: true, Always: true, Pause: 30 * time.Second}},
					&fake{name: "engine", policy: Policy{Batch: 100}}, &fake{name: "hub", paths: true, policy: Policy{Batch: 100}},
				}
				p := start(t, options(t, t.TempDir(), to.cache, to.engine, to.hub))
				n := newPaper()
				first := n.put("1", time.Minute).print()
				p.publish(first)
				after(2 * time.Second)
				p.publish(n.put("2", time.Minute).print())
				after(time.Minute)
				wantTold(t, to.cache, all...)
				wantTold(t, to.engine, "2")
				wantTold(t, to.hub, all...)
				tt.do(t, p, n, first, to)
				p.end()
			})
		})
	}
}
