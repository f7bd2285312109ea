//go:build linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

// front is a program in front of feedstation, or of the files that it writes, as a file in
// deploy configures it.
type front struct {
	t      *testing.T
	client *http.Client
	proxy  string // address of the one in front of feedstation
	files  string // of the one in front of files
	plain  string // host of what is closed and moved is asked there
}

// configured writes a file of deploy with other addresses and folders in it. Each has to be
// there.
func configured(t *testing.T, name string, replaced ...string) string {
	t.Helper()
	text := string(readFile(t, filepath.Join("../../deploy", name)))
	for i := 0; i < len(replaced); i += 2 {
		if !strings.Contains(text, replaced[i]) {
			t.Fatalf("deploy/%s has no %q", name, replaced[i])
		}
		text = strings.ReplaceAll(text, replaced[i], replaced[i+1])
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// started runs a server until the test ends.
func started(t *testing.T, address, program string, args ...string) {
	t.Helper()
	command := testserver.Command{Program: program, Args: args, Answers: func(ctx context.Context, _ int) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	}}
	server, err := command.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	})
}

// get asks an address for a path of a host. The fields of header are in pairs.
func (f *front) get(method, address, host, path string, header ...string) (*http.Response, []byte) {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), method, "http://"+address+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	request.Host = host
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := f.client.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return response, body
}

// otherStations are the configuration of one in a folder of a host, and of those that are
// closed or have moved.
const otherStations = `
  - {id: hy, name: 衡阳站, url: "https://city.news.example/hy", channels: [{id: moment, name: 时刻新闻}]}
  - {id: old, name: 旧站, url: "https://old.news.example", closed: true}
  - {id: moved, name: 迁站, url: "https://moved.news.example", moved_to: "https://xt.news.example"}
jobs:`

// newsOf returns a process of two articles, and other stations, that serves and has written
// its files.
func newsOf(t *testing.T) (p *process, out string) {
	t.Helper()
	p = newProcess(t, "xt.news.example", "FEEDSTATION_SERVER_STALE_WHILE_REVALIDATE=0s")
	replaceIn(t, filepath.Join(p.dir, "config.yaml"), "\njobs:", otherStations)
	p.put(1, "年度读书节开幕")
	p.put(2, "年度读书节闭幕")
	out = filepath.Join(p.dir, "out")
	p.run("build", "--out", out)
	p.start()
	p.await("年度读书节闭幕")
	return p, out
}

// mustServe holds that both fronts serve what feedstation serves, in every encoding.
func (f *front) mustServe(p *process, files bool) {
	f.t.Helper()
	address := []string{f.proxy}
	if files {
		address = append(address, f.files)
	}
	for _, address := range address {
		for _, path := range []string{
			"/rss.xml", "/atom.xml", "/feed.json", "/moment/rss.xml", "/moment/feed.json", "/sitemap.xml", "/sitemap.xml.gz",
			"/sitemaps/news.xml", "/sitemaps/news.xml.gz", "/sitemaps/baidu.txt", "/robots.txt", "/feeds.opml",
			"/feeds.html", "/feeds/moment.html", "/feeds.css", "/feeds.js", "/feeds.svg",
		} {
			own, want := f.get(http.MethodGet, "127.0.0.1:"+p.port, "xt.news.example", path)
			for _, coding := range []string{"identity", "gzip", "br", "gzip, deflate, br, zstd", ""} {
				var header []string
				if coding != "" {
					header = []string{"Accept-Encoding", coding}
				}
				response, body := f.get(http.MethodGet, address, "xt.news.example", path, header...)
				got := decoded(f.t, response.Header.Get("Content-Encoding"), body)
				if response.StatusCode != http.StatusOK || !bytes.Equal(got, want) {
					f.t.Errorf("%s%s in %q: %s, %d bytes; want %d", address, path, coding, response.Status, len(got), len(want))
				}
				if encoding := response.Header.Get("Content-Encoding"); encoding != "" && !strings.Contains(coding, encoding) {
					f.t.Errorf("%s%s in %q is encoded as %s", address, path, coding, encoding)
				}
				for _, field := range []string{"Content-Type", "Last-Modified", "X-Content-Type-Options", "Access-Control-Allow-Origin", "Content-Security-Policy", "Referrer-Policy"} {
					if got, want := response.Header.Get(field), own.Header.Get(field); !strings.EqualFold(got, want) {
						f.t.Errorf("%s%s in %q: %s is %q; want %q", address, path, coding, field, got, want)
					}
				}
				if !strings.Contains(strings.Join(response.Header["Vary"], ","), "Accept-Encoding") && !strings.HasSuffix(path, ".gz") {
					f.t.Errorf("%s%s in %q: Vary is %q", address, path, coding, response.Header["Vary"])
				}
				if again, _ := f.get(http.MethodGet, address, "xt.news.example", path, append(header, "If-None-Match", response.Header.Get("Etag"))...); again.StatusCode != http.StatusNotModified {
					f.t.Errorf("%s%s in %q, asked with its ETag %s: %s", address, path, coding, response.Header.Get("Etag"), again.Status)
				}
			}
			if response, _ := f.get(http.MethodPost, address, "xt.news.example", path); response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusMethodNotAllowed {
				f.t.Errorf("POST %s%s: %s", address, path, response.Status)
			}
		}
	}
	if !files {
		return
	}
	if response, _ := f.get(http.MethodGet, f.files, "xt.news.example", "/"); response.StatusCode != http.StatusPermanentRedirect || !strings.HasSuffix(response.Header.Get("Location"), "/feeds.html") {
		f.t.Errorf("/: %s to %q", response.Status, response.Header.Get("Location"))
	}
	for _, path := range []string{"/.feedstation-files", "/rss.xml.br", "/none.xml", "/moment/", "/moment"} {
		if response, _ := f.get(http.MethodGet, f.files, "xt.news.example", path); response.StatusCode != http.StatusNotFound && response.StatusCode != http.StatusForbidden && response.StatusCode/100 != 3 {
			f.t.Errorf("%s: %s", path, response.Status)
		}
	}
}

