package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/server"
)

// itemOf is an item of a feed, of half a kilobyte.
func itemOf(element, text string) string {
	return "<" + element + ">" + text + strings.Repeat(" "+text, 100) + "</" + element + ">"
}

// feedOf is a feed of these items.
func feedOf(element string, texts ...string) string {
	var body strings.Builder
	body.WriteString("<feed>")
	for _, text := range texts {
		body.WriteString(itemOf(element, text))
	}
	return body.String() + "</feed>"
}

// published returns an edition of a feed that has had these items one version after the
// other, with its versions and their RSS and Atom.
func published(history ...[]string) (e *edition.Edition, all [][2]*edition.Document) {
	var versions *edition.Versions
	for _, texts := range history {
		rss := edition.NewDocument(feed.RSSType, []byte(feedOf("item", texts...)), noon)
		atom := edition.NewDocument(feed.AtomType, []byte(feedOf("entry", texts...)), noon)
		var sums [2][]edition.ItemSum
		for _, text := range texts {
			sums[0] = append(sums[0], edition.SumOf([]byte(text)))
			sums[1] = append(sums[1], edition.SumOf([]byte(text)))
		}
		versions = edition.NextVersions(versions, rss, atom, sums, false)
		all = append(all, [2]*edition.Document{rss, atom})
	}
	now := all[len(all)-1]
	contents := edition.Revision{AsOf: noon}.ReviseContent(edition.NewContents(versions.AppendTo(nil)), nil)
	e = edition.New("xt", noon, "4711", map[string]*edition.Document{
		"/rss.xml": now[0], "/atom.xml": now[1], "/moment/rss.xml": now[0], "/sitemaps/news.xml": now[0],
		"/feed.json": edition.NewDocument(feed.JSONType, []byte(`{"items":[]}`), noon),
	})
	return e.WithContents(map[string]*edition.Document{"/rss.xml": contents}), all
}

