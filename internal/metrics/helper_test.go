package metrics_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/metrics"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/statistics"
)

var noon = time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)

// portal is a process that serves and builds some stations, of which the last is closed.
type portal struct {
	network  *network.Network
	editions map[string]*edition.Edition
	current  map[string]*edition.Edition // where it is another one
	tasks    []server.Task
	contents []server.Content
	faults   map[string]int64
	wrong    []condition.Condition
	down     edition.Retractions
	unsent   []string
	alone    bool // without Redis
	inStep   time.Time
	admin    *server.Admin
	meter    *metrics.Meter
	asks     asking
}

func newPortal(t testing.TB, stations int) *portal {
	t.Helper()
	p := &portal{editions: map[string]*edition.Edition{}, current: map[string]*edition.Edition{}, inStep: time.Now()}
	p.meter = metrics.New("1.0", &p.asks)
	var all []*network.Station
	for i := range stations {
		id := fmt.Sprintf("station%03d", i)
		all = append(all, &network.Station{ID: id, URL: "https://" + id + ".news.example", Channels: []network.Channel{{ID: "moment", Name: "时刻"}}})
		p.editions[id] = newEdition(id)
	}
	all = append(all, &network.Station{ID: "old", URL: "https://old.news.example", Former: network.Former{Closed: true}})
	var err error
	if p.network, err = network.New("湘江新闻网", all, []string{"localhost"}); err != nil {
		t.Fatal(err)
	}
	p.meter.Stations(p.network)
	p.contents = []server.Content{{Name: "content", State: "ok", Looked: noon}}
	p.admin = &server.Admin{
		Log: slog.New(slog.DiscardHandler), Network: p.network, Editions: p, Drain: new(server.Drain), Jobs: p, Stores: p, Version: "1.0",
		Contents: func() []server.Content { return p.contents }, TakeDown: takeDowns{p: p}, Push: pushes{},
		Limit: func() time.Duration { return 10*time.Minute + 30*time.Second },
		WebSub: func() (server.WebSub, bool) {
			return server.WebSub{
				Subscribers: map[string]int{"station000": 7}, Verifications: map[string]int64{"verified": 8}, Deliveries: map[string]int64{"delivered": 9},
			}, true
		},
	}
	p.admin.Metrics = p.meter.Handler(p.admin.Log, p.admin.Operation)
	return p
}

// newEdition is one with the feeds of a station of 50 articles, and their contents.
func newEdition(station string) *edition.Edition {
	documents := map[string]*edition.Document{}
	for _, path := range []string{"/rss.xml", "/moment/rss.xml", "/robots.txt", "/sitemap.xml"} {
		documents[path] = edition.NewDocument("application/xml; charset=utf-8", []byte("<"+path+"/>"), noon)
	}
	var text []byte
	for i := range 50 {
		text = edition.Article{ID: fmt.Sprint(i), Published: noon.Add(-time.Duration(i) * time.Hour), Address: fmt.Sprintf("https://%s.news.example/content/%d.html", station, i)}.AppendTo(text)
	}
	contents := edition.Revision{Newest: noon, AsOf: noon}.ReviseContent(edition.NewContents(text), nil)
	return edition.New(station, noon, "4711", documents).WithContents(map[string]*edition.Document{"/rss.xml": contents})
}

// handler is the public one.
func (p *portal) handler(observe server.Observer) http.Handler {
	return server.New(p.network, p, nil, observe)
}

