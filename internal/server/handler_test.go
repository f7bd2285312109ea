package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/server"
	"feedstation/internal/testkit/doctest"
)

const (
	noBody     = "A request for a feed or a sitemap has no body.\n"
	noDocument = "There is no such feed or sitemap.\n"
	hasMoved   = "This feed has moved.\n"
	onlyGet    = "Only GET and HEAD are answered.\n"
	noHost     = "No station has this host.\n"
	noEdition  = "This station has no edition yet. Try again in a moment.\n"
)

// TestRequests sends whole requests, as they come from the network.
func TestRequests(t *testing.T) {
	feed, tiny := string(feedBody), string(tinyBody)
	moment := feed + "<moment/>"
	tests := []struct {
		name    string
		request string // the request line's target and Host stand in the next two, where it is empty
		target  string
		host    string
		status  int
		body    string
		header  map[string]string // what is there besides; "" : is not there
	}{
		{name: "own host", target: "/rss.xml", host: "xt.news.example", status: 200, body: feed},
		{name: "own host with port", target: "/rss.xml", host: "xt.news.example:8080", status: 200, body: feed},
		{name: "own host in other words", target: "/rss.xml", host: "XT.News.Example.", status: 200, body: feed},
		{name: "a channel", target: "/moment/rss.xml", host: "xt.news.example", status: 200, body: moment},
		{name: "a query is ignored", target: "/rss.xml?x=/../&y", host: "xt.news.example", status: 200, body: feed},
		{name: "an empty query", target: "/rss.xml?", host: "xt.news.example", status: 200, body: feed},
		{name: "shared host", target: "/xt/rss.xml", host: "localhost:8080", status: 200, body: feed},
		{name: "shared host, a channel", target: "/xt/moment/rss.xml", host: "localhost", status: 200, body: moment},
		{name: "absolute form", target: "http://xt.news.example/rss.xml", host: "evil.example", status: 200, body: feed},
		{name: "a small document", target: "/robots.txt", host: "xt.news.example", status: 200, body: tiny},
		{name: "HTTP/1.0", request: "GET /robots.txt HTTP/1.0\r\nHost: xt.news.example\r\n\r\n", status: 200, body: tiny},
		{name: "Content-Length 0", request: "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status: 200, body: tiny},

		{name: "unknown path", target: "/atom.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Cache-Control": "public, max-age=60"}},
		{name: "no path", target: "/", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "/feeds.html"}},
		{name: "a folder", target: "/moment/", host: "xt.news.example", status: 404, body: noDocument},
		{name: "a slash behind", target: "/rss.xml/", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "/rss.xml", "Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}},
		{name: "two slashes behind", target: "/rss.xml//", host: "xt.news.example", status: 404, body: noDocument},
		{name: "an alias", target: "/feed/?x=1", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "/rss.xml"}},
		{name: "an alias under a shared host", target: "/xt/feed", host: "localhost", status: 301, body: hasMoved, header: map[string]string{"Location": "/xt/rss.xml"}},
		{name: "an alias of a channel under a shared host", target: "/xt/category/moment/feed/atom/", host: "localhost:8080", status: 301, body: hasMoved, header: map[string]string{"Location": "/xt/moment/atom.xml"}},
		{name: "an alias of no channel", target: "/category/none/feed/", host: "xt.news.example", status: 404, body: noDocument},
		{name: "an alias of a closed channel", target: "/category/gossip/feed/", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "/gossip/rss.xml"}},
		{name: "an alias of another host", target: "/category///evil.example/feed", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "an alias of a document that is not there", target: "/atom", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "/atom.xml"}},
		{name: "the icon", target: "/favicon.ico", host: "xt.news.example", status: 301, body: hasMoved, header: map[string]string{"Location": "https://www.news.example/icon.png"}},
		{name: "the icon under a shared host", target: "/xt/favicon.ico", host: "localhost", status: 301, body: hasMoved, header: map[string]string{"Location": "https://www.news.example/icon.png"}},
		{name: "no icon", target: "/zz/favicon.ico", host: "localhost", status: 404, body: noDocument},
		{name: "the icon of no station", target: "/favicon.ico", host: "localhost", status: 404, body: noDocument},
		{name: "two slashes", target: "//rss.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "another host in the path", target: "//evil/rss.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "dots", target: "/moment/../rss.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "dots escaped", target: "/moment/%2e%2e/rss.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "a dot", target: "/./rss.xml", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Location": ""}},
		{name: "a slash escaped", target: "/moment%2frss.xml", host: "xt.news.example", status: 404, body: noDocument},
		{name: "a letter escaped", target: "/%72ss.xml", host: "xt.news.example", status: 404, body: noDocument},
		{name: "line breaks escaped", target: "/rss.xml%0d%0aSet-Cookie:a", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"Set-Cookie": ""}},
		{name: "upper case", target: "/RSS.XML", host: "xt.news.example", status: 404, body: noDocument},
		{name: "markup", target: "/<script>alert(1)</script>", host: "xt.news.example", status: 404, body: noDocument, header: map[string]string{"X-Content-Type-Options": "nosniff"}},
		{name: "an empty edition", target: "/rss.xml", host: "中文.example", status: 400}, // not in a header as it is
		{name: "an empty edition, its host in ASCII", target: "/rss.xml", host: "xn--fiq228c.example", status: 404, body: noDocument},
		{name: "shared host, unknown station", target: "/none/rss.xml", host: "localhost", status: 404, body: noDocument},
		{name: "shared host, two slashes", target: "//xt/rss.xml", host: "localhost", status: 404, body: noDocument, header: map[string]string{"Location": ""}},

		{name: "closed station", target: "/rss.xml", host: "old.news.example", status: 410, body: "This feed has been closed for good.\n", header: map[string]string{"Cache-Control": "public, max-age=60"}},
		{name: "closed channel", target: "/gossip/feed.json", host: "xt.news.example", status: 410, body: "This feed has been closed for good.\n", header: map[string]string{"Access-Control-Allow-Origin": "*"}},
		{name: "moved station", target: "/old2/moment/rss.xml?x=1", host: "localhost", status: 308, body: "This feed has moved.\n", header: map[string]string{"Location": "https://xt.news.example/moment/rss.xml"}},
		{name: "moved station, its own host", target: "/robots.txt", host: "old2.news.example", status: 308, body: hasMoved, header: map[string]string{"Location": "https://xt.news.example/robots.txt"}},
		{name: "moved channel", target: "/life/atom.xml", host: "xt.news.example", status: 308, body: "This feed has moved.\n", header: map[string]string{"Location": "https://xt.news.example/moment/atom.xml"}},

		{name: "former id of a station", target: "/xiangtan/moment/rss.xml?x=1", host: "localhost", status: 308, body: hasMoved, header: map[string]string{"Location": "/xt/moment/rss.xml", "Cache-Control": "public, max-age=60"}},
		{name: "former id of a station alone", target: "/xiangtan", host: "localhost", status: 308, body: hasMoved, header: map[string]string{"Location": "/xt"}},
		{name: "former id of a station on its own host", target: "/xiangtan/rss.xml", host: "xt.news.example", status: 404, body: noDocument},
		{name: "former id of a channel", target: "/now/rss.xml", host: "xt.news.example", status: 308, body: hasMoved, header: map[string]string{"Location": "/moment/rss.xml"}},
		{name: "former ids of both", target: "/xiangtan/now/atom.xml", host: "localhost", status: 308, body: hasMoved, header: map[string]string{"Location": "/xt/moment/atom.xml"}},
		{name: "former id of a moved station", target: "/old1/rss.xml", host: "localhost", status: 308, body: hasMoved, header: map[string]string{"Location": "https://xt.news.example/rss.xml"}},
		{name: "former id of a moved channel", target: "/living/rss.xml", host: "xt.news.example", status: 308, body: hasMoved, header: map[string]string{"Location": "https://xt.news.example/moment/rss.xml"}},

		{name: "unknown host", target: "/rss.xml", host: "evil.example", status: 421, body: noHost, header: map[string]string{"Cache-Control": "no-store"}},
		{name: "unknown host, a station's path", target: "/xt/rss.xml", host: "127.0.0.1", status: 421, body: noHost},
		{name: "absolute form of an unknown host", target: "http://evil.example/rss.xml", host: "xt.news.example", status: 421, body: noHost},
		{name: "empty host", target: "/rss.xml", host: "", status: 421, body: noHost},
		{name: "HTTP/1.0 without host", request: "GET /rss.xml HTTP/1.0\r\n\r\n", status: 421, body: noHost},
		{name: "a port that is none", target: "/rss.xml", host: "xt.news.example:99999", status: 421, body: noHost},

		{name: "no edition yet", target: "/rss.xml", host: "yy.news.example", status: 503, body: noEdition, header: map[string]string{"Retry-After": "30", "Cache-Control": "no-store"}},
		{name: "no edition yet, shared host", target: "/yy/rss.xml", host: "localhost", status: 503, body: noEdition},
		{name: "no edition yet, whatever the path", target: "/none", host: "yy.news.example", status: 503, body: noEdition},

		{name: "two hosts", request: "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nHost: evil.example\r\n\r\n", status: 400},
		{name: "HTTP/1.1 without host", request: "GET /rss.xml HTTP/1.1\r\n\r\n", status: 400},
		{name: "a host with a path", target: "/rss.xml", host: "xt.news.example/..", status: 400},
		{name: "two lengths", request: "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", status: 400},
	}
	address := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.request == "" {
				tt.request = fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", tt.target, tt.host)
			}
			got := raw(t, address, tt.request)
			body := string(bodyOf(t, got))
			if got.StatusCode != tt.status {
				t.Fatalf("status %d %q, want %d", got.StatusCode, body, tt.status)
			}
			for name, want := range tt.header {
				if value, there := got.Header.Get(name), got.Header[name] != nil; value != want || there != (want != "") {
					t.Errorf("%s: %q, want %q", name, got.Header[name], want)
				}
			}
			if tt.body == "" { // net/http's own answer
				return
			}
			if diff := cmp.Diff(tt.body, body); diff != "" {
				t.Errorf("body (-want +got):\n%s", diff)
			}
			if got.ContentLength != int64(len(tt.body)) || got.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("length %d, header %v", got.ContentLength, got.Header)
			}
			if tt.status != 200 && (got.Header.Get("Content-Type") != textType || got.Header["Etag"] != nil || got.Header["Content-Encoding"] != nil || got.Header["Last-Modified"] != nil) {
				t.Errorf("header of a refusal: %v", got.Header)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	address := start(t)
	tests := []struct{ method, target string }{
		{"POST", "/rss.xml"},
		{"PUT", "/rss.xml"},
		{"PATCH", "/rss.xml"},
		{"DELETE", "/rss.xml"},
		{"TRACE", "/rss.xml"},
		{"PROPFIND", "/"},
		{"PURGE", "/rss.xml"},
		{"get", "/rss.xml"},
		{"POST", "/none"},
		{"POST", "http://evil.example/"},
		{"CONNECT", "xt.news.example:443"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			got := get(t, address, tt.method, tt.target)
			if body := string(bodyOf(t, got)); got.StatusCode != 405 || got.Header.Get("Allow") != "GET, HEAD, OPTIONS" || body != onlyGet || got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, header %v, body %q", got.StatusCode, got.Header, body)
			}
		})
	}
}

