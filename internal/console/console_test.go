package console_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/console"
	"feedstation/internal/edition"
	"feedstation/internal/server"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// source is what the pages are made of.
type source struct {
	status server.Status
	detail server.Detail
}

func (s *source) Status() server.Status { return s.status }

func (s *source) Detail(_ *server.Status, station string) (server.Detail, bool) {
	for _, one := range s.status.Stations {
		if one.ID == station {
			d := s.detail
			d.StationStatus, d.Zone = one, time.UTC
			return d, true
		}
	}
	return server.Detail{}, false
}

// stations returns so many, all fresh.
func stations(n int) *source {
	s := &source{status: server.Status{Version: "1.0", Limit: 630, Verdict: server.Verdict{Level: server.OK, Fresh: n, Stations: n, Text: fmt.Sprintf("%d of %d stations fresh", n, n)}}}
	for i := range n {
		age, requests, subscribers, at := int64(12), int64(1234567), 4711, noon
		s.status.Stations = append(s.status.Stations, server.StationStatus{
			ID: fmt.Sprintf("station%03d", i), Name: "湘江新闻网张家界站", Standing: server.Fresh, Built: &at, AsOf: &at, Newest: &at, Age: &age, Documents: 40,
			Requests: &requests, Subscribers: &subscribers, Crawlers: map[string]time.Time{"Googlebot": noon, "Bingbot": noon, "Baiduspider": noon},
		})
	}
	return s
}

// get asks for a page. Fields are written "Name: value".
func get(h http.Handler, path string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// options are those of a network without runs.
func options() console.Options {
	return console.Options{Network: "湘江新闻网", Zone: time.UTC, Token: true}
}

// TestPages asks for every page.
func TestPages(t *testing.T) {
	s := stations(3)
	o := options()
	o.Runs = func() []server.Run {
		return []server.Run{
			{Job: "refresh", Cause: "schedule", Times: 7, Started: noon, Duration: 12 * time.Millisecond, Phases: []server.Phase{{Name: "look", Duration: 10 * time.Millisecond}}},
			{Job: "audit", Cause: "start", Times: 1, Started: noon, Duration: time.Second, Published: []string{"xt", "yy"}, Stations: 5, Changed: 40},
			{Job: "refresh", Cause: "request", Times: 1, Started: noon, Err: errors.New("no such table")},
			{Job: "refresh", Times: 1, Started: noon, Stopped: true, Err: context.Canceled},
		}
	}
	o.Explain = func(_ context.Context, article, station string) (string, error) {
		if article == "1" {
			return article + " is in /rss.xml of " + station + " <b>\n\n✓ yes  row  <b>\n", nil
		}
		return "", errors.New("no such article")
	}
	o.Visits = func(wanted func(station, agent string) bool) []server.Visit {
		if wanted != nil {
			t.Error("not all visits are asked for")
		}
		return []server.Visit{{Station: "station001", Agent: "Googlebot", Verified: "yes", Document: "rss", Fetches: 1234, Last: noon}}
	}
	h := console.New(s, o)
	for path, want := range map[string][]string{
		"/":                             {`<h1 class="verdict ok">✓ 3 of 3 stations fresh</h1>`, "limit 10m30s", "1.23 M", "4.71 k", `<a href="/stations/station002">station002</a>`},
		"/?q=station002":                {"1 of 3 stations match “station002”", `value="station002"`},
		"/?q=STATION+fresh":             {"3 of 3 stations match"},
		"/?q=bad":                       {"0 of 3 stations match"},
		"/stations/station001":          {"✓ station001 湘江新闻网张家界站: fresh", "None: no edition is served."},
		"/runs":                         {"the last of 7", "look 10ms", "xt, yy and 3 more", "✗ failed", "no such table", "! stopped"},
		"/crawlers":                     {"Googlebot", "1,234"},
		"/explain":                      {"Why an article is in a document or not"},
		"/explain?article=1&station=xt": {`value="xt"`, `<p class="said">1 is in /rss.xml of xt &lt;b&gt;</p>`, "<pre tabindex=\"0\">✓ yes  row  &lt;b&gt;\n</pre>"},
		"/explain?article=%3Cb%3E":      {`value="&lt;b&gt;"`, "✗ no such article"},
		"/login?next=%2Fruns":           {`value="/runs"`, `type="password"`},
		"/login?wrong=1":                {"✗ That is not the token."},
		"/assets/operator.css":          {"color-scheme: light dark"},
		"/assets/operator.js":           {`"If-None-Match"`},
		"/assets/operator.svg":          {"<svg"},
		"/?part=live&q=none":            {"0 of 3"},
		"/runs?part=live":               {"The last runs"},
		"/crawlers?part=live":           {"What crawlers have fetched"},
		"/stations/none":                {"No station of that id publishes."},
		"/none":                         {"There is no such page."},
		"/assets/":                      {"There is no such page."},
		"/assets/../console.go":         {""},
	} {
		w := get(h, path)
		for _, text := range want {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("%s: no %q in\n%s", path, text, w.Body)
			}
		}
		for _, text := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>", "ZgotmplZ", "style=", "<script>"} {
			if strings.Contains(w.Body.String(), text) && !strings.HasPrefix(path, "/assets/") {
				t.Errorf("%s: %q in\n%s", path, text, w.Body)
			}
		}
		if strings.Contains(path, "part=live") && strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s: a whole page", path)
		}
		if missing := strings.Contains(path, "none") && !strings.Contains(path, "q=") || path == "/assets/"; missing != (w.Code == http.StatusNotFound) {
			t.Errorf("%s: status %d", path, w.Code)
		}
		if w.Code != http.StatusTemporaryRedirect && !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: header %v", path, w.Header())
		}
	}
}

