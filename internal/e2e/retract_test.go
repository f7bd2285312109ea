package e2e

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
)

// ask posts to the admin listener of a process, which must agree.
func (p *process) ask(path, body string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), "POST", "http://127.0.0.1:"+p.admin+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		text, _ := io.ReadAll(answer.Body)
		p.t.Fatalf("POST %s: %s: %s", path, answer.Status, text)
	}
}

const token = "0123456789abcdef"

// shows returns the documents of a process that have a text.
func (p *process) shows(text string) (paths []string) {
	p.t.Helper()
	month := time.Now().In(time.FixedZone("", 8*60*60)).Format("2006-01")
	for _, path := range []string{
		"/rss.xml", "/atom.xml", "/feed.json", "/moment/rss.xml", "/moment/atom.xml", "/moment/feed.json",
		"/sitemaps/" + month + ".xml", "/sitemaps/news.xml", "/sitemaps/baidu.txt", "/sitemap.xml",
	} {
		response, body, err := p.get("/xt" + path)
		if err != nil || response.StatusCode != http.StatusOK {
			p.t.Errorf("%s: %v, %v", path, response, err)
		}
		if strings.Contains(body, text) {
			paths = append(paths, path)
		}
	}
	return paths
}

func (p *process) mustNotShow(text string) {
	p.t.Helper()
	if paths := p.shows(text); len(paths) > 0 {
		p.t.Errorf("%s is still in %q", text, paths)
	}
}

// awaitNone waits until no document of a process has a text.
func (p *process) awaitNone(text string) {
	p.t.Helper()
	awaitGone(p.t, p, text)
	p.mustNotShow(text)
}

// TestRetract takes articles down while the database is dead: at once where it is
// asked for, soon in every other process, and after a restart. The newsroom's own
// withdrawal ends it, and so does lifting it.
func TestRetract(t *testing.T) {
	t.Parallel()
	desk := postgresRoom.open(t)
	for id := range 12 {
		desk.write(id+1, fmt.Sprintf("第%d条", id+1))
	}
	shared := redistest.Start(t)
	env := []string{
		"FEEDSTATION_SERVER_ADMIN_TOKEN=" + token, "FEEDSTATION_CACHE_REDIS_ADDRS=" + shared.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms",
	}
	p := desk.near(desk.server.Addr(), env...)
	follower := desk.near(desk.server.Addr(), append(env, "FEEDSTATION_JOBS_ENABLED=false")...)
	p.start()
	follower.start()
	p.await("/content/12.html")
	follower.await("/content/12.html")
	stop := watch(t, p, follower)

	desk.server.Kill(t)
	p.ask("/-/retract", `{"station": "xt", "id": "1"}`)
	p.mustNotShow("/content/1.html") // at once
	follower.awaitNone("/content/1.html")
	follower.ask("/-/retract", `{"station": "xt", "id": "2"}`) // it builds nothing, and can
	follower.mustNotShow("/content/2.html")
	p.awaitNone("/content/2.html")
	p.run("retract", "--station", "xt", "--id", "3") // another process with the same folder
	p.awaitNone("/content/3.html")
	follower.awaitNone("/content/3.html")
	out, err := p.command("retract", "--station", "nowhere", "--id", "3").CombinedOutput()
	if err == nil || !strings.Contains(string(out), `no station "nowhere"`) {
		t.Errorf("retract of no station: %v, %s", err, out)
	}
	stop()

	// What is kept on the disk and in Redis does not bring it back, nor does what
	// an older copy says.
	p.kill()
	p.start()
	p.await("/content/12.html")
	for _, id := range []int{1, 2, 3} {
		p.mustNotShow(fmt.Sprintf("/content/%d.html", id))
	}
	// While Redis is away, whoever shares the folder learns of it.
	shared.Kill()
	if out, err := p.command("retract", "--station", "xt", "--id", "4").CombinedOutput(); err == nil || !strings.Contains(string(out), "once Redis is reachable") {
		t.Errorf("retract without Redis: %v, %s", err, out)
	}
	p.awaitNone("/content/4.html")
	shared.Restart()
	follower.awaitNone("/content/4.html")

	desk.server.Restart(t)
	desk.write(13, "第13条")
	p.await("/content/13.html")
	for _, id := range []int{1, 2, 3, 4} {
		p.mustNotShow(fmt.Sprintf("/content/%d.html", id))
	}
	desk.setStatus(1, "withdrawn")
	desk.write(14, "第14条")
	p.await("/content/14.html")
	desk.setStatus(1, "published") // which is now the newsroom's wish
	p.await("/content/1.html")
	p.run("retract", "--station", "xt", "--id", "2", "--lift")
	p.await("/content/2.html")
	follower.await("/content/2.html")
	p.mustNotShow("/content/3.html")

	// What one process has taken down gets its notice from another, after a restart.
	follower.ask("/-/retract", `{"id": "3", "notice": true}`)
	for _, q := range []*process{p, follower} {
		q.await("/content/3.html")
		want := []string{"/rss.xml", "/atom.xml", "/feed.json", "/moment/rss.xml", "/moment/atom.xml", "/moment/feed.json"}
		if paths := q.shows("本文已撤回"); !slices.Equal(paths, want) {
			t.Errorf("the notice is in %q", paths)
		}
	}
	follower.kill()
	follower.start()
	follower.await("本文已撤回")
	p.run("retract", "--id", "3")
	p.awaitNone("/content/3.html")
	follower.awaitNone("/content/3.html")
	if _, err := os.Stat(filepath.Join(p.dir, "var/cache/retracted.json")); err != nil {
		t.Error(err)
	}
}
