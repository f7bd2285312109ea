package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/server"
)

func TestConditions(t *testing.T) {
	feed := documents()["/rss.xml"]
	plain, gz, br := feed.ETag(edition.Identity)[0], feed.ETag(edition.Gzip)[0], feed.ETag(edition.Brotli)[0]
	date := func(t time.Time) string { return t.UTC().Format(http.TimeFormat) }
	tests := []struct {
		name   string
		accept string
		fields []string
		want   int
	}{
		{"its tag", "", []string{"If-None-Match: " + plain}, 304},
		{"its tag in gzip", "gzip", []string{"If-None-Match: " + gz}, 304},
		{"its tag in br", "br", []string{"If-None-Match: " + br}, 304},
		{"weak, as a proxy makes it", "gzip", []string{"If-None-Match: W/" + gz}, 304},
		{"in a list", "", []string{`If-None-Match: "a", ` + plain + `, W/"b"`}, 304},
		{"in a list without spaces", "", []string{`If-None-Match: "a",` + plain}, 304},
		{"in a second field", "", []string{`If-None-Match: "a"`, "If-None-Match: " + plain}, 304},
		{"all its tags", "br", []string{"If-None-Match: " + plain + ", " + gz + ", " + br}, 304},
		{"any", "", []string{"If-None-Match: *"}, 304},
		{"any, with spaces", "", []string{"If-None-Match:   *  "}, 304},

		// A proxy compresses, or decompresses, and says so in the tag.
		{"the tag of another encoding", "gzip", []string{"If-None-Match: " + plain}, 304},
		{"the other way round", "", []string{"If-None-Match: " + gz}, 304},
		{"the tag of a third encoding", "br", []string{"If-None-Match: " + gz}, 304},
		{"encoded twice", "gzip", []string{"If-None-Match: W/" + strings.TrimSuffix(gz, `"`) + `-gzip"`}, 304},
		{"as Jetty encodes", "", []string{"If-None-Match: " + strings.TrimSuffix(plain, `"`) + `--gzip"`}, 304},
		{"as others do", "", []string{"If-None-Match: " + strings.TrimSuffix(plain, `"`) + `;gzip"`}, 304},

		{"another tag", "", []string{`If-None-Match: "a"`}, 200},
		{"longer than its tag", "", []string{"If-None-Match: " + strings.TrimSuffix(plain, `"`) + `-x"`}, 200},
		{"behind its tag", "", []string{"If-None-Match: " + plain + "-gzip"}, 200},
		{"without quotes", "", []string{"If-None-Match: " + strings.Trim(plain, `"`)}, 200},
		{"half of it", "", []string{"If-None-Match: " + plain[:20] + `"`}, 200},
		{"weak twice", "", []string{"If-None-Match: W/W/" + plain}, 200},
		{"weak in lower case", "", []string{"If-None-Match: w/" + plain}, 200},
		{"inside another", "", []string{`If-None-Match: "x` + strings.Trim(plain, `"`) + `"`}, 200},
		{"empty", "", []string{"If-None-Match: "}, 200},

		{"not modified since", "", []string{"If-Modified-Since: " + date(noon)}, 304},
		{"nor since later", "", []string{"If-Modified-Since: " + date(noon.Add(time.Hour))}, 304},
		{"modified since", "", []string{"If-Modified-Since: " + date(noon.Add(-time.Second))}, 200},
		{"in the form of RFC 850", "", []string{"If-Modified-Since: " + noon.Format("Monday, 02-Jan-06 15:04:05 GMT")}, 304},
		{"in the form of C", "", []string{"If-Modified-Since: " + noon.Format(time.ANSIC)}, 304},
		{"not a date", "", []string{"If-Modified-Since: yesterday"}, 200},
		{"RFC 3339", "", []string{"If-Modified-Since: 2030-01-01T00:00:00Z"}, 200},
		{"empty date", "", []string{"If-Modified-Since: "}, 200},
		{"two dates", "", []string{"If-Modified-Since: " + date(noon), "If-Modified-Since: " + date(noon)}, 200},

		{"another tag goes before the date", "", []string{`If-None-Match: "a"`, "If-Modified-Since: " + date(noon)}, 200},
		{"an empty tag goes before the date", "", []string{"If-None-Match:", "If-Modified-Since: " + date(noon)}, 200},
		{"its tag goes before the date", "", []string{"If-None-Match: " + plain, "If-Modified-Since: " + date(noon.Add(-time.Hour))}, 304},
	}
	address := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fields := tt.fields
			if tt.accept != "" {
				fields = append([]string{"Accept-Encoding: " + tt.accept}, fields...)
			}
			for _, method := range []string{"GET", "HEAD"} {
				got := get(t, address, method, "/rss.xml", fields...)
				if got.StatusCode != tt.want {
					t.Errorf("%s: status %d, want %d", method, got.StatusCode, tt.want)
				}
			}
		})
	}
}

