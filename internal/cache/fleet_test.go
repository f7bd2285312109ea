package cache

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/redis"
	"feedstation/internal/testkit/redistest"
)

// simulation is a fleet over a simulated network: one process publishes a change a
// second, of one station after the other and of the one that has the articles of all, and
// the others follow.
type simulation struct {
	processes, stations int
	documents, changed  int           // of an edition, and how many of them a change changes
	size                int           // of each, in gzip
	every               time.Duration // between two polls of a process
	length              time.Duration // with a change a second, before the failover and after
	away                time.Duration // of Redis, which then is empty
	diskless            bool          // processes can't write their local copies

	*testing.T
	server  *redistest.Server
	network *network
	caches  []*Cache
	random  *rand.Rand
	newest  map[string]*edition.Edition

	mu     sync.Mutex
	served map[string][]serving // by station
}

// TestFleet has few processes follow a change a second: each serves it after a poll and
// what the network takes, an idle process asks in one round trip, and a Redis that comes
// back empty has everything again after a poll or two.
func TestFleet(t *testing.T) {
	s := &simulation{processes: 4, stations: 12, documents: 6, changed: 3, size: 500, every: time.Second, length: 10 * time.Second, away: 3 * time.Second}
	steady, failing := s.run(t)
	if len(steady) != 20 || slices.Max(steady) > 1500*time.Millisecond {
		t.Errorf("delays %v; want at most one poll", steady)
	}
	if len(failing) != 20 || slices.Max(failing) > s.away+3*time.Second {
		t.Errorf("delays with a failover of %v: %v", s.away, failing)
	}
}

// run runs a simulation, and returns how long editions took to all processes: with a
// change a second, and with the failover.
func (s *simulation) run(t *testing.T) (steady, failing []time.Duration) {
	s.T, s.server = t, redistest.Start(t)
	s.random = rand.New(rand.NewPCG(1, 2))
	synctest.Test(t, func(t *testing.T) {
		s.T, s.network = t, newNetwork(t, s.server.Addr())
		s.newest, s.served = map[string]*edition.Edition{}, map[string][]serving{}
		ctx, cancel := context.WithCancel(t.Context())
		var following sync.WaitGroup
		s.start(ctx, &following)
		steady, failing = s.measure()
		cancel()
		following.Wait()
		for _, c := range s.caches {
			c.Close()
		}
	})
	return steady, failing
}

func station(i int) string { return fmt.Sprint("station-", i) }

// start opens the processes; the first has an edition of each station. All begin at once.
func (s *simulation) start(ctx context.Context, following *sync.WaitGroup) {
	s.Helper()
	var stations []string
	for i := range s.stations {
		stations = append(stations, station(i))
	}
	for i := range s.processes {
		files := newLocal(s.T)
		if s.diskless {
			lose(s.T, files)
		}
		shared, err := redis.New(redis.Options{Mode: "single", Addrs: []string{"redis.example:6379"}, Dial: s.network.dial})
		if err != nil {
			s.Fatal(err)
		}
		c, err := Open(ctx, slog.New(servings{s, i}), stations, files, shared, nil)
		if err != nil {
			s.Fatal(err)
		}
		s.caches = append(s.caches, c)
	}
	for i := range s.stations {
		s.publish(i)
	}
	began, before := time.Now(), s.traffic()
	for _, c := range s.caches {
		following.Go(func() {
			if err := c.Follow(ctx, s.every); err != nil {
				s.Error(err)
			}
		})
	}
	s.awaitAll()
	s.tell(fmt.Sprintf("all began at once, and had everything after %v", time.Since(began).Round(time.Millisecond)), before, began)
	time.Sleep(2 * s.every)
}

func (s *simulation) traffic() traffic {
	_, now := s.network.since(traffic{})
	return now
}

// awaitAll waits until all processes serve the newest edition of all stations.
func (s *simulation) awaitAll() {
	s.Helper()
	for id, newest := range s.newest {
		for _, c := range s.caches {
			s.until(func() bool {
				e, ok := c.Current(id)
				return ok && e.Watermark().Equal(newest.Watermark())
			})
		}
	}
}

func (s *simulation) until(reached func() bool) {
	s.Helper()
	for deadline := time.Now().Add(10 * time.Minute); !reached(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatal("not within ten minutes")
		}
	}
}

// publish has the first process publish the next edition of a station.
func (s *simulation) publish(i int) {
	s.Helper()
	id := station(i)
	before, now := s.newest[id], time.Now()
	documents := map[string]*edition.Document{}
	count := s.documents
	if before != nil {
		count = s.changed
		maps.Insert(documents, before.All())
	}
	for k := range count {
		text := make([]byte, s.size*2) // hexadecimal digits, of which gzip makes half
		for j := range text {
			text[j] = "0123456789abcdef"[s.random.IntN(16)]
		}
		documents[fmt.Sprintf("/%d.xml", k)] = edition.NewDocument("text/xml; charset=utf-8", text, now)
	}
	e := edition.New(id, now, "build", documents).Following(before)
	s.newest[id] = e
	if err := s.caches[0].Publish(s.Context(), e); err != nil {
		s.Errorf("publish: %v", err)
	}
}

