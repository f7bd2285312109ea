//go:build archive && linux

package e2e

import (
	"cmp"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/redistest"
)

// The fleet that is measured.
const (
	scaleProcesses = 20
	scaleStations  = 140 // and one that has the articles of all
	scaleArticles  = 2_800
	scaleTime      = time.Minute // in which there is a change a second, before the failover and after
)

// TestScale measures twenty processes, a publisher and followers, that share the editions
// of 140 stations through one Redis, and through a cluster of three masters with their
// replicas: how long an edition takes to all of them, what Redis has and does, and a
// failover. It prints tables, and has a build tag: make bench-fleet.
func TestScale(t *testing.T) {
	program := buildProgram(t)
	seeded := newArchive(t, program)
	writeScaleConfig(t, seeded.dir)
	step(fmt.Sprintf("feedstation demo, %d articles of %d stations", scaleArticles, scaleStations+1))
	seeded.run("demo", "--articles", fmt.Sprint(scaleArticles))
	for _, test := range []struct {
		name string
		run  func(*testing.T, string, *archive)
	}{{"single", scaleSingle}, {"cluster", scaleCluster}} {
		t.Run(test.name, func(t *testing.T) { test.run(t, program, seeded) })
	}
}

func scaleSingle(t *testing.T, program string, seeded *archive) {
	server := redistest.Start(t)
	f := newScaleFleet(t, program, seeded, []*redistest.Server{server}, single(server))
	f.measure("single Redis", func() {
		server.Kill()
		pause(3 * time.Second)
		server.Restart()
	})
}

func scaleCluster(t *testing.T, program string, seeded *archive) {
	cluster := redistest.StartCluster(t)
	cluster.Replicate()
	f := newScaleFleet(t, program, seeded, slices.Clone(cluster.Nodes()[:3]),
		"FEEDSTATION_CACHE_REDIS_MODE=cluster", "FEEDSTATION_CACHE_REDIS_ADDRS="+strings.Join(cluster.Addrs(), ","))
	f.measure("cluster of three masters", func() { f.masters[0] = cluster.FailOver(0) })
}

// writeScaleConfig writes the configuration of all processes, with two channels a station.
func writeScaleConfig(t *testing.T, dir string) {
	t.Helper()
	text := []byte("network: {name: 湘江新闻网, timezone: Asia/Shanghai}\njobs: {refresh: \"@every 1s\"}\nstations:\n")
	for i := range scaleStations + 1 {
		id, all := fmt.Sprint("s", i), i == 0
		text = fmt.Appendf(text, "  - {id: %[1]s, name: %[1]s, url: \"https://%[1]s.news.example\", all: %t, channels: [{id: moment, name: 时刻新闻}, {id: culture, name: 文化}]}\n", id, all)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// scaleFleet is the processes, of which the first publishes.
type scaleFleet struct {
	*testing.T
	processes []*process
	masters   []*redistest.Server
	store     *content.Store
	written   int
	results   table
}

func newScaleFleet(t *testing.T, program string, seeded *archive, masters []*redistest.Server, redis ...string) *scaleFleet {
	t.Helper()
	f := &scaleFleet{T: t, masters: masters}
	dsn := filepath.Join(t.TempDir(), "content.db")
	text, err := os.ReadFile(seeded.path("var/content.db"))
	if err == nil {
		err = os.WriteFile(dsn, text, 0o600)
	}
	if err == nil {
		f.store, err = content.Open(t.Context(), dsn)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.store.Close() })
	step(fmt.Sprintf("starting %d processes", scaleProcesses))
	for i := range scaleProcesses {
		env := append([]string{"FEEDSTATION_CONTENT_DSN=" + dsn, "FEEDSTATION_SERVER_ADMIN_TOKEN=" + token}, redis...)
		if i > 0 {
			env = append(env, "FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db")
		}
		p := newProcess(t, "", env...)
		p.program = program
		writeScaleConfig(t, p.dir)
		p.start()
		f.processes = append(f.processes, p)
	}
	for _, p := range f.processes {
		f.awaitAll(p)
	}
	pause(10 * time.Second) // what each does after its start
	return f
}

// awaitAll waits until a process serves every station.
func (f *scaleFleet) awaitAll(p *process) {
	f.Helper()
	for i := range scaleStations + 1 {
		path := fmt.Sprintf("/s%d/rss.xml", i)
		for deadline := time.Now().Add(5 * patience); ; pause(100 * time.Millisecond) {
			response, _, err := p.get(path)
			if err == nil && response.StatusCode == http.StatusOK {
				break
			}
			if time.Now().After(deadline) {
				f.Fatalf("%s of port %s: %v, %v", path, p.port, response, err)
			}
		}
	}
}

// measure measures the fleet at rest, with a change a second, and while Redis fails over.
func (f *scaleFleet) measure(name string, failover func()) {
	f.Helper()
	step(name + ": at rest")
	f.window("at rest", func() { pause(20 * time.Second) })
	step(name + ": a change a second")
	began := time.Now()
	f.window("a change a second", func() { f.write(scaleTime) })
	step(name + ": failover")
	over := time.Now()
	done := make(chan struct{})
	go func() { defer close(done); f.write(scaleTime) }()
	pause(scaleTime / 4)
	failover()
	failed := time.Now()
	<-done
	pause(5 * time.Second)
	ended := time.Now()
	served := f.served()
	f.delays("delay to all, a change a second", served, began, over)
	f.delays("delay to all, failover", served, over, ended)
	f.results.add("  from the failover until followers have a later edition", f.after(served, failed).Seconds(), figure{unit: "s"})
	fmt.Printf("\n%s, %d processes, %d stations", name, scaleProcesses, scaleStations)
	f.results.print()
}

// write writes an article a second, of one station after the other.
func (f *scaleFleet) write(length time.Duration) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(length); time.Now().Before(end); <-tick.C {
		f.written++
		now := time.Now().Truncate(time.Millisecond)
		station := fmt.Sprint("s", 1+f.written%scaleStations)
		a := article.Article{
			ID: fmt.Sprint("scale-", f.written), Station: station, Channels: []string{"moment"},
			URL:   fmt.Sprintf("https://%s.news.example/scale/%d.html", station, f.written),
			Title: fmt.Sprintf("第%d条新闻", f.written), Body: "<p>" + strings.Repeat("岁月不居。", 200) + "</p>",
			Published: now, Updated: now, Status: article.Published,
		}
		if _, err := f.store.Put(f.Context(), each([]article.Article{a})); err != nil {
			f.Errorf("write: %v", err)
		}
	}
}

