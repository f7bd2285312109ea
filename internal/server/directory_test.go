package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"feedstation/internal/network"
	"feedstation/internal/server"
)

// A shared host lists 300 stations on two pages, and has no third one; the host of a
// station has neither.
func TestManyStations(t *testing.T) {
	var stations []*network.Station
	for i := range 300 {
		stations = append(stations, &network.Station{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("某某市第%d站", i), URL: fmt.Sprintf("https://s%d.news.example", i), Language: "zh-CN"})
	}
	n, err := network.New("湘江新闻网", stations, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	h := server.New(n, stands{}, nil, nil)
	for _, tt := range []struct {
		target string
		status int
		has    string
	}{
		{"http://localhost/", 200, `<a href="s0/feeds.html">`},
		{"http://localhost/feeds-2.html", 200, `<a href="s299/feeds.html">`},
		{"http://localhost/feeds-3.html", 404, noDocument},
		{"https://s0.news.example/feeds-2.html", 503, noEdition},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, tt.target, nil))
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.has) || w.Body.Len() > 15_000 {
			t.Errorf("%s: status %d, %d bytes", tt.target, w.Code, w.Body.Len())
		}
	}
}
