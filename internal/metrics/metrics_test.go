package metrics_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/encoding/protodelim"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// lines returns the series that begin so, with their values.
func lines(text, prefix string) (found []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			found = append(found, strings.TrimSuffix(line, "\n"))
		}
	}
	return found
}

// want fails unless the series that begin so are those, in their order.
func want(t *testing.T, text, prefix string, series ...string) {
	t.Helper()
	if diff := cmp.Diff(series, lines(text, prefix)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", prefix, diff)
	}
}

// What a scrape says of a process that does well.
func TestScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(10 * time.Minute)))
		p := newPortal(t, 2)
		p.inStep = time.Now().Add(-1500 * time.Millisecond)
		p.meter.Ended("refresh", jobs.Run{Started: time.Now(), Duration: 2 * time.Second, Ended: true})
		p.meter.Ended("refresh", jobs.Run{Started: time.Now().Add(time.Minute), Duration: time.Second, Ended: true, Err: errors.New("disk full")})
		p.meter.Ended("refresh", jobs.Run{Started: time.Now().Add(time.Minute), Duration: time.Second, Ended: true, Stopped: true, Err: errors.New("stopped")})
		p.meter.Open().Add(3)
		text := p.scrape(t)
		const ns = "feedstation_"
		for name, series := range map[string][]string{
			"station_checked_timestamp_seconds":        {`{station="station000"} 1.77323094e+09`, `{station="station001"} 1.77323094e+09`},
			"station_edition_timestamp_seconds":        {`{station="station000"} 1.7732304e+09`, `{station="station001"} 1.7732304e+09`},
			"station_newest_article_timestamp_seconds": {`{station="station000"} 1.7732304e+09`, `{station="station001"} 1.7732304e+09`},
			"station_documents":                        {`{station="station000"} 4`, `{station="station001"} 4`},
			"station_pending_months":                   {`{station="station000"} 0`, `{station="station001"} 0`},
			"station_quarantined_articles":             {`{station="station000"} 4`, `{station="station001"} 0`},
			"station_refused":                          {`{station="station000"} 0`, `{station="station001"} 1`},
			"station_pinned":                           {`{station="station000"} 0`, `{station="station001"} 0`},
			"station_leading":                          {`{station="station000"} 1`, `{station="station001"} 1`},
			"job_runs_total":                           {`{job="refresh",outcome="failed"} 1`, `{job="refresh",outcome="ok"} 1`, `{job="refresh",outcome="stopped"} 1`},
			"job_last_success_timestamp_seconds":       {`{job="refresh"} 1.773231002e+09`},
			"publish_total":                            {`{outcome="failed"} 0`, `{outcome="overtaken"} 0`, `{outcome="published"} 5`, `{outcome="refused"} 1`, `{outcome="unchanged"} 0`},
			"audit_drift_total":                        {`{cause="changed"} 0`, `{cause="found"} 0`, `{cause="lost"} 2`},
			"retractions":                              {" 0"},
			"retraction_lag_seconds":                   {" 0"},
			"freshness_limit_seconds":                  {" 630"},
			"articles_left_out":                        {`{reason="status"} 3`},
			"content_up":                               {" 1"},
			"content_errors_total":                     {`{kind="answer"} 0`, `{kind="behind"} 0`, `{kind="network"} 0`, `{kind="timeout"} 0`},
			"redis_up":                                 {" 1"},
			"redis_errors_total":                       {`{operation="fetch"} 7`, `{operation="follow"} 0`},
			"follow_lag_seconds":                       {" 1.5"},
			"local_copy_bytes":                         {" 1.048576e+06"},
			"local_copy_free_bytes":                    {" 1.073741824e+09"},
			"http_connections":                         {" 3"},
		} {
			prefix := ns + name + series[0][:1] // of no longer name
			for i := range series {
				series[i] = ns + name + series[i]
			}
			want(t, text, prefix, series...)
		}
		want(t, text, ns+"build_info", ns+`build_info{goversion="`+runtime.Version()+`",version="1.0"} 1`)
		if n := len(lines(text, "go_goroutines ")) + len(lines(text, "process_start_time_seconds ")); n == 0 {
			t.Error("nothing of Go and the process")
		}
	})
}