func TestDelta(t *testing.T) {
	n, editions := portal(t)
	old, before, now := []string{"c", "b", "a"}, []string{"d", "c", "b", "a"}, []string{"e", "d", "c", "b2", "a"}
	e, all := published(old, before, now)
	editions["xt"] = e
	address := listen(t, server.New(n, editions, nil, nil).WithDeltas())
	without := listen(t, server.New(n, editions, nil, nil))
	tag := func(version, format int) string { return all[version][format].ETag(edition.Gzip)[0] }
	const asking = "A-IM: feed"
	has := "If-None-Match: " + tag(1, 0)
	rss := feedOf("item", "e", "b2")
	for _, tt := range []struct {
		name   string
		method string // default: GET
		path   string // default: /rss.xml
		fields []string
		want   string // default: the whole feed
		status int    // default: that of want
	}{
		{name: "the version before", fields: []string{asking, has}, want: rss},
		{name: "the Atom of the version before", path: "/atom.xml", fields: []string{asking, "If-None-Match: " + tag(1, 1)}, want: feedOf("entry", "e", "b2")},
		{name: "in another encoding", fields: []string{asking, "If-None-Match: " + all[1][0].ETag(edition.Zstd)[0]}, want: rss},
		{name: "weak, with a proxy's mark", fields: []string{asking, "If-None-Match: W/" + strings.TrimSuffix(tag(1, 0), `"`) + `-gzip"`}, want: rss},
		{name: "several versions", fields: []string{asking, `If-None-Match: "x", ` + tag(0, 0) + "," + tag(1, 0)}},
		{name: "in two fields", fields: []string{asking, "If-None-Match: " + tag(0, 0), has}},
		{name: "and a date, which says nothing then", fields: []string{asking, has, "If-Modified-Since: Mon, 01 Jan 2035 00:00:00 GMT"}, want: rss},
		{name: "a list", fields: []string{"A-IM: vcdiff, FEED;q=0.5, gzip;q=0.1", has}, want: rss},
		{name: "a list in two fields", fields: []string{"A-IM: vcdiff", asking, has}, want: rss},
		{name: "a quality that can't be read", fields: []string{"A-IM: feed;q=x", has}, want: rss},
		{name: "HTTP/1.1 as a script says it", fields: []string{"a-im:feed", has, "Cache-Control: no-cache", "Pragma: no-cache"}, want: rss},

		{name: "has the feed", fields: []string{asking, "If-None-Match: " + tag(2, 0)}, status: 304},
		{name: "has the feed, too", fields: []string{asking, "If-None-Match: " + tag(1, 0) + ", " + tag(2, 0)}, status: 304},
		{name: "has anything", fields: []string{asking, "If-None-Match: *"}, status: 304},
		{name: "half the feed or more", fields: []string{asking, "If-None-Match: " + tag(0, 0)}},
		{name: "asks for none", fields: []string{has}},
		{name: "quality 0", fields: []string{"A-IM: feed;q=0", has}},
		{name: "quality 0.000, and others", fields: []string{"A-IM: feed; q=0.000, gzip", has}},
		{name: "other manipulations", fields: []string{"A-IM: vcdiff, feeds, identity", has}},
		{name: "empty", fields: []string{"A-IM:", has}},
		{name: "no validator", fields: []string{asking}},
		{name: "a date alone", fields: []string{asking, "If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT"}},
		{name: "unknown", fields: []string{asking, `If-None-Match: "0123456789abcdef0123456789abcdef-gzip"`}},
		{name: "the tag of the Atom", fields: []string{asking, "If-None-Match: " + tag(1, 1)}},
		{name: "no tag", fields: []string{asking, "If-None-Match: " + strings.Trim(tag(1, 0), `"`)}},
		{name: "HEAD", method: "HEAD", fields: []string{asking, has}, status: 200},
		{name: "a range", fields: []string{asking, has, "Range: bytes=0-9"}},
		{name: "JSON", path: "/feed.json", fields: []string{asking, has}, want: `{"items":[]}`, status: 200},
		{name: "a feed whose versions are not known", path: "/moment/rss.xml", fields: []string{asking, has}},
		{name: "no feed", path: "/sitemaps/news.xml", fields: []string{asking, has}},
		{name: "not there", path: "/none/rss.xml", fields: []string{asking, has}, status: 404, want: noDocument},
		{name: "a proxy", fields: []string{asking, has, "Via: 1.1 varnish"}},
		{name: "a proxy that names the client", fields: []string{asking, has, "X-Forwarded-For: 192.0.2.1"}},
		{name: "a network", fields: []string{asking, has, "CDN-Loop: cdn"}},
	} {
		if tt.method == "" {
			tt.method = "GET"
		}
		if tt.path == "" {
			tt.path = "/rss.xml"
		}
		if tt.status == 0 {
			tt.status = map[bool]int{true: 226, false: 200}[tt.want != ""]
		}
		if tt.want == "" && tt.status == 200 && tt.method == "GET" {
			tt.want = feedOf("item", now...)
		}
		for _, coding := range []string{"identity", "gzip", "br", "zstd"} {
			t.Run(tt.name+" in "+coding, func(t *testing.T) {
				fields := append([]string{"Accept-Encoding: " + coding + ", identity;q=0.1"}, tt.fields...)
				got := get(t, address, tt.method, tt.path, fields...)
				text := tt.want
				if tt.method == "GET" {
					text = string(decoded(t, got))
				}
				if got.StatusCode != tt.status || text != tt.want {
					t.Errorf("status %d, %d bytes %.30q; want %d, %d bytes %.30q", got.StatusCode, len(text), text, tt.status, len(tt.want), tt.want)
				}
				wantDeltaHeader(t, got, get(t, without, tt.method, tt.path, fields[0]))
			})
		}
	}
}

// wantDeltaHeader holds that a delta is described as the whole feed is, and is kept by no
// cache, and that nothing else is called one.
func wantDeltaHeader(t *testing.T, got, whole *http.Response) {
	t.Helper()
	control, manipulation := "no-store, im", "feed"
	if got.StatusCode != http.StatusIMUsed {
		control, manipulation = whole.Header.Get("Cache-Control"), ""
	}
	for name, want := range map[string]string{
		"Cache-Control": control, "IM": manipulation, "Vary": whole.Header.Get("Vary"), "Etag": whole.Header.Get("Etag"), "Last-Modified": whole.Header.Get("Last-Modified"),
	} {
		if value := strings.Join(got.Header.Values(name), "|"); value != want {
			t.Errorf("status %d: %s %q; want %q", got.StatusCode, name, value, want)
		}
	}
	if got.StatusCode == http.StatusIMUsed && (got.Header.Get("Content-Type") != whole.Header.Get("Content-Type") || got.Header.Get("Content-Encoding") != whole.Header.Get("Content-Encoding")) {
		t.Errorf("%v; the whole feed %v", got.Header, whole.Header)
	}
}

