//go:build linux

package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// edge is a cache in front of a process that purges it.
type edge struct {
	*front
	p      *process
	purged *faultproxy.Proxy // the way of the process to it
	hit    func(*http.Response) bool
}

// withEdge starts a process with two articles that purges a cache as push says, in which
// EDGE is its address, and the cache, which start does at an address.
func withEdge(t *testing.T, push string, start func(p *process, addr string), hit func(*http.Response) bool) *edge {
	t.Helper()
	e := &edge{front: newFront(t), hit: hit}
	e.proxy = testserver.Addr(testserver.Port(t))
	e.purged = faultproxy.New(t, e.proxy)
	e.p = newProcess(t, "xt.news.example")
	file := filepath.Join(e.p.dir, "config.yaml")
	text := append(readFile(t, file), strings.ReplaceAll(push, "EDGE", e.purged.Addr())...)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	start(e.p, e.proxy)
	for id, title := range map[int]string{1: "年度读书节开幕", 2: "年度读书节闭幕", 3: "莲城夜跑", 4: "湘江水位"} {
		e.p.put(id, title)
	}
	e.p.start()
	e.p.await("年度读书节闭幕")
	return e
}

// edgeCodings are what clients of the edge accept.
var edgeCodings = []string{"", "gzip", "br", "gzip, deflate, br, zstd", "identity"}

// edgePaths returns the documents that have an article of now.
func edgePaths() []string {
	month := time.Now().In(time.FixedZone("", 8*60*60)).Format("2006-01")
	return []string{
		"/rss.xml", "/moment/feed.json", "/sitemaps/" + month + ".xml", "/sitemaps/" + month + ".xml.gz", "/sitemaps/news.xml", "/sitemaps/baidu.txt",
	}
}

// showing returns which documents of the edge have a text, in which coding.
func (e *edge) showing(text string) (all []string) {
	e.t.Helper()
	for _, path := range edgePaths() {
		for _, coding := range edgeCodings {
			response, body := e.get(http.MethodGet, e.proxy, "xt.news.example", path, "Accept-Encoding", coding)
			encoded := response.Header.Get("Content-Encoding")
			if strings.HasSuffix(path, ".gz") {
				encoded = "gzip"
			}
			if response.StatusCode == http.StatusOK && strings.Contains(string(decoded(e.t, encoded, body)), text) {
				all = append(all, path+" "+coding)
			}
		}
	}
	return all
}

// keep has the edge keep the documents, and holds that it does.
func (e *edge) keep() {
	e.t.Helper()
	for range 2 {
		e.showing("")
	}
	for _, path := range edgePaths() {
		response, _ := e.get(http.MethodGet, e.proxy, "xt.news.example", path, "Accept-Encoding", "gzip, deflate, br, zstd")
		if !e.hit(response) || !strings.Contains(response.Header.Get("Cache-Control"), "stale-if-error=86400") {
			e.t.Errorf("%s is not kept: %v", path, response.Header)
		}
		if got := response.Header["Surrogate-Key"]; got != nil {
			e.t.Errorf("clients are given %q", got)
		}
	}
}

// gone waits until the edge shows an article nowhere, which it has to within a while.
func (e *edge) gone(what, path string, since time.Time, within time.Duration) {
	e.t.Helper()
	var all []string
	for deadline := since.Add(within); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if all = e.showing(path); len(all) == 0 {
			e.t.Logf("%s: gone from the edge after %s", what, time.Since(since).Round(10*time.Millisecond))
			return
		}
	}
	e.t.Fatalf("%s: still in %q after %s: %s", what, all, within, e.p.adminBody("/status"))
}

