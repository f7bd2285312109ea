package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/server"
)

// TestPolicy holds that pages, and nothing else, are sent with what they may do, however
// they are asked for.
func TestPolicy(t *testing.T) {
	n, editions := portal(t)
	all := documents()
	page := edition.NewDocument("text/html; charset=utf-8", []byte("<!DOCTYPE html>\n<title>x</title>\n"), noon)
	all["/feeds.html"], all["/feeds/moment.html"] = page, page
	editions["xt"] = edition.New("xt", noon, "4711", all)
	h := server.New(n, editions, nil, nil)
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	tests := []struct {
		target, method, header, value string
		status                        int
		page                          bool
	}{
		{"http://xt.news.example/feeds.html", "GET", "", "", 200, true},
		{"http://xt.news.example/feeds/moment.html", "HEAD", "", "", 200, true},
		{"http://localhost/xt/feeds/moment.html", "GET", "Accept-Encoding", "gzip", 200, true},
		{"http://xt.news.example/feeds.html", "GET", "Accept-Encoding", "br", 200, true},
		{"http://xt.news.example/feeds.html", "GET", "If-None-Match", page.ETag(edition.Identity)[0], 304, true},
		{"http://xt.news.example/feeds.html", "GET", "If-Modified-Since", page.LastModified()[0], 304, true},
		{"http://localhost/", "GET", "", "", 200, true},
		{"http://localhost/xt/", "GET", "", "", 200, false},
		{"http://xt.news.example/rss.xml", "GET", "Accept", "text/html", 200, false}, // which never answers HTML
		{"http://xt.news.example/feeds/none.html", "GET", "", "", 404, false},
		{"http://xt.news.example/feeds.html", "POST", "", "", 405, false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, tt.target, nil)
		r.Header.Set(tt.header, tt.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		header := w.Result().Header
		got := http.Header{"Content-Security-Policy": header["Content-Security-Policy"], "Referrer-Policy": header["Referrer-Policy"]}
		if w.Code != tt.status || tt.page != (got.Get("Content-Security-Policy") == policy) || tt.page != (got.Get("Referrer-Policy") == "no-referrer") || !tt.page && len(got["Content-Security-Policy"]) > 0 {
			t.Errorf("%s %s, %s %s: %d %v", tt.method, tt.target, tt.header, tt.value, w.Code, got)
		}
	}
}