// TestNotModified holds what a 304 carries (RFC 9110 §15.4.5): the fields that a
// cache may have to renew, and no body.
func TestNotModified(t *testing.T) {
	address := start(t)
	for path, d := range served() {
		for _, accept := range []string{"identity", "gzip"} {
			encoding := edition.Identity
			if accept == "gzip" && d.Has(edition.Gzip, false) {
				encoding = edition.Gzip
			}
			tag := d.ETag(encoding)
			for _, method := range []string{"GET", "HEAD"} {
				got := get(t, address, method, path, "Accept-Encoding: "+accept, "If-None-Match: "+tag[0])
				got.Header.Del("Date")
				want := http.Header{
					"Etag": tag, "Last-Modified": d.LastModified(), "Cache-Control": d.CacheControl(),
					"Vary": {"Accept-Encoding"}, "X-Content-Type-Options": {"nosniff"}, "Access-Control-Allow-Origin": {"*"}, "Access-Control-Expose-Headers": {"ETag, Link, Last-Modified"},
				}
				if link := d.Link(); link != nil {
					want["Link"] = link
				}
				if strings.Contains(path, "sitemap") {
					want["X-Robots-Tag"] = []string{"noindex"}
				}
				if diff := cmp.Diff(want, got.Header); diff != "" || got.StatusCode != 304 {
					t.Errorf("%s %s in %s: status %d, header (-want +got):\n%s", method, path, accept, got.StatusCode, diff)
				}
				if body := bodyOf(t, got); len(body) > 0 {
					t.Errorf("%s %s in %s: a body of %d bytes", method, path, accept, len(body))
				}
			}
		}
	}
}

// TestModifiedInTheFuture: the content store's clock may be ahead of ours. An
// answer tells no time later than its own, and none that a later change could
// hide behind.
func TestModifiedInTheFuture(t *testing.T) {
	n, editions := portal(t)
	ahead := edition.NewDocument("text/plain", []byte("news"), time.Now().Add(time.Hour))
	editions["xt"] = edition.New("xt", noon, "build", map[string]*edition.Document{"/rss.xml": ahead})
	address := listen(t, server.New(n, editions, nil, nil))
	first := get(t, address, "GET", "/rss.xml")
	told := first.Header.Get("Last-Modified")
	modified, err := http.ParseTime(told)
	if err != nil {
		t.Fatal(err)
	}
	date, err := http.ParseTime(first.Header.Get("Date"))
	if err != nil {
		t.Fatal(err)
	}
	if modified.After(date) || date.Sub(modified) > time.Minute {
		t.Errorf("Last-Modified %v in an answer of %v", modified, date)
	}
	if again := get(t, address, "GET", "/rss.xml", "If-Modified-Since: "+told); again.StatusCode != http.StatusOK {
		t.Errorf("asked with that time: %d", again.StatusCode)
	}
	again := get(t, address, "GET", "/rss.xml", "If-None-Match: "+first.Header.Get("Etag"))
	if later, err := http.ParseTime(again.Header.Get("Last-Modified")); again.StatusCode != http.StatusNotModified || err != nil || later.After(time.Now()) {
		t.Errorf("asked with its tag: %d %v %v", again.StatusCode, later, err)
	}
}

func TestConditionsOfWhatIsNotThere(t *testing.T) {
	address := start(t)
	for _, field := range []string{"If-None-Match: *", "If-Modified-Since: Mon, 01 Jan 2035 00:00:00 GMT"} {
		if got := get(t, address, "GET", "/none", field); got.StatusCode != 404 {
			t.Errorf("%s: status %d, want 404", field, got.StatusCode)
		}
	}
}
