package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/redistest"
)

const twoStations = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", channels: [{id: moment, name: 时刻新闻}]}
  - {id: yy, name: 岳阳站, url: "https://yy.news.example"}
jobs: {refresh: "@every 1s"}
`

// markLayout is the name of an edition's manifest.
const markLayout = "20060102T150405.000Z.json"

// lonely is a process with some editions of two stations, that has been killed,
// and whose Redis and content store are away.
type lonely struct {
	*process
	redis    *redistest.Server
	desk     *writer
	editions []string // of xt: the names of their manifests, the newest first
	away     []string // environment where everything is away
}

func newLonely(t *testing.T) *lonely {
	t.Helper()
	l := &lonely{redis: redistest.Start(t), desk: newWriter(t)}
	l.process = newProcess(t, "xt.news.example", single(l.redis), "FEEDSTATION_CONTENT_DSN="+l.desk.file)
	if err := os.WriteFile(filepath.Join(l.dir, "config.yaml"), []byte(twoStations), 0o644); err != nil {
		t.Fatal(err)
	}
	l.desk.write()
	l.start()
	for n := range 3 {
		l.awaitNewest(n + 1)
		l.desk.write()
	}
	l.awaitNewest(4)
	l.kill()
	names, err := filepath.Glob(filepath.Join(l.dir, "var/cache/xt/*Z.json"))
	if err != nil || len(names) < 4 {
		t.Fatalf("editions: %q, %v", names, err)
	}
	for _, name := range slices.Backward(names) {
		l.editions = append(l.editions, filepath.Base(name))
	}
	l.redis.Kill()
	l.away = []string{"FEEDSTATION_CONTENT_DRIVER=postgres", "FEEDSTATION_CONTENT_DSN=postgres://reader@127.0.0.1:9/news", "FEEDSTATION_CONTENT_TIMEOUT=500ms"}
	return l
}

// with returns the process with more in its environment.
func (l *lonely) with(env ...string) *process {
	return &process{t: l.t, program: l.program, dir: l.dir, port: l.port, admin: l.admin, client: l.client, env: slices.Concat(l.env, env)}
}

// awaitAnswer waits until a process answers for the first time.
func (p *process) awaitAnswer(path string) *http.Response {
	p.t.Helper()
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		response, _, err := p.get(path)
		if err == nil {
			return response
		}
		last = err
	}
	p.t.Fatalf("no answer within %s: %v", patience, last)
	return nil
}

// nightOfRestart starts a process whose Redis and content store refuse it, or
// say nothing: it serves what it had.
func nightOfRestart(t *testing.T) {
	l := newLonely(t)
	silent := faultproxy.New(t, l.redis.Addr())
	silent.Freeze(true)
	for _, night := range []struct {
		name string
		env  []string
	}{
		{"refused", l.away},
		{"silent", append(slices.Clone(l.away), "FEEDSTATION_CONTENT_DSN=postgres://reader@"+silent.Addr()+"/news", "FEEDSTATION_CACHE_REDIS_ADDRS="+silent.Addr())},
	} {
		p := l.with(night.env...)
		began := time.Now()
		p.start()
		response := p.awaitAnswer("/xt/rss.xml")
		t.Logf("%s: the first answer %v after the start", night.name, time.Since(began).Round(time.Millisecond))
		if _, body, err := p.get("/xt/rss.xml"); response.StatusCode != http.StatusOK || err != nil || newestIn(body) != 4 {
			t.Errorf("%s: %s, %v\n%s", night.name, response.Status, err, body)
		}
		if s, err := p.status(); err != nil || s.Built.Format(markLayout) != l.editions[0] {
			t.Errorf("%s: edition of %s, %v; want %s", night.name, s.Built, err, l.editions[0])
		}
		p.awaitTrouble()
		if took, err := p.end(os.Interrupt); err != nil || took > prompt {
			t.Errorf("%s: the end took %v: %v\n%s", night.name, took, err, &p.log)
		}
	}
}

// nightOfDamage starts a process whose local copy is damaged while everything
// else is away, and then has it all come back.
func nightOfDamage(t *testing.T) {
	l := newLonely(t)
	manifests := func(back ...int) (names []string) {
		for _, n := range back {
			names = append(names, l.editions[n])
		}
		return append(names, "current.json")
	}
	for _, tt := range []struct {
		name    string
		damaged func(t *testing.T, dir string) []string
		want    int // how many editions back; -1: none
	}{
		{"manifest", func(*testing.T, string) []string { return manifests() }, 0},
		{"manifest and its copy", func(*testing.T, string) []string { return manifests(0) }, 1},
		{"two manifests", func(*testing.T, string) []string { return manifests(0, 1) }, 2},
		{"everything", func(t *testing.T, dir string) []string {
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, file := range files {
				names = append(names, file.Name())
			}
			return slices.DeleteFunc(names, func(name string) bool { return name == "lock" })
		}, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(filepath.Join(l.dir, "var/cache"))); err != nil {
				t.Fatal(err)
			}
			for _, name := range tt.damaged(t, filepath.Join(dir, "xt")) {
				damage(t, filepath.Join(dir, "xt", name))
			}
			p := l.with(append(slices.Clone(l.away), "FEEDSTATION_CACHE_DIR="+dir)...)
			p.t = t
			p.start()
			if response := p.awaitAnswer("/yy/rss.xml"); response.StatusCode != http.StatusOK {
				t.Errorf("another station: %s", response.Status)
			}
			response := p.awaitAnswer("/xt/rss.xml")
			s, err := p.status()
			if err != nil || tt.want < 0 != s.Built.IsZero() || tt.want >= 0 && s.Built.Format(markLayout) != l.editions[tt.want] {
				t.Errorf("edition of %s, %v; want that of %d before", s.Built, err, tt.want)
			}
			newest := 4 - tt.want
			if tt.want < 0 {
				newest = 0
			}
			if _, body, err := p.get("/xt/rss.xml"); err != nil || newestIn(body) != newest {
				t.Errorf("edition of %s shows article %d, %v", s.Built, newestIn(body), err)
			}
			status, _, _ := fetch("http://127.0.0.1:"+p.admin+"/readyz", "")
			if whole := tt.want >= 0; whole && (response.StatusCode != http.StatusOK || status != http.StatusOK) ||
				!whole && (response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") == "") {
				t.Errorf("%s, readiness %d, Retry-After %q", response.Status, status, response.Header.Get("Retry-After"))
			}
			p.kill()
			if said := strings.Count(p.log.String(), "damaged"); said == 0 && tt.want != 0 {
				t.Errorf("the log does not tell:\n%s", &p.log)
			}

			// All comes back, Redis empty.
			l.redis.Restart()
			l.redis.Do("DEL", leaseKey)
			p = l.with("FEEDSTATION_CACHE_DIR=" + dir)
			p.t = t
			p.start()
			p.awaitNewest(4)
			if s, err := p.status(); err != nil || s.Built.Format(markLayout) < l.editions[0] {
				t.Errorf("edition of %s is served when all is back, %v; it was %s", s.Built, err, l.editions[0])
			}
			if _, err := p.end(os.Interrupt); err != nil {
				t.Errorf("%v\n%s", err, &p.log)
			}
			l.redis.Kill()
		})
	}
}

// damage flips a bit in the middle of a file.
func damage(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
