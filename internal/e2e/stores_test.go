package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// What the network is like whose articles are in three stores. Two of its stations have
// one key, each in its own store.
const storesConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: www, name: 湘江新闻网, url: "https://www.news.example", all: true, channels: [{id: moment, name: 时刻新闻}]}
  - {id: cs, name: 长沙站, url: "https://cs.news.example", channels: [{id: moment, name: 时刻新闻}]}
  - {id: xt, name: 湘潭站, url: "https://xt.news.example", content: newsroom, channels: [{id: moment, name: 时刻新闻}]}
  - {id: yy, key: xt, name: 岳阳站, url: "https://yy.news.example", content: magazine, channels: [{id: moment, name: 时刻新闻}]}
contents:
  - {id: newsroom, driver: postgres, dsn: "%s", timeout: 2s}
  - {id: magazine, driver: mysql, dsn: "none@/none", timeout: 2s}
jobs: {refresh: "@every 1s"}
`

// storeStatus is what /status says of a content store.
type storeStatus struct {
	Name, State, Error string
	Stations           []string
	Since              *time.Time `json:"error_since"`
}

func (p *process) storesAre(want string) (is bool, got string) {
	code, body, err := fetch("http://127.0.0.1:"+p.admin+"/status", "")
	var status struct{ Contents []storeStatus }
	if err != nil || code != http.StatusOK || json.Unmarshal([]byte(body), &status) != nil {
		return false, body
	}
	for _, s := range status.Contents {
		got += s.Name + " " + s.State + "\n"
		if (s.State == "ok") != (s.Error == "" && s.Since == nil) && s.State != "waiting" {
			p.t.Errorf("%+v", s)
		}
	}
	return got == want, got
}

func (p *process) awaitStores(want string) {
	p.t.Helper()
	is, got := false, ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline) && !is; time.Sleep(50 * time.Millisecond) {
		is, got = p.storesAre(want)
	}
	if !is {
		p.t.Fatalf("stores are\n%swant\n%s", got, want)
	}
}

// TestStores has one of three content stores killed, and one frozen, while the others
// publish: each stops its own stations alone, what was served of them stays, and the
// station with all articles has what the others have.
func TestStores(t *testing.T) {
	t.Parallel()
	newsroom, magazine := postgresRoom.open(t), mariaDBRoom.open(t)
	p := newProcess(t, "", append(postEnv[:1:1], "FEEDSTATION_CONTENTS_MAGAZINE_DSN="+magazine.dsn())...)
	config := fmt.Sprintf(storesConfig, newsroom.dsn())
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		newsroom.write(100+i, fmt.Sprintf("编辑部%d", i))
		magazine.write(200+i, fmt.Sprintf("杂志%d", i))
	}
	p.start()
	post := func(id int, title string) {
		t.Helper()
		began := time.Now()
		p.mustPost("?wait=served", fmt.Sprintf(`{"id":"%d","station":"cs","channels":["moment"],"url":"https://cs.news.example/content/%[1]d.html","title":%q,"published":%q}`+"\n",
			id, title, time.Now().UTC().Format(time.RFC3339)))
		t.Logf("%s: served after %v", title, time.Since(began).Round(time.Millisecond))
	}
	has := func(path, text string) { t.Helper(); p.awaitBody(path, text, true) }
	hasNot := func(path, text string) { t.Helper(); p.awaitBody(path, text, false) }
	has("/www/rss.xml", "杂志11")
	has("/www/moment/rss.xml", "编辑部11")
	p.awaitStores("content ok\ncontents.newsroom ok\ncontents.magazine ok\n")
	post(1, "长沙一")
	has("/www/rss.xml", "长沙一")

	newsroom.server.Kill(t)
	p.awaitStores("content ok\ncontents.newsroom content store unreachable\ncontents.magazine ok\n")
	post(2, "长沙二")
	magazine.write(220, "杂志二十")
	magazine.setStatus(205, "withdrawn")
	has("/www/rss.xml", "杂志二十")
	has("/yy/rss.xml", "杂志二十")
	hasNot("/www/rss.xml", "杂志5")
	hasNot("/yy/rss.xml", "杂志5")
	for _, path := range []string{"/www/rss.xml", "/www/moment/atom.xml", "/xt/rss.xml", "/xt/moment/feed.json"} {
		has(path, "编辑部3")
	}
	has("/www/rss.xml", "长沙二")

	newsroom.server.Restart(t)
	magazine.server.Stop(t)
	newsroom.write(120, "编辑部二十")
	has("/www/rss.xml", "编辑部二十")
	p.awaitStores("content ok\ncontents.newsroom ok\ncontents.magazine content store unreachable\n")
	post(3, "长沙三")
	has("/www/rss.xml", "杂志二十")

	// At a start without one of them, its last editions are served.
	p.kill()
	p.start()
	has("/yy/rss.xml", "杂志二十")
	has("/www/rss.xml", "杂志二十")
	newsroom.write(121, "编辑部二十一")
	has("/xt/rss.xml", "编辑部二十一")
	magazine.server.Cont(t)
	has("/www/rss.xml", "编辑部二十一")
	p.awaitStores("content ok\ncontents.newsroom ok\ncontents.magazine ok\n")
	newsroom.setStatus(120, "withdrawn")
	hasNot("/www/rss.xml", "编辑部二十<")
	p.run("retract", "--id", "magazine:220")
	hasNot("/www/rss.xml", "杂志二十")
	hasNot("/yy/rss.xml", "杂志二十")
	out, err := p.command("build").CombinedOutput()
	if err != nil {
		t.Errorf("build: %v\n%s", err, out)
	}
}

const notifiedStores = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: www, name: 湘江新闻网, url: "https://www.news.example", all: true}
  - {id: xt, name: %[1]s, url: "https://xt.news.example", content: newsroom}
  - {id: yy, name: 岳阳站, url: "https://yy.news.example"}
contents:
  - {id: newsroom, driver: postgres, dsn: %[2]q, notify: feedstation}
content:
  sources:
    - {id: desk, kind: json, url: "%[3]s/?since={since}&page={page}", items: data, link: "https://yy.news.example/{id}.html", station: yy, every: 5s, rate: 1000, fields: {id: id, title: title, body: text, published: at, modified: changed}}
jobs: {refresh: "@every 1h", audit: "@every 1h"}
`

