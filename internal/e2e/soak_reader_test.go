//go:build archive && linux

package e2e

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"sync"
	"time"
)

// soakReader is subscribed to the feed of a station at one process in two ways: as a
// client that follows archives, which has what the documents have, and as one that
// keeps whatever it gets and takes deltas (RFC 3229).
type soakReader struct {
	*soak
	process *process
	station string

	mu        sync.Mutex
	documents map[string]soakDocument // by path
	have      map[string]string       // titles by name of the article, of the last walk
	etag      string                  // of the feed, for deltas
	kept      map[string]string       // all that has ever come, by name of the article
	faults    map[string]int
	life      int32 // of the process, and since when that is so
	lives     time.Time
	walks     int
	deltas    int
}

type soakDocument struct {
	etag, previous string
	titles         map[string]string // by name of the article
}

func newSoakReader(s *soak, p *process, station string) *soakReader {
	return &soakReader{soak: s, process: p, station: station, documents: map[string]soakDocument{}, kept: map[string]string{}, faults: map[string]int{}}
}

const (
	soakPoll = 5 * time.Second
	soakLate = patience // how long what was written may be missing, on a busy machine
)

// read polls, as a reader does, until stop.
func (r *soakReader) read(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(soakPoll):
		}
		life := r.process.life.Load()
		if life%2 != 0 {
			r.subscribe()
			r.walk(time.Now())
		}
	}
}

// walk reads the feed and its archives to the end, and returns how they differ from
// what the newsroom has and had then, or why they could not be read.
func (r *soakReader) walk(then time.Time) (fault string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	began, life := time.Now(), r.process.life.Load()
	if life != r.life {
		r.life, r.lives = life, began
	}
	documents, have := map[string]soakDocument{}, map[string]string{}
	for path := "/" + r.station + "/rss.xml"; path != ""; {
		d, status := r.document(path)
		if status != http.StatusOK {
			return fmt.Sprintf("%s: status %d", path, status)
		}
		documents[path] = d
		maps.Copy(have, d.titles)
		path = d.previous
	}
	r.documents, r.have = documents, have
	r.walks++
	if fault := r.desk.compare(have, r.station, began.Add(-soakLate), true); fault != "" && r.process.life.Load() == life && began.Sub(r.lives) > soakLate {
		r.faults[fault]++
	}
	return r.desk.compare(have, r.station, then, true)
}

var soakPrevious = regexp.MustCompile(`<https://\w+\.news\.example([^>]+)>; rel="prev-archive"`)

// document reads one, or has it already. A status that is not 200 is that of the answer.
func (r *soakReader) document(path string) (soakDocument, int) {
	known := r.documents[path]
	header := http.Header{}
	if known.etag != "" {
		header.Set("If-None-Match", known.etag)
	}
	response, body := soakAsk(r.process, path, header)
	switch {
	case response == nil:
		return soakDocument{}, 0
	case response.StatusCode == http.StatusNotModified:
		return known, http.StatusOK
	case response.StatusCode != http.StatusOK:
		return soakDocument{}, response.StatusCode
	}
	d := soakDocument{etag: response.Header.Get("Etag"), titles: r.titles(body)}
	if match := soakPrevious.FindStringSubmatch(response.Header.Get("Link")); match != nil {
		d.previous = "/" + r.station + match[1]
	}
	return d, http.StatusOK
}

// titles returns those of an RSS document by name of the article.
func (r *soakReader) titles(body string) map[string]string {
	var feed struct {
		Items []struct {
			Link  string `xml:"link"`
			Title string `xml:"title"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal([]byte(body), &feed); err != nil {
		r.faults["not a feed: "+err.Error()]++
	}
	titles := map[string]string{}
	for _, item := range feed.Items {
		titles[idOf.FindString(item.Link)] = item.Title
	}
	return titles
}

// subscribe polls the feed alone.
func (r *soakReader) subscribe() {
	r.mu.Lock()
	defer r.mu.Unlock()
	header := http.Header{"A-Im": {"feed"}}
	if r.etag != "" {
		header.Set("If-None-Match", r.etag)
	}
	response, body := soakAsk(r.process, "/"+r.station+"/rss.xml", header)
	switch {
	case response == nil || response.StatusCode == http.StatusNotModified:
		return
	case response.StatusCode == http.StatusIMUsed:
		r.deltas++
	case response.StatusCode != http.StatusOK:
		r.faults["subscription: "+response.Status]++
		return
	}
	r.etag = response.Header.Get("Etag")
	maps.Copy(r.kept, r.titles(body))
}

// hold holds what a reader must have in the end.
func (r *soakReader) hold() {
	r.Helper()
	if r.subscribe(); r.walks < 3 || len(r.kept) == 0 {
		r.Errorf("%s of port %s was read %d times", r.station, r.process.port, r.walks)
	}
	if fault := r.desk.compare(r.have, r.station, time.Time{}, true); fault != "" {
		r.Errorf("%s of port %s: who follows archives %s", r.station, r.process.port, fault)
	}
	if missed := r.desk.lacks(r.kept, r.station); len(missed) > 0 {
		r.Errorf("%s of port %s: a subscriber has missed %q", r.station, r.process.port, missed)
	}
	if len(r.faults) > 0 {
		r.Errorf("%s of port %s: %v", r.station, r.process.port, r.faults)
	}
	r.Logf("%s of port %s: read %d times, %d articles in %d documents, %d deltas, %d articles kept",
		r.station, r.process.port, r.walks, len(r.have), len(r.documents), r.deltas, len(r.kept))
}
