//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// putUpTo imports the articles from 1 to n: those that are there already are as they were.
func (p *process) putUpTo(n int) {
	p.t.Helper()
	file := filepath.Join(p.dir, "articles.jsonl")
	var lines []byte
	for id := range n {
		line, err := json.Marshal(map[string]any{
			"id": fmt.Sprint(id + 1), "station": "xt", "title": fmt.Sprintf("第%d条。", id+1), "url": fmt.Sprintf("https://xt.news.example/content/%d.html", id+1),
			"published": time.Date(2026, 3, 1, 9, id, 0, 0, time.UTC), "body": "<p>" + strings.Repeat("岁月不居。", 100) + "</p>",
		})
		if err != nil {
			p.t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	if err := os.WriteFile(file, lines, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.run("import", file)
}

// deltaReader is a program that reads a feed as a known one does.
type deltaReader struct {
	name         string
	always       bool // sends A-IM also where it has nothing
	tag, date    bool // the validators that it sends
	etag, since  string
	entries      map[string]string
	deltas, full int
}

// deltaReaders are those that send A-IM: feed, as their sources say; reach.md 5.2 of the
// facts.
func deltaReaders() []*deltaReader {
	return []*deltaReader{
		{name: "newsboat", tag: true, date: true},
		{name: "Liferea", tag: true, date: true},
		{name: "Vienna", date: true},
		{name: "NewsBlur", tag: true, date: true},
		{name: "feedparser", always: true},
		{name: "a script with feedparser", always: true, tag: true},
	}
}

var entryOf = regexp.MustCompile(`(?s)<(item|entry)[ >].*?</(?:item|entry)>`)

// read reads a feed: a program keeps what it has, and takes what it gets.
func (d *deltaReader) read(f *front, address, path string) {
	f.t.Helper()
	header := []string{"User-Agent", d.name, "Accept-Encoding", "gzip"}
	if d.tag && d.etag != "" {
		header = append(header, "If-None-Match", d.etag)
	}
	if d.date && d.since != "" {
		header = append(header, "If-Modified-Since", d.since)
	}
	if d.always || len(header) > 4 {
		header = append(header, "A-IM", "feed")
	}
	response, body := f.get(http.MethodGet, address, "xt.news.example", path, header...)
	switch response.StatusCode {
	case http.StatusNotModified:
		return
	case http.StatusOK:
		d.full++
	case http.StatusIMUsed:
		if d.deltas++; !d.tag || d.etag == "" || response.Header.Get("IM") != "feed" {
			f.t.Fatalf("%s has %q and is answered with a delta, %v", d.name, d.etag, response.Header)
		}
	default:
		f.t.Fatalf("%s: %s", d.name, response.Status)
	}
	d.etag = response.Header.Get("Etag")
	if !strings.Contains(response.Header.Get("Cache-Control"), "no-store") { // as Vienna has it
		d.since = response.Header.Get("Last-Modified")
	}
	for _, entry := range entryOf.FindAllString(string(decoded(f.t, response.Header.Get("Content-Encoding"), body)), -1) {
		if d.entries == nil {
			d.entries = map[string]string{}
		}
		d.entries[idOf.FindString(entry)] = entry
	}
}

var idOf = regexp.MustCompile(`content/\d+\.html`)

// mustHave holds that a reader has so many articles.
func (d *deltaReader) mustHave(t testing.TB, n int) {
	t.Helper()
	if len(d.entries) != n {
		t.Errorf("%s has %d articles; want %d", d.name, len(d.entries), n)
	}
}

// deltasOf returns a process that answers with deltas, with eight articles.
func deltasOf(t *testing.T) *process {
	p := newProcess(t, "xt.news.example", "FEEDSTATION_FEEDS_DELTAS=true")
	p.putUpTo(8)
	p.start()
	p.await("第8条。")
	return p
}

// Those who ask for deltas have the whole feed in the end, also across a restart.
func TestDeltaReaders(t *testing.T) {
	p, f := deltasOf(t), newFront(t)
	address := "127.0.0.1:" + p.port
	readers := map[string][]*deltaReader{"/rss.xml": deltaReaders(), "/atom.xml": deltaReaders()}
	all := func(step func(d *deltaReader, path string)) {
		for path, list := range readers {
			for _, d := range list {
				step(d, path)
			}
		}
	}
	for n := 8; n < 12; n++ {
		if n == 10 {
			p.kill()
			p.start()
		}
		p.putUpTo(n)
		p.await(fmt.Sprintf("第%d条。", n))
		all(func(d *deltaReader, path string) {
			d.read(f, address, path)
			d.mustHave(t, n)
		})
	}
	all(func(d *deltaReader, path string) {
		if want := map[bool]int{true: 3}[d.tag]; d.deltas != want || d.full != 4-want {
			t.Errorf("%s of %s: %d deltas and %d whole feeds; want %d deltas", d.name, path, d.deltas, d.full, want)
		}
	})
	p.run("retract", "--id", "11")
	p.until("the article is gone", func() bool {
		_, body, err := p.get("/xt/rss.xml")
		return err == nil && !strings.Contains(body, "第11条。")
	})
	p.putUpTo(12)
	p.await("第12条。")
	all(func(d *deltaReader, path string) {
		before := d.deltas
		if d.read(f, address, path); d.deltas != before {
			t.Errorf("%s of %s is answered with a delta after a withdrawal", d.name, path)
		}
	})
}

// A cache that knows nothing of deltas asks with its own validators for clients that send
// A-IM: whoever has nothing gets the whole feed, and nothing that is kept is a delta.
func TestDeltasBehindCaches(t *testing.T) {
	for _, cache := range []struct {
		name  string
		start func(t *testing.T, port string) (address string)
	}{
		{"varnish", func(t *testing.T, port string) string {
			file := filepath.Join(t.TempDir(), "default.vcl")
			config := fmt.Appendf(nil, `vcl 4.1;
backend feedstation { .host = "127.0.0.1"; .port = %q; }
sub vcl_backend_response { set beresp.ttl = 100ms; set beresp.grace = 0s; set beresp.keep = 1h; }`, port)
			if err := os.WriteFile(file, config, 0o644); err != nil {
				t.Fatal(err)
			}
			return varnishOf(t, file)
		}},
		{"varnish as shipped", func(t *testing.T, port string) string {
			return varnishOf(t, configured(t, "varnish.vcl", `"8080"`, fmt.Sprintf("%q", port), "set beresp.keep = 1h;", "set beresp.ttl = 100ms; set beresp.grace = 0s; set beresp.keep = 1h;"))
		}},
		{"nginx", func(t *testing.T, port string) string {
			return nginxOf(t, fmt.Sprintf("proxy_pass http://127.0.0.1:%s; proxy_set_header Host $host; proxy_ignore_headers Cache-Control; proxy_cache_valid 200 1s; proxy_cache_revalidate on;", port))
		}},
		{"nginx as shipped", func(t *testing.T, port string) string {
			address := testserver.Addr(testserver.Port(t))
			runNginx(t, address, configured(t, "nginx.conf", "listen 80;", "listen "+address+";", "listen 81;", "listen "+testserver.Addr(testserver.Port(t))+";",
				"127.0.0.1:8080", "127.0.0.1:"+port, "/var/cache/nginx/feedstation", filepath.Join(t.TempDir(), "kept"),
				"proxy_cache_revalidate on;", "proxy_cache_revalidate on; proxy_ignore_headers Cache-Control; proxy_cache_valid any 1s;"))
			return address
		}},
		{"nginx that keeps whatever it may", func(t *testing.T, port string) string {
			return nginxOf(t, fmt.Sprintf("proxy_pass http://127.0.0.1:%s; proxy_set_header Host $host; proxy_ignore_headers Cache-Control; proxy_cache_valid any 1s; proxy_cache_revalidate on;", port))
		}},
	} {
		t.Run(cache.name, func(t *testing.T) {
			p, f := deltasOf(t), newFront(t)
			f.proxy = cache.start(t, p.port)
			kept := deltaReaders()
			for n := 9; n < 13; n++ {
				for fresh := false; !fresh; {
					for _, d := range slices.Concat(deltaReaders(), kept, []*deltaReader{{name: "plain"}, {name: "plain with a tag", tag: true}}) {
						had := len(d.entries)
						d.read(f, f.proxy, "/rss.xml")
						if had == 0 && len(d.entries) < max(8, n-2) { // or what the cache has kept
							t.Fatalf("%s, which had nothing, has %d articles of %d", d.name, len(d.entries), n-1)
						}
						fresh = len(d.entries) == n-1
					}
				}
				p.putUpTo(n)
				p.await(fmt.Sprintf("第%d条。", n))
			}
		})
	}
}

// varnishOf starts Varnish with a configuration.
func varnishOf(t *testing.T, config string) (address string) {
	t.Helper()
	varnish, address := require.Binary(t, "varnishd"), testserver.Addr(testserver.Port(t))
	started(t, address, varnish, "-F", "-f", config, "-a", address, "-n", t.TempDir(), "-s", "malloc,10m", "-j", "none")
	return address
}

// nginxOf starts nginx as a cache whose location has these directives.
func nginxOf(t *testing.T, location string) (address string) {
	t.Helper()
	dir, address := t.TempDir(), testserver.Addr(testserver.Port(t))
	file := filepath.Join(dir, "nginx.conf")
	config := fmt.Sprintf(`worker_processes 1;
events {}
http {
	access_log off;
	proxy_cache_path %s/kept keys_zone=kept:1m;
	proxy_cache kept;
	server { listen %s; location / { %s } }
}`, dir, address, location)
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	runNginx(t, address, file)
	return address
}

// runNginx runs nginx, which listens at an address, until the test ends.
func runNginx(t *testing.T, address, config string) {
	t.Helper()
	nginx := require.Binary(t, "nginx")
	require.Root(t)
	started(t, address, nginx, "-p", t.TempDir(), "-c", config, "-e", "stderr", "-g", "daemon off; user root; pid nginx.pid;")
}
