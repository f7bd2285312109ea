package statistics

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/agent"
	"feedstation/internal/condition"
	"feedstation/internal/network"
)

const (
	queued   = 4096                  // requests that may wait to be counted
	batch    = 256                   // of them are counted at once
	resting  = 20 * time.Millisecond // between: 50,000 requests a second fill a quarter of the queue
	waiting  = 1024                  // requests of crawlers that may wait for a verdict
	provers  = 4                     // that look addresses up at the same time
	parsed   = 4096                  // agents whose names are remembered
	keepTick = 10 * time.Second
)

// Settings are what a configuration says of statistics.
type Settings struct {
	Days     int // that are kept; 0: nothing is counted
	Zone     *time.Location
	Stations []*network.Station
	Folder   *Folder // nil: nothing is kept
	Shared   Sharer  // nil: there is one process
	Prover   *Prover
	Client   *http.Client // which reads published lists
	Close    func()       // called when the settings are no longer used; may be nil
}

// Recorder counts requests. It is safe for concurrent use.
type Recorder struct {
	conditions *condition.Set
	run        string // names this run of the process among all
	events     chan event
	crawlers   chan event
	dropped    atomic.Int64
	settings   atomic.Pointer[Settings]
	agents     map[string]agent.Agent // by User-Agent; of the loop

	keeping sync.Mutex // held while settings are in use to keep and to share

	mu     sync.Mutex
	days   map[string]*day                // that this run has counted; those before yesterday go once they are kept
	salts  map[string]salt                // by day
	minute minute                         // see dayOf
	totals Station                        // since the process began, of all stations
	others map[string]map[string]*Station // what other runs have counted today and yesterday, by day and station

	subscribers map[string]int // as Subscribers last found them
	found       time.Time      // when
}

// day is what this run has counted in one.
type day struct {
	stations map[string]*Station
	changed  map[string]bool // stations that are not encoded as they are

	// Of who keeps and shares, with Recorder.keeping:
	encoded  map[string][]byte // all stations
	unkept   bool              // they are not in the local copy
	unshared map[string]bool   // stations that are not shared
}

// event is a request that is to be counted.
type event struct {
	at         time.Time
	userAgent  string
	client     netip.Addr
	target     network.Target
	uri        string
	rules      *agent.Rules // nil: no robots.txt holds for the path
	answered   bool
	agent      agent.Agent // from here on as the loop finds it
	disregards bool
}

// New returns a recorder that counts nothing until it has settings.
func New(log *slog.Logger) *Recorder {
	r := &Recorder{
		conditions: condition.New(log), run: rand.Text()[:12], events: make(chan event, queued), crawlers: make(chan event, waiting),
		agents: map[string]agent.Agent{}, days: map[string]*day{}, salts: map[string]salt{}, others: map[string]map[string]*Station{},
	}
	r.settings.Store(&Settings{Zone: time.UTC, Prover: NewProver(nil, nil)})
	return r
}

// Set puts settings into effect, and closes those before. What has been counted is kept
// and shared as they say.
func (r *Recorder) Set(s Settings) {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	before := r.settings.Swap(&s)
	for _, d := range r.all() {
		d.unkept = true
		for id := range d.encoded {
			d.unshared[id] = true
		}
	}
	r.mu.Lock()
	for day, s := range r.salts {
		s.agreed = false
		r.salts[day] = s
	}
	r.mu.Unlock()
	if before.Close != nil {
		before.Close()
	}
}

// Conditions are what is wrong.
func (r *Recorder) Conditions() []condition.Condition { return r.conditions.All() }

// Dropped is how many requests were not counted, because too many came at once.
func (r *Recorder) Dropped() int64 { return r.dropped.Load() }

// hasDocument reports whether a request was answered so that a reader has a document as it
// is now.
func hasDocument(method string, status int) bool {
	return method == http.MethodGet && (status == http.StatusOK || status == http.StatusIMUsed || status == http.StatusNotModified)
}

// Observer returns what is to be called with each request of a network's public handler,
// with what it was for and the status of the answer. It never waits: where the recorder is
// behind, the request is not counted. What proxies say of their clients is believed.
func (r *Recorder) Observer(n *network.Network, proxies []netip.Prefix) func(req *http.Request, target network.Target, status int) {
	rules := map[*network.Station]*agent.Rules{}
	for _, s := range n.Stations {
		rules[s] = agent.ParseRobots(n.Robots(s))
	}
	return func(req *http.Request, target network.Target, status int) {
		if target.Station == nil {
			return
		}
		e := event{
			userAgent: req.UserAgent(), client: Client(req, proxies), target: target, uri: req.RequestURI,
			answered: hasDocument(req.Method, status),
		}
		if !target.Shared {
			e.rules = rules[target.Station]
		}
		select {
		case r.events <- e:
		default:
			r.dropped.Add(1)
		}
	}
}