// What a scrape says when something is wrong, or not known.
func TestScrapeOf(t *testing.T) {
	at := func(ago time.Duration) time.Time { return time.Now().Add(-ago) }
	for _, tt := range []struct {
		name   string
		change func(p *portal)
		want   map[string][]string
	}{
		{"a station without an edition", func(p *portal) { delete(p.editions, "station000") }, map[string][]string{
			"station_documents{":                 {`station_documents{station="station000"} 0`},
			"station_edition_timestamp_seconds{": nil, "station_checked_timestamp_seconds{": nil, "station_newest_article_timestamp_seconds{": nil,
		}},
		{"a pinned edition", func(p *portal) { p.current["station000"] = newEdition("station000") }, map[string][]string{
			"station_pinned{": {`station_pinned{station="station000"} 1`},
		}},
		{"redis unreachable", func(p *portal) {
			p.wrong = []condition.Condition{{Kind: condition.Kind{Component: "redis", State: "unreachable"}, Err: errors.New("refused")}}
		}, map[string][]string{"redis_up": {"redis_up 0"}}},
		{"redis refuses writes", func(p *portal) {
			p.wrong = []condition.Condition{{Kind: condition.Kind{Component: "redis", State: "not writable"}, Err: errors.New("OOM")}}
		}, map[string][]string{"redis_up": {"redis_up 0"}}},
		{"a damaged retraction in redis", func(p *portal) {
			p.wrong = []condition.Condition{{Kind: condition.Kind{Component: "redis"}, Err: errors.New("damaged")}}
		}, map[string][]string{"redis_up": {"redis_up 1"}}},
		{"no redis", func(p *portal) { p.alone = true }, map[string][]string{"redis_up": nil, "redis_errors_total{": nil, "local_copy_bytes": {"local_copy_bytes 1.048576e+06"}}},
		{"one of two content stores is down", func(p *portal) {
			p.contents = append(p.contents, server.Content{Name: "contents.cms", Since: at(time.Hour), Err: errors.New("refused")})
			p.faults = map[string]int64{"network": 9}
		}, map[string][]string{"content_up": {"content_up 0"}, `content_errors_total{kind="network"`: {`content_errors_total{kind="network"} 9`}}},
		{"a content store that nobody has looked at", func(p *portal) { p.contents[0].Looked = time.Time{} }, map[string][]string{"content_up": nil}},
		{"a follower", func(p *portal) { p.admin.Jobs, p.admin.Contents, p.admin.Limit = nil, nil, nil }, map[string][]string{
			"content_up": nil, "content_errors_total{": nil, "publish_total{": nil, "audit_drift_total{": nil, "freshness_limit_seconds": nil, "articles_left_out{": nil,
			"station_leading{":                   {`station_leading{station="station000"} 0`},
			"station_checked_timestamp_seconds{": {`station_checked_timestamp_seconds{station="station000"} 1.7732304e+09`},
		}},
		{"nothing followed yet", func(p *portal) { p.inStep = time.Time{} }, map[string][]string{"follow_lag_seconds ": nil}},
		{"out of step", func(p *portal) { p.inStep = at(time.Minute) }, map[string][]string{"follow_lag_seconds ": {"follow_lag_seconds 60"}}},
		{"take-downs", func(p *portal) {
			p.down = edition.Retractions{"1": {ID: "1", State: edition.Held, At: at(time.Hour)}, "2": {ID: "2", State: edition.Held, At: at(90 * time.Second)}, "3": {ID: "3", State: edition.Lifted, At: at(time.Minute)}}
			p.unsent = []string{"2", "3"}
		}, map[string][]string{"retractions ": {"retractions 2"}, "retraction_lag_seconds ": {"retraction_lag_seconds 90"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(10 * time.Minute)))
				p := newPortal(t, 1)
				tt.change(p)
				text := p.scrape(t)
				for prefix, series := range tt.want {
					for i := range series {
						series[i] = "feedstation_" + series[i]
					}
					want(t, text, "feedstation_"+prefix, series...)
				}
			})
		})
	}
}

