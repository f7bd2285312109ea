package server_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// An archive is there, is yet to be made, is over, or was never there; what is asked
// besides changes nothing.
func TestArchives(t *testing.T) {
	n, _ := portal(t)
	cut := func(day int) network.Cut { return network.CutOf(time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC), "1") }
	path := func(day int) string { return network.ArchivePath("", cut(day), network.RSS) }
	documents, contents := documents(), map[string]*edition.Document{}
	archive := edition.NewDocument(rssType, feedBody, noon)
	documents[path(20)] = archive
	contents[path(20)] = edition.NewDocument(textType, nil, noon).MadeFrom("this")
	contents[path(15)] = edition.NewDocument(textType, nil, noon).MadeFrom("")
	contents[path(10)] = edition.NewDocument(textType, nil, noon).MadeFrom(edition.Beyond)
	e := edition.New("xt", noon, "4711", documents).WithContents(contents)
	h := server.New(n, stands{"xt": e}, nil, nil)
	for _, tt := range []struct {
		name, path string
		want       int
	}{
		{"one that is there", path(20), 200},
		{"with a query", path(20) + "?paged=2", 200},
		{"the feed with a query", "/rss.xml?page=2", 200},
		{"one that is yet to be made", path(15), 503},
		{"in another format", network.ArchivePath("", cut(15), network.JSON), 503},
		{"where the oldest begins", path(10), 410},
		{"an older one", path(5), 410},
		{"one that may come", path(25), 404},
		{"one that never was", path(18), 404},
		{"of a channel without archives", network.ArchivePath("moment", cut(5), network.RSS), 404},
		{"of a channel by its former id", network.ArchivePath("now", cut(5), network.RSS), 308},
		{"of a closed channel", network.ArchivePath("gossip", cut(5), network.RSS), 410},
		{"no archive", "/archive/rss.xml", 404},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "https://xt.news.example"+tt.path, nil))
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.want)
		}
		if retry := w.Header().Get("Retry-After"); (retry != "") != (tt.want == 503) {
			t.Errorf("%s: Retry-After %q", tt.name, retry)
		}
	}
}
