package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
)

const leaseKey = "feedstation:{xt}:lease"

// awaitOtherLease waits until another process than that of the token has the
// lease, and returns its token.
func awaitOtherLease(t *testing.T, server *redistest.Server, token any) any {
	t.Helper()
	began := time.Now()
	for deadline := began.Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		// Of a key that is not there, EVAL makes an empty text.
		if now := server.Do("EVAL", "return redis.call('GET', KEYS[1]) or ''", 1, leaseKey); now != token && now != "" {
			t.Logf("another process leads after %v", time.Since(began).Round(time.Millisecond))
			return now
		}
	}
	t.Fatalf("no other process leads after %s", patience)
	return nil
}

// nightOfLease stops the process that leads, and builds in the midst of their
// work, until another process leads and has published more: when they go on,
// nothing of theirs is served that is older.
func nightOfLease(t *testing.T) {
	server := redistest.Start(t)
	f := newFleet(t, 2, 60*time.Second, single(server))
	token := server.Do("GET", leaseKey)
	var builds []*exec.Cmd
	f.event("leader and builds stopped", func() {
		for i := range 6 {
			builds = append(builds, f.frozenBuild(time.Duration(i*60)*time.Millisecond))
		}
		f.builders[0].freeze()
		token = awaitOtherLease(t, server, token)
		n := f.desk.count()
		f.builders[1].awaitNewest(n)
		f.follower.awaitNewest(n)
		f.builders[0].thaw()
		for _, build := range builds {
			build.Process.Signal(syscall.SIGCONT)
			if err := build.Wait(); err != nil {
				t.Errorf("feedstation build: %v", err)
			}
		}
	})
	if now := server.Do("GET", leaseKey); now != token {
		t.Error("the lease is not that of the process any more that took over")
	}
	f.end()
}

// slowBuilds runs builds that are overtaken between their snapshot and their
// publication: what Redis has never goes back.
func (f *fleet) slowBuilds(server *redistest.Server) {
	slow := faultproxy.New(f.T, server.Addr())
	slow.SetDelay(100 * time.Millisecond)
	var builds sync.WaitGroup
	for range 3 {
		build := f.builders[0].command("build")
		build.Env = append(build.Env, "FEEDSTATION_CACHE_REDIS_ADDRS="+slow.Addr(), "FEEDSTATION_CACHE_DIR="+f.TempDir())
		builds.Go(func() {
			// One that finds Redis too slow says so, which is no fault.
			if out, err := build.CombinedOutput(); err != nil && !strings.Contains(string(out), "timeout") {
				f.Errorf("feedstation build: %v\n%s", err, out)
			}
		})
	}
	done := make(chan struct{})
	go func() { builds.Wait(); close(done) }()
	for last := ""; ; {
		select {
		case <-done:
			return
		case <-time.After(2 * time.Millisecond):
		}
		now := fmt.Sprint(server.Do("HGET", "feedstation:{xt}:m", "watermark")) // of as many digits for a long time
		if now < last {
			f.Errorf("Redis went back from the edition of %s to that of %s", last, now)
		}
		last = now
	}
}

// frozenBuild starts a build like that of the fleet, with a folder of its own,
// and stops it after a while.
func (f *fleet) frozenBuild(after time.Duration) *exec.Cmd {
	f.Helper()
	build := f.builders[0].command("build")
	build.Env = append(build.Env, "FEEDSTATION_CACHE_DIR="+f.TempDir())
	build.Stderr = os.Stderr
	if err := build.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if build.ProcessState == nil {
			build.Process.Kill()
			build.Wait()
		}
	})
	pause(startUp(f.T) + after)
	if err := build.Process.Signal(syscall.SIGSTOP); err != nil {
		f.Fatal(err)
	}
	return build
}

// startUp is about how long this program takes until it does something.
func startUp(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	if err := exec.Command("feedstation", "version").Run(); err != nil {
		t.Fatal(err)
	}
	return time.Since(began)
}

// nightOfKills kills the only builder at many moments. It starts from its local
// copy, and builds at once, as if its lease had run out. Then others build
// beside it. What is written may wait for five lives of the builder.
func nightOfKills(t *testing.T) {
	server := redistest.Start(t)
	f := newFleet(t, 1, patience, single(server))
	builder := f.builders[0]
	moments := rand.New(rand.NewPCG(5, 6))
	for range 3 {
		for range 5 {
			builder.kill()
			server.Do("DEL", leaseKey)
			builder.start()
			builder.awaitNewest(1)
			pause(time.Duration(moments.IntN(1200)) * time.Millisecond)
		}
		f.catchUp()
	}
	f.event("builds with a slow way to Redis", func() { f.slowBuilds(server) })
	f.end()
}

// nightOfContent has the process that leads lose its content store: it gives
// its leases back, another one builds, and it follows.
func nightOfContent(t *testing.T) {
	d := postgresRoom.open(t)
	proxy := faultproxy.New(t, d.server.Addr())
	server := redistest.Start(t)
	d.write(1, "第1条新闻")
	leader := d.near(proxy.Addr(), single(server), "FEEDSTATION_CACHE_REDIS_POLL=100ms", "FEEDSTATION_CONTENT_TIMEOUT=2s")
	other := d.near(d.server.Addr(), single(server), "FEEDSTATION_CACHE_REDIS_POLL=100ms")
	for _, p := range []*process{leader, other} {
		p.start()
		p.awaitNewest(1)
	}
	stop := watch(t, leader, other)
	token := server.Do("GET", leaseKey)
	proxy.Freeze(true)
	d.write(2, "第2条新闻")
	leader.awaitTrouble()
	awaitOtherLease(t, server, token)
	other.awaitNewest(2)
	leader.awaitNewest(2)
	leader.awaitTrouble()
	proxy.Freeze(false)
	leader.awaitWell()
	for id := range 3 {
		d.write(id+3, fmt.Sprintf("第%d条新闻", id+3))
	}
	other.awaitNewest(5)
	leader.awaitNewest(5)
	stop()
}