// Who asks, and what the engines have fetched that are what they say.
func TestWho(t *testing.T) {
	p := newPortal(t, 1)
	want(t, p.scrape(t), "feedstation_agent")
	p.some()
	text := p.scrape(t)
	want(t, text, "feedstation_agent_requests_total", `feedstation_agent_requests_total{agent="Feedly",verified="unchecked"} 3`, `feedstation_agent_requests_total{agent="Googlebot",verified="yes"} 2`)
	want(t, text, "feedstation_robots_disregarded_total", `feedstation_robots_disregarded_total{agent="Bytespider"} 1`)
	want(t, text, "feedstation_statistics_dropped_total", `feedstation_statistics_dropped_total 8`)
	want(t, text, "feedstation_station_subscribers", `feedstation_station_subscribers{station="station000"} 1`)
	want(t, text, "feedstation_websub_", `feedstation_websub_deliveries_total{outcome="delivered"} 9`, `feedstation_websub_subscribers{station="station000"} 7`, `feedstation_websub_verifications_total{outcome="verified"} 8`)
	var series []string
	for _, of := range []string{
		`agent="Baiduspider",document="baidu"`, `agent="Baiduspider",document="index"`, `agent="Baiduspider",document="robots"`,
		`agent="Bingbot",document="index"`, `agent="Bingbot",document="news"`, `agent="Bingbot",document="robots"`,
		`agent="Googlebot",document="index"`, `agent="Googlebot",document="news"`, `agent="Googlebot",document="robots"`,
	} {
		series = append(series, `feedstation_crawler_last_fetch_timestamp_seconds{`+of+`,station="station000"} 1.7732304e+09`)
	}
	want(t, text, "feedstation_crawler_last_fetch", series...)
}

// Who asks is looked up once a scrape: /status looks at all visits, too.
func TestScrapeLooksOnce(t *testing.T) {
	p := newPortal(t, 1)
	p.some()
	p.admin.Visits = func(func(station, agent string) bool) []server.Visit { t.Error("visits"); return nil }
	p.admin.Subscribers = func() map[string]int { t.Error("subscribers"); return nil }
	p.admin.Requests = func(string) int64 { t.Error("requests"); return 0 }
	want(t, p.scrape(t), "feedstation_statistics_dropped_total", "feedstation_statistics_dropped_total 8")
}