// changes publishes a change a second.
func (s *simulation) changes(length time.Duration) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for n := range int(length / time.Second) {
		<-tick.C
		s.publish(1 + n%(s.stations-1))
		s.publish(0)
	}
}

func (s *simulation) measure() (steady, failing []time.Duration) {
	s.Helper()
	began, before := time.Now(), s.traffic()
	time.Sleep(5 * time.Second)
	s.tell("at rest", before, began)
	began, before = time.Now(), s.traffic()
	s.changes(s.length)
	s.tell("a change a second", before, began)
	time.Sleep(5 * time.Second)

	failed := time.Now()
	var writing sync.WaitGroup
	writing.Go(func() { s.changes(s.length) })
	time.Sleep(s.length / 4)
	s.network.fail()
	time.Sleep(s.away)
	s.server.Flush()
	s.network.mend()
	back, before := time.Now(), s.traffic()
	s.until(s.restored)
	s.tell(fmt.Sprintf("Redis was empty, and had everything after %v", time.Since(back).Round(time.Millisecond)), before, back)
	writing.Wait()
	s.awaitAll()
	steady, failing = s.delays(began, failed), s.delays(failed, time.Now())
	s.Logf("delay to all, a change a second: %s", quantiles(steady))
	s.Logf("delay to all, failover: %s", quantiles(failing))
	return steady, failing
}

// restored reports whether Redis has an edition of all stations.
func (s *simulation) restored() bool {
	r, err := redis.New(redis.Options{Mode: "single", Addrs: []string{s.server.Addr()}, Timeout: patient})
	if err != nil {
		s.Fatal(err)
	}
	defer r.Close()
	var stations []string
	for i := range s.stations {
		stations = append(stations, station(i))
	}
	heads, err := r.Heads(s.Context(), stations)
	return err == nil && !slices.ContainsFunc(heads, func(h store.Head) bool { return h.Version == store.Version{} })
}

// tell adds a line on what passed since a moment.
func (s *simulation) tell(what string, before traffic, began time.Time) {
	passed, _ := s.network.since(before)
	seconds := time.Since(began).Seconds()
	_, memory, _ := strings.Cut(fmt.Sprint(s.server.Do("INFO", "memory")), "used_memory:")
	var bytes float64
	if _, err := fmt.Sscan(memory, &bytes); err != nil {
		s.Error(err)
	}
	s.Logf("%s: a second %.0f commands, %.0f round trips, %.1f kB to and %.1f kB from Redis, which works %.1f %% of the time and has %.1f MB", what,
		float64(passed.commands)/seconds, float64(passed.trips)/seconds, float64(passed.in)/seconds/1e3, float64(passed.out)/seconds/1e3, 100*passed.busy.Seconds()/seconds, bytes/1e6)
}

// serving is when a process began to serve an edition.
type serving struct {
	process int
	edition time.Time
	at      time.Time
}

// delays returns how long each edition that the first process served then took until the
// last of all processes served it, or a later one.
func (s *simulation) delays(from, until time.Time) (last []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, served := range s.served {
		for _, own := range served {
			if own.process != 0 || own.at.Before(from) || !own.at.Before(until) {
				continue
			}
			first := map[int]time.Duration{}
			for _, other := range served { // in the order of time
				if _, ok := first[other.process]; !ok && !other.edition.Before(own.edition) {
					first[other.process] = other.at.Sub(own.at)
				}
			}
			if len(first) != s.processes {
				s.Errorf("%d processes have served an edition", len(first))
			}
			last = append(last, slices.Max(slices.Collect(maps.Values(first))))
		}
	}
	return last
}

func quantiles(delays []time.Duration) string {
	if len(delays) == 0 {
		return "none"
	}
	slices.Sort(delays)
	return fmt.Sprintf("%d editions, p50 %v, p99 %v, max %v", len(delays), delays[len(delays)/2], delays[len(delays)*99/100], delays[len(delays)-1])
}

// servings is a log of one process, which notes the editions that it serves.
type servings struct {
	*simulation
	process int
}

// Enabled implements slog.Handler.
func (servings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle implements slog.Handler.
func (l servings) Handle(_ context.Context, record slog.Record) error {
	if record.Message != "edition served" {
		return nil
	}
	now := serving{process: l.process, at: time.Now()}
	var id string
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "station":
			id = a.Value.String()
		case "edition":
			now.edition = a.Value.Time()
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served[id] = append(l.served[id], now)
	return nil
}

// WithAttrs implements slog.Handler.
func (l servings) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements slog.Handler.
func (l servings) WithGroup(string) slog.Handler { return l }