func TestDeltaHTTP10(t *testing.T) {
	n, editions := portal(t)
	e, all := published([]string{"c", "b", "a"}, []string{"d", "c", "b", "a"})
	editions["xt"] = e
	address := listen(t, server.New(n, editions, nil, nil).WithDeltas())
	for version, want := range map[string]int{"1.0": 200, "1.1": 226} {
		got := raw(t, address, fmt.Sprintf("GET /rss.xml HTTP/%s\r\nHost: xt.news.example\r\nConnection: close\r\nA-IM: feed\r\nIf-None-Match: %s\r\n\r\n", version, all[0][0].ETag(edition.Gzip)[0]))
		if got.StatusCode != want {
			t.Errorf("HTTP/%s: status %d, want %d", version, got.StatusCode, want)
		}
	}
}

// A delta that has no item would look like a feed that has lost all of them.
func TestDeltaOfNothing(t *testing.T) {
	n, editions := portal(t)
	e, all := published([]string{"c", "b", "a"}, []string{"c", "b"})
	editions["xt"] = e
	address := listen(t, server.New(n, editions, nil, nil).WithDeltas())
	if got := get(t, address, "GET", "/rss.xml", "A-IM: feed", "If-None-Match: "+all[0][0].ETag(edition.Gzip)[0]); got.StatusCode != 200 {
		t.Errorf("status %d", got.StatusCode)
	}
}

// What has been made is forgotten in time, and made again.
func TestDeltasAreBounded(t *testing.T) {
	const budget = 20_000
	n, editions := portal(t)
	handler := server.New(n, editions, nil, nil).WithDeltas().WithDeltaBudget(budget)
	most := int64(0)
	var kept []*edition.Edition
	for i := range 40 {
		e, all := published([]string{"a", "b", "c"}, []string{fmt.Sprint("new", i%20), "a", "b", "c"})
		kept, editions["xt"] = append(kept, e), e
		if got := get(t, listen(t, handler), "GET", "/rss.xml", "A-IM: feed", "If-None-Match: "+all[0][0].ETag(edition.Gzip)[0]); got.StatusCode != http.StatusIMUsed {
			t.Fatalf("%d: status %d", i, got.StatusCode)
		}
		most = max(most, handler.DeltaBytes())
	}
	if most < budget/2 || most > budget {
		t.Errorf("%d bytes at most, of %d", most, budget)
	}
	runtime.KeepAlive(kept)
}

// What belongs to a document that no edition has any more is forgotten before that.
func TestDeltasAreForgotten(t *testing.T) {
	n, editions := portal(t)
	handler := server.New(n, editions, nil, nil).WithDeltas()
	one := int64(0)
	for i := range 20 {
		e, all := published([]string{"a", "b", "c"}, []string{fmt.Sprint("new", i), "a", "b", "c"})
		editions["xt"] = e
		get(t, listen(t, handler), "GET", "/rss.xml", "A-IM: feed", "If-None-Match: "+all[0][0].ETag(edition.Gzip)[0])
		if i == 0 {
			one = handler.DeltaBytes()
		}
	}
	for handler.DeltaBytes() > 2*one {
		runtime.GC() // until the cleanups have run
	}
	if handler.DeltaBytes() == 0 {
		t.Error("that of the current document is gone, too")
	}
}

// Who asks for no delta costs as much as without them.
func TestDeltasCostOthersNothing(t *testing.T) {
	n, editions := portal(t)
	e, all := published([]string{"c", "b", "a"}, []string{"d", "c", "b", "a"})
	editions["xt"] = e
	cost := func(h http.Handler) float64 {
		r := httptest.NewRequest(http.MethodGet, "http://xt.news.example/rss.xml", http.NoBody)
		r.Header = http.Header{"Accept-Encoding": {"gzip"}, "If-None-Match": all[0][0].ETag(edition.Gzip)}
		return testing.AllocsPerRun(100, func() { h.ServeHTTP(httptest.NewRecorder(), r) })
	}
	if with, without := cost(server.New(n, editions, nil, nil).WithDeltas()), cost(server.New(n, editions, nil, nil)); with > without {
		t.Errorf("%v allocations a request; want %v", with, without)
	}
}
