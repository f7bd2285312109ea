package purge_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/purge"
)

// edge is a cache in front that writes down what it is asked.
type edge struct {
	*httptest.Server
	mutex  sync.Mutex
	asked  []string // method, host, address, the fields that purgers set, body
	answer http.HandlerFunc
}

func newEdge(t *testing.T) *edge {
	e := &edge{answer: func(http.ResponseWriter, *http.Request) {}}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		parts := []string{r.Method + " " + strings.ReplaceAll(r.Host, e.Listener.Addr().String(), "EDGE") + r.RequestURI}
		for _, name := range []string{"Accept-Encoding", "Authorization", "Content-Type", "Fastly-Key", "X-Key", "X-Refresh"} {
			if value := r.Header.Get(name); value != "" {
				parts = append(parts, name+"="+value)
			}
		}
		if len(body) > 0 {
			parts = append(parts, string(body))
		}
		e.mutex.Lock()
		defer e.mutex.Unlock()
		e.asked = append(e.asked, strings.Join(parts, " "))
		e.answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

// take returns what the cache was asked since the last time.
func (e *edge) take() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	asked := e.asked
	e.asked = nil
	return asked
}

func stationIn(t *testing.T, url string) *network.Station {
	t.Helper()
	n, err := network.New("n", []*network.Station{{ID: "xt", Name: "湘潭站", URL: url}}, []string{"all.news.example"})
	if err != nil {
		t.Fatal(err)
	}
	return n.Stations[0]
}

func noticesOf(station *network.Station, paths ...string) (all []push.Notice) {
	for _, path := range paths {
		path, gone := strings.CutPrefix(path, "-")
		all = append(all, push.Notice{Address: station.Address(path), Path: path, Gone: gone})
	}
	return all
}

