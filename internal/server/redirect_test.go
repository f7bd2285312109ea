package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/network"
	"feedstation/internal/server"
)

// TestRedirect leads what is asked without TLS to where it is answered, and nowhere else.
func TestRedirect(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example"},
		{ID: "yy", Name: "岳阳站", URL: "https://yy.news.example:8443"},
		{ID: "cs", Name: "长沙站", URL: "https://www.news.example/cs"},
		{ID: "hy", Name: "衡阳站", URL: "http://hy.news.example"},
		{ID: "zz", Name: "株洲站", URL: "https://zz.news.example", Former: network.Former{Closed: true}},
	}, []string{"localhost", "[::1]"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		port, method, host, target string
		status                     int
		location                   string
	}{
		{"443", "GET", "xt.news.example", "/rss.xml", 308, "https://xt.news.example/rss.xml"},
		{"443", "HEAD", "XT.News.Example.:80", "/moment/rss.xml?a=b%20c", 308, "https://xt.news.example/moment/rss.xml?a=b%20c"},
		{"8443", "GET", "xt.news.example", "/", 308, "https://xt.news.example/"},
		{"443", "GET", "yy.news.example", "/a%2Fb", 308, "https://yy.news.example:8443/a%2Fb"},
		{"443", "GET", "www.news.example", "/robots.txt", 308, "https://www.news.example/robots.txt"},
		{"443", "GET", "hy.news.example", "/rss.xml", 308, "https://hy.news.example/rss.xml"},
		{"8443", "GET", "hy.news.example:8080", "/rss.xml", 308, "https://hy.news.example:8443/rss.xml"},
		{"443", "GET", "zz.news.example", "/rss.xml", 308, "https://zz.news.example/rss.xml"},
		{"8443", "GET", "localhost:8080", "/xt/rss.xml", 308, "https://localhost:8443/xt/rss.xml"},
		{"", "GET", "[0::1]:80", "/", 308, "https://[::1]/"},
		{"443", "GET", "xt.news.example", "//evil.example/", 308, "https://xt.news.example//evil.example/"},
		{"443", "GET", "evil.example", "/rss.xml", 421, ""},
		{"443", "GET", "", "/rss.xml", 421, ""},
		{"443", "GET", "xt.news.example", "*", 404, ""},
		{"443", "POST", "xt.news.example", "/rss.xml", 405, ""},
		{"443", "OPTIONS", "xt.news.example", "/feed.json", 204, ""},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(tt.method, "/", http.NoBody)
		r.Host = tt.host
		if tt.target == "*" {
			r.URL.Path = "*"
		} else if r.URL, err = r.URL.Parse("http://x" + tt.target); err != nil {
			t.Fatal(err)
		}
		server.Redirect(n, tt.port).ServeHTTP(w, r)
		if got := w.Header().Get("Location"); w.Code != tt.status || got != tt.location {
			t.Errorf("%s http://%s%s: %d to %q, want %d to %q", tt.method, tt.host, tt.target, w.Code, got, tt.status, tt.location)
		}
		if w.Header().Get("Connection") != "close" {
			t.Errorf("%s http://%s%s: the connection stays", tt.method, tt.host, tt.target)
		}
	}
}
