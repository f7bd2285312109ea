//go:build archive

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// largeWordPress is a site of many posts, a minute apart, of some kilobytes each.
type largeWordPress struct {
	posts    int
	requests atomic.Int64
	stopAt   int64 // answers nothing from this request on; 0: never
	gone     int   // the id of a post that was deleted; 0: none was
}

var firstPost = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

func (l *largeWordPress) at(id int) time.Time { return firstPost.Add(time.Duration(id) * time.Minute) }

func (l *largeWordPress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := l.requests.Add(1); l.stopAt > 0 && n >= l.stopAt {
		<-r.Context().Done()
		return
	}
	q := r.URL.Query()
	page, _ := strconv.Atoi(q.Get("page"))
	page = max(page, 1)
	var ids []int
	switch {
	case q.Get("include") != "":
		for text := range strings.SplitSeq(q.Get("include"), ",") {
			id, _ := strconv.Atoi(text)
			ids = append(ids, id)
		}
	case q.Get("orderby") == "id":
		if l.gone > 0 && page >= l.gone {
			page++
		}
		if page > l.posts {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		ids = []int{page}
	case q.Get("orderby") == "modified":
		after, _ := time.Parse(time.RFC3339, q.Get("modified_after"))
		from := max(0, int(after.Sub(firstPost)/time.Minute)) + 1 + (page-1)*100
		if after.Before(firstPost) {
			from = 1 + (page-1)*100
		}
		for id := from; id <= l.posts && len(ids) < 100; id++ {
			ids = append(ids, id)
		}
	default:
		for id := l.posts - (page-1)*100; id > 0 && len(ids) < 100; id-- {
			ids = append(ids, id)
		}
	}
	ids = slices.DeleteFunc(ids, func(id int) bool { return id == l.gone })
	w.Header().Set("X-WP-TotalPages", strconv.Itoa((l.posts+99)/100))
	if q.Get("orderby") == "modified" || q.Get("include") != "" {
		w.Header().Del("X-WP-TotalPages")
	}
	text := strings.Repeat("<p>读书节今天在湖边开幕,来自各地的读者带来了自己的书。</p>\n", 40)
	list := []map[string]any{}
	for _, id := range ids {
		at := l.at(id).Format("2006-01-02T15:04:05")
		post := map[string]any{
			"id": id, "date_gmt": at, "modified_gmt": at, "status": "publish", "link": fmt.Sprintf("https://xt.news.example/%d/", id),
			"categories": []int{id % 7}, "tags": []int{}, "featured_media": 0,
		}
		if !q.Has("_fields") {
			post["title"] = map[string]any{"rendered": fmt.Sprintf("Post %d.", id)}
			post["content"] = map[string]any{"rendered": text, "protected": false}
			post["guid"] = map[string]any{"rendered": fmt.Sprintf("https://xt.news.example/?p=%d", id)}
			post["_embedded"] = map[string]any{"author": []any{map[string]any{"name": "林知夏"}}}
		}
		list = append(list, post)
	}
	_ = json.NewEncoder(w).Encode(list)
}

const archiveSource = `
content:
  sources:
    - {id: cms, kind: wordpress, url: %q, station: xt, rate: 1000, timeout: 5s}
`

// TestSourceArchive reads a site of 200,000 posts within 250 MB, interrupted once in
// the middle, and finds that one of them was deleted with a few requests.
func TestSourceArchive(t *testing.T) {
	const posts, memory = 200_000, 250 << 20
	site := &largeWordPress{posts: posts, stopAt: 1000}
	server := httptest.NewServer(site)
	t.Cleanup(server.CloseClientConnections)
	p := newProcess(t, "xt.news.example")
	file := filepath.Join(p.dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, fmt.Appendf(text, archiveSource, server.URL), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	first := p.command("build")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	for site.requests.Load() < 1000 {
		time.Sleep(10 * time.Millisecond)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // which tells that it was killed
	half := time.Since(began)
	server.CloseClientConnections()
	before := site.requests.Load()
	resumed := &largeWordPress{posts: posts}
	server.Config.Handler = resumed
	second := p.command("build")
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	usage := second.ProcessState.SysUsage().(*syscall.Rusage)
	peak := usage.Maxrss << 10
	t.Logf("%d requests in %s, then %d in %s; peak %d MB", before, half.Round(time.Second), resumed.requests.Load(), time.Since(began).Round(time.Second)-half.Round(time.Second), peak>>20)
	if peak > memory {
		t.Errorf("peak %d MB, want at most %d", peak>>20, memory>>20)
	}
	if n := resumed.requests.Load(); n > 1100+25 {
		t.Errorf("%d requests after it was resumed", n)
	}
	if got := strings.Count(p.sitemaps(t), "<loc>"); got != posts {
		t.Errorf("%d addresses in sitemaps", got)
	}

	resumed.gone = posts / 3
	before = resumed.requests.Load()
	if got := strings.Count(p.sitemaps(t), "<loc>"); got != posts-1 {
		t.Errorf("%d addresses in sitemaps after one was deleted", got)
	}
	n := resumed.requests.Load() - before
	t.Logf("a deletion is found with %d requests", n)
	if n > 45 {
		t.Errorf("%d requests for a deletion", n)
	}
}

// sitemaps returns all months of what a build has written.
func (p *process) sitemaps(t *testing.T) string {
	t.Helper()
	p.run("build", "--out", "site")
	files, err := filepath.Glob(filepath.Join(p.dir, "site", "xt", "sitemaps", "20*.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
