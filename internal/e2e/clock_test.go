//go:build clock

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clockConfig leaves everything to the refreshes: no audit, no feed read anew for
// its age, nothing looked for longer than a second back.
const clockConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: xt, name: 湘潭站, url: "https://%s", channels: [{id: moment, name: 时刻新闻}]}
content: {overlap: 1s}
jobs: {refresh: "@every %s", audit: "@every 24h", max_age: 24h}
`

// clockwork is a process whose clock, and that of what imports, is set by a file.
type clockwork struct {
	*process
	file  string
	ahead time.Duration
}

func (c *clockwork) set(ahead time.Duration) {
	c.t.Helper()
	c.ahead = ahead
	draft := c.file + ".new"
	if err := os.WriteFile(draft, fmt.Append(nil, int64(ahead.Seconds())), 0o644); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Rename(draft, c.file); err != nil {
		c.t.Fatal(err)
	}
}

// write imports an article that is published in some time by the process's clock.
func (c *clockwork) write(id int, in time.Duration) {
	c.t.Helper()
	line := fmt.Sprintf(`{"id":"%d","station":"xt","channels":["moment"],"title":"article %d.","url":"https://xt.news.example/%d.html","published":%q}`,
		id, id, id, time.Now().Add(c.ahead+in).Format(time.RFC3339))
	name := filepath.Join(c.dir, "article.jsonl")
	if err := os.WriteFile(name, []byte(line), 0o644); err != nil {
		c.t.Fatal(err)
	}
	c.run("import", name)
}

// soon is how long an article may take: many refreshes on a busy machine, and
// less than the clock is set back.
const soon = 40 * time.Second

// shown waits until the feed has the articles, and not others.
func (c *clockwork) shown(step string, with, without []int) {
	c.t.Helper()
	wrong := "no answer"
	for deadline := time.Now().Add(soon); wrong != "" && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, body, err := c.get("/xt/rss.xml")
		if err != nil || response.StatusCode != http.StatusOK {
			continue
		}
		wrong = ""
		for _, id := range with {
			if !strings.Contains(body, fmt.Sprintf("article %d.", id)) {
				wrong += fmt.Sprintf(" no article %d", id)
			}
		}
		for _, id := range without {
			if strings.Contains(body, fmt.Sprintf("article %d.", id)) {
				wrong += fmt.Sprintf(" article %d", id)
			}
		}
	}
	if wrong != "" {
		c.t.Errorf("%s, after %s:%s", step, soon, wrong)
	}
}

// fresh holds that /status knows that the station is up to date, and that the
// refresh runs.
func (c *clockwork) fresh(step string) {
	c.t.Helper()
	_, body, err := fetch("http://127.0.0.1:"+c.admin+"/status", "")
	if err != nil {
		c.t.Fatal(err)
	}
	var status struct {
		Jobs []struct {
			Name, Outcome string
			Age           *int64 `json:"age_seconds"`
		}
		Stations []struct {
			Age *int64 `json:"age_seconds"`
		}
	}
	if err := json.Unmarshal([]byte(body), &status); err != nil {
		c.t.Fatal(err)
	}
	recent := func(age *int64) bool { return age != nil && *age >= 0 && *age < int64(soon.Seconds()) }
	if len(status.Jobs) != 2 || status.Jobs[0].Outcome == "failed" || !recent(status.Jobs[0].Age) || len(status.Stations) != 1 || !recent(status.Stations[0].Age) {
		c.t.Errorf("%s: /status\n%s", step, body)
	}
}

// TestClockSteps sets the clock of the real program while articles arrive: each
// is served at the next refresh, and what was shown too early is hidden again.
func TestClockSteps(t *testing.T) {
	program := steppedProgram(t)
	type step struct {
		name    string
		set     time.Duration // ahead of the machine's
		restart bool
		quiet   bool // no article is written after it
		refused bool // the last edition is served instead of what is built
		with    []int
		without []int
	}
	const hour, year = time.Hour, 365 * 24 * time.Hour
	for _, tt := range []struct {
		name    string
		refresh string
		ahead   time.Duration // at the start
		steps   []step        // after each an article is written
	}{
		{"back by 45 s", "1s", 0, []step{{name: "back", set: -45 * time.Second, with: []int{1, 11}, without: []int{2}}}},
		{"back by 2 h", "1s", 0, []step{{name: "back", set: -2 * hour, with: []int{11}, without: []int{1, 2}}}},
		{"ahead by 8 h, then right", "1s", 8 * hour, []step{{name: "right", with: []int{11}, without: []int{1, 2}}}},
		{"forward by 8 h, then right", "1s", 0, []step{
			{name: "forward", set: 8 * hour, with: []int{1, 2, 11}},
			{name: "right", with: []int{1, 21}, without: []int{11}},
		}},
		{"ahead by 8 h, right after a restart", "1s", 8 * hour, []step{{name: "right", restart: true, with: []int{11}, without: []int{1, 2}}}},
		{"back by 2 h, nothing new", "1s", 0, []step{{name: "back", set: -2 * hour, quiet: true, without: []int{1, 2}}}},
		{"back by 45 s, nothing new", "1s", 0, []step{
			{name: "back", set: -45 * time.Second, quiet: true, without: []int{1, 2}},
			{name: "later", set: -45 * time.Second, quiet: true, with: []int{1}, without: []int{2}},
		}},
		{"1970 at a start without editions, then right", "1s", -56 * year, []step{{name: "right", with: []int{1, 2, 11}}}},
		{"1970 at a start with editions, then right", "1s", 0, []step{
			{name: "1970", set: -56 * year, restart: true, quiet: true, refused: true, with: []int{1}, without: []int{2}},
			{name: "right", with: []int{1, 21}, without: []int{2}},
		}},
		{"back by 2 h, refreshed once an hour", "1h", 0, []step{{name: "back", set: -2 * hour, quiet: true, without: []int{1, 2}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := &clockwork{process: newProcess(t, "xt.news.example"), file: filepath.Join(t.TempDir(), "ahead")}
			c.program, c.env = program, append(c.env, "CLOCK="+c.file)
			if err := os.WriteFile(filepath.Join(c.dir, "config.yaml"), fmt.Appendf(nil, clockConfig, "xt.news.example", tt.refresh), 0o644); err != nil {
				t.Fatal(err)
			}
			c.set(tt.ahead - 24*hour) // so that no change of a row tells of them any more
			c.write(1, 24*hour-30*time.Second)
			c.write(2, 25*hour)
			c.set(tt.ahead)
			c.start()
			c.shown("at the start", []int{1}, []int{2})
			for i, s := range tt.steps {
				if s.restart {
					c.kill()
				}
				c.set(s.set)
				if !s.quiet {
					c.write(10*(i+1)+1, -2*time.Second)
				}
				if s.restart {
					c.start()
				}
				c.shown(s.name, s.with, s.without)
				if !s.refused {
					c.fresh(s.name)
				}
			}
		})
	}
}

// steppedProgram builds feedstation with a clock that can be set by a file, which
// $CLOCK names: it has the seconds by which it is ahead of the machine's. The
// monotonic clock goes on, as in reality.
func steppedProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(strings.TrimSpace(string(goroot)), "src", "time", "time.go")
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const (
		imports = "import (\n"
		now     = "func Now() Time {\n\tsec, nsec, mono := runtimeNow()\n"
	)
	if !strings.Contains(string(source), now) {
		t.Fatalf("time.Now in %s is not as this test knows it", name)
	}
	text := strings.Replace(string(source), now, "var Ahead atomic.Int64\n\n"+now+"\tsec += Ahead.Load()\n", 1)
	text = strings.Replace(text, imports, imports+"\t\"sync/atomic\"\n", 1)
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		name:                                 filepath.Join(dir, "time.go"),
		filepath.Join(root, "main_clock.go"): filepath.Join(dir, "main_clock.go"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"time.go": text, "main_clock.go": mainClock, "overlay.json": string(overlay)} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "feedstation")
	build := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// mainClock is a file of the program that sets its clock.
const mainClock = `package main

import (
	"fmt"
	"os"
	"time"
)

func init() {
	set := func() {
		var seconds int64
		if text, err := os.ReadFile(os.Getenv("CLOCK")); err == nil {
			fmt.Sscan(string(text), &seconds)
			time.Ahead.Store(seconds)
		}
	}
	set()
	go func() {
		for {
			time.Sleep(10 * time.Millisecond)
			set()
		}
	}()
}
`
