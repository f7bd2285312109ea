//go:build archive && linux

package e2e

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/testkit/testserver"
)

const megabyte = 1e6

// archive is a folder with a configuration, a store and a cache.
type archive struct {
	t                           *testing.T
	program, dir, listen, admin string
	name                        string                                                 // how many articles, as the table says it
	insert                      func(n int, station *network.Station) (id, url string) // puts a new article into a server's tables; nil: the store is embedded
	others                      *pushReceiver                                          // who are told of what changes
}

// adminToken is that of each archive.
const adminToken = "0123456789abcdef"

// newArchive returns one of archiveStations, in a folder of its own.
func newArchive(t *testing.T, program string) *archive {
	a := &archive{t: t, program: program, dir: t.TempDir(), listen: testserver.Addr(testserver.Port(t)), admin: testserver.Addr(testserver.Port(t)), others: newPushReceiver(t, 0)}
	a.configure(archiveStations, content.SQLite, a.path("content.db"))
	return a
}

// configure writes the configuration for so many stations.
func (a *archive) configure(stations int, driver, dsn string) {
	a.t.Helper()
	text := []byte(archiveConfig)
	for n := archiveStations; n < stations; n++ {
		text = fmt.Appendf(text, "  - {id: s%[1]d, name: 第%[1]d站, url: \"https://s%[1]d.news.example\", channels: *channels}\n", n)
	}
	text = fmt.Appendf(text, "content: {driver: %s, dsn: %q}\ncache: {dir: %q}\nserver: {listen: %q, admin: %q, admin_token: %q, drain: 100ms}\n",
		driver, dsn, a.path("cache"), a.listen, a.admin, adminToken)
	text = fmt.Appendf(text, archivePush, a.others.URL, adminToken)
	if err := os.WriteFile(a.path("config.yaml"), text, 0o644); err != nil {
		a.t.Fatal(err)
	}
}