// What caches are asked, as their makers have it.
func TestRequests(t *testing.T) {
	tests := []struct {
		name     string
		settings purge.Settings // URL is behind the address of the cache
		url      string         // of the station, if not https://xt.news.example
		paths    []string
		want     []string // in order
	}{
		{"varnish", purge.Settings{Method: "PURGE", URL: "{path}"}, "", []string{"/rss.xml", "/sitemap.xml"}, []string{
			"PURGE xt.news.example/rss.xml", "PURGE xt.news.example/sitemap.xml", "PURGE xt.news.example/sitemap.xml.gz",
		}},
		{"varnish, by key", purge.Settings{Method: "BAN", URL: "/", Header: map[string]string{"X-Key": "{key}"}}, "", []string{"/society/rss.xml", "/sitemap.xml"}, []string{
			"BAN EDGE/ X-Key=fs.xt.sitemap.xml", "BAN EDGE/ X-Key=fs.xt.society.rss.xml",
		}},
		{"varnish, all of a station", purge.Settings{Method: "BAN", URL: "/", Header: map[string]string{"Host": "{host}"}}, "", []string{"/rss.xml", "/atom.xml"}, []string{
			"BAN xt.news.example/",
		}},
		{"nginx", purge.Settings{Method: "GET", URL: "{path}", Header: map[string]string{"X-Refresh": "1"}, Codings: []string{"br", "gzip", "identity"}}, "", []string{"/rss.xml"}, []string{
			"GET xt.news.example/rss.xml Accept-Encoding=br X-Refresh=1", "GET xt.news.example/rss.xml Accept-Encoding=gzip X-Refresh=1",
			"GET xt.news.example/rss.xml Accept-Encoding=identity X-Refresh=1",
		}},
		{"a folder, and a shared host", purge.Settings{Method: "PURGE", URL: "{path}", Hosts: []string{"all.news.example"}}, "https://city.news.example/hy", []string{"/rss.xml", "/robots.txt"}, []string{
			"PURGE all.news.example/xt/robots.txt", "PURGE all.news.example/xt/rss.xml", "PURGE city.news.example/hy/rss.xml", "PURGE city.news.example/robots.txt",
		}},
		{"a port", purge.Settings{Method: "PURGE", URL: "{path}"}, "http://xt.news.example:8443", []string{"/rss.xml"}, []string{"PURGE xt.news.example:8443/rss.xml"}},
		{"fastly, a key", purge.Settings{Method: "POST", URL: "/service/S1/purge/{key}", Header: map[string]string{"Fastly-Key": "{token}"}, Token: "hunter2hunter2"}, "", []string{"/rss.xml"}, []string{
			"POST EDGE/service/S1/purge/fs.xt.rss.xml Fastly-Key=hunter2hunter2",
		}},
		{"fastly, a list", purge.Settings{Method: "POST", URL: "/service/S1/purge", Body: `{"surrogate_keys":{keys}}`, Batch: 2, Hosts: []string{"all.news.example"}, Codings: []string{"br", "gzip"}}, "", []string{"/rss.xml", "/sitemap.xml", "/feed.json"}, []string{
			`POST EDGE/service/S1/purge Content-Type=application/json {"surrogate_keys":["fs.xt.feed.json"]}`,
			`POST EDGE/service/S1/purge Content-Type=application/json {"surrogate_keys":["fs.xt.rss.xml","fs.xt.sitemap.xml"]}`,
		}},
		{"cloudflare, addresses", purge.Settings{Method: "POST", URL: "/client/v4/zones/Z1/purge_cache", Body: `{"files":{urls}}`, Batch: 2, Header: map[string]string{"Authorization": "Bearer {token}"}, Token: "hunter2hunter2"}, "", []string{"/rss.xml", "/sitemap.xml"}, []string{
			`POST EDGE/client/v4/zones/Z1/purge_cache Authorization=Bearer hunter2hunter2 Content-Type=application/json {"files":["https://xt.news.example/rss.xml","https://xt.news.example/sitemap.xml"]}`,
			`POST EDGE/client/v4/zones/Z1/purge_cache Authorization=Bearer hunter2hunter2 Content-Type=application/json {"files":["https://xt.news.example/sitemap.xml.gz"]}`,
		}},
		{"cloudflare, tags", purge.Settings{Method: "POST", URL: "/purge_cache", Body: `{"tags":{keys}}`, Batch: 30}, "", []string{"/rss.xml", "/rss.xml"}, []string{
			`POST EDGE/purge_cache Content-Type=application/json {"tags":["fs.xt.rss.xml"]}`,
		}},
		{"all of a station, once", purge.Settings{Method: "POST", URL: "/purge/{station}"}, "", []string{"/rss.xml", "/atom.xml"}, []string{"POST EDGE/purge/fs.xt"}},
		{"an address in a query", purge.Settings{Method: "POST", URL: "/purge?async=false&url={url}"}, "https://xt.news.example/a&b", []string{"/rss.xml"}, []string{
			"POST EDGE/purge?async=false&url=https%3A%2F%2Fxt.news.example%2Fa%26b%2Frss.xml",
		}},
		{"an address in a path", purge.Settings{Method: "DELETE", URL: "/cache/{url}"}, "", []string{"/rss.xml"}, []string{
			"DELETE EDGE/cache/https:%2F%2Fxt.news.example%2Frss.xml",
		}},
		{"an address in JSON", purge.Settings{Method: "POST", URL: "/", Body: `{"objects":["{url}"],"host":"{host}"}`}, "", []string{"/rss.xml"}, []string{
			`POST EDGE/ Content-Type=application/json {"objects":["https://xt.news.example/rss.xml"],"host":"xt.news.example"}`,
		}},
		{"a form", purge.Settings{Method: "POST", URL: "/", Body: "purge={url}&key={token}", Token: "a&b"}, "", []string{"/rss.xml"}, []string{
			"POST EDGE/ Content-Type=application/x-www-form-urlencoded purge=https%3A%2F%2Fxt.news.example%2Frss.xml&key=a%26b",
		}},
		{"paths of a host", purge.Settings{Method: "POST", URL: "/{host}", Body: `{"paths":{paths}}`, Batch: 9, Hosts: []string{"all.news.example"}}, "", []string{"/rss.xml"}, []string{
			`POST EDGE/all.news.example Content-Type=application/json {"paths":["/xt/rss.xml"]}`,
			`POST EDGE/xt.news.example Content-Type=application/json {"paths":["/rss.xml"]}`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newEdge(t)
			url := "https://xt.news.example"
			if tt.url != "" {
				url = tt.url
			}
			station := stationIn(t, url)
			tt.settings.URL = e.URL + tt.settings.URL
			atOnce, again := purge.New(tt.settings)
			notices := noticesOf(station, tt.paths...)
			for _, c := range []*purge.Cache{atOnce, again} {
				answer := c.Send(t.Context(), station, nil, notices)
				asked := e.take()
				slices.Sort(asked)
				if diff := cmp.Diff(tt.want, asked); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
				if answer.Err != nil || slices.ContainsFunc(answer.Outcomes, func(o push.Outcome) bool { return o != push.Told }) || len(answer.Outcomes) != len(notices) {
					t.Errorf("answer %+v", answer)
				}
			}
		})
	}
}

// The address itself may be asked.
func TestOwnAddress(t *testing.T) {
	e := newEdge(t)
	station := stationIn(t, e.URL)
	c, _ := purge.New(purge.Settings{Method: "PURGE", URL: "{url}"})
	if answer := c.Send(t.Context(), station, nil, noticesOf(station, "/rss.xml")); answer.Err != nil || !slices.Equal(e.take(), []string{"PURGE EDGE/rss.xml"}) {
		t.Errorf("%+v", answer)
	}
}

