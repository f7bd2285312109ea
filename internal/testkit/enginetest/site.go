package enginetest

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// Site is a station's public address, where files are.
type Site struct {
	URL string

	mu    sync.Mutex
	files map[string]Answer
	asked []string
}

// NewSite starts a site without files.
func NewSite(t testing.TB) *Site {
	s := &Site{files: map[string]Answer{}}
	s.URL = serve(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		file := s.files[r.URL.Path]
		s.mu.Unlock()
		if file == nil {
			file = Says(http.StatusNotFound, "not here")
		}
		file(w, r)
	}).URL
	return s
}

// Put has a path be answered so, nil: with 404.
func (s *Site) Put(path string, answer Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = answer
}

// Asked returns the paths that were asked for, and forgets them.
func (s *Site) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

// Edition returns an edition whose sitemap of a month has articles.
func Edition(station, month string, articles ...edition.Article) *edition.Edition {
	var text []byte
	for _, a := range articles {
		text = a.AppendTo(text)
	}
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	contents := edition.Revision{AsOf: at}.ReviseContent(edition.NewContents(text), nil)
	return edition.New(station, at, "4711", nil).WithContents(map[string]*edition.Document{"/sitemaps/" + month + ".xml": contents})
}