// Run counts until ctx ends, and keeps what it has counted.
func (r *Recorder) Run(ctx context.Context) {
	r.begin(ctx)
	var parts sync.WaitGroup
	for range provers {
		parts.Go(func() { r.prove(ctx) })
	}
	parts.Go(func() { r.keep(ctx) })
	r.count(ctx)
	parts.Wait()
	r.finish()
	r.Set(Settings{Zone: time.UTC, Prover: NewProver(nil, nil)})
}

// count counts what is queued. To be woken by each request costs more than to count it, so
// it rests after those that were there.
func (r *Recorder) count(ctx context.Context) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			for len(r.events) > 0 {
				r.batch(nil)
			}
			return
		case e := <-r.events:
			r.batch(&e)
		}
		if len(r.events) > 0 {
			continue
		}
		rest.Reset(resting)
		select {
		case <-ctx.Done():
		case <-rest.C:
		}
	}
}

// batch counts an event, and those that wait behind it.
func (r *Recorder) batch(first *event) {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if first != nil {
		r.take(first, now)
	}
	for range batch {
		select {
		case e := <-r.events:
			r.take(&e, now)
		default:
			return
		}
	}
}

// take counts a request, or has its crawler proved before. r.mu is held.
func (r *Recorder) take(e *event, now time.Time) {
	s := r.settings.Load()
	if s.Days == 0 {
		return
	}
	e.at, e.agent = now, r.parse(e.userAgent)
	e.disregards = e.rules != nil && e.agent.Robots != nil && !e.rules.Allows(e.agent.Robots, pathOf(e.uri))
	verdict, known := Unchecked, true
	if e.agent.Provable() {
		verdict, known = s.Prover.Known(e.agent.Family, e.client)
	}
	if !known {
		select {
		case r.crawlers <- *e:
			return
		default: // too many wait
			verdict = Unchecked
		}
	}
	r.add(e, verdict)
}

// parse is agent.Parse, which remembers the agents that ask often.
func (r *Recorder) parse(userAgent string) agent.Agent {
	a, ok := r.agents[userAgent]
	if !ok {
		a = agent.Parse(userAgent)
		if len(r.agents) >= parsed {
			clear(r.agents)
		}
		if len(userAgent) <= 1<<10 {
			r.agents[userAgent] = a
		}
	}
	return a
}

// prove looks up who crawlers are.
func (r *Recorder) prove(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-r.crawlers:
			verdict := r.settings.Load().Prover.Verdict(ctx, e.agent.Family, e.client)
			r.mu.Lock()
			r.add(&e, verdict)
			r.mu.Unlock()
		}
	}
}

// add counts a request. r.mu is held.
func (r *Recorder) add(e *event, verdict Verdict) {
	name := r.dayOf(e.at)
	d := r.days[name]
	if d == nil {
		d = &day{stations: map[string]*Station{}, changed: map[string]bool{}, encoded: map[string][]byte{}, unshared: map[string]bool{}}
		r.days[name] = d
	}
	s := d.stations[e.target.Station.ID]
	if s == nil {
		s = new(Station)
		d.stations[e.target.Station.ID] = s
	}
	request := request{
		at: e.at.UTC().Truncate(time.Second), kind: e.target.Kind(), path: e.target.Path, answered: e.answered, disregards: e.disregards, agent: e.agent, verdict: verdict,
	}
	if e.agent.Kind == agent.Reader {
		salt := r.salt(name)
		request.salt, request.client = salt.name, salt.hash(e.client, e.agent.Name)
	}
	s.add(request)
	d.changed[e.target.Station.ID] = true
	inner(&r.totals.Requests, e.agent.Name)[verdict]++
	if e.disregards {
		r.totals.disregard(e.agent.Name, 1)
	}
}

// dayOf returns the day of a moment. Of moments one behind the other few are of another day,
// and writing it takes longer than all else. r.mu is held.
func (r *Recorder) dayOf(at time.Time) string {
	zone := r.settings.Load().Zone
	if m := r.minute; m.zone != zone || at.Before(m.begins) || at.Sub(m.begins) >= time.Minute {
		r.minute = minute{zone, at.Truncate(time.Minute), at.In(zone).Format(time.DateOnly)}
	}
	return r.minute.day
}

// minute is one of a day: days begin with a minute, in all zones.
type minute struct {
	zone   *time.Location
	begins time.Time
	day    string
}

// salt returns that of a day. r.mu is held.
func (r *Recorder) salt(day string) salt {
	s, ok := r.salts[day]
	if !ok {
		s = newSalt(randomSecret())
		r.salts[day] = s
	}
	return s
}

// pathOf returns path and query of what was asked for.
func pathOf(uri string) string {
	if len(uri) > 0 && uri[0] == '/' {
		return uri
	}
	_, rest, _ := strings.Cut(uri, "://")
	_, path, _ := strings.Cut(rest, "/")
	return "/" + path
}