// scrape returns what /metrics answers.
func (p *portal) scrape(t testing.TB) string {
	t.Helper()
	w := httptest.NewRecorder()
	p.admin.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// What follows implements server.Editions, server.Jobs and server.Stores.

func (p *portal) Served(station string) (*edition.Edition, bool) {
	e, ok := p.editions[station]
	return e, ok
}

func (p *portal) Current(station string) (*edition.Edition, bool) {
	if e, ok := p.current[station]; ok {
		return e, true
	}
	return p.Served(station)
}

func (p *portal) Refresh(server.Hint) error   { return nil }
func (p *portal) Hooked(string, []string)     {}
func (p *portal) Tasks() []server.Task        { return p.tasks }
func (p *portal) Drift() map[string]int64     { return map[string]int64{"lost": 2} }
func (p *portal) LeftOut() map[string]int64   { return map[string]int64{"status": 3} }
func (p *portal) Published() map[string]int64 { return map[string]int64{"published": 5, "refused": 1} }
func (p *portal) Faults() map[string]int64    { return p.faults }
func (p *portal) Checked(string) time.Time    { return time.Now().Add(-time.Minute) }

func (p *portal) Condition(string) (condition.Condition, bool) { return condition.Condition{}, false }
func (p *portal) Conditions() []condition.Condition            { return p.wrong }

func (p *portal) Quarantined(station string) int {
	return map[string]int{"station000": 4}[station]
}
func (p *portal) Refused(station string) bool          { return station == "station001" }
func (p *portal) Quarantine(string) []article.RowError { return nil }
func (p *portal) Drifted(string) int64                 { return 0 }

func (p *portal) Components() []string {
	if p.alone {
		return []string{"local copy"}
	}
	return []string{"local copy", "redis"}
}
func (p *portal) Process() string                    { return "token" }
func (p *portal) Leader(string) string               { return "token" }
func (p *portal) InStep() time.Time                  { return p.inStep }
func (p *portal) Room() (bytes, free int64, ok bool) { return 1 << 20, 1 << 30, true }
func (p *portal) RedisErrors() map[string]int64      { return map[string]int64{"fetch": 7, "follow": 0} }
func (p *portal) Retractions() edition.Retractions   { return p.down }

// takeDowns are those of a portal.
type takeDowns struct {
	server.TakeDowns
	p *portal
}

func (d takeDowns) Unsent() []string { return d.p.unsent }

// asking is who asks.
type asking struct {
	requests    map[statistics.AgentVerdict]int64
	disregarded map[string]int64
	subscribers map[string]int
	visits      []statistics.CrawlerVisit
}

func (a *asking) Requests() iter.Seq2[statistics.AgentVerdict, int64] { return maps.All(a.requests) }

func (a *asking) Disregarded() iter.Seq2[string, int64] { return maps.All(a.disregarded) }

func (a *asking) Subscribers() iter.Seq2[string, int] { return maps.All(a.subscribers) }

func (a *asking) Dropped() int64 { return 8 }

func (a *asking) Visits(func(station, agent string) bool) iter.Seq[statistics.CrawlerVisit] {
	return slices.Values(a.visits)
}

// some are asked by search engines, robots.txt of each station and its sitemaps, and by
// readers.
func (p *portal) some() {
	p.asks = asking{
		requests:    map[statistics.AgentVerdict]int64{{Agent: "Feedly", Verdict: statistics.Unchecked}: 3, {Agent: "Googlebot", Verdict: statistics.Proved}: 2},
		disregarded: map[string]int64{"Bytespider": 1}, subscribers: map[string]int{},
	}
	for i, s := range p.network.Stations {
		p.asks.subscribers[s.ID] = i + 1
		for engine, documents := range map[string][]string{
			"Googlebot": {"robots", "index", "month", "news", "rss"}, "Bingbot": {"robots", "index", "month", "news"}, "Baiduspider": {"robots", "index", "month", "news", "baidu"},
			"GPTBot": {"robots", "index"},
		} {
			for _, document := range documents {
				for verdict, at := range map[statistics.Verdict]time.Time{statistics.Proved: noon, statistics.Unchecked: noon.Add(-time.Minute), statistics.Forged: noon.Add(time.Minute)} {
					p.asks.visits = append(p.asks.visits, statistics.CrawlerVisit{
						Station: s.ID, Agent: engine, Verdict: verdict, Document: document, Visit: statistics.Visit{Last: at},
					})
				}
			}
		}
	}
}

// pushes is one destination that is paused; it implements server.Push.
type pushes struct{}

func (pushes) Standings(string) []server.PushStatus {
	oldest := time.Now().Add(-time.Hour)
	return []server.PushStatus{{Destination: "indexnow", State: "paused", Pending: 3, Oldest: &oldest, Told: 5}}
}

func (pushes) Attempts() map[string]map[string]int64 {
	return map[string]map[string]int64{"indexnow": {"told": 5, "retry": 2}}
}

func (pushes) Now(context.Context, string, string) (int, error) { return 0, nil }
