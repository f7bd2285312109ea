package server_test

import (
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/server"
)

// An index that was read a moment ago may name a sitemap that has just left.
func TestFormerSitemaps(t *testing.T) {
	n, editions := portal(t)
	editions[before+"xt"] = edition.New("xt", 1, noon, "4711", map[string]*edition.Document{
		"/sitemaps/2018-01.xml": edition.NewDocument(xmlType, []byte("<urlset/>"), noon),
		"/sitemap.xml":          edition.NewDocument(xmlType, []byte("<old/>"), noon),
	})
	h := server.New(n, editions)
	for _, tt := range []struct {
		name, path string
		want       int
		not        string
	}{
		{"one that has left", "/sitemaps/2018-01.xml", 200, ""},
		{"its twin", "/sitemaps/2018-01.xml.gz", 200, ""},
		{"one that is there", "/sitemap.xml", 200, "<old/>"},
		{"one that never was", "/sitemaps/2018-02.xml", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "https://xt.news.example"+tt.path, nil))
			if w.Code != tt.want || tt.not != "" && w.Body.String() == tt.not {
				t.Errorf("status %d, body %q; want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}