// TestHub holds that pages show the subscribers of hubs where there are hubs, none of them too.
func TestHub(t *testing.T) {
	s := stations(2)
	h := console.New(s, options())
	for _, path := range []string{"/", "/stations/station000"} {
		if body := get(h, path).Body.String(); strings.Contains(body, "Hub") {
			t.Errorf("%s shows subscribers of no hub:\n%s", path, body)
		}
	}
	many, none := 65_432, 0
	s.status.Stations[0].WebSub, s.status.Stations[1].WebSub = &many, &none
	for path, want := range map[string][]string{
		"/":                    {`<th scope="col" class="n">Hub subscri&shy;bers<th`, `<td class="n">4.71 k<td class="n">65.4 k<td>`, `<td class="n">4.71 k<td class="n">0<td>`},
		"/stations/station000": {"<dt>Hub subscribers<dd>65.4 k\n"},
		"/stations/station001": {"<dt>Hub subscribers<dd>0\n"},
	} {
		body := get(h, path).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s has no %s:\n%s", path, text, body)
			}
		}
	}
}

// TestNoLivePart holds that a page that does not change is whole, whatever part is asked
// for.
func TestNoLivePart(t *testing.T) {
	h := console.New(stations(1), options())
	for _, path := range []string{"/explain?part=live", "/login?part=live"} {
		if w := get(h, path); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s: status %d: %s", path, w.Code, w.Body)
		}
	}
}

// TestReadOnly holds that nothing can be asked for but to be read.
func TestReadOnly(t *testing.T) {
	h := console.New(stations(1), options())
	for _, path := range []string{"/", "/stations/station000", "/runs", "/crawlers", "/login", "/none"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
		}
	}
}

// TestETag holds that a part which says the same is not sent again.
func TestETag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		s := stations(3)
		h := console.New(s, options())
		first := get(h, "/?part=live")
		tag := first.Header().Get("ETag")
		same := func(path string) bool {
			w := get(h, path, "If-None-Match: "+tag)
			if w.Code == http.StatusNotModified && w.Body.Len() > 0 {
				t.Error("304 with a body")
			}
			return w.Code == http.StatusNotModified
		}
		time.Sleep(5 * time.Second)
		age, requests := int64(17), int64(1234600)
		s.status.Stations[0].Age, s.status.Stations[1].Requests = &age, &requests
		if !same("/?part=live") {
			t.Error("five seconds later it says something else")
		}
		if same("/?part=live&q=station000") || same("/") {
			t.Error("something else is taken for the same")
		}
		s.status.Stations[0].Standing = server.Late
		if same("/?part=live") {
			t.Error("a station that is late is taken for the same")
		}
	})
}