// withdraw has the newsroom withdraw an article.
func (p *process) withdraw(id int) {
	p.t.Helper()
	line, err := json.Marshal(map[string]any{
		"id": fmt.Sprint(id), "station": "xt", "title": "withdrawn", "status": "withdrawn", "channels": []string{"moment"},
		"url": fmt.Sprintf("https://xt.news.example/content/%d.html", id), "published": time.Now().Add(-time.Minute).Format(time.RFC3339),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.dir, "withdrawn.jsonl")
	if err := os.WriteFile(file, line, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.run("import", file)
}

// mustPurge holds that what is taken down and withdrawn is gone from the edge soon, though
// it may keep it for a day, also where it could not be purged for a while.
func (e *edge) mustPurge() {
	e.t.Helper()
	e.keep()
	if got, want := len(e.showing("content/2.html")), len(edgeCodings)*len(edgePaths()); got != want {
		e.t.Errorf("the edge has the article in %d answers; want %d", got, want)
	}
	began := time.Now()
	e.p.run("retract", "--id", "2")
	e.gone("retracted", "content/2.html", began, prompt)

	e.keep()
	began = time.Now()
	e.p.withdraw(1)
	e.gone("withdrawn", "content/1.html", began, prompt)

	e.keep()
	e.purged.Refuse(true)
	e.p.withdraw(3)
	e.p.awaitNone("content/3.html")
	if len(e.showing("content/3.html")) == 0 {
		e.t.Error("the edge has not kept what it could not be purged of")
	}
	e.purged.Refuse(false)
	e.gone("withdrawn while it could not be purged, once it could", "content/3.html", time.Now(), patience)
	e.p.put(5, "晚间新闻")
	began = time.Now()
	for len(e.showing("content/5.html")) == 0 {
		if time.Since(began) > patience {
			e.t.Fatalf("what came is not at the edge after %s", patience)
		}
	}
}

func TestPurgeVarnish(t *testing.T) {
	varnish := require.Binary(t, "varnishd")
	start := func(p *process, addr string) {
		config := configured(t, "varnish.vcl", `"8080"`, fmt.Sprintf("%q", p.port))
		started(t, addr, varnish, "-F", "-f", config, "-a", addr, "-n", t.TempDir(), "-s", "malloc,10m", "-j", "none")
	}
	hit := func(r *http.Response) bool { return strings.Contains(r.Header.Get("X-Varnish"), " ") }
	for name, push := range map[string]string{
		"paths": `push: {caches: [{id: varnish, url: "http://EDGE{path}"}]}`,
		"keys":  `push: {surrogate: [surrogate-key], caches: [{id: varnish, method: BAN, url: "http://EDGE/", headers: {X-Key: "{key}"}}]}`,
	} {
		t.Run(name, func(t *testing.T) { withEdge(t, push, start, hit).mustPurge() })
	}
}

func TestPurgeNginx(t *testing.T) {
	nginx := require.Binary(t, "nginx")
	require.Root(t)
	const push = `push: {caches: [{id: nginx, method: GET, url: "http://EDGE{path}", headers: {X-Refresh: "1"}, codings: [br, gzip, identity]}]}`
	start := func(p *process, addr string) {
		config := configured(t, "nginx.conf", "listen 80;", "listen "+addr+";", "listen 81;", "listen "+testserver.Addr(testserver.Port(t))+";",
			"127.0.0.1:8080", "127.0.0.1:"+p.port, "/var/cache/nginx/feedstation", filepath.Join(t.TempDir(), "kept"))
		started(t, addr, nginx, "-p", t.TempDir(), "-c", config, "-e", "stderr", "-g", "daemon off; user root; pid nginx.pid;")
	}
	hit := func(r *http.Response) bool { return r.Header.Get("X-Cache") == "HIT" }
	withEdge(t, push, start, hit).mustPurge()
}

// TestWebhook has a program be told of articles that come, change and go, each once, with
// nothing of its secrets in the log or in /status.
func TestWebhook(t *testing.T) {
	const secret = "hunter2-hunter2-hunter2"
	type message struct {
		id, told string
	}
	told := make(chan message, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("Webhook-Id"), r.Header.Get("Webhook-Timestamp"), body)
		if got, want := r.Header.Get("Webhook-Signature"), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)); got != want {
			t.Errorf("signature %q, want %q", got, want)
		}
		var m struct {
			Station  string
			Articles []struct{ ID, Status, Title string }
		}
		if err := json.Unmarshal(body, &m); err != nil {
			t.Errorf("%v: %s", err, body)
		}
		for _, a := range m.Articles {
			told <- message{r.Header.Get("Webhook-Id"), strings.Join([]string{m.Station, a.ID, a.Status, a.Title}, " ")}
		}
	}))
	t.Cleanup(receiver.Close)
	away := faultproxy.New(t, receiver.Listener.Addr().String())
	p := newProcess(t, "xt.news.example", "FEEDSTATION_PUSH_WEBHOOKS_SEARCH_SECRET="+secret)
	file := filepath.Join(p.dir, "config.yaml")
	text := fmt.Appendf(readFile(t, file), "push: {delay: 0s, webhooks: [{id: search, url: 'http://%s/hook?key=query-secret'}]}\n", away.Addr())
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	p.put(1, "年度读书节开幕")
	p.start()
	p.await("年度读书节开幕")
	ids := map[string]bool{}
	want := func(what string) {
		t.Helper()
		select {
		case m := <-told:
			if m.told != what || ids[m.id] {
				t.Fatalf("told %q in %s; want %q", m.told, m.id, what)
			}
			ids[m.id] = true
		case <-time.After(patience):
			t.Fatalf("not told of %q within %s", what, patience)
		}
	}
	p.put(2, "年度读书节闭幕")
	want("xt 2 published 年度读书节闭幕")
	p.put(2, "读书节闭幕")
	want("xt 2 changed 读书节闭幕")
	away.Refuse(true)
	p.run("retract", "--id", "2")
	p.awaitNone("读书节闭幕")
	away.Refuse(false)
	want("xt 2 gone ")
	status := p.adminBody("/status")
	if _, err := p.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case m := <-told:
		t.Errorf("told %q as well", m.told)
	default:
	}
	for _, hidden := range []string{"hunter2", "query-secret"} {
		if strings.Contains(p.log.String(), hidden) || strings.Contains(status, hidden) {
			t.Errorf("%s in the log or in /status:\n%s\n%s", hidden, &p.log, status)
		}
	}
}