// TestPreflight holds what browsers ask before a script may send what it wants to,
// whatever it is and wherever to: it then sees the answer of the request itself.
func TestPreflight(t *testing.T) {
	address := start(t)
	for _, target := range []string{"/rss.xml", "/none", "/", "*", "http://evil.example/", "http://yy.news.example/rss.xml", "http://old.news.example/rss.xml"} {
		got := get(t, address, "OPTIONS", target, "Origin: https://www.news.example", "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: if-none-match")
		got.Header.Del("Date")
		want := http.Header{
			"Allow": {"GET, HEAD, OPTIONS"}, "Access-Control-Allow-Origin": {"*"}, "Access-Control-Allow-Methods": {"GET, HEAD, OPTIONS"},
			"Access-Control-Allow-Headers": {"*, Authorization, Cache-Control, If-Modified-Since, If-None-Match, Pragma, X-Requested-With"},
			"Access-Control-Max-Age":       {"86400"}, "X-Content-Type-Options": {"nosniff"},
		}
		if diff := cmp.Diff(want, got.Header); diff != "" || got.StatusCode != 204 || len(bodyOf(t, got)) > 0 {
			t.Errorf("%s: status %d, header (-want +got):\n%s", target, got.StatusCode, diff)
		}
	}
	for target, status := range map[string]int{"/rss.xml": 200, "/none": 404, "http://evil.example/": 421, "http://old.news.example/rss.xml": 410} {
		got := get(t, address, "GET", target)
		if exposed := got.Header.Get("Access-Control-Expose-Headers"); got.StatusCode != status || exposed != "ETag, Link, Last-Modified" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: status %d, header %v", target, got.StatusCode, got.Header)
		}
	}
}