// hostile is a text that would be markup, a script or another line.
const hostile = `</td><script>alert("1")</script>'"&<img src=x onerror=alert(1)>` + "\u202e\x00"

// The last visit of all stations comes first.
func TestVisitsAreOrdered(t *testing.T) {
	o := options()
	o.Visits = func(func(station, agent string) bool) (all []server.Visit) {
		for i, agent := range []string{"Bingbot", "Googlebot", "Baiduspider"} {
			all = append(all, server.Visit{Station: "xt", Agent: agent, Verified: "yes", Document: "rss", Last: noon.Add(time.Duration(i*2%3) * time.Hour)})
		}
		return all
	}
	page := get(console.New(stations(1), o), "/crawlers").Body.String()
	if google, baidu, bing := strings.Index(page, "Googlebot"), strings.Index(page, "Baiduspider"), strings.Index(page, "Bingbot"); google < 0 || google > baidu || baidu > bing {
		t.Errorf("Googlebot at %d, Baiduspider at %d, Bingbot at %d", google, baidu, bing)
	}
}

// TestHostile puts such a text wherever one comes from others.
func TestHostile(t *testing.T) {
	s := stations(2)
	one := &s.status.Stations[0]
	one.ID, one.Name, one.Error, one.Standing, one.Since, one.Leader = "xt", hostile, hostile, server.Failing, &noon, hostile
	s.status.Problems, s.status.Process, s.status.Version = []string{hostile}, hostile, hostile
	readers := 0
	s.detail = server.Detail{
		URL: "javascript:alert(1)", Feeds: []server.DocumentDetail{{Path: hostile, Readers: &readers}}, Months: []server.MonthDetail{{Month: hostile}},
		Quarantine:  []article.RowError{{ID: hostile, Column: hostile, Err: errors.New(hostile)}},
		Retractions: []edition.Retraction{{ID: hostile, URL: hostile, At: noon}, {ID: "-x; rm *", At: noon}, {ID: "it's", At: noon}},
		Visits:      []server.Visit{{Station: hostile, Agent: hostile, Verified: hostile, Document: hostile}},
	}
	o := options()
	o.Network = hostile
	o.Runs = func() []server.Run {
		return []server.Run{{Job: hostile, Cause: hostile, Err: errors.New(hostile), Phases: []server.Phase{{Name: hostile}}, Published: []string{hostile}}}
	}
	o.Visits = func(func(station, agent string) bool) []server.Visit { return s.detail.Visits }
	o.Kept = func(context.Context, string) ([]server.Kept, error) { return nil, errors.New(hostile) }
	h := console.New(s, o)
	q := "?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
	for _, path := range []string{"/", "/" + q, "/stations/xt", "/runs", "/crawlers", "/login" + q, "/none"} {
		body := get(h, path).Body.String()
		for _, markup := range []string{"<script>", "<img", `onerror=alert(1)>`, `href="javascript:`} {
			if strings.Contains(body, markup) {
				t.Errorf("%s has %s:\n%s", path, markup, body)
			}
		}
	}
	body := get(h, "/stations/xt").Body.String()
	for _, command := range []string{"--id=&#39;-x; rm *&#39;</code>", `--id=&#39;it&#39;\&#39;&#39;s&#39;</code>`, "nobody"} {
		if !strings.Contains(body, command) {
			t.Errorf("no %s in\n%s", command, body)
		}
	}
}

// TestKept holds that stores which hang hold up no page, and that what they answer is
// shown then.
func TestKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		answer := make(chan error)
		o := options()
		o.Kept = func(ctx context.Context, station string) ([]server.Kept, error) {
			asked.Add(1)
			select {
			case err := <-answer:
				return []server.Kept{{Issued: noon, Current: true}, {Issued: noon.Add(-time.Minute)}, {Issued: noon.Add(-time.Hour), Pinned: true}}, err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		h := console.New(stations(1), o)
		look := func(want string, most time.Duration) {
			t.Helper()
			began := time.Now()
			body := get(h, "/stations/station000").Body.String()
			if !strings.Contains(body, want) || time.Since(began) > most {
				t.Errorf("after %s, want %q in\n%s", time.Since(began), want, body)
			}
		}
		for range 3 {
			look("They are being looked up.", 200*time.Millisecond)
		}
		if n := asked.Load(); n != 1 {
			t.Errorf("asked %d times at once", n)
		}
		time.Sleep(11 * time.Second)
		look("Not looked up: context deadline exceeded", 0)
		time.Sleep(6 * time.Second)
		go func() { answer <- nil }()
		look("<code>feedstation pin station000 2026-11-29 11:59:00.000</code>", 0)
		look("<code>feedstation unpin station000</code>", 0)
		time.Sleep(6 * time.Second)
		go func() { answer <- errors.New("refused") }()
		look("Not looked up: refused", 0)
		look("2026-11-29 11:59:00.000", 0) // as it was
		time.Sleep(time.Minute)
	})
}