// mustRefuse holds what is answered for stations that are closed or have moved.
func (f *front) mustRefuse() {
	f.t.Helper()
	if response, _ := f.get(http.MethodGet, f.plain, "old.news.example", "/rss.xml"); response.StatusCode != http.StatusGone {
		f.t.Errorf("closed: %s", response.Status)
	}
	response, _ := f.get(http.MethodGet, f.plain, "moved.news.example", "/moment/rss.xml")
	if got := response.Header.Get("Location"); response.StatusCode != http.StatusPermanentRedirect || got != "https://xt.news.example/moment/rss.xml" {
		f.t.Errorf("moved: %s to %q", response.Status, got)
	}
}

// cms answers what is not feedstation's with its path.
func cms(t *testing.T) (addr string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprint(w, "cms ", r.Method, " ", r.Host, r.URL.RequestURI())
	}))
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// mustDivide holds that of a host with stations in folders the documents are
// feedstation's, and all else is the CMS's.
func (f *front) mustDivide(p *process) {
	f.t.Helper()
	const host = "city.news.example"
	for _, path := range []string{
		"/robots.txt", "/hy/rss.xml", "/hy/atom.xml", "/hy/feed.json", "/hy/moment/rss.xml", "/hy/moment/feed.json", "/hy/sitemap.xml", "/hy/sitemap.xml.gz",
		"/hy/sitemaps/news.xml", "/hy/sitemaps/news.xml.gz", "/hy/sitemaps/baidu.txt", "/hy/feeds.opml",
	} {
		_, want := f.get(http.MethodGet, "127.0.0.1:"+p.port, host, path)
		response, got := f.get(http.MethodGet, f.proxy, host, path)
		if response.StatusCode != http.StatusOK || !bytes.Equal(got, want) {
			f.t.Errorf("%s%s: %s, %d bytes; want %d", host, path, response.Status, len(got), len(want))
		}
	}
	if _, robots := f.get(http.MethodGet, f.proxy, host, "/robots.txt"); !strings.Contains(string(robots), "https://city.news.example/hy/sitemap.xml") {
		f.t.Errorf("robots.txt:\n%s", robots)
	}
	for _, request := range []string{"GET /", "GET /hy/", "GET /hy/news/1.html?a=b", "GET /rss.xml", "GET /hy/a/b/rss.xml", "POST /hy/wp-login.php", "GET /cs/rss.xml"} {
		method, path, _ := strings.Cut(request, " ")
		for range 2 { // nothing of it is kept
			if _, got := f.get(method, f.proxy, host, path); string(got) != "cms "+method+" "+host+path {
				f.t.Errorf("%s: %s", request, got)
			}
		}
	}
}

