//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// telling is a process that tells a cache in front, which fetches what it is purged of, and a
// program.
type telling struct {
	*process
	*pushReceiver
}

// newTelling returns one that has published an article and serves.
func newTelling(t *testing.T, slow time.Duration, env ...string) *telling {
	t.Helper()
	p := &telling{newProcess(t, "xt.news.example", env...), newPushReceiver(t, slow)}
	p.origin = p.process
	p.configure(fmt.Sprintf("push: {delay: 0s, caches: [{id: edge, url: '%s{path}'}], webhooks: [{id: search, url: '%[1]s/hook', secret: 0123456789abcdef}]}\n", p.URL))
	p.put(1, "第1条")
	p.run("build")
	return p
}

// publish publishes an article, and waits until the edge has it.
func (p *telling) publish(id int) {
	p.t.Helper()
	p.put(id, fmt.Sprintf("第%d条", id))
	p.await(fmt.Sprintf("第%d条", id))
}

// mustTell waits until something was told, which has to be once.
func (p *telling) mustTell(what string) {
	p.t.Helper()
	p.until(what+" told", func() bool { return p.times(what) > 0 })
	p.mustHaveTold(what, 1)
}

func (p *telling) mustHaveTold(what string, want int) {
	p.t.Helper()
	if got := p.times(what); got != want {
		p.t.Errorf("%s: told %d times, want %d", what, got, want)
	}
}

// documents are those that have an article of now.
func (p *telling) documents() []string {
	return append(edgePaths(), "/atom.xml", "/moment/rss.xml", "/sitemap.xml")
}

// mustAgree waits until the edge has what the process serves: with the articles, or with -
// without them.
func (p *telling) mustAgree(articles ...string) {
	p.t.Helper()
	var fault string
	p.until("the edge agrees", func() bool {
		fault = ""
		for _, path := range p.documents() {
			if kept := p.keptAt(path); kept != p.body(path) {
				fault = path + " is another one"
			}
		}
		for _, a := range articles {
			text := strings.TrimPrefix(a, "-")
			if strings.Contains(p.keptAt("/rss.xml"), text) == strings.HasPrefix(a, "-") {
				fault = a
			}
		}
		return fault == ""
	})
}

// fill has the edge have all documents.
func (p *telling) fill() {
	for _, path := range p.documents() {
		p.fetch(path)
	}
}

// TestPushPin holds that a cache in front has what is served, at once after a pin, what is
// withdrawn from the pinned edition, and the pin's end; and that programs are told what
// agrees with what is served.
func TestPushPin(t *testing.T) {
	t.Parallel()
	p := newTelling(t, 0)
	p.start()
	p.await("第1条")
	p.fill()
	for _, id := range []int{2, 3} {
		p.publish(id)
		p.mustTell(fmt.Sprint("published ", id))
	}
	p.mustAgree("第1条", "第2条", "第3条")

	list, err := p.command("pin", "xt").Output()
	if err != nil {
		t.Fatal(err)
	}
	var times []string
	for line := range strings.Lines(string(list)) {
		if strings.HasPrefix(line, "20") {
			times = append(times, strings.Join(strings.Fields(line)[:2], " "))
		}
	}
	if len(times) != 3 {
		t.Fatalf("kept:\n%s", list)
	}
	p.run("pin", "xt", times[1])
	p.mustAgree("第1条", "第2条", "-第3条")
	p.put(4, "第4条")
	p.until("published behind the pin", func() bool { return strings.Contains(p.adminBody("/status"), `"behind"`) })
	p.withdraw(2)
	p.mustAgree("第1条", "-第2条", "-第3条", "-第4条")
	p.run("retract", "--id", "1")
	p.mustAgree("-第1条")
	for _, what := range []string{"gone 1", "gone 2", "gone 3", "published 4", "changed 1"} {
		p.mustHaveTold(what, 0)
	}
	p.run("unpin", "xt")
	p.mustAgree("-第1条", "-第2条", "第3条", "第4条")
	p.mustTell("published 4")
	p.mustTell("gone 2")
	for _, what := range []string{"published 2", "published 3"} {
		p.mustHaveTold(what, 1)
	}
	p.mustHaveTold("gone 3", 0)

	// A pin of which no process that serves knows is one when it starts again.
	if _, err := p.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	p.run("pin", "xt", times[0])
	p.start()
	p.await("第3条")
	p.mustAgree("第3条", "-第4条")
}

