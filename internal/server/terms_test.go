package server_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// The terms of a station are in the header of each of its documents, sent or not changed,
// behind what else a document links to, and of nothing else.
func TestTerms(t *testing.T) {
	station := func(id string, terms network.Terms) *network.Station {
		return &network.Station{ID: id, URL: "https://" + id + ".news.example", Terms: terms}
	}
	const policy = "https://www.news.example/tdm.json"
	n, err := network.New("n", []*network.Station{
		station("xt", network.Terms{AITrain: network.No, Policy: policy, License: "https://www.news.example/license.xml"}),
		station("cs", network.Terms{AITrain: network.Yes, Policy: policy}),
		station("yy", network.Terms{Search: network.No, Disallow: []string{"GPTBot"}}),
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	documents := func() map[string]*edition.Document {
		feed := edition.NewDocument(rssType, tinyBody, edition.Epoch)
		return map[string]*edition.Document{
			"/rss.xml":    feed.WithHeaders(edition.Headers{Link: `<https://news.example/rss.xml>; rel="self"`}),
			"/robots.txt": edition.NewDocument(textType, tinyBody, edition.Epoch),
		}
	}
	editions, standing := stands{}, map[string]map[string]*edition.Document{}
	for _, s := range n.Stations {
		editions[s.ID] = edition.New(s.ID, noon, "1", documents())
	}
	h := server.New(n, editions, standing, nil)
	const self, licence = `<https://news.example/rss.xml>; rel="self"`, `<https://www.news.example/license.xml>; rel="license"; type="application/rsl+xml"`
	reserved := http.Header{"Link": {self, licence}, "Tdm-Reservation": {"1"}, "Tdm-Policy": {policy}}
	etag := answerTo(h, "https://xt.news.example/rss.xml").Header().Get("Etag")
	tests := []struct {
		name, target string
		fields       []string
		status       int
		want         http.Header
	}{
		{"a feed", "https://xt.news.example/rss.xml", nil, 200, reserved},
		{"once more", "https://xt.news.example/rss.xml", nil, 200, reserved},
		{"on a shared host", "http://localhost/xt/rss.xml", nil, 200, reserved},
		{"not changed", "https://xt.news.example/rss.xml", []string{"If-None-Match", etag}, 304, reserved},
		{"without links", "https://xt.news.example/robots.txt", nil, 200, http.Header{"Link": {licence}, "Tdm-Reservation": {"1"}, "Tdm-Policy": {policy}}},
		{"granted", "https://cs.news.example/rss.xml", nil, 200, http.Header{"Link": {self}, "Tdm-Reservation": {"0"}}},
		{"nothing in a header", "https://yy.news.example/rss.xml", nil, 200, http.Header{"Link": {self}}},
		{"no document", "https://xt.news.example/none", nil, 404, http.Header{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := answerTo(h, tt.target, tt.fields...)
			got := http.Header{}
			for _, name := range []string{"Link", "Tdm-Reservation", "Tdm-Policy"} {
				if values := w.Header()[name]; values != nil {
					got[name] = values
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
				t.Errorf("status %d, want %d; header (-want +got):\n%s", w.Code, tt.status, diff)
			}
		})
	}
}
