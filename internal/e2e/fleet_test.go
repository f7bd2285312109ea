package e2e

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

const fleetConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: xt, name: 湘潭站, url: "https://%s", channels: [{id: moment, name: 时刻新闻}]}
jobs: {refresh: "@every 1s"}
`

// process is a running feedstation with a folder of its own.
type process struct {
	t       testing.TB
	program string // feedstation's; others are builds of it
	dir     string
	env     []string
	port    string
	admin   string
	log     bytes.Buffer // to be read once the process has ended
	serve   *exec.Cmd
	client  *http.Client
	as      *syscall.Credential // whose account it runs under; nil: the test's
	life    atomic.Int32        // odd: it is to answer
}

func newProcess(t testing.TB, host string, env ...string) *process {
	t.Helper()
	p := &process{t: t, program: "feedstation", dir: t.TempDir(), port: strconv.Itoa(testserver.Port(t)), admin: strconv.Itoa(testserver.Port(t)), client: &http.Client{Timeout: patience}}
	p.env = append(os.Environ(), "FEEDSTATION_SERVER_LISTEN=127.0.0.1:"+p.port, "FEEDSTATION_SERVER_ADMIN=127.0.0.1:"+p.admin, "FEEDSTATION_SERVER_DRAIN=100ms")
	p.env = append(p.env, env...)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, fleetConfig, host), 0o644); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *process) command(args ...string) *exec.Cmd {
	program := p.program
	if program == "feedstation" && len(args) > 0 && args[0] != "serve" {
		program = unraced
	}
	c := exec.Command(program, args...)
	c.Dir, c.Env = p.dir, slices.Clip(p.env)
	if p.as != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	return c
}

func (p *process) run(args ...string) {
	p.t.Helper()
	if out, err := p.command(args...).CombinedOutput(); err != nil {
		p.t.Fatalf("feedstation %q: %v\n%s", args, err, out)
	}
}

// start serves until the test ends, and then must end with status 0, or until it
// is killed.
func (p *process) start() { p.t.Helper(); p.startAs(p.command("serve")) }

// startAs is start with a command of one's own.
func (p *process) startAs(serve *exec.Cmd) {
	p.t.Helper()
	serve.Stdout, serve.Stderr = &p.log, &p.log
	if err := serve.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.serve = serve
	p.life.Add(1)
	p.t.Cleanup(func() {
		if serve.ProcessState != nil {
			return // it was killed
		}
		serve.Process.Signal(syscall.SIGTERM)
		serve.Process.Signal(syscall.SIGCONT) // it may be frozen
		if err := serve.Wait(); err != nil || p.t.Failed() {
			p.t.Errorf("feedstation serve: %v\n%s", err, &p.log)
		}
	})
}

// kill ends the process without a chance to tidy up.
func (p *process) kill() {
	p.t.Helper()
	p.life.Add(1)
	if err := p.serve.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	_ = p.serve.Wait() // which tells that it was killed
}

// freeze stops the process where it is, until thaw.
func (p *process) freeze() {
	p.t.Helper()
	p.life.Add(1)
	p.signal(syscall.SIGSTOP)
}

func (p *process) thaw() {
	p.t.Helper()
	p.signal(syscall.SIGCONT)
	p.life.Add(1)
}

// end sends a signal that ends the process, and returns how that went.
func (p *process) end(s os.Signal) (took time.Duration, err error) {
	p.t.Helper()
	p.life.Add(1)
	began := time.Now()
	p.signal(s)
	return p.wait(began)
}

// wait waits until the process has ended.
func (p *process) wait(began time.Time) (took time.Duration, err error) {
	p.t.Helper()
	late := time.AfterFunc(patience, func() { p.serve.Process.Signal(syscall.SIGABRT) }) // its goroutines go to the log
	defer late.Stop()
	err = p.serve.Wait()
	return time.Since(began), err
}

func (p *process) signal(s os.Signal) {
	p.t.Helper()
	if err := p.serve.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) get(path string) (*http.Response, string, error) {
	response, err := p.client.Get("http://127.0.0.1:" + p.port + path)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(response.Body)
	return response, body.String(), err
}

// await waits until the feed has a text and returns its ETag.
func (p *process) await(text string) string {
	p.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, body, err := p.get("/xt/rss.xml")
		if err == nil && response.StatusCode == http.StatusOK && strings.Contains(body, text) {
			return response.Header.Get("Etag")
		}
	}
	p.t.Fatalf("no %q in the feed within %s", text, patience)
	return ""
}

// put imports an article that is published now.
func (p *process) put(id int, title string) {
	p.t.Helper()
	line, err := json.Marshal(map[string]any{
		"id": fmt.Sprint(id), "station": "xt", "channels": []string{"moment"}, "title": title,
		"url": fmt.Sprintf("https://xt.news.example/content/%d.html", id), "published": time.Now().Format(time.RFC3339),
	})
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.dir, "article.jsonl")
	if err := os.WriteFile(file, line, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.run("import", file)
}

// TestFleet has a process publish into Redis and another one, which has no
// content store, serve what it follows; Redis is killed and comes back empty
// while both serve.
func TestFleet(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	shared := []string{"FEEDSTATION_CACHE_REDIS_ADDRS=" + server.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms"}
	publisher := newProcess(t, "xt.news.example", shared...)
	follower := newProcess(t, "xt.news.example", append(shared, "FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db")...)
	publisher.put(1, "早间新闻")
	publisher.start()
	follower.start()
	if a, b := publisher.await("早间新闻"), follower.await("早间新闻"); a != b {
		t.Errorf("ETags %s and %s of the same document", a, b)
	}
	stop := watch(t, publisher, follower)
	defer stop()
	publisher.put(2, "午间新闻")
	publisher.await("午间新闻")
	follower.await("午间新闻")

	server.Kill()
	publisher.put(3, "晚间新闻")
	publisher.await("晚间新闻")
	follower.await("午间新闻")
	server.Restart()
	follower.await("晚间新闻")
}

// TestRealArticle follows one real article of a real station into every format.
func TestRealArticle(t *testing.T) {
	t.Parallel()
	file := require.Path(t, "data/articles-xt.jsonl")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var article struct {
		URL, Title, Editor, Rights, Body string
		Authors                          []string
		Source                           struct{ Name, URL string }
		Images                           []struct{ URL, Caption string }
	}
	if err := json.Unmarshal(bytes.TrimSpace(data), &article); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(article.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := newProcess(t, address.Host)
	p.run("import", file)
	p.run("build", "--out", "out")
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(p.dir, "out/xt", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	texts := []string{article.URL, article.Title, article.Authors[0], article.Editor, article.Source.Name, article.Rights}
	for _, image := range article.Images {
		absolute, err := address.Parse(image.URL)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, image.Caption, `src="`+absolute.String()+`"`)
	}
	for name, want := range map[string]string{
		"rss.xml": "Mon, 11 Mar 2019 18:38:14 +0800", "atom.xml": "2019-03-11T18:38:14+08:00", "feed.json": "2019-03-11T18:38:14+08:00",
		"moment/rss.xml": "Mon, 11 Mar 2019 18:38:14 +0800",
	} {
		text := plain(t, name, read(name))
		for _, want := range append(texts, want) {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
	}
	if n := strings.Count(read("rss.xml"), "<media:content"); n != 7 {
		t.Errorf("rss.xml has %d images; want 7", n)
	}
	if body := read("sitemaps/2019-03.xml"); !strings.Contains(body, "<loc>"+article.URL+"</loc><lastmod>2019-03-11T18:38:14+08:00</lastmod>") {
		t.Errorf("sitemaps/2019-03.xml:\n%s", body)
	}
}

// plain returns all texts and attributes of a document, decoded.
func plain(t *testing.T, name, body string) string {
	t.Helper()
	var text strings.Builder
	if strings.HasSuffix(name, ".json") {
		var value any
		if err := json.Unmarshal([]byte(body), &value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprint(&text, value)
		return text.String()
	}
	decoder := xml.NewDecoder(strings.NewReader(body))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return text.String()
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
			text.WriteByte('\n')
		case xml.StartElement:
			for _, attr := range token.Attr {
				text.WriteString(attr.Value + "\n")
			}
		}
	}
}