// TestBodiesAreRefused holds that what comes with a request is not read, and
// not taken for the next request either.
func TestBodiesAreRefused(t *testing.T) {
	address := start(t)
	smuggled := "GET /robots.txt HTTP/1.1\r\nHost: xt.news.example\r\n\r\n"
	tests := []struct {
		name    string
		request string
	}{
		{"with a length", fmt.Sprintf("GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nContent-Length: %d\r\n\r\n%s", len(smuggled), smuggled)},
		{"in chunks", "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
		{"in chunks and with a length", "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled},
		{"expecting to go on", "GET /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"},
		{"with HEAD", "HEAD /rss.xml HTTP/1.1\r\nHost: xt.news.example\r\nContent-Length: 1\r\n\r\na"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := raw(t, address, tt.request)
			want := noBody
			if strings.HasPrefix(tt.request, "HEAD") {
				want = ""
			}
			if body := string(bodyOf(t, got)); got.StatusCode != 400 || !got.Close || body != want {
				t.Errorf("status %d, closes %t, body %q", got.StatusCode, got.Close, body)
			}
		})
	}
}

func TestDocuments(t *testing.T) {
	address := start(t)
	for path, d := range served() {
		for _, accept := range []string{"", "gzip", "br", "zstd"} {
			t.Run(path+" "+accept, func(t *testing.T) {
				encoding := map[string]edition.Encoding{"gzip": edition.Gzip, "br": edition.Brotli, "zstd": edition.Zstd}[accept]
				if !d.Has(encoding, false) {
					encoding = edition.Identity
				}
				v, whole := doctest.Variant(t, d, encoding), doctest.Body(t, d)
				if encoding != edition.Identity {
					whole = v.Body
				}
				want := http.Header{
					"Content-Type": {d.MediaType()}, "Content-Length": {strconv.Itoa(len(whole))}, "Etag": d.ETag(encoding), "Last-Modified": d.LastModified(),
					"Cache-Control": d.CacheControl(), "Vary": {"Accept-Encoding"}, "X-Content-Type-Options": {"nosniff"},
					"Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"ETag, Link, Last-Modified"},
				}
				if link := d.Link(); link != nil {
					want["Link"] = link
				}
				if strings.Contains(path, "sitemap") {
					want["X-Robots-Tag"] = []string{"noindex"}
				}
				if encoding != edition.Identity {
					want["Content-Encoding"] = []string{encoding.String()}
				}
				var fields []string
				if accept != "" {
					fields = append(fields, "Accept-Encoding: "+accept)
				}
				for _, method := range []string{"GET", "HEAD"} {
					got := get(t, address, method, path, fields...)
					if _, err := http.ParseTime(got.Header.Get("Date")); err != nil {
						t.Errorf("%s: Date: %v", method, err)
					}
					got.Header.Del("Date")
					if diff := cmp.Diff(want, got.Header); diff != "" || got.StatusCode != 200 {
						t.Errorf("%s: status %d, header (-want +got):\n%s", method, got.StatusCode, diff)
					}
					body := bodyOf(t, got)
					if method == "GET" && !bytes.Equal(body, whole) || method == "HEAD" && len(body) > 0 {
						t.Errorf("%s: a body of %d bytes", method, len(body))
					}
				}
			})
		}
	}
}

func TestRefusalsOfHead(t *testing.T) {
	address := start(t)
	for path, status := range map[string]int{"/none": 404, "http://evil.example/": 421, "http://yy.news.example/rss.xml": 503} {
		full, head := get(t, address, "GET", path), get(t, address, "HEAD", path)
		full.Header.Del("Date")
		head.Header.Del("Date")
		if diff := cmp.Diff(full.Header, head.Header); diff != "" || head.StatusCode != status {
			t.Errorf("%s: status %d, header (-GET +HEAD):\n%s", path, head.StatusCode, diff)
		}
		if body := bodyOf(t, head); len(body) > 0 {
			t.Errorf("%s: a body of %d bytes", path, len(body))
		}
	}
}

// TestForgedFields holds that nothing of a request gets into an answer.
func TestForgedFields(t *testing.T) {
	address := start(t)
	forged := []string{"Range: bytes=0-1", "If-Match: \"x\"", "If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT", "Cookie: a=evil.example", "Accept: image/png"}
	for _, name := range []string{
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Server", "Forwarded",
		"X-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Real-IP", "X-Original-Host", "Base-Url", "Origin", "Referer", "User-Agent",
	} {
		forged = append(forged, name+": evil.example")
	}
	for path := range served() {
		plain, got := get(t, address, "GET", path), get(t, address, "GET", path, forged...)
		plain.Header.Del("Date")
		got.Header.Del("Date")
		if diff := cmp.Diff(plain.Header, got.Header); diff != "" || got.StatusCode != 200 {
			t.Errorf("%s: status %d, header (-plain +forged):\n%s", path, got.StatusCode, diff)
		}
		if body := bodyOf(t, got); !bytes.Equal(body, bodyOf(t, plain)) || bytes.Contains(body, []byte("evil")) {
			t.Errorf("%s: another body", path)
		}
	}
}

// TestNextEdition holds that the handler serves what is current, and keeps
// nothing of what was.
func TestNextEdition(t *testing.T) {
	n, editions := portal(t)
	address := listen(t, server.New(n, editions, nil, nil))
	first := get(t, address, "GET", "/rss.xml", "Accept-Encoding: gzip")
	tag := "If-None-Match: " + first.Header.Get("Etag")
	if got := get(t, address, "GET", "/rss.xml", "Accept-Encoding: gzip", tag); got.StatusCode != 304 {
		t.Errorf("status %d, want 304", got.StatusCode)
	}

	next := []byte("<rss>the next edition</rss>")
	editions["xt"] = edition.New("xt", noon, "4711", map[string]*edition.Document{"/rss.xml": edition.NewDocument(rssType, next, noon.Add(time.Second))})
	got := get(t, address, "GET", "/rss.xml", "Accept-Encoding: gzip", tag)
	if body := bodyOf(t, got); got.StatusCode != 200 || !bytes.Equal(body, next) || got.Header.Get("Last-Modified") != "Mon, 11 Mar 2019 12:00:01 GMT" {
		t.Errorf("status %d, header %v, body %q", got.StatusCode, got.Header, body)
	}
	if got := get(t, address, "GET", "/robots.txt"); got.StatusCode != 404 {
		t.Errorf("a document of the edition before: status %d, want 404", got.StatusCode)
	}
}

// An edition of before a channel has another id is served under the new one.
func TestEditionOfFormerChannel(t *testing.T) {
	n, editions := portal(t)
	editions["xt"] = edition.New("xt", noon, "4711", map[string]*edition.Document{"/people/rss.xml": edition.NewDocument(rssType, tinyBody, noon)})
	h := server.New(n, editions, nil, nil)
	for target, want := range map[string]int{
		"https://xt.news.example/society/rss.xml": 200, "http://localhost/xt/society/rss.xml": 200,
		"https://xt.news.example/people/rss.xml": 308, "https://xt.news.example/society/atom.xml": 404,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
		if w.Code != want || want == 200 && w.Body.String() != string(tinyBody) {
			t.Errorf("%s: %d, want %d: %s", target, w.Code, want, w.Body)
		}
	}
}