// What becomes of answers: nothing is dropped, and what would fail as well is not sent.
func TestAnswers(t *testing.T) {
	says := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			fmt.Fprint(w, "no, ", r.Header.Get("Authorization"), "\x1b[31m\n", strings.Repeat("界", 500))
		}
	}
	const told, retry = push.Told, push.Retry
	tests := []struct {
		name   string
		method string
		answer http.HandlerFunc
		want   push.Outcome
		all    bool          // of many documents each is asked for
		pause  time.Duration // at least
		err    string
	}{
		{"purged", "PURGE", says(200), told, true, 0, ""},
		{"accepted", "POST", says(202), told, true, 0, ""},
		{"not there", "PURGE", says(404), told, true, 0, ""},
		{"deleted before", "DELETE", says(410), told, true, 0, ""},
		{"no such service", "POST", says(404), retry, true, 0, "404 Not Found: no, [secret] [secret] [31m 界"},
		{"refreshed", "GET", says(200), told, true, 0, ""},
		{"refreshed, not there", "GET", says(404), retry, true, 0, "404 Not Found"},
		{"one address refused", "PURGE", says(400), retry, true, 0, "400 Bad Request"},
		{"not let in", "PURGE", says(403), retry, false, 0, "403 Forbidden"},
		{"wrong token", "POST", says(401), retry, false, 0, "401 Unauthorized"},
		{"does not purge", "PURGE", says(405), retry, false, 0, "405 Method Not Allowed"},
		{"too many", "POST", says(429, "Retry-After", "120"), retry, false, 119 * time.Second, "429 Too Many Requests"},
		{"too many, without a time", "POST", says(429), retry, false, 0, "429 Too Many Requests"},
		{"too many, until a date", "POST", says(503, "Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), retry, false, 59 * time.Minute, "503 Service Unavailable"},
		{"too many, for ever", "POST", says(503, "Retry-After", "4294967295"), retry, false, 23 * time.Hour, "503 Service Unavailable"},
		{"its own fault", "PURGE", says(502), retry, false, 0, "502 Bad Gateway"},
		{"moved", "POST", says(308, "Location", "https://other.news.example/"), retry, true, 0, "308 Permanent Redirect"},
		{"cut off", "PURGE", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, retry, false, 0, "EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := newEdge(t)
			e.answer = tt.answer
			station := stationIn(t, "https://xt.news.example")
			c, _ := purge.New(purge.Settings{Method: tt.method, URL: e.URL + "/secret-path{path}", Header: map[string]string{"Authorization": "Bearer {token}"}, Token: "hunter2hunter2"})
			var paths []string
			for i := range 40 {
				paths = append(paths, fmt.Sprintf("/%d/rss.xml", i))
			}
			answer := c.Send(t.Context(), station, nil, noticesOf(station, paths...))
			for i, got := range answer.Outcomes {
				if got != tt.want {
					t.Fatalf("%d is %v, want %v", i, got, tt.want)
				}
			}
			if asked := len(e.take()); (asked == len(paths)) != tt.all || len(answer.Outcomes) != len(paths) {
				t.Errorf("asked %d times", asked)
			}
			if pause := time.Until(answer.Pause); answer.Pause.IsZero() != (tt.pause == 0) || tt.pause > 0 && (pause < tt.pause || pause > 24*time.Hour) {
				t.Errorf("paused for %s", pause)
			}
			if text := fmt.Sprint(answer.Err); tt.err == "" != (answer.Err == nil) || !strings.Contains(text, tt.err) {
				t.Errorf("error %q, want %q", text, tt.err)
			} else if strings.Contains(text, "hunter2") || strings.Contains(text, "secret-path") || strings.Contains(text, "\x1b") || len(text) > 300 {
				t.Errorf("error %q has what it must not", text)
			}
			if answer.Broken || answer.Station {
				t.Errorf("answer %+v", answer)
			}
		})
	}
}

// What is gone is to be so behind a cache that has fetched it anew.
func TestRefreshedGone(t *testing.T) {
	e := newEdge(t)
	e.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }
	station := stationIn(t, "https://xt.news.example")
	c, _ := purge.New(purge.Settings{Method: "GET", URL: e.URL + "{path}"})
	answer := c.Send(t.Context(), station, nil, noticesOf(station, "-/society/rss.xml", "/rss.xml"))
	if want := []push.Outcome{push.Told, push.Retry}; !slices.Equal(answer.Outcomes, want) {
		t.Errorf("%v, want %v", answer.Outcomes, want)
	}
}