// TestSize holds how large pages are: with 140 stations, all well, and all failing for
// long reasons.
func TestSize(t *testing.T) {
	well, ill := stations(140), stations(140)
	before := noon.AddDate(-1, 0, 0) // of another year, which times name
	for i := range ill.status.Stations {
		s := &ill.status.Stations[i]
		s.AsOf, s.Newest, s.Crawlers = &before, &before, map[string]time.Time{"Googlebot": before, "Bingbot": before, "Baiduspider": before}
		s.Standing, s.Refused, s.Error, s.Since = server.Refused, true, fmt.Sprint(i, strings.Repeat("停", 1000)), &before
		ill.status.Problems = append(ill.status.Problems, strings.Repeat("停", 1000))
		s.LeftOut, s.Pending, s.Drift = 1000, 120, 100_000
	}
	for name, s := range map[string]*source{"well": well, "ill": ill} {
		if n := get(console.New(s, options()), "/").Body.Len(); n > 80_000 {
			t.Errorf("%s: %d bytes, want at most 80 KB", name, n)
		}
	}
	if n := get(console.New(well, options()), "/assets/operator.js").Body.Len(); n > 2000 {
		t.Errorf("the script has %d bytes", n)
	}
	d := &well.detail
	for range 5000 {
		d.Months = append(d.Months, server.MonthDetail{Month: "2026-11"})
		d.Quarantine = append(d.Quarantine, article.RowError{ID: "1", Column: "status", Err: errors.New(strings.Repeat("x", 1000))})
		d.Retractions = append(d.Retractions, edition.Retraction{ID: "1", URL: strings.Repeat("x", 1000), At: noon})
		d.Visits = append(d.Visits, server.Visit{Agent: "Googlebot"})
	}
	if n := get(console.New(well, options()), "/stations/station000").Body.Len(); n > 200_000 {
		t.Errorf("a station with much of everything: %d bytes", n)
	}
}

// BenchmarkStations measures the page of 140 stations; the goals are 5 ms and 80 KB.
func BenchmarkStations(b *testing.B) {
	h, size := console.New(stations(140), options()), 0
	for b.Loop() {
		size = get(h, "/").Body.Len()
	}
	b.ReportMetric(float64(size)/1000, "KB/page")
}

// A station's page says who is told of its changes, and why somebody is not.
func TestPush(t *testing.T) {
	s := stations(1)
	until, oldest := noon.Add(time.Hour), noon.Add(-time.Hour)
	s.status.Stations[0].Push = []server.PushStatus{
		{Destination: "indexnow", State: "ok", Told: 4711},
		{Destination: "baidu", State: "paused", Pending: 12, Oldest: &oldest, Paused: &until, Why: "<over quota>"},
	}
	page := get(console.New(s, console.Options{Network: "湘江新闻网", Zone: time.UTC}), "/stations/station000").Body.String()
	for _, want := range []string{
		`<tr><th scope="row">indexnow<td class="n">–<td>–<td class="n">4,711<td>–<td><span>✓ ok</span><td class="wrap">`,
		`<tr><th scope="row">baidu<td class="n">12<td>`, `class="attention">! paused until `, "&lt;over quota&gt;",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	s.status.Stations[0].Push = nil
	if page := get(console.New(s, console.Options{Network: "湘江新闻网", Zone: time.UTC}), "/stations/station000").Body.String(); strings.Contains(page, "Told of what changed") {
		t.Error("nobody is told, and the page has a table of it")
	}
}