// archiveConfig has the stations of the shipped configuration and seven more, of
// ten channels each.
const (
	archiveStations = 14
	hugeStations    = 141
	archiveConfig   = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - id: www
    name: 湘江新闻网
    url: https://www.news.example
    all: true
    channels: &channels
      - {id: headlines, name: 要闻}
      - {id: moment, name: 时刻新闻}
      - {id: politics, name: 时政}
      - {id: economy, name: 经济}
      - {id: society, name: 社会}
      - {id: culture, name: 文化}
      - {id: sports, name: 体育}
      - {id: education, name: 教育}
      - {id: health, name: 健康}
      - {id: travel, name: 旅游}
  - {id: cs, name: 长沙站, url: "https://cs.news.example", channels: *channels}
  - {id: zz, name: 株洲站, url: "https://zz.news.example", channels: *channels}
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", channels: *channels}
  - {id: hy, name: 衡阳站, url: "https://hy.news.example", channels: *channels}
  - {id: yy, name: 岳阳站, url: "https://yy.news.example", channels: *channels}
  - {id: zjj, name: 张家界站, url: "https://zjj.news.example", channels: *channels}
  - {id: sy, name: 邵阳站, url: "https://sy.news.example", channels: *channels}
  - {id: cd, name: 常德站, url: "https://cd.news.example", channels: *channels}
  - {id: yiy, name: 益阳站, url: "https://yiy.news.example", channels: *channels}
  - {id: ld, name: 娄底站, url: "https://ld.news.example", channels: *channels}
  - {id: cz, name: 郴州站, url: "https://cz.news.example", channels: *channels}
  - {id: yz, name: 永州站, url: "https://yz.news.example", channels: *channels}
  - {id: hh, name: 怀化站, url: "https://hh.news.example", channels: *channels}
`
)

func (a *archive) path(name string) string { return filepath.Join(a.dir, name) }

func (a *archive) config() *config.Config {
	a.t.Helper()
	cfg, err := config.Load(a.path("config.yaml"), nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return cfg
}

func (a *archive) command(args ...string) *exec.Cmd {
	command := exec.Command(a.program, args...)
	command.Dir = a.dir
	command.Env = slices.DeleteFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "FEEDSTATION_") })
	return command
}

// run runs the program to its end and returns how long that took.
func (a *archive) run(args ...string) (time.Duration, *os.ProcessState) {
	a.t.Helper()
	command := a.command(args...)
	started := time.Now()
	if out, err := command.CombinedOutput(); err != nil {
		a.t.Fatalf("feedstation %q: %v\n%s", args, err, out)
	}
	return time.Since(started), command.ProcessState
}

// fill puts so many demo articles into the empty store.
func (a *archive) fill(results *table, articles int) {
	a.name = fmt.Sprintf("%d articles", articles)
	step("feedstation demo, " + a.name)
	took, _ := a.run("demo", "--articles", fmt.Sprint(articles))
	results.add("demo, "+a.name, took.Seconds(), figure{unit: "s"})
}

// fillFrom puts the newest articles of another archive, so many, into the empty store:
// the same newsroom, with the same feeds, that has nothing old.
func (a *archive) fillFrom(other *archive, articles int) {
	a.t.Helper()
	a.name = fmt.Sprintf("%d articles", articles)
	step("the newest articles of " + other.name + ", " + a.name)
	var stations []string
	for _, s := range other.config().Network.Stations {
		stations = append(stations, s.ID)
	}
	a.configure(len(stations), content.SQLite, a.path("content.db"))
	from, to := other.open(), a.open()
	defer from.Close()
	defer to.Close()
	snapshot, err := from.Snapshot(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	defer snapshot.Close()
	newest, err := snapshot.Latest(a.t.Context(), stations, "", articles)
	if err != nil || len(newest) != articles {
		a.t.Fatalf("%d articles, %v", len(newest), err)
	}
	all := func(yield func(article.Article, error) bool) {
		for _, one := range newest {
			if !yield(one, nil) {
				return
			}
		}
	}
	if _, err := to.Put(a.t.Context(), all); err != nil {
		a.t.Fatal(err)
	}
}

// open opens the embedded store.
func (a *archive) open() *content.Store {
	a.t.Helper()
	s, err := content.Open(a.t.Context(), a.config().Content.DSN.Reveal())
	if err != nil {
		a.t.Fatal(err)
	}
	return s
}

// adopt begins with a copy of a store, of the stations of either size of archive.
func (a *archive) adopt(store string) {
	step("copying " + store)
	if out, err := exec.Command("cp", "--reflink=auto", store, a.path("content.db")).CombinedOutput(); err != nil {
		a.t.Fatalf("%v\n%s", err, out)
	}
	step("bringing its tables up to date")
	a.run("import", os.DevNull)
	out, _ := a.command("check").Output() // which may have faults to tell of
	_, summary, _ := strings.Cut(string(out), "content.db: ")
	var articles, stations int
	if _, err := fmt.Sscanf(summary, "%d articles of %d stations", &articles, &stations); err != nil || stations != archiveStations && stations != hugeStations {
		a.t.Fatalf("want a store with articles of %d or %d stations (%v), feedstation check says:\n%s", archiveStations, hugeStations, err, out)
	}
	a.configure(stations, content.SQLite, a.path("content.db"))
	a.name = fmt.Sprintf("%d articles of %d stations", articles, stations)
}

// fillHuge fills the store of that name, unless it is there.
func fillHuge(t *testing.T, program, store string) {
	if _, err := os.Stat(store); err == nil {
		return
	}
	step(fmt.Sprintf("feedstation demo, %d articles of %d stations, for %s", hugeArchive, hugeStations, store))
	a := newArchive(t, program)
	a.configure(hugeStations, content.SQLite, store+".part")
	a.run("demo", "--articles", fmt.Sprint(hugeArchive))
	if err := os.Rename(store+".part", store); err != nil {
		t.Fatal(err)
	}
}

// build measures a full build from an empty cache, and returns its processor time.
func (a *archive) build(results *table, wall, memory figure) time.Duration {
	syscall.Sync() // what is still on its way to the disk would hold up what is measured
	step("feedstation build, " + a.name)
	took, state := a.run("build")
	usage := state.SysUsage().(*syscall.Rusage)
	peak := float64(usage.Maxrss) * 1024
	what := "  its peak memory"
	if own := status(a.t, "self", "VmHWM"); own >= peak { // which a child begins with
		what += ", at most"
	}
	results.add("full build, "+a.name, took.Seconds(), wall)
	worked := state.UserTime() + state.SystemTime()
	results.add("  its processor time", worked.Seconds(), figure{unit: "s"})
	results.add(what, peak/megabyte, memory)
	return worked
}

// measureCache measures what the build has left.
func (a *archive) measureCache(results *table) {
	size, files := 0.0, 0
	err := filepath.WalkDir(a.path("cache"), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += float64(info.Size())
			files++
		}
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	results.add("cache folder, "+a.name, size/megabyte, figure{unit: "MB"})
	results.add("  its files", float64(files), figure{})
}

// serve measures a start over the cache that build has left.
func (a *archive) serve(results *table) {
	pid := a.start(results, figure{unit: "s", goal: 1})
	a.visit(results)
	step("waiting until it has nothing to do")
	results.add("  its memory at rest", a.rest(pid)/megabyte, figure{unit: "MB", goal: 180})
	results.add("  its peak memory", status(a.t, pid, "VmHWM")/megabyte, figure{unit: "MB"})
	a.mustHaveTold()
	a.mustHaveTold(a.wake(results)...)
}

// start starts feedstation serve, for as long as the test runs, and returns its
// process id when it answers.
func (a *archive) start(results *table, first figure) (pid string) {
	step("feedstation serve, " + a.name)
	command := a.command("serve")
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	started := time.Now()
	if err := command.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() {
		command.Process.Signal(syscall.SIGTERM)
		if err := command.Wait(); err != nil || a.t.Failed() {
			a.t.Errorf("feedstation serve: %v\n%s", err, &log)
		}
	})
	for !a.answers("/www/rss.xml") {
		if time.Since(started) > patience {
			a.t.Fatalf("no answer within %s", patience)
		}
		time.Sleep(time.Millisecond)
	}
	results.add("serve, "+a.name+": first answer after a start", time.Since(started).Seconds(), first)
	return strconv.Itoa(command.Process.Pid)
}

// wakes is how often it is measured how soon a new article is served.
const wakes = 20

// wake measures how long it takes from the newsroom's request for a refresh until
// the article that it names is served, and returns the ids of these articles.
func (a *archive) wake(results *table) (ids []string) {
	step("requests for a refresh")
	stations := a.config().Network.Stations
	station := stations[len(stations)-1]
	publish := a.insert
	if publish == nil {
		publish = a.publisher(station)
	}
	var took []time.Duration
	for i := range wakes {
		id, url := publish(i, station)
		ids = append(ids, id)
		started := time.Now()
		r, err := http.NewRequestWithContext(a.t.Context(), "POST", "http://"+a.admin+"/-/refresh", strings.NewReader(fmt.Sprintf(`{"ids": [%q]}`, id)))
		if err != nil {
			a.t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+adminToken)
		answer, err := http.DefaultClient.Do(r)
		if err != nil || answer.StatusCode != http.StatusAccepted {
			a.t.Fatalf("POST /-/refresh: %v, %v", answer, err)
		}
		answer.Body.Close()
		for {
			if _, body, err := fetch("http://"+a.listen+"/"+station.ID+"/rss.xml", ""); err == nil && strings.Contains(body, url) {
				break
			}
			if time.Since(started) > patience {
				a.t.Fatalf("not served within %s", patience)
			}
			time.Sleep(time.Millisecond)
		}
		took = append(took, time.Since(started))
		time.Sleep(300 * time.Millisecond) // requests are limited to five a second
	}
	results.durations("from POST /-/refresh to the article being served, "+a.name, took, figure{unit: "ms", goal: 200})
	return ids
}

// publisher returns what publishes articles of a station, with texts of others, in
// the embedded store.
func (a *archive) publisher(station *network.Station) func(n int, station *network.Station) (id, url string) {
	d := &desk{archive: a, network: a.config().Network}
	var err error
	if d.store, err = content.Open(a.t.Context(), a.path("content.db")); err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { d.store.Close() })
	drafts := d.drafts(station, wakes)
	return func(n int, station *network.Station) (id, url string) {
		draft := drafts[n]
		draft.ID, draft.URL = fmt.Sprint("wake-", n), station.Address(fmt.Sprintf("/wake/%d.html", n))
		d.publish(draft)
		return draft.ID, draft.URL
	}
}

func (a *archive) answers(path string) bool {
	code, _, err := fetch("http://"+a.listen+path, "")
	return err == nil && code == http.StatusOK
}

// visit asks for the sitemaps of every station, and counts those of months.
func (a *archive) visit(results *table) {
	shards := 0
	for _, station := range a.config().Network.Stations {
		_, body, err := fetch("http://"+a.listen+"/"+station.ID+network.IndexPath, "")
		if err != nil {
			a.t.Fatal(err)
		}
		var index struct {
			Locs []string `xml:"sitemap>loc"`
		}
		if err := xml.Unmarshal([]byte(body), &index); err != nil || len(index.Locs) == 0 {
			a.t.Fatalf("%s: %d sitemaps, %v", station.ID, len(index.Locs), err)
		}
		for _, loc := range index.Locs {
			path := strings.TrimPrefix(loc, station.URL)
			if !a.answers("/" + station.ID + path) {
				a.t.Fatalf("%s does not answer", loc)
			}
			if _, _, ok := network.ParseShardPath(path); ok {
				shards++
			}
		}
	}
	results.add("sitemaps of months, "+a.name, float64(shards), figure{})
}

// rest waits until a process has nothing to do and its memory no longer changes,
// and returns what that is.
func (a *archive) rest(pid string) float64 {
	const window = 10 // seconds
	type sample struct{ memory, ticks float64 }
	var samples []sample
	for range 300 {
		samples = append(samples, sample{status(a.t, pid, "VmRSS"), ticks(a.t, pid)})
		if len(samples) > window {
			before := samples[len(samples)-1-window]
			now := samples[len(samples)-1]
			// A fleet of 141 stations is at 1.4 % of a core when nothing happens.
			if now.ticks-before.ticks <= 2*window && max(now.memory, before.memory) < 1.01*min(now.memory, before.memory) {
				return now.memory
			}
		}
		time.Sleep(time.Second)
	}
	a.t.Fatal("serve does not come to rest")
	return 0
}

// ticks returns how much processor time a process has used, in hundredths of a
// second (proc_pid_stat(5): utime and stime).
func ticks(t *testing.T, pid string) float64 {
	t.Helper()
	fields := processFields(pid)
	if fields == nil {
		t.Fatalf("process %s has ended", pid)
	}
	return number(t, fields[11]) + number(t, fields[12])
}

// status returns a size of /proc/PID/status in bytes.
func status(t *testing.T, pid, key string) float64 {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text))
	return number(t, fields[slices.Index(fields, key+":")+1]) * 1024
}

func number(t *testing.T, text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