// A cache that does not answer holds up nothing for longer than it is given, and one that
// is away is not asked for each document.
func TestHanging(t *testing.T) {
	e := newEdge(t)
	released := make(chan struct{})
	t.Cleanup(func() { close(released) })
	asked := make(chan struct{}, 100)
	handler := e.Config.Handler
	e.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-released
		handler.ServeHTTP(w, r)
	})
	station := stationIn(t, "https://xt.news.example")
	c, _ := purge.New(purge.Settings{Method: "PURGE", URL: e.URL + "{path}"})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	answer := c.Send(ctx, station, nil, noticesOf(station, "/rss.xml", "/atom.xml", "/feed.json"))
	if want := []push.Outcome{push.Retry, push.Retry, push.Retry}; !slices.Equal(answer.Outcomes, want) || !errors.Is(answer.Err, context.Canceled) {
		t.Errorf("%+v", answer)
	}
}

// Every document of a difference is purged, at once and again, of the stations that the
// cache is in front of.
func TestNotices(t *testing.T) {
	noon := time.Date(2019, 3, 11, 12, 0, 0, 0, time.UTC)
	station := stationIn(t, "https://xt.news.example")
	document := func(text string) *edition.Document { return edition.NewDocument("text/plain", []byte(text), noon) }
	before := edition.New("xt", noon, "1", map[string]*edition.Document{"/rss.xml": document("a"), "/people/rss.xml": document("b"), "/robots.txt": document("c")})
	after := edition.New("xt", noon.Add(time.Second), "1", map[string]*edition.Document{"/rss.xml": document("d"), "/society/rss.xml": document("e"), "/robots.txt": document("c")})
	change := push.Change{Station: station, Before: before, After: after, Difference: edition.Difference{Paths: edition.ChangedPaths(before, after)}}
	version := func(path string) string { d, _ := after.Document(path); return d.Tag() }
	seen := after.Watermark()
	want := []push.Notice{
		{Address: "https://xt.news.example/people/rss.xml", Gone: true, Path: "/people/rss.xml", Seen: seen},
		{Address: "https://xt.news.example/rss.xml", Version: version("/rss.xml"), Path: "/rss.xml", Seen: seen},
		{Address: "https://xt.news.example/society/rss.xml", Version: version("/society/rss.xml"), Path: "/society/rss.xml", Seen: seen},
	}
	for _, tt := range []struct {
		stations []string
		want     []push.Notice
	}{{nil, want}, {[]string{"xt"}, want}, {[]string{"cs"}, nil}} {
		atOnce, again := purge.New(purge.Settings{Name: "cache edge", Stations: tt.stations})
		for _, c := range []*purge.Cache{atOnce, again} {
			if diff := cmp.Diff(tt.want, c.Notices(change)); diff != "" {
				t.Errorf("notices of %s (-want +got):\n%s", c.Name(), diff)
			}
		}
	}
}

// How a cache wants to be told, and that it gets no more requests a minute than its rate.
func TestPolicy(t *testing.T) {
	var sitemaps []string // each at two addresses
	for month := range 100 {
		sitemaps = append(sitemaps, fmt.Sprintf("/sitemaps/%d-01.xml", 2000+month))
	}
	const list = `{"files":{urls}}`
	for _, tt := range []struct {
		name        string
		settings    purge.Settings
		batch, rate int
	}{
		{"one each", purge.Settings{}, 100, 0},
		{"lists", purge.Settings{Body: list, Batch: 30}, 30, 0},
		{"lists, counted", purge.Settings{Body: list, Batch: 30, Rate: 5}, 15, 5},
		{"lists of several hosts, counted", purge.Settings{Body: list, Batch: 30, Hosts: []string{"a", "b"}, Rate: 60}, 15, 20},
		{"counted", purge.Settings{Rate: 60, Codings: []string{"br", "gzip", "identity"}}, 1, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEdge(t)
			tt.settings.URL, tt.settings.Name, tt.settings.Again = e.URL+"{path}", "cache edge", 3*time.Second
			atOnce, again := purge.New(tt.settings)
			p, q := atOnce.Policy(), again.Policy()
			if p.Batch != tt.batch || p.Rate != tt.rate || !p.Urgent || p.After != 0 || p.Once || !p.Always || p.Life < 720*time.Hour || p.Pause > time.Minute || !q.Urgent || q.Rate != p.Rate || p.Rated != "cache edge" || q.Rated != p.Rated || q.After != 3*time.Second || q.Batch != p.Batch {
				t.Errorf("policies %+v, %+v", p, q)
			}
			if tt.rate > 0 {
				station := stationIn(t, "https://xt.news.example")
				atOnce.Send(t.Context(), station, nil, noticesOf(station, sitemaps[:p.Batch]...))
				if n := p.Rate * len(e.take()); n == 0 || n > tt.settings.Rate {
					t.Errorf("%d requests a minute, want %d at most", n, tt.settings.Rate)
				}
			}
			if atOnce.Name() != "cache edge" || again.Name() != "cache edge again" {
				t.Errorf("names %q, %q", atOnce.Name(), again.Name())
			}
		})
	}
}
