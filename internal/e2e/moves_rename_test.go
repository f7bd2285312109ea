package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feedstation/internal/testkit/faultproxy"
)

// TestAnotherID starts a station under another id, in another time zone and with another
// channel, while the database is away: what was served is served at once, former ids lead
// there, and it goes on when the database is back, which calls it as before.
func TestAnotherID(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 12 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			proxy := faultproxy.New(t, d.server.Addr())
			p := d.near(proxy.Addr())
			p.start()
			p.await("第11条新闻")
			_, before, err := p.get("/xt/rss.xml")
			if err != nil {
				t.Fatal(err)
			}
			_, list, _ := p.get("/xt/sitemaps/baidu.txt")
			if _, err := p.end(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}

			config, err := os.ReadFile(filepath.Join(p.dir, "config.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(config), "{id: xt, ", "{id: xiangtan, was: [xt], key: xt, timezone: America/New_York, ", 1)
			text = strings.Replace(text, "{id: moment, ", "{id: now, was: [moment], key: moment, ", 1)
			if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			proxy.Refuse(true)
			p.start()
			if response := p.awaitAnswer("/xiangtan/rss.xml"); response.StatusCode != http.StatusOK {
				t.Errorf("the first answer is %s", response.Status)
			}
			for path, want := range map[string]string{"/xiangtan/rss.xml": before, "/xt/rss.xml": before, "/xt/moment/rss.xml": "", "/xiangtan/sitemaps/baidu.txt": list} {
				response, body, err := p.get(path)
				if err != nil || response.StatusCode != http.StatusOK || want != "" && body != want {
					t.Errorf("%s: %v, %v: another document", path, response.Status, err)
				}
				if now := strings.NewReplacer("/xt", "/xiangtan", "/moment", "/now").Replace(path); response.Request.URL.Path != now {
					t.Errorf("%s leads to %s, want %s", path, response.Request.URL.Path, now)
				}
			}

			proxy.Refuse(false)
			d.write(20, "晚间新闻")
			p.awaitBody("/xiangtan/rss.xml", "晚间新闻", true)
			p.awaitBody("/xiangtan/now/rss.xml", "晚间新闻", true)
			var all strings.Builder
			_, index, _ := p.get("/xiangtan/sitemap.xml")
			for line := range strings.Lines(index) {
				if _, path, ok := strings.Cut(line, "https://xt.news.example/sitemaps/20"); ok {
					path, _, _ = strings.Cut(path, "<")
					_, month, _ := p.get("/xiangtan/sitemaps/20" + path)
					all.WriteString(month)
				}
			}
			for id := range 12 {
				if n := strings.Count(all.String(), fmt.Sprintf("/content/%d.html<", id)); n != 1 {
					t.Errorf("article %d is in the months %d times", id, n)
				}
			}
		})
	}
}