// serving is when a process began to serve an edition.
type serving struct {
	station, edition string
	process          int
	at               time.Time
}

// served ends the processes, and returns what their logs tell.
func (f *scaleFleet) served() (all []serving) {
	f.Helper()
	for i, p := range f.processes {
		if _, err := p.end(os.Interrupt); err != nil {
			f.Errorf("feedstation serve: %v\n%s", err, &p.log)
		}
		for line := range strings.Lines(p.log.String()) {
			if !strings.Contains(line, `msg="edition served"`) {
				continue
			}
			s := serving{process: i}
			for field := range strings.FieldsSeq(line) {
				switch key, value, _ := strings.Cut(field, "="); key {
				case "time":
					var err error
					if s.at, err = time.Parse(time.RFC3339, value); err != nil {
						f.Fatalf("%s: %v", line, err)
					}
				case "station":
					s.station = value
				case "edition":
					s.edition = value
				}
			}
			all = append(all, s)
		}
	}
	return all
}

// delays adds how long editions took, that the publisher served then, until the last of
// all processes served them, or a later one.
func (f *scaleFleet) delays(what string, all []serving, from, until time.Time) {
	f.Helper()
	byStation := map[string][]serving{}
	for _, s := range all {
		byStation[s.station] = append(byStation[s.station], s)
	}
	var each, last []time.Duration
	for _, servings := range byStation {
		slices.SortFunc(servings, func(a, b serving) int { return cmp.Compare(a.edition, b.edition) })
		for i, own := range servings {
			if own.process != 0 || own.at.Before(from) || !own.at.Before(until) {
				continue
			}
			delay := map[int]time.Duration{}
			for _, s := range servings[i:] {
				if _, ok := delay[s.process]; s.edition >= own.edition && !ok {
					delay[s.process] = max(0, s.at.Sub(own.at))
				}
			}
			for _, s := range servings[:i] { // of the same edition, as they were sorted
				if s.edition == own.edition {
					delay[s.process] = max(0, s.at.Sub(own.at))
				}
			}
			if len(delay) < len(f.processes) {
				f.Errorf("only %d processes have served the edition %s of %s", len(delay), own.edition, own.station)
				continue
			}
			worst := time.Duration(0)
			for process, d := range delay {
				if process != 0 {
					each = append(each, d)
				}
				worst = max(worst, d)
			}
			last = append(last, worst)
		}
	}
	if len(last) == 0 {
		f.Fatalf("%s: no edition was published", what)
	}
	f.results.add(what+": editions", float64(len(last)), figure{})
	f.results.add("  to one process, p50", milliseconds(quantile(each, 50)), figure{unit: "ms"})
	f.results.add("  to all, p50", milliseconds(quantile(last, 50)), figure{unit: "ms"})
	f.results.add("  to all, p99", milliseconds(quantile(last, 99)), figure{unit: "ms"})
	f.results.add("  to all, max", milliseconds(slices.Max(last)), figure{unit: "ms"})
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// after returns how long after a moment the last process served an edition for the first
// time.
func (f *scaleFleet) after(all []serving, moment time.Time) time.Duration {
	first := map[int]time.Duration{}
	for _, s := range all {
		d := s.at.Sub(moment)
		if before, ok := first[s.process]; d > 0 && (!ok || d < before) {
			first[s.process] = d
		}
	}
	worst := time.Duration(0)
	for _, d := range first {
		worst = max(worst, d)
	}
	return worst
}
