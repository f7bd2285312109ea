package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/console"
	"feedstation/internal/explain"
	"feedstation/internal/ingest/receive"
	"feedstation/internal/push"
	"feedstation/internal/schedule"
	"feedstation/internal/server"
)

// localPoll is how often the local copy is looked at for editions of another
// process, such as `feedstation build`.
const localPoll = time.Second

// service is what is made from one configuration.
type service struct {
	host     *host
	cfg      *config.Config
	since    time.Time
	editions *cache.Cache
	outbox   *push.Outbox // nil: nobody is told of what changes
	tls      *tls.Config  // nil: the public listener speaks none
	public   http.Handler
	redirect http.Handler // of what is asked without TLS
	admin    http.Handler
	places   *workplaces // nil: this process builds nothing
	asker    *explain.Asker

	entrances []*entrance // the public one is the first

	using sync.RWMutex // held by requests of the admin listener
	over  bool         // another service has taken over

	working context.Context // until it stops
	stop    context.CancelFunc
	parts   sync.WaitGroup // of what runs until then
}

// prepare makes a service beside the one that runs, nil where none does, and takes
// over what that has. It changes nothing of what is served. The error says what of
// the configuration can't be used.
func (h *host) prepare(ctx context.Context, cfg *config.Config, before *service) (_ *service, err error) {
	s := &service{host: h, cfg: cfg, since: time.Now()}
	s.working, s.stop = context.WithCancel(h.working)
	defer func() {
		if err != nil {
			s.stop()
			err = errors.Join(err, s.close())
		}
	}()
	if s.tls, err = h.secured(cfg); err != nil {
		return nil, err
	}
	if s.editions, s.outbox, err = openCache(ctx, h.log, cfg); err != nil {
		return nil, err
	}
	if before != nil {
		if err = s.editions.Succeed(ctx, before.editions); err != nil {
			h.log.Debug("not all taken over", "error", err) // the stores can't be written to
		}
	}
	if cfg.Jobs.Enabled {
		s.places = newWorkplaces(h.log, cfg, s.editions)
	}
	admin := s.makeAdmin()
	admin.Metrics = h.meter.Handler(h.log, admin.Operation)
	admin.Pages = console.New(admin, console.Options{
		Network: cfg.Network.Name, Zone: cfg.Zone, Token: admin.Token != "", Runs: admin.Runs, Visits: admin.Visits, Kept: admin.Kept, Explain: s.explain,
	})
	s.admin = admin.Handler()
	documents, err := standingDocuments(cfg)
	if err != nil {
		return nil, err
	}
	readiness := &server.Readiness{Network: cfg.Network, Editions: s.editions, Drain: &h.drain, Settled: s.settled}
	observe := h.observer(cfg)
	public := server.New(cfg.Network, s.editions, documents, observe)
	if cfg.Feeds.Deltas {
		public = public.WithDeltas()
	}
	s.public = readiness.Health(h.subscribable(cfg, public, observe))
	if s.entrances, err = h.enter(cfg); err != nil {
		return nil, err
	}
	s.redirect = s.redirecting(readiness)
	return s, nil
}

// secure has new connections to the public listener speak TLS as the service says. One
// that is no longer the service's goes on as before.
func (s *service) secure() { s.entrances[0].tls.Store(s.tls) }

// close closes what the service holds, but for its listeners.
func (s *service) close() error {
	var err error
	if s.places != nil {
		err = s.places.close()
	}
	if s.editions != nil {
		s.editions.Close()
	}
	return errors.Join(err, s.outbox.Close())
}

// run runs a part of the service until its jobs stop. An error of one ends the
// process.
func (s *service) run(part func(ctx context.Context) error) {
	s.parts.Add(1)
	s.host.group.Go(func() error {
		defer s.parts.Done()
		return part(s.working)
	})
}

// follow brings the editions into step with the stores from now on.
func (s *service) follow() {
	s.run(func(ctx context.Context) error { return s.editions.Follow(ctx, s.poll()) })
}

// start starts the jobs, and tells others what changes.
func (s *service) start() {
	if s.outbox != nil {
		s.run(func(ctx context.Context) error {
			return s.outbox.Run(ctx, push.Sources{Served: s.editions.Served, Pinned: s.editions.Pinned, Leads: s.leads})
		})
	}
	if s.cfg.Jobs.Enabled {
		s.run(s.work)
	}
}

// leads reports whether this process builds a station, and tells others of it.
func (s *service) leads(station string) bool { return s.cfg.Jobs.Enabled && s.editions.Leads(station) }

