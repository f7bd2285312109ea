//go:build linux

package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// walked is what a client that follows prev-archive has met: answers by path.
type walked struct {
	etags  map[string]string
	bodies map[string]string
	ids    []string // of articles, in their order
}

var prevArchive = regexp.MustCompile(`<https://xt\.news\.example([^>]+)>; rel="prev-archive"`)

// walk reads a feed and its archives to the end.
func (p *process) walk(path string) walked {
	p.t.Helper()
	w := walked{etags: map[string]string{}, bodies: map[string]string{}}
	for next := path; next != ""; {
		response, body, err := p.get("/xt" + next)
		if err != nil || response.StatusCode != http.StatusOK {
			p.t.Fatalf("%s: %v %v", next, response, err)
		}
		if cc := response.Header.Get("Cache-Control"); next != path && (!strings.Contains(cc, "max-age=3600") || strings.Contains(cc, "immutable")) {
			p.t.Errorf("%s: Cache-Control %q", next, cc)
		}
		w.etags[next], w.bodies[next] = response.Header.Get("Etag"), body
		for _, entry := range entryOf.FindAllString(body, -1) {
			if id := idOf.FindString(entry); !slices.Contains(w.ids, id) {
				w.ids = append(w.ids, id)
			}
		}
		next = ""
		if prev := prevArchive.FindStringSubmatch(response.Header.Get("Link")); prev != nil {
			next = prev[1]
		}
	}
	return w
}

// reaches reports whether a feed leads to so many archives, all of which are there: while the
// first edition is built some have yet to be.
func (p *process) reaches(path string, archives int) bool {
	for next := range archives + 1 {
		response, _, err := p.get("/xt" + path)
		if err != nil || response.StatusCode != http.StatusOK {
			return false
		}
		prev := prevArchive.FindStringSubmatch(response.Header.Get("Link"))
		if prev == nil {
			return next == archives
		}
		path = prev[1]
	}
	return false
}

// mustHave holds that a walk has met so many articles, the newest first.
func (w walked) mustHave(t *testing.T, n, archives int) {
	t.Helper()
	var want []string
	for id := n; id > 0; id-- {
		want = append(want, fmt.Sprintf("content/%d.html", id))
	}
	if !slices.Equal(w.ids, want) || len(w.etags) != 1+archives {
		t.Errorf("met %q in %d documents, want %q in %d", w.ids, len(w.etags), want, 1+archives)
	}
}

// Two processes on one Redis serve the same archives, also with deltas, and after kill -9;
// what a reader has of an archive is confirmed until one of its articles changes.
func TestArchivesOfAFleet(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	shared := []string{
		"FEEDSTATION_CACHE_REDIS_ADDRS=" + server.Addr(), "FEEDSTATION_CACHE_REDIS_POLL=100ms", "FEEDSTATION_FEEDS_DELTAS=true",
		"FEEDSTATION_FEEDS_ITEMS=6", "FEEDSTATION_FEEDS_ARCHIVES_ITEMS=3", "FEEDSTATION_FEEDS_ARCHIVES_DEPTH=9",
	}
	publisher := newProcess(t, "xt.news.example", shared...)
	follower := newProcess(t, "xt.news.example", append(shared, "FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db")...)
	both, f := []*process{publisher, follower}, newFront(t)
	const first = 13 // 4 archives of 3, and one that is in none
	publisher.putUpTo(first)
	publisher.start()
	follower.start()
	for _, p := range both {
		p.until("its archives are built", func() bool { return p.reaches("/rss.xml", 4) && p.reaches("/atom.xml", 4) })
	}
	readers := map[*process]*deltaReader{publisher: {name: "newsboat", tag: true}, follower: {name: "newsboat", tag: true}}
	same := func(n, archives int) (last walked) {
		t.Helper()
		for _, path := range []string{"/rss.xml", "/atom.xml"} {
			for i, p := range both {
				p.await(fmt.Sprintf("第%d条。", n))
				w := p.walk(path)
				w.mustHave(t, n, archives)
				if i > 0 && (!maps.Equal(w.etags, last.etags) || !maps.Equal(w.bodies, last.bodies)) {
					t.Errorf("%s: the follower has other documents: %v, %v", path, w.etags, last.etags)
				}
				last = w
			}
		}
		for p, reader := range readers { // of base and deltas
			reader.read(f, "127.0.0.1:"+p.port, "/rss.xml")
			for _, entry := range entryOf.FindAllString(p.walk("/rss.xml").bodies["/rss.xml"], -1) {
				if id := idOf.FindString(entry); reader.entries[id] != entry {
					t.Errorf("a reader has %s as %q, want %q", id, reader.entries[id], entry)
				}
			}
		}
		return last
	}
	before := same(first, 4)
	for n := first + 1; n <= first+4; n++ { // of which the third closes an archive
		publisher.putUpTo(n)
		now := same(n, 4+(n-first)/3)
		for path, etag := range before.etags {
			if closing := n == first+3; path != "/atom.xml" && (now.etags[path] == etag) == (closing && path == newestOf(before)) {
				t.Errorf("%d articles: %s is another one: %t", n, path, now.etags[path] != etag)
			}
		}
		for _, p := range both {
			for path, etag := range now.etags {
				for _, header := range [][]string{{"Accept-Encoding", "gzip", "If-None-Match", etag}, {"Accept-Encoding", "gzip", "If-None-Match", etag, "A-IM", "feed"}} {
					response, _ := f.get(http.MethodGet, "127.0.0.1:"+p.port, "xt.news.example", path, header...)
					if response.StatusCode != http.StatusNotModified || response.Header.Get("Etag") != etag {
						t.Errorf("%s with %q: %s", path, header, response.Status)
					}
				}
			}
			for path, etag := range before.etags { // an archive has no deltas
				if path == "/atom.xml" || etag == now.etags[path] {
					continue
				}
				if response, _ := f.get(http.MethodGet, "127.0.0.1:"+p.port, "xt.news.example", path, "Accept-Encoding", "gzip", "If-None-Match", etag, "A-IM", "feed"); response.StatusCode != http.StatusOK {
					t.Errorf("%s with a former ETag: %s", path, response.Status)
				}
			}
		}
		before = now
	}
	for _, p := range both {
		p.kill()
		p.start()
		if now := same(first+4, 5); !maps.Equal(now.etags, before.etags) {
			t.Errorf("after kill -9: %v, before that %v", now.etags, before.etags)
		}
	}
	server.Kill()
	same(first+4, 5)
	publisher.putUpTo(first + 5)
	publisher.await(fmt.Sprintf("第%d条。", first+5))
	server.Restart()
	same(first+5, 5)
	for _, reader := range readers {
		if reader.deltas == 0 {
			t.Error("no reader was answered with a delta")
		}
	}
}

// newestOf returns the path of the newest archive of a walk.
func newestOf(w walked) (newest string) {
	for path := range w.etags {
		if strings.Contains(path, "/archive/") {
			newest = max(newest, path)
		}
	}
	return newest
}