// Requests are counted by kind, status and encoding, and by station as long as that
// publishes.
func TestRequests(t *testing.T) {
	p := newPortal(t, 2)
	h := p.handler(p.meter.Observe)
	ask := func(method, target string, header ...string) {
		r := httptest.NewRequest(method, target, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	for range 3 {
		ask("GET", "https://station000.news.example/rss.xml")
	}
	ask("GET", "https://station000.news.example/moment/rss.xml", "If-None-Match", "*", "Accept-Encoding", "gzip")
	ask("HEAD", "http://localhost/station001/robots.txt")
	ask("GET", "http://localhost/")
	ask("GET", "https://station001.news.example/wp-login.php")
	ask("GET", "https://old.news.example/rss.xml")
	ask("GET", "https://nobody.example/rss.xml")
	ask("POST", "https://station000.news.example/rss.xml")
	text := p.scrape(t)
	var counted []string
	for _, line := range lines(text, "feedstation_http_requests_total{") {
		if !strings.HasSuffix(line, "} 0") {
			counted = append(counted, strings.TrimPrefix(line, "feedstation_http_requests_total"))
		}
	}
	if diff := cmp.Diff([]string{
		`{code="200",document="directory",encoding="identity"} 1`,
		`{code="200",document="robots",encoding="identity"} 1`,
		`{code="200",document="rss",encoding="identity"} 3`,
		`{code="304",document="rss",encoding="identity"} 1`,
		`{code="404",document="none",encoding="identity"} 1`,
		`{code="405",document="none",encoding="identity"} 1`,
		`{code="410",document="rss",encoding="identity"} 1`,
		`{code="421",document="none",encoding="identity"} 1`,
	}, counted); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	want(t, text, `feedstation_http_response_bytes_total{document="rss"}`, fmt.Sprintf(`feedstation_http_response_bytes_total{document="rss"} %d`, 3*len("</rss.xml/>")+36))
	want(t, text, `feedstation_http_response_bytes_total{document="robots"}`, `feedstation_http_response_bytes_total{document="robots"} 0`)
	want(t, text, `feedstation_station_requests_total{document="rss",`,
		`feedstation_station_requests_total{document="rss",station="station000"} 4`,
		`feedstation_station_requests_total{document="rss",station="station001"} 0`)
}

// Each status and encoding has a place, also those that nobody has thought of.
func TestStatuses(t *testing.T) {
	p := newPortal(t, 1)
	for status := range 600 {
		for e := edition.Identity; e <= edition.Zstd; e++ {
			p.meter.Observe(nil, network.Target{}, server.Sent{Status: status, Encoding: e})
		}
	}
	text := p.scrape(t)
	want(t, text, `feedstation_http_requests_total{code="404",document="none"`, `feedstation_http_requests_total{code="404",document="none",encoding="identity"} 4`)
	want(t, text, `feedstation_http_requests_total{code="226",document="none",encoding="br"`, `feedstation_http_requests_total{code="226",document="none",encoding="br"} 1`)
	want(t, text, `feedstation_http_requests_total{code="304",document="none",encoding="br"`, `feedstation_http_requests_total{code="304",document="none",encoding="br"} 1`)
	want(t, text, `feedstation_http_requests_total{code="other",document="none"`, fmt.Sprintf(`feedstation_http_requests_total{code="other",document="none",encoding="identity"} %d`, 4*(600-15)))
}

// Stations come and go with the configuration, and keep their counts.
func TestStations(t *testing.T) {
	p := newPortal(t, 2)
	target := network.Target{Station: p.network.Stations[0], Path: "/rss.xml"}
	p.meter.Observe(nil, target, server.Sent{Status: 200})
	p.meter.Observe(nil, network.Target{Station: p.network.Stations[1], Path: "/rss.xml"}, server.Sent{Status: 200})
	p.meter.Stations(newPortal(t, 1).network)
	p.meter.Observe(nil, target, server.Sent{Status: 200})
	p.meter.Observe(nil, network.Target{Station: p.network.Stations[1], Path: "/rss.xml"}, server.Sent{Status: 200})
	want(t, p.scrape(t), `feedstation_station_requests_total{document="rss",station="station`, `feedstation_station_requests_total{document="rss",station="station000"} 2`)
}

// TestSeriesAreBounded asks for 100,000 paths of as many hosts by as many agents: no
// series is more than before.
func TestSeriesAreBounded(t *testing.T) {
	p := newPortal(t, 3)
	h := p.handler(p.meter.Observe)
	names := func() (all []string) {
		for _, line := range lines(p.scrape(t), "feedstation_") {
			name, _, _ := strings.Cut(line, " ")
			all = append(all, name)
		}
		return all
	}
	before := names()
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprintf("%x", random.Uint64()>>random.IntN(60)) }
	hosts := []func() string{
		func() string { return word() + ".example" }, func() string { return "localhost" }, func() string { return "station000.news.example" },
		func() string { return "old.news.example" },
	}
	paths := []func() string{
		func() string { return "/" + word() }, func() string { return "/" + word() + "/rss.xml" }, func() string { return "/station001/" + word() + ".xml" },
		func() string { return "/sitemaps/" + word() + ".xml" }, func() string { return "/" + word() + "/" + word() + "?" + word() }, func() string { return "/rss.xml" },
	}
	for range 100_000 {
		r := httptest.NewRequest([]string{"GET", "HEAD", "POST", "BREW"}[random.IntN(4)], paths[random.IntN(len(paths))](), nil)
		r.Host = hosts[random.IntN(len(hosts))]()
		r.Header.Set("User-Agent", word())
		r.Header.Set("Accept-Encoding", []string{"gzip", "br", "zstd", "*;q=0", word()}[random.IntN(5)])
		h.ServeHTTP(discard{}, r)
	}
	if diff := cmp.Diff(before, names()); diff != "" {
		t.Errorf("series (-before +after):\n%s", diff)
	}
}

// discard is a client that reads nothing.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) WriteHeader(int)             {}
func (discard) Write(p []byte) (int, error) { return len(p), nil }

// At 140 stations a scrape has at most 500 KB, also when the search engines have fetched
// all of all stations, and room is left for longer ids. No series is there twice.
func TestSize(t *testing.T) {
	p := newPortal(t, 140)
	p.some()
	text := p.scrape(t)
	series := map[string]bool{}
	for line := range strings.Lines(text) {
		name, _, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(line, "#") && series[name] {
			t.Errorf("%s is there twice", name)
		}
		series[name] = true
	}
	if len(text) > 470_000 || len(series) > 5800 {
		t.Errorf("%d bytes, %d series", len(text), len(series))
	}
	t.Logf("%d bytes, %d series", len(text), len(series))
}

// Prometheus' own linter has nothing to say.
func TestLint(t *testing.T) {
	promtool := require.Binary(t, "promtool")
	p := newPortal(t, 2)
	p.meter.Ended("refresh", jobs.Run{Started: noon, Duration: time.Second, Ended: true})
	check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
	check.Stdin = strings.NewReader(p.scrape(t))
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where a token is set, Prometheus has to show it.
func TestToken(t *testing.T) {
	p := newPortal(t, 1)
	p.admin.Token = "0123456789abcdef"
	for header, want := range map[string]int{"": 401, "Bearer 0123456789abcdeF": 401, "Bearer 0123456789abcdef": 200} {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		p.admin.Handler().ServeHTTP(w, r)
		if w.Code != want || strings.Contains(w.Body.String(), "feedstation_") != (want == 200) {
			t.Errorf("%q: status %d, want %d", header, w.Code, want)
		}
	}
}

// How long jobs take is there for servers that know native histograms, and for those that
// do not.
func TestDurations(t *testing.T) {
	p := newPortal(t, 1)
	for _, took := range []time.Duration{20 * time.Millisecond, time.Second, time.Minute} {
		p.meter.Ended("refresh", jobs.Run{Started: noon, Duration: took, Ended: true})
	}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil)
	r.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	p.admin.Handler().ServeHTTP(w, r)
	for {
		var family dto.MetricFamily
		if err := protodelim.UnmarshalFrom(w.Body, &family); err != nil {
			t.Fatalf("no durations: %v", err)
		}
		if family.GetName() != "feedstation_job_duration_seconds" {
			continue
		}
		h := family.GetMetric()[0].GetHistogram()
		if h.GetSampleCount() != 3 || len(h.GetBucket()) != 10 || h.GetSchema() != 3 || len(h.GetPositiveDelta()) != 3 {
			t.Errorf("%v", h)
		}
		return
	}
}

// The formats that Prometheus asks for.
func TestFormats(t *testing.T) {
	p := newPortal(t, 1)
	p.meter.Ended("refresh", jobs.Run{Started: noon, Duration: time.Second, Ended: true})
	for accept, want := range map[string]string{
		"": "text/plain; version=0.0.4",
		"application/openmetrics-text;version=1.0.0":                                                 "application/openmetrics-text; version=1.0.0",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited": "application/vnd.google.protobuf",
	} {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		p.admin.Handler().ServeHTTP(w, r)
		if got := w.Header().Get("Content-Type"); w.Code != 200 || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %d %s", accept, w.Code, got)
		}
		if body, err := io.ReadAll(w.Body); err != nil || len(body) == 0 || strings.HasPrefix(want, "application/open") && !slices.Contains(strings.Split(string(body), "\n"), "# EOF") {
			t.Errorf("%s: %d bytes, %v", accept, len(body), err)
		}
	}
}
