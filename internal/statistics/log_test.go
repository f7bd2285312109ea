package statistics

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/network"
)

// TestLogFormats reads one request as each server and network writes it.
func TestLogFormats(t *testing.T) {
	n := portal(t)
	xt, _ := n.Station("xt")
	const unix = 1795917600 // 2026-11-29T02:00:00Z
	tests := []struct {
		name, line string
		want       string // station, path, subscribers or visits, and when
	}{
		{"combined", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`, "xt /rss.xml 5"},
		{"combined, what is new", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 226 900 "-" "Feedly/1.0 (5 subscribers)"`, "xt /rss.xml 5"},
		{"combined, 304 and no size", `192.0.2.1 - user [29/Nov/2026:10:00:00 +0800] "GET /rss.xml?a=1 HTTP/2.0" 304 - "https://www.example/" "Feedly/1.0 (5 subscribers)"`, "xt /rss.xml 5"},
		{"Apache's with a host", `www.news.example:443 192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /cs/moment/../rss.xml HTTP/1.1" 404 512 "-" "x"`, "cs"},
		{"with a host", `www.news.example 192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /cs/atom.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`, "cs /atom.xml 5"},
		{"nginx's main", `10.0.0.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Miniflux/2" "192.0.2.1"`, "xt /rss.xml 1"},
		{"more behind it", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)" 0.001 HIT`, "xt /rss.xml 5"},
		{"escaped quotes", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "a \"b\" c" "Feedly/1.0 \x22x\x22 (5 subscribers)"`, "xt /rss.xml 5"},
		{"an address of a whole", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET https://www.news.example/cs/rss.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`, "cs /rss.xml 5"},
		{"IPv6", `2001:db8::1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Miniflux/2"`, "xt /rss.xml 1"},
		{"HEAD", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "HEAD /rss.xml HTTP/1.1" 200 0 "-" "Feedly/1.0 (5 subscribers)"`, "xt"},
		{"Cloudflare", `{"ClientIP":"192.0.2.1","ClientRequestHost":"xt.news.example","ClientRequestMethod":"GET","ClientRequestURI":"/rss.xml?x=1","ClientRequestUserAgent":"Feedly/1.0 (5 subscribers)","EdgeResponseStatus":200,"EdgeStartTimestamp":"2026-11-29T02:00:00Z"}`, "xt /rss.xml 5"},
		{"Cloudflare, in nanoseconds", fmt.Sprintf(`{"ClientRequestHost":"xt.news.example","ClientRequestMethod":"GET","ClientRequestURI":"/rss.xml","ClientRequestUserAgent":"Feedly/1.0 (5 subscribers)","EdgeResponseStatus":200,"EdgeStartTimestamp":%d000000000}`, unix), "xt /rss.xml 5"},
		{"Fastly", `{"timestamp":"2026-11-29T02:00:00+0000","client_ip":"192.0.2.1","host":"xt.news.example","url":"/rss.xml","request_method":"GET","request_user_agent":"Feedly/1.0 (5 subscribers)","response_status":200,"fastly_is_edge":true}`, "xt /rss.xml 5"},
		{"Fastly behind syslog", `<134>2026-11-29T02:00:00Z cache-fra1 log[1]: {"timestamp":"2026-11-29T02:00:00+0000","host":"xt.news.example","url":"/rss.xml","request_method":"GET","request_user_agent":"Feedly/1.0 (5 subscribers)","response_status":"200"}`, "xt /rss.xml 5"},
		{"Akamai", fmt.Sprintf(`{"reqTimeSec":"%d.123","cliIP":"192.0.2.1","reqHost":"xt.news.example","reqPath":"/rss.xml","reqMethod":"GET","statusCode":"200","UA":"Feedly/1.0%%20(5%%20subscribers)"}`, unix), "xt /rss.xml 5"},
		{"nginx in JSON", `{"time_iso8601":"2026-11-29T10:00:00+08:00","remote_addr":"192.0.2.1","host":"xt.news.example","request":"GET /rss.xml HTTP/1.1","status":"200","http_user_agent":"Feedly/1.0 (5 subscribers)"}`, "xt /rss.xml 5"},
		{"Caddy", fmt.Sprintf(`{"level":"info","ts":%d.5,"logger":"http.log.access","request":{"remote_ip":"10.0.0.1","client_ip":"192.0.2.1","method":"GET","host":"xt.news.example","uri":"/rss.xml","headers":{"User-Agent":["Miniflux/2"]}},"status":200}`, unix), "xt /rss.xml 1"},
		{"another host", `other.example 192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`, "unknown"},
		{"common format", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512`, "line 1: no User-Agent: want the combined format, or JSON"},
		{"nonsense", "nonsense", "line 1: neither the combined format nor JSON"},
		{"broken JSON", `{"host": `, "line 1: broken JSON: unexpected EOF"},
		{"JSON of something else", `{"level":"info","ts":1795917600,"msg":"started"}`, `line 1: no path: ""`},
		{"JSON without a time", `{"host":"xt.news.example","uri":"/rss.xml","status":200,"user_agent":"x"}`, "line 1: no time"},
		{"JSON without a status", fmt.Sprintf(`{"ts":%d,"host":"xt.news.example","uri":"/rss.xml","user_agent":"x"}`, unix), "line 1: no status"},
		{"a client that speaks no HTTP", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "\x16\x03\x01" 400 157 "-" "-"`, `line 1: no path: ""`},
		{"a bad time", `192.0.2.1 - - [29/Foo/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "x"`, `line 1: no time: "29/Foo/2026:10:00:00 +0800"`},
		{"a line that was cut off", `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTT`, "line 1: no request"},
		{"a comment", "#Fields: date time", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewLog(LogOptions{Network: n, Zone: time.UTC, Station: xt, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Prover: NewProver(nil, nil)})
			if err := r.Read(t.Context(), strings.NewReader(tt.line+"\n\n")); err != nil {
				t.Fatal(err)
			}
			if got := summary(t, r.Log()); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// summary is what a log of one line has.
func summary(t *testing.T, log *Log) string {
	t.Helper()
	var found []string
	for day, stations := range log.Days {
		if day != "2026-11-29" {
			t.Errorf("a day %s", day)
		}
		for id, s := range stations {
			found = append(found, id)
			for path, feed := range s.Feeds {
				found = append(found, path, fmt.Sprint(feed.subscribers()))
			}
		}
	}
	if log.Unknown > 0 {
		found = append(found, "unknown")
	}
	if log.First != nil {
		found = append(found, log.First.Error())
	}
	return strings.Join(found, " ")
}

// Where lines name no host, they are of the station that is asked about, of the only one, or
// of that in the path.
func TestLogStation(t *testing.T) {
	n := portal(t)
	one, err := network.New("n", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	cs, _ := n.Station("cs")
	for _, tt := range []struct {
		name    string
		network *network.Network
		station *network.Station
		path    string
		want    string
	}{
		{"the only one", one, nil, "/rss.xml", "xt /rss.xml 5"},
		{"nobody knows", n, nil, "/rss.xml", "unknown"},
		{"in the path", n, nil, "/cs/rss.xml", "cs /rss.xml 5"},
		{"asked about, in a folder", n, cs, "/cs/rss.xml", "cs /rss.xml 5"},
		{"asked about, and another in the path", n, cs, "/xt/rss.xml", "xt /rss.xml 5"},
	} {
		r := NewLog(LogOptions{Network: tt.network, Zone: time.UTC, Station: tt.station, Prover: NewProver(nil, nil)})
		line := `192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET ` + tt.path + ` HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`
		if err := r.Read(t.Context(), strings.NewReader(line)); err != nil {
			t.Fatal(err)
		}
		if got := summary(t, r.Log()); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A log is counted as the requests would have been: by days of the zone, with crawlers
// proved and robots.txt looked at, and no more than asked for.
func TestLogDays(t *testing.T) {
	resolver := (&names{records: map[string][]string{"PTR 9.2.0.192.in-addr.arpa.": {"crawl.googlebot.com."}, "A crawl.googlebot.com.": {"192.0.2.9"}}}).resolver(t)
	line := func(at, path, from, userAgent string) string {
		return fmt.Sprintf("xt.news.example %s - - [%s +0000] \"GET %s HTTP/1.1\" 200 512 \"-\" %q\n", from, at, path, userAgent)
	}
	text := line("28/Nov/2026:15:59:59", "/rss.xml", "192.0.2.1", miniflux) + line("28/Nov/2026:16:00:00", "/rss.xml", "192.0.2.1", miniflux) +
		line("28/Nov/2026:17:00:00", "/rss.xml", "192.0.2.2", miniflux) + line("28/Nov/2026:17:00:00", "/sitemap.xml", "192.0.2.9", googlebot) +
		line("28/Nov/2026:17:00:00", "/sitemap.xml", "192.0.2.1", googlebot) + line("28/Nov/2026:17:00:00", "/rss.xml", "192.0.2.1", gptbot) +
		line("27/Nov/2026:17:00:00", "/rss.xml", "192.0.2.1", feedly)
	since := time.Date(2026, 11, 28, 15, 0, 0, 0, time.UTC)
	r := NewLog(LogOptions{Network: portal(t), Zone: time.FixedZone("", 8*60*60), Prover: NewProver(resolver, nil), Since: since})
	if err := r.Read(t.Context(), strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	report := NewReport(r.Log().Days, []*network.Station{{ID: "xt"}}, []string{"2026-11-28", "2026-11-29"}).Stations[0]
	if !slices.Equal(report.Days, []DayReport{{"2026-11-28", 1}, {"2026-11-29", 2}}) {
		t.Errorf("days %v", report.Days)
	}
	var verdicts []string
	for _, v := range report.Crawlers {
		verdicts = append(verdicts, v.Agent+" "+string(v.Verdict))
	}
	if !slices.Equal(verdicts, []string{"GPTBot unchecked", "Googlebot yes", "Googlebot no"}) || !slices.Equal(report.Disregarded, []DisregardCount{{"GPTBot", 1}}) {
		t.Errorf("crawlers %v, disregarded %v", verdicts, report.Disregarded)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Read(ctx, strings.NewReader(text)); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

func FuzzLine(f *testing.F) {
	f.Add(`192.0.2.1 - - [29/Nov/2026:10:00:00 +0800] "GET /rss.xml HTTP/1.1" 200 512 "-" "Feedly/1.0 (5 subscribers)"`)
	f.Add(`{"ts":1e300,"request":{"host":"xt.news.example","uri":"http://[","headers":{"User-Agent":[]}},"status":200}`)
	n := portal(f)
	f.Fuzz(func(t *testing.T, line string) {
		r := NewLog(LogOptions{Network: n, Zone: time.UTC, Prover: NewProver(nil, nil)})
		if err := r.Read(t.Context(), strings.NewReader(line)); err != nil {
			t.Skip()
		}
	})
}
