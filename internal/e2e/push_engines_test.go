package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/enginetest"
	"feedstation/internal/testkit/require"
)

// told is a process whose changes engines are told of.
type toldProcess struct {
	*process
	site     string
	indexNow *enginetest.IndexNow
	baidu    *enginetest.Baidu
}

const (
	enginesSeed  = "CANARY-seed-8c1d0f22"
	enginesToken = "CANARYtoken5Kx2Q"
)

func newTold(t *testing.T, env ...string) *toldProcess {
	t.Helper()
	p := &toldProcess{process: newProcess(t, "xt.news.example"), indexNow: enginetest.NewIndexNow(t)}
	p.site = "http://127.0.0.1:" + p.port
	p.baidu = enginetest.NewBaidu(t, enginesToken, map[string]int{p.site: 10})
	config := fmt.Sprintf(`
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations: [{id: xt, name: 湘潭站, url: %q, baidu: %q, channels: [{id: moment, name: 时刻新闻}]}]
server: {hosts: [localhost], admin_token: %s}
push: {indexnow: {seed: %s, endpoints: [%q]}, baidu: {token: %s, endpoint: %q}}
`, p.site, p.site, token, enginesSeed, p.indexNow.Endpoint, enginesToken, p.baidu.Endpoint)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p.env = append(p.env, env...)
	return p
}

func (p *toldProcess) page(id int) string { return fmt.Sprintf("%s/content/%d.html", p.site, id) }

// store imports an article that is published now, with further fields.
func (p *toldProcess) store(id int, fields ...string) {
	p.t.Helper()
	article := map[string]any{"id": fmt.Sprint(id), "station": "xt", "channels": []string{"moment"}, "title": "早间新闻", "url": p.page(id), "published": time.Now().Format(time.RFC3339)}
	for i := 0; i < len(fields); i += 2 {
		article[fields[i]] = fields[i+1]
	}
	if fields != nil && fields[0] == "noindex" {
		article["noindex"] = true
	}
	line, err := json.Marshal(article)
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.dir, "article.jsonl")
	if err := os.WriteFile(file, line, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.run("import", file)
}

// pages returns what either engine was told.
func (p *toldProcess) pages() (indexNow, baidu []string) {
	for _, s := range p.indexNow.Got() {
		indexNow = append(indexNow, s.URLList...)
	}
	for _, b := range p.baidu.Got() {
		baidu = append(baidu, b.Pages...)
	}
	return indexNow, baidu
}

// awaitTold waits until both engines have been told of a page, and returns how long the
// later one took.
func (p *toldProcess) awaitTold(page string, since time.Time) time.Duration {
	p.t.Helper()
	p.until(page+" told", func() bool {
		indexNow, baidu := p.pages()
		return slices.Contains(indexNow, page) && slices.Contains(baidu, page)
	})
	var last time.Time
	for _, s := range p.indexNow.Got() {
		if slices.Contains(s.URLList, page) && s.At.After(last) {
			last = s.At
		}
	}
	for _, b := range p.baidu.Got() {
		if slices.Contains(b.Pages, page) && b.At.After(last) {
			last = b.At
		}
	}
	return last.Sub(since)
}

// TestEnginesTold has engines be told of what the real program serves: of what came, both;
// of what left, IndexNow alone; of what is not to be indexed, neither; and nothing twice,
// or after a restart.
func TestEnginesTold(t *testing.T) {
	require.Time(t)
	t.Parallel()
	p := newTold(t, "FEEDSTATION_JOBS_REFRESH=@every 30s") // the default
	p.store(1)
	p.start()
	p.until("the first edition", func() bool { return strings.Contains(p.hostBody("127.0.0.1:"+p.port, "/rss.xml"), "/content/1.html") })

	p.store(2)
	p.store(3, "noindex", "")
	since := time.Now()
	p.ask("/-/refresh", "")
	const delay = 3 * time.Second
	took := p.awaitTold(p.page(2), since)
	t.Logf("told %s after POST /-/refresh, of which push.delay is %s", took.Round(time.Millisecond), delay)
	if took > delay+prompt {
		t.Errorf("told after %s", took)
	}

	// The address was told just now, so that an engine is told again in ten minutes only, or
	// when an operator asks for it.
	p.store(2, "status", "withdrawn")
	p.ask("/-/refresh", "")
	p.until("withdrawn", func() bool { return !strings.Contains(p.hostBody("127.0.0.1:"+p.port, "/rss.xml"), "/content/2.html") })
	p.run("push", "now", "--station", "xt", "--url", p.page(2))
	p.until("the withdrawn page told", func() bool {
		indexNow, _ := p.pages()
		return len(indexNow) == 2
	})

	p.store(4)
	since = time.Now()
	took = p.awaitTold(p.page(4), since)
	t.Logf("told %s after the import, at the default refresh", took.Round(time.Millisecond))
	if took > delay+prompt {
		t.Errorf("told after %s", took)
	}

	// All of it is remembered.
	p.kill()
	p.start()
	p.until("the process is back", func() bool { return p.adminBody("/status") != "" })
	p.store(5)
	p.ask("/-/refresh", "")
	p.awaitTold(p.page(5), time.Now())
	indexNow, baidu := p.pages()
	if want := []string{p.page(2), p.page(2), p.page(4), p.page(5)}; !slices.Equal(indexNow, want) {
		t.Errorf("IndexNow was told of %q, want %q", indexNow, want)
	}
	if want := []string{p.page(2), p.page(4), p.page(5)}; !slices.Equal(baidu, want) {
		t.Errorf("Baidu was told of %q, want %q", baidu, want)
	}

	said := p.adminBody("/status") + p.adminBody("/metrics") + p.adminBody("/")
	if said == "" {
		t.Error("no status")
	}
	key := p.indexNow.Got()[0].Key
	if _, err := p.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	said += p.log.String()
	for _, secret := range []string{"CANARY", key} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is in the log or the status", secret)
		}
	}
}