// TestPushRetract takes an article down by the command, of which all are told.
func TestPushRetract(t *testing.T) {
	t.Parallel()
	p := newTelling(t, 0)
	p.start()
	p.await("第1条")
	p.fill()
	p.publish(2)
	p.mustTell("published 2")
	p.run("retract", "--id", "2")
	p.mustTell("gone 2")
	p.mustAgree("第1条", "-第2条")
	p.mustHaveTold("published 2", 1)
}

// TestPushBuild has `feedstation build` publish beside a process that serves and can't build:
// what the one notes the other tells.
func TestPushBuild(t *testing.T) {
	t.Parallel()
	p := newTelling(t, 0)
	env := p.env
	p.env = slices.Concat(env, []string{"FEEDSTATION_CONTENT_DSN=/dev/null/content.db"})
	p.start()
	p.env = env
	p.await("第1条")
	p.fill()
	for _, id := range []int{2, 3} {
		p.put(id, fmt.Sprintf("第%d条", id))
		p.run("build")
		p.await(fmt.Sprintf("第%d条", id))
		p.mustTell(fmt.Sprint("published ", id))
	}
	p.mustAgree("第1条", "第2条", "第3条")
	p.mustHaveTold("published 2", 1)
}

// TestPushReload has the process read its configuration again while it tells.
func TestPushReload(t *testing.T) {
	t.Parallel()
	p := newTelling(t, time.Second)
	p.start()
	p.await("第1条")
	const last = 5
	for id := 2; id <= last; id++ {
		p.publish(id)
		p.until("told", func() bool { return p.times(fmt.Sprint("published ", id)) > 0 }) // it has yet to answer
		p.signal(syscall.SIGHUP)
	}
	p.publish(last + 1)
	p.mustTell(fmt.Sprint("published ", last+1))
	p.until("nothing waits", p.idle)
	for id := 2; id <= last+1; id++ {
		p.mustHaveTold(fmt.Sprint("published ", id), 1)
	}
}

// idle reports whether nothing waits to be told.
func (p *process) idle() bool {
	text, err := p.command("push", "status", "--json").Output()
	var all []struct{ Pending int }
	return err == nil && json.Unmarshal(text, &all) == nil && !slices.ContainsFunc(all, func(s struct{ Pending int }) bool { return s.Pending > 0 })
}

// TestPushRedis holds that articles are published at once and told once afterwards, whatever
// Redis does meanwhile.
func TestPushRedis(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		away, again func(*redistest.Server)
	}{
		{"killed", (*redistest.Server).Kill, (*redistest.Server).Restart},
		{"hangs", (*redistest.Server).Stop, (*redistest.Server).Cont},
		{"emptied", (*redistest.Server).Flush, func(*redistest.Server) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			p := newTelling(t, 0, single(server), "FEEDSTATION_CACHE_REDIS_POLL=100ms")
			p.start()
			p.await("第1条")
			p.fill()
			p.publish(2)
			p.mustTell("published 2")
			tt.away(server)
			p.publish(3)
			p.publish(4)
			p.mustAgree("第3条", "第4条") // which Redis is not waited for
			tt.again(server)
			p.mustTell("published 3")
			p.mustTell("published 4")
			p.publish(5)
			p.mustTell("published 5")
			for id := 2; id <= 5; id++ {
				p.mustHaveTold(fmt.Sprint("published ", id), 1)
			}
			p.mustHaveTold("published 1", 0)
		})
	}
}

// TestPushUnwritable holds that articles are published while cache.dir can't be written, and
// told: at once where Redis has the outbox, too, else once it can be written.
func TestPushUnwritable(t *testing.T) {
	t.Parallel()
	for _, shared := range []bool{false, true} {
		t.Run(fmt.Sprint("redis ", shared), func(t *testing.T) {
			t.Parallel()
			dir := require.Mount(t, "size=16m")
			env := []string{"FEEDSTATION_CACHE_DIR=" + dir}
			if shared {
				env = append(env, single(redistest.Start(t)))
			}
			p := newTelling(t, 0, env...)
			require.ReadOnly(t, dir, true)
			p.start()
			p.await("第1条")
			p.publish(2)
			if shared {
				p.mustTell("published 2")
			} else {
				p.until("the condition", func() bool { return strings.Contains(p.adminBody("/status"), "outbox not writable") })
				p.mustHaveTold("published 2", 0)
			}
			require.ReadOnly(t, dir, false)
			p.mustTell("published 2")
			p.publish(3)
			p.mustTell("published 3")
			p.until("nothing waits", p.idle)
			p.mustHaveTold("published 2", 1)
		})
	}
}