// TestStoresNotified has one store notify and another be filled by a source, before a
// reload and after it: nothing waits for the next refresh, which is an hour away.
func TestStoresNotified(t *testing.T) {
	t.Parallel()
	newsroom, system := postgresRoom.open(t), &api{}
	newsroom.write(1, "编辑部一")
	system.add(1, "杂志一", time.Now().Add(-time.Hour))
	server := httptest.NewServer(system)
	t.Cleanup(server.Close)
	p := newProcess(t, "", "FEEDSTATION_CONTENT_SOURCES_DESK_TOKEN=tok3n-tok3n")
	write := func(name string) {
		t.Helper()
		text := fmt.Sprintf(notifiedStores, name, newsroom.dsn(), server.URL)
		if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("湘潭站")
	p.start()
	both := func(id int, newsrooms, magazines string) {
		t.Helper()
		newsroom.write(id, newsrooms)
		newsroom.exec("NOTIFY feedstation, '%d'", id)
		system.add(id, magazines, time.Now())
		for _, path := range []string{"/xt/rss.xml", "/www/rss.xml"} {
			p.awaitBody(path, newsrooms, true)
		}
		for _, path := range []string{"/yy/rss.xml", "/www/rss.xml"} {
			p.awaitBody(path, magazines, true)
		}
	}
	p.awaitBody("/www/rss.xml", "编辑部一", true)
	p.awaitBody("/www/rss.xml", "杂志一", true)
	both(2, "编辑部二", "杂志二")
	write("湘潭新站")
	if err := p.serve.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	p.awaitBody("/xt/rss.xml", "湘潭新站", true)
	both(3, "编辑部三", "杂志三")
	// A row that is gone, of which only the notification tells.
	newsroom.exec("DELETE FROM articles WHERE id = '1'")
	newsroom.exec("NOTIFY feedstation, '1'")
	p.awaitBody("/www/rss.xml", "编辑部一", false)
}
