package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
)

// pause is a time in which a fleet is left alone with what has happened.
func pause(d time.Duration) { time.Sleep(d) }

func single(s *redistest.Server) string { return "FEEDSTATION_CACHE_REDIS_ADDRS=" + s.Addr() }

// nightOfRedis does to a single Redis all that operators and machines do.
func nightOfRedis(t *testing.T) {
	server := redistest.Start(t)
	f := newFleet(t, 2, patience, single(server))
	f.event("stopped", func() { server.Stop(); pause(2 * time.Second); server.Cont() })
	f.event("killed, back empty", func() { server.Kill(); pause(time.Second); server.Restart() })
	f.event("emptied", server.Flush)
	f.event("emptied again and again", func() {
		for range 5 {
			server.Flush()
			pause(150 * time.Millisecond)
		}
	})
	f.event("emptied, and a newcomer is first", func() {
		for _, p := range f.processes {
			p.freeze()
		}
		server.Flush()
		newcomer := f.builders[0].command("build")
		newcomer.Env = append(newcomer.Env, "FEEDSTATION_CACHE_DIR="+t.TempDir())
		if out, err := newcomer.CombinedOutput(); err != nil {
			t.Errorf("feedstation build: %v\n%s", err, out)
		}
		for _, p := range f.processes {
			p.thaw()
		}
	})
	f.event("full, evicts", func() {
		server.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
		server.Do("CONFIG", "SET", "maxmemory", usedMemory(server)) // some of what is there goes
		pause(2 * time.Second)
		server.Do("CONFIG", "SET", "maxmemory", "1mb") // all of it goes
		pause(time.Second)
		if info := fmt.Sprint(server.Do("INFO", "stats")); strings.Contains(info, "evicted_keys:0\r") {
			t.Error("nothing was evicted")
		}
		server.Do("CONFIG", "SET", "maxmemory", "0")
	})
	f.event("full, refuses", func() {
		server.Do("CONFIG", "RESETSTAT")
		server.Do("CONFIG", "SET", "maxmemory-policy", "noeviction")
		server.Do("CONFIG", "SET", "maxmemory", usedMemory(server))
		for info, deadline := "", time.Now().Add(patience); !strings.Contains(info, "errorstat_OOM"); info = fmt.Sprint(server.Do("INFO", "errorstats")) {
			if time.Now().After(deadline) {
				t.Fatalf("nothing is refused: %s", info)
			}
			pause(100 * time.Millisecond)
		}
		pause(time.Second)
		server.Do("CONFIG", "SET", "maxmemory", "0")
	})
	f.end()
}

// usedMemory returns how many bytes a server uses.
func usedMemory(s *redistest.Server) string {
	_, rest, _ := strings.Cut(fmt.Sprint(s.Do("INFO", "memory")), "used_memory:")
	used, _, _ := strings.Cut(rest, "\r")
	return used
}

// nightOfStoppedRedis stops a single Redis for half a minute: builders go on
// each for itself, and followers with what they have.
func nightOfStoppedRedis(t *testing.T) {
	server := redistest.Start(t)
	const stopped = 30 * time.Second
	f := newFleet(t, 1, stopped+patience, single(server))
	f.event("stopped", func() {
		server.Stop()
		pause(stopped / 2)
		n := f.desk.count()
		f.builders[0].awaitNewest(n)
		pause(stopped / 2)
		server.Cont()
	})
	f.end()
}

// nightOfSentinel kills the master, which loses what its replica has not got
// yet, and then the next one.
func nightOfSentinel(t *testing.T) {
	s := redistest.StartSentinel(t)
	f := newFleet(t, 2, patience, "FEEDSTATION_CACHE_REDIS_MODE=sentinel", "FEEDSTATION_CACHE_REDIS_MASTER="+s.Name(),
		"FEEDSTATION_CACHE_REDIS_ADDRS="+strings.Join(s.Addrs(), ","))
	for _, name := range []string{"master killed", "the next one, too"} {
		f.event(name, func() {
			master := s.Master()
			master.Kill()
			s.AwaitFailover(master)
			f.catchUp()
			master.Restart()
			s.Await()
		})
	}
	f.end()
}

// nightOfCluster kills the node that has the station; it comes back empty.
func nightOfCluster(t *testing.T) {
	c := redistest.StartCluster(t)
	f := newFleet(t, 2, patience, "FEEDSTATION_CACHE_REDIS_MODE=cluster", "FEEDSTATION_CACHE_REDIS_ADDRS="+strings.Join(c.Addrs(), ","))
	f.event("node killed, back empty", func() {
		for _, node := range c.Nodes() {
			if node.Do("DBSIZE") != int64(0) {
				node.Kill()
				pause(3 * time.Second) // longer than the others wait before they say that it is gone
				node.Restart()
			}
		}
		c.Await()
	})
	f.end()
}
