//go:build archive && linux

package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
)

// soakTime is how long a soak takes, unless FEEDSTATION_SOAK says otherwise.
const soakTime = time.Hour

const soakConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: www, name: 湘江新闻网, url: "https://www.news.example", all: true, channels: [{id: moment, name: 时刻新闻}]}
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", channels: [{id: moment, name: 时刻新闻}]}
  - {id: cs, name: 长沙站, url: "https://cs.news.example", channels: [{id: moment, name: 时刻新闻}]}
feeds: {items: 20, window: 0s, deltas: true, archives: {items: 20, depth: 200}}
jobs: {refresh: "@every 2s", audit: "@every 30s"}
`

// TestSoak has a newsroom write at random for an hour (FEEDSTATION_SOAK=10m for less)
// while processes are killed, restarted and frozen or get too little of the machine, Redis
// fails over, stalls and is emptied, and articles are retracted. Readers who subscribed at the beginning must have
// exactly what the newsroom has in the end, and processes and Redis may not have grown.
// It has a build tag: make soak.
func TestSoak(t *testing.T) {
	length := soakTime
	if text := os.Getenv("FEEDSTATION_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil || length < time.Minute {
			t.Fatalf("FEEDSTATION_SOAK: %q: want a time of a minute or more: %v", text, err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("%v, seed %d", length, seed)
	s := newSoak(t, length, seed)
	s.warm()
	step("writing, failing and reading")
	for began := time.Now(); time.Since(began) < length && !t.Failed(); {
		s.event()
	}
	s.end()
}

// soak is a fleet, its newsroom and its readers.
type soak struct {
	*testing.T
	random    *rand.Rand // of events
	redis     *redistest.Sentinel
	steady    []*process // a builder and a follower that are never restarted
	restarted []*process // and a pair that is
	desk      *soakDesk
	readers   []*soakReader
	watching  sync.WaitGroup
	stop      chan struct{}
	gap       time.Duration // between two events
	before    []level
	events    map[string]int
	slowest   time.Duration // from the end of an event until all had caught up
}

func newSoak(t *testing.T, length time.Duration, seed uint64) *soak {
	s := &soak{
		T: t, random: rand.New(rand.NewPCG(seed, 1)), redis: redistest.StartSentinel(t), desk: newSoakDesk(t, seed, length),
		stop: make(chan struct{}), gap: min(max(length/60, 5*time.Second), time.Minute), events: map[string]int{},
	}
	program := buildProgram(t)
	start := func(env ...string) *process {
		p := newProcess(t, "", append([]string{
			"FEEDSTATION_SERVER_ADMIN_TOKEN=" + token, "FEEDSTATION_CONTENT_DSN=" + s.desk.file, "FEEDSTATION_CACHE_REDIS_MODE=sentinel",
			"FEEDSTATION_CACHE_REDIS_MASTER=" + s.redis.Name(), "FEEDSTATION_CACHE_REDIS_ADDRS=" + strings.Join(s.redis.Addrs(), ","),
		}, env...)...)
		p.program = program
		p.env = slices.DeleteFunc(p.env, func(s string) bool { return strings.HasPrefix(s, "FEEDSTATION_SOAK=") }) // no key of a configuration
		if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(soakConfig), 0o644); err != nil {
			t.Fatal(err)
		}
		p.start()
		return p
	}
	follows := []string{"FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db"}
	s.steady = []*process{start(), start(follows...)}
	s.restarted = []*process{start(), start(follows...)}
	for _, p := range s.processes() {
		for _, station := range []string{"www", "xt"} {
			s.readers = append(s.readers, newSoakReader(s, p, station))
		}
	}
	return s
}

func (s *soak) processes() []*process { return append(s.steady[:2:2], s.restarted...) }

// warm waits until all have what there is, has everybody begin, and notes the levels
// after a minute, or a few seconds of a short soak.
func (s *soak) warm() {
	s.catchUp()
	s.desk.work()
	for _, r := range s.readers {
		s.watching.Go(func() { r.read(s.stop) })
	}
	pause(max(s.gap, 20*time.Second))
	s.before = s.levels()
}

// starved is how long all may take to catch up on a machine that has much else to do.
const starved = 2 * time.Minute

// catchUp returns when every reader's process has exactly what the newsroom has, and
// what it had when that began: it goes on writing meanwhile.
func (s *soak) catchUp() {
	s.Helper()
	began := time.Now()
	for _, r := range s.readers {
		for missing := r.walk(began); missing != ""; missing = r.walk(began) {
			if time.Since(began) > starved {
				status := r.process.adminBody("/status")
				_, _ = r.process.end(syscall.SIGABRT) // its goroutines go to the log
				s.Fatalf("%s of port %s after %v: %s: %s", r.station, r.process.port, starved, missing, status)
			}
			pause(200 * time.Millisecond)
		}
	}
	s.slowest = max(s.slowest, time.Since(began))
}

// collected is after how long processes have removed what they do not need, which they
// look for once a minute.
const collected = 100 * time.Second

// end ends the writing, and holds what must be so then.
func (s *soak) end() {
	s.Helper()
	step("the end: what readers have, and what is left")
	s.desk.stop()
	pause(10 * time.Second)
	s.catchUp()
	close(s.stop)
	s.watching.Wait()
	for _, r := range s.readers {
		r.hold()
	}
	s.holdSitemaps()
	pause(collected)
	s.holdLevels(s.before, s.levels())
	fmt.Printf("\nevents: %v; all had caught up after %v at most\n%s\n", s.events, s.slowest.Round(time.Millisecond), s.desk)
}

// holdSitemaps holds that the sitemaps of months have what the newsroom has.
func (s *soak) holdSitemaps() {
	s.Helper()
	for _, p := range s.processes() {
		for _, station := range []string{"xt", "cs"} {
			var fault string
			for deadline := time.Now().Add(patience); time.Now().Before(deadline); pause(time.Second) {
				if fault = s.desk.compare(s.listed(p, station), station, time.Time{}, false); fault == "" {
					break
				}
			}
			if fault != "" {
				s.Errorf("sitemaps of %s at port %s: %s", station, p.port, fault)
			}
		}
	}
}

// listed returns the names of the articles in a station's sitemaps of months.
func (s *soak) listed(p *process, station string) map[string]string {
	s.Helper()
	names := map[string]string{}
	for _, path := range soakSitemaps(s, p, station) {
		for _, name := range idOf.FindAllString(soakGet(s, p, path), -1) {
			names[name] = ""
		}
	}
	return names
}

func soakGet(s *soak, p *process, path string) string {
	s.Helper()
	response, body, err := p.get(path)
	if err != nil || response.StatusCode != http.StatusOK {
		s.Fatalf("%s of port %s: %v, %v", path, p.port, response, err)
	}
	return body
}

// soakSitemaps returns the paths of a station's months.
func soakSitemaps(s *soak, p *process, station string) (paths []string) {
	s.Helper()
	index := soakGet(s, p, "/"+station+"/sitemap.xml")
	for _, part := range strings.Split(index, "<loc>")[1:] {
		loc, _, _ := strings.Cut(part, "</loc>")
		path := strings.TrimPrefix(loc, "https://"+station+".news.example")
		if strings.HasPrefix(path, "/sitemaps/20") {
			paths = append(paths, "/"+station+path)
		}
	}
	return paths
}

// soakAsk sends a reader's request, and returns nothing while the process does not answer.
func soakAsk(p *process, path string, header http.Header) (*http.Response, string) {
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+p.port+path, nil)
	if err != nil {
		panic(err)
	}
	request.Header = header
	response, err := p.client.Do(request)
	if err != nil {
		return nil, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, ""
	}
	return response, string(body)
}

// soakPace is how often something is written: seldom enough for a feed's archives.
func soakPace(length time.Duration) time.Duration { return max(2*time.Second, length/3000) }
