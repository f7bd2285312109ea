//go:build linux

package e2e

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
)

const (
	bucketName = "feeds"
	accessKey  = "feedstation"
	secretKey  = "feedstation-secret"
)

// startBucket starts an object store that has an empty bucket: versitygw where it is
// installed, otherwise one that is a part of that: it checks no signatures, and loses
// Cache-Control.
func startBucket(t *testing.T) (endpoint string, client *minio.Client, whole bool) {
	t.Helper()
	require.Time(t)
	endpoint = testserver.Addr(testserver.Port(t))
	if gateway, err := exec.LookPath("versitygw"); err == nil {
		whole = true
		started(t, endpoint, gateway, "--access", accessKey, "--secret", secretKey, "--port", endpoint, "posix", t.TempDir())
	} else {
		started(t, endpoint, require.Module(t, "github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0"), "-backend", "memory", "-host", endpoint)
	}
	client, err := minio.New(endpoint, &minio.Options{Creds: credentials.NewStaticV4(accessKey, secretKey, ""), Region: "us-east-1"})
	if err == nil {
		err = client.MakeBucket(t.Context(), bucketName, minio.MakeBucketOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return endpoint, client, whole
}

// objects returns what a bucket has, by key.
func objects(t *testing.T, client *minio.Client) map[string]minio.ObjectInfo {
	t.Helper()
	found := map[string]minio.ObjectInfo{}
	for object := range client.ListObjects(t.Context(), bucketName, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			t.Fatal(object.Err)
		}
		found[object.Key] = object
	}
	return found
}

// An export to a bucket has what one to a folder has, with the fields that it is served
// with; what has not changed is not written, what is gone goes, and files of others stay.
func TestExportToBucket(t *testing.T) {
	t.Parallel()
	endpoint, client, whole := startBucket(t)
	const to = "s3://" + bucketName + "/news/feeds"
	var written ledger
	p := newProcess(t, "xt.news.example", "FEEDSTATION_FEEDS_ITEMS=2", "FEEDSTATION_FEEDS_ARCHIVES_ITEMS=2", "FEEDSTATION_FEEDS_ARCHIVES_DEPTH=3", "AWS_ENDPOINT_URL="+written.start(t, endpoint), "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID="+accessKey, "AWS_SECRET_ACCESS_KEY="+secretKey)
	p.putUpTo(7)
	for id, title := range []string{"预告", "筹备", "年度读书节开幕", "年度读书节闭幕"} {
		p.put(100+id, title)
	}
	putObject(t, client, "news/feeds/xt/mine.txt")
	putObject(t, client, "news/feeds/others/rss.xml")
	out := filepath.Join(p.dir, "out")
	p.run("build", "--out", to)
	p.run("build", "--out", out)
	check := func() map[string]minio.ObjectInfo {
		t.Helper()
		want := []string{"others/rss.xml", "xt/mine.txt"}
		for _, name := range filesIn(t, out) {
			want = append(want, name)
			if got := objectBody(t, client, "news/feeds/"+name); !bytes.Equal(got, readFile(t, filepath.Join(out, name))) {
				t.Errorf("%s differs from the file", name)
			}
		}
		slices.Sort(want)
		var got []string
		found := objects(t, client)
		for key := range found {
			got = append(got, strings.TrimPrefix(key, "news/feeds/"))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("there are\n%q, want\n%q", got, want)
		}
		return found
	}
	before := check()
	archives := func() (names []string) {
		for key := range objects(t, client) {
			if strings.Contains(key, "/archive/") && strings.HasSuffix(key, "/rss.xml") {
				names = append(names, strings.TrimPrefix(key, "news/feeds/xt/"))
			}
		}
		slices.Sort(names)
		return names
	}
	if got := archives(); len(got) != 4 || !strings.HasPrefix(got[3], "moment/archive/") {
		t.Fatalf("archives %q", got)
	}
	for name, want := range map[string][3]string{
		"rss.xml":        {"application/rss+xml; charset=utf-8", "", "max-age="},
		"rss.xml.gz":     {"application/rss+xml; charset=utf-8", "gzip", "max-age="},
		"rss.xml.br":     {"application/rss+xml; charset=utf-8", "br", "max-age="},
		archives()[3]:    {"application/rss+xml; charset=utf-8", "", "max-age=3600"},
		"sitemap.xml":    {"application/xml; charset=utf-8", "", "max-age="},
		"sitemap.xml.gz": {"application/gzip", "", "max-age="},
		"sitemap.xml.br": {"application/xml; charset=utf-8", "br", "max-age="},
	} {
		info, err := client.StatObject(t.Context(), bucketName, "news/feeds/xt/"+name, minio.StatObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		fields := info.Metadata
		if info.ContentType != want[0] || fields.Get("Content-Encoding") != want[1] || whole && !strings.Contains(fields.Get("Cache-Control"), want[2]) {
			t.Errorf("%s is %s, encoded as %q, kept for %q", name, info.ContentType, fields.Get("Content-Encoding"), fields.Get("Cache-Control"))
		}
		file, err := os.Stat(filepath.Join(out, "xt", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fields.Get("X-Amz-Meta-Mtime"); got != strconv.FormatInt(file.ModTime().Unix(), 10) {
			t.Errorf("%s was modified at %q, want %v", name, got, file.ModTime())
		}
	}

	// Nothing has changed, and nothing is written.
	p.run("build", "--out", to)
	for key, object := range check() {
		if !object.LastModified.Equal(before[key].LastModified) {
			t.Errorf("%s was written again", key)
		}
	}

	// One that is lost is written again; a take-down reaches both.
	if err := client.RemoveObject(t.Context(), bucketName, "news/feeds/xt/rss.xml.br", minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}
	p.run("retract", "--id", "103")
	check()
	if text := objectBody(t, client, "news/feeds/xt/rss.xml"); bytes.Contains(text, []byte("年度读书节闭幕")) || !bytes.Contains(text, []byte("年度读书节开幕")) {
		t.Errorf("after the take-down there is\n%s", text)
	}

	// What feeds no longer have goes.
	entries := written.take()
	p.env = append(p.env, "FEEDSTATION_FEEDS_ARCHIVES_DEPTH=0")
	p.run("build", "--out", to)
	p.run("build", "--out", out)
	check()
	if got := archives(); len(got) != 0 {
		t.Errorf("archives %q are left", got)
	}

	// What goes has gone last, and each write has said what it replaces.
	lately := written.take()
	removes := func(e entry) bool { return e.method == http.MethodDelete }
	first, last := slices.IndexFunc(lately, removes), len(lately)-1
	if first < 0 || slices.ContainsFunc(lately[first:last], func(e entry) bool { return !removes(e) }) || !strings.HasSuffix(lately[last].key, "/.feedstation-files") {
		t.Errorf("written and removed: %v", lately)
	}
	for _, e := range append(entries, lately...) {
		if !removes(e) && e.replaces == "" {
			t.Errorf("%s is written whatever is there", e.key)
		}
	}

	// What another one writes meanwhile is not replaced; the next export has it right.
	p.put(200, "年度读书节综述")
	written.meanwhile("/xt/rss.xml", func() { putObject(t, client, "news/feeds/xt/rss.xml") })
	if text, err := p.command("build", "--out", to).CombinedOutput(); err == nil || !strings.Contains(string(text), "something else has written there meanwhile") {
		t.Errorf("%v\n%s", err, text)
	}
	p.run("build", "--out", to)
	p.run("build", "--out", out)
	check()

	// An object of somebody else's is not replaced.
	putObject(t, client, "elsewhere/xt/robots.txt")
	if text, err := p.command("build", "--out", "s3://"+bucketName+"/elsewhere").CombinedOutput(); err == nil || !strings.Contains(string(text), "did not write (robots.txt)") {
		t.Errorf("%v\n%s", err, text)
	}
	if err := client.RemoveObject(t.Context(), bucketName, "elsewhere/xt/robots.txt", minio.RemoveObjectOptions{}); err != nil {
		t.Fatal(err)
	}

	// A station that is closed loses what was written for it.
	replaceIn(t, filepath.Join(p.dir, "config.yaml"), `{id: xt, name: 湘潭站, url: "https://xt.news.example"`, `{id: cs, name: 长沙站, url: "https://cs.news.example"`)
	p.run("build", "--out", to)
	for key := range objects(t, client) {
		if strings.HasPrefix(key, "news/feeds/xt/") && key != "news/feeds/xt/mine.txt" {
			t.Errorf("of a station that is no more there is %s", key)
		}
	}

	// A bucket that is not there.
	if text, err := p.command("build", "--out", "s3://nowhere").CombinedOutput(); err == nil || !strings.Contains(string(text), "build: --out: ") {
		t.Errorf("%v\n%s", err, text)
	}
}

// ledger has what is written to an object store, and removed there, through a proxy.
type ledger struct {
	mu      sync.Mutex
	entries []entry
	before  map[string]func() // by the end of a key: what happens once before it is written
}

type entry struct{ method, key, replaces string }

// start returns the address of the proxy.
func (l *ledger) start(t *testing.T, endpoint string) string {
	t.Helper()
	forward := httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = "http", endpoint // the Host is signed
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut || r.Method == http.MethodDelete {
			l.note(entry{r.Method, r.URL.Path, r.Header.Get("If-Match") + r.Header.Get("If-None-Match")})
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// meanwhile has something done once, before a key that ends so is written.
func (l *ledger) meanwhile(end string, do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.before = map[string]func(){end: do}
}

func (l *ledger) note(e entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	for end, do := range l.before {
		if e.method == http.MethodPut && strings.HasSuffix(e.key, end) {
			delete(l.before, end)
			do()
		}
	}
}

// take returns what there is since the last time.
func (l *ledger) take() []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.entries
	l.entries = nil
	return taken
}

func putObject(t *testing.T, client *minio.Client, key string) {
	t.Helper()
	if _, err := client.PutObject(t.Context(), bucketName, key, strings.NewReader("mine"), 4, minio.PutObjectOptions{}); err != nil {
		t.Error(err)
	}
}

func objectBody(t *testing.T, client *minio.Client, key string) []byte {
	t.Helper()
	object, err := client.GetObject(t.Context(), bucketName, key, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer object.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(object); err != nil {
		t.Fatal(err)
	}
	return body.Bytes()
}