// answer answers a request of the admin listener, unless another service has taken
// over.
func (s *service) answer(w http.ResponseWriter, r *http.Request) bool {
	s.using.RLock()
	defer s.using.RUnlock()
	if !s.over {
		s.admin.ServeHTTP(w, r)
	}
	return !s.over
}

// limit returns how old what is known of a station may be: the refresh after the last one
// that came to its end may take until its deadline.
func (s *service) limit() time.Duration {
	now := time.Now()
	last := now
	if contents := s.host.shop.Contents(); len(contents) > 0 {
		latest := slices.MaxFunc(contents, func(a, b server.Content) int { return a.Looked.Compare(b.Looked) })
		if !latest.Looked.IsZero() {
			last = now.Add(-time.Since(latest.Looked))
		}
	}
	return freshness(s.cfg.Jobs.Refresh, s.cfg.Jobs.Deadline, last)
}

// freshness returns how old what was looked at last may become, by the schedule of what
// looks and the deadline of that; 0: nothing looks again.
func freshness(refresh schedule.Schedule, deadline time.Duration, last time.Time) time.Duration {
	next := refresh.Next(last.UTC())
	if next.IsZero() {
		return 0
	}
	return next.Sub(last).Round(time.Second) + deadline
}

// settled reports whether there is what can be there at a start, see
// [server.Readiness]. A process that has been ready is not taken out of service by a
// reload.
func (s *service) settled() bool {
	h := s.host
	if !h.settled.Load() {
		h.settled.Store(s.editions.Followed() && (!s.cfg.Jobs.Enabled || h.shop.tried()))
	}
	return h.settled.Load()
}

// makeAdmin returns what the admin listener is made of.
func (s *service) makeAdmin() *server.Admin {
	listener, _, _ := net.SplitHostPort(s.cfg.Server.Admin) // a valid one
	h := s.host
	a := &server.Admin{
		Log: h.log, Hosts: append([]string{listener}, s.cfg.Server.AdminHosts...),
		Network: s.cfg.Network, Editions: s.editions, Drain: &h.drain, Settled: s.settled, Token: s.cfg.Server.AdminToken.Reveal(), Version: shownVersion(),
		TakeDown: &exporting{&takeDowns{s.cfg.Network, s.editions}, h, &exports{s.cfg, s.editions}}, Stores: stores{s.editions, &h.shared}, Hooks: s.cfg.Server.Hooks.Secrets(),
		Reload: h.askReload, Configured: s.since, Conditions: func() []condition.Condition {
			return slices.Concat(h.refused.All(), h.conditions.All(), h.counter.Conditions(), s.outbox.Conditions(), h.hub.Conditions())
		},
	}
	if s.outbox != nil {
		a.Push = pushing{s.outbox, s.editions.Served}
	}
	asker := &explain.Asker{Network: s.cfg.Network, Editions: s.editions}
	if s.cfg.Statistics.Days > 0 {
		asker.Visits = func(context.Context) (all []explain.Crawler, err error) {
			for v := range h.counter.Visits(nil) {
				all = append(all, crawlerOf(v))
			}
			return all, nil
		}
	}
	a.Explain, s.asker = asker.Handler(), asker
	a.Requests, a.Kept, a.WebSub = h.meter.Requests, s.kept, h.hubs
	if s.cfg.Statistics.Days > 0 {
		a.Visits, a.Readers = h.visits, h.counter.Readers
		a.Subscribers = func() map[string]int { return maps.Collect(h.counter.Subscribers()) }
	}
	if s.cfg.Jobs.Enabled {
		asker.Jobs, a.Runs = explained{h.shop}, h.runs
		a.Jobs, a.Sources, a.Contents, a.Limit = h.shop, h.shop.Sources, h.shop.Contents, s.limit
	}
	switch embedded := s.cfg.Embedded(); {
	case !s.cfg.Jobs.Enabled:
		a.Articles = receive.Refuse("this process builds nothing (jobs.enabled is false): ask one that does")
	case embedded == nil:
		a.Articles = receive.Refuse("articles are stored in a database of your own (content.driver is " + s.cfg.Stores()[0].Content.Driver + "): write there, and ask for /-/refresh")
	default:
		a.Articles = receive.New(s.cfg.Network, embedded.Network, embedded.Content.Reader(), h.shop)
	}
	return a
}

func (s *service) poll() time.Duration {
	if r := s.cfg.Cache.Redis; r != nil {
		return r.Poll
	}
	return localPoll
}
