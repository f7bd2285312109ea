package jobs_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
)

// A station whose host is international and has a port is named in ASCII, with its port, by
// all documents, and its articles belong to it however their addresses spell the host.
func TestInternationalHost(t *testing.T) {
	in(t, func(w *world) {
		var err error
		w.network, err = network.New("湘江新闻网", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://新闻.example:8443", Language: "zh-CN", Zone: shanghai}}, nil)
		if err != nil {
			w.t.Fatal(err)
		}
		a := newArticle("xt", 1, time.Hour)
		a.URL = "https://新闻。example:8443/内容/1.html"
		w.put(a)
		e := w.whole(options).current["xt"]
		const (
			host = "https://xn--efvy88h.example:8443"
			page = host + "/%E5%86%85%E5%AE%B9/1.html"
		)
		for path, want := range map[string]string{
			"/robots.txt": "Sitemap: " + host + "/sitemap.xml\n", "/sitemap.xml": "<loc>" + host + "/sitemaps/2026-03.xml</loc>",
			"/sitemaps/2026-03.xml": "<loc>" + page + "</loc>", "/sitemaps/news.xml": "<loc>" + page + "</loc>", "/sitemaps/baidu.txt": page + "\n",
			"/feeds.opml": `xmlUrl="` + host + `/rss.xml"`,
		} {
			if body := document(e, path); !strings.Contains(body, want) {
				w.t.Errorf("%s lacks %s:\n%s", path, want, body)
			}
		}
	})
}
