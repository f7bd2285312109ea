package e2e

import (
	"encoding/json"
	"maps"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/testserver"
)

// task is what /status tells of one.
type task struct{ Name, Outcome, Started string }

// TestBadLine has the lines to the database and to Redis fail in turn in four ways,
// with another text each time: the log has one line for each when it begins, and one
// when it is over.
func TestBadLine(t *testing.T) {
	t.Parallel()
	desk := postgresRoom.open(t)
	desk.write(1, "早间新闻")
	redis := redistest.Start(t)
	database, cache := faultproxy.New(t, desk.server.Addr()), faultproxy.New(t, redis.Addr())
	p := desk.near(database.Addr(), hasty, "FEEDSTATION_CACHE_REDIS_ADDRS="+cache.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms",
		"FEEDSTATION_LOG_FORMAT=json")
	p.start()
	p.await("早间新闻")
	tasks := func() map[string]task {
		var told struct{ Jobs []task }
		if err := json.Unmarshal([]byte(p.adminBody("/status")), &told); err != nil {
			t.Fatal(err)
		}
		of := map[string]task{}
		for _, one := range told.Jobs {
			of[one.Name] = one
		}
		return of
	}
	p.until("the first audit, as the next one is minutes away", func() bool { return tasks()["audit"].Outcome == "ok" })

	nobody := testserver.Addr(testserver.Port(t))
	lines := map[*faultproxy.Proxy]string{database: desk.server.Addr(), cache: redis.Addr()}
	failed := map[string]bool{}
	pace := time.NewTicker(700 * time.Millisecond) // longer than an answer is waited for
	defer pace.Stop()
	for turn := 0; len(failed) < 5; turn++ {
		if turn > 100 {
			t.Fatalf("%d runs have failed", len(failed))
		}
		for proxy, target := range lines {
			if turn%4 == 1 {
				target = nobody
			}
			proxy.Refuse(true) // nothing gets through from one way to fail to the next
			proxy.Switch(target)
			proxy.Freeze(turn%4 == 2)
			proxy.CutEvery(turn % 4 / 3 * (turn%16 + 1)) // fewer bytes than an answer has, however long it takes
			proxy.Refuse(turn%4 == 0)
		}
		<-pace.C
		if refresh := tasks()["refresh"]; refresh.Outcome == "failed" {
			failed[refresh.Started] = true
		}
	}
	mended := time.Now()
	for proxy, target := range lines {
		proxy.Refuse(true)
		proxy.Switch(target)
		proxy.Freeze(false)
		proxy.CutEvery(0)
		proxy.Refuse(false)
	}
	p.until("all is well", func() bool { return !strings.Contains(p.adminBody("/status"), "problems") })
	desk.write(2, "午间新闻")
	p.await("午间新闻")
	if _, err := p.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	told, last := map[string]int{}, map[string]string{}
	for line := range strings.Lines(p.log.String()) {
		var event struct {
			Time                  time.Time
			Level, Msg, Component string
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if event.Component != "content store" && event.Component != "redis" {
			continue
		}
		last[event.Component] = event.Msg
		if event.Time.Before(mended) { // a busy machine may be late with an answer afterwards, too
			told[event.Level+" "+event.Component]++
		}
	}
	if want := map[string]int{"ERROR content store": 1, "ERROR redis": 1}; !maps.Equal(told, want) {
		t.Errorf("lines while the lines failed: %v, want %v\n%s", told, want, &p.log)
	}
	if want := map[string]string{"content store": "content store reachable again", "redis": "redis reachable again"}; !maps.Equal(last, want) {
		t.Errorf("in the end: %v, want %v\n%s", last, want, &p.log)
	}
}