func decoded(t *testing.T, coding string, body []byte) []byte {
	t.Helper()
	var reader io.Reader = bytes.NewReader(body)
	var err error
	switch coding {
	case "gzip":
		reader, err = gzip.NewReader(reader)
	case "br":
		reader = brotli.NewReader(reader)
	case "":
	default:
		t.Fatalf("encoded as %q", coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func newFront(t *testing.T) *front {
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	return &front{t: t, client: &http.Client{
		Timeout: patience, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// takeDown takes the second article down, and checks that what the proxy has kept was
// kept from before, and is gone once it is purged.
func (f *front) takeDown(p *process, keeps bool, purge func()) {
	f.t.Helper()
	p.run("retract", "--id", "2")
	p.awaitNone("年度读书节闭幕")
	shows := func(address string) bool {
		for _, path := range []string{"/rss.xml", "/moment/feed.json"} {
			response, body := f.get(http.MethodGet, address, "xt.news.example", path, "Accept-Encoding", "gzip")
			if strings.Contains(string(decoded(f.t, response.Header.Get("Content-Encoding"), body)), "年度读书节闭幕") {
				return true
			}
		}
		return false
	}
	if got := shows(f.proxy); got != keeps {
		f.t.Errorf("kept before the purge: %t; want %t", got, keeps)
	}
	purge()
	if shows(f.proxy) {
		f.t.Error("the proxy shows what was taken down and purged")
	}
	if f.files != "" && shows(f.files) {
		f.t.Error("the files show what was taken down")
	}
}

func TestNginx(t *testing.T) {
	t.Parallel()
	p, out := newsOf(t)
	f := newFront(t)
	f.proxy, f.files = testserver.Addr(testserver.Port(t)), testserver.Addr(testserver.Port(t))
	f.plain = f.proxy
	kept := filepath.Join(t.TempDir(), "kept")
	config := configured(t, "nginx.conf", "listen 80;", "listen "+f.proxy+";", "listen 81;", "listen "+f.files+";",
		"127.0.0.1:8080", "127.0.0.1:"+p.port, "127.0.0.1:8000", cms(t), "/var/cache/nginx/feedstation", kept, "/srv/feedstation", out)
	runNginx(t, f.proxy, config)
	f.mustServe(p, true)
	f.mustDivide(p)
	f.mustRefuse()
	f.plain = f.files
	f.mustRefuse()
	// What is encoded in a path is another path, whose answer is not kept for this one.
	if response, _ := f.get(http.MethodGet, f.proxy, "xt.news.example", "/moment%2Ffeed.json"); response.StatusCode != http.StatusNotFound {
		t.Errorf("/moment%%2Ffeed.json: %s", response.Status)
	}
	if response, _ := f.get(http.MethodGet, f.proxy, "xt.news.example", "/moment/feed.json?a=b"); response.Header.Get("X-Cache") != "HIT" {
		t.Errorf("with a query the cache says %q", response.Header.Get("X-Cache"))
	}
	f.takeDown(p, true, func() {
		entries, err := os.ReadDir(kept)
		for _, entry := range entries {
			err = errors.Join(err, os.RemoveAll(filepath.Join(kept, entry.Name())))
		}
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestVarnish(t *testing.T) {
	t.Parallel()
	p, _ := newsOf(t)
	f := newFront(t)
	f.proxy = varnishOf(t, configured(t, "varnish.vcl", `"8080"`, fmt.Sprintf("%q", p.port)))
	f.plain = f.proxy
	f.mustServe(p, false)
	f.mustRefuse()
	f.takeDown(p, true, func() {
		for method, path := range map[string]string{"PURGE": "/rss.xml", "BAN": "/"} {
			if response, _ := f.get(method, f.proxy, "xt.news.example", path); response.StatusCode != http.StatusOK {
				t.Errorf("%s %s: %s", method, path, response.Status)
			}
		}
	})
}

func TestCaddy(t *testing.T) {
	t.Parallel()
	caddy := require.Binary(t, "caddy")
	p, out := newsOf(t)
	f := newFront(t)
	f.proxy, f.files = testserver.Addr(testserver.Port(t)), testserver.Addr(testserver.Port(t))
	_, files, _ := strings.Cut(f.files, ":")
	_, proxy, _ := strings.Cut(f.proxy, ":")
	// Without certificates, and with the files at another port.
	config := configured(t, "Caddyfile", "www.news.example, xt.news.example {", "http://xt.news.example:"+proxy+" {",
		"\ncs.news.example {", "\nhttp://xt.news.example:"+files+" {", "\nold.news.example {", "\nhttp://old.news.example:"+proxy+" {",
		"\nmoved.news.example {", "\nhttp://moved.news.example:"+proxy+" {", "\ncity.news.example {", "\nhttp://city.news.example:"+proxy+" {",
		"127.0.0.1:8080", "127.0.0.1:"+p.port, "127.0.0.1:8000", cms(t), "/srv/feedstation/cs", filepath.Join(out, "xt"))
	text := "{\n\tadmin off\n}\n" + string(readFile(t, config))
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	started(t, f.proxy, caddy, "run", "--adapter", "caddyfile", "--config", config)
	f.plain = f.proxy
	f.mustServe(p, true)
	f.mustDivide(p)
	f.mustRefuse()
	f.takeDown(p, false, func() {})
}
