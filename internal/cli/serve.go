package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/metrics"
	"feedstation/internal/push/websub"
	"feedstation/internal/server"
	"feedstation/internal/statistics"
	"feedstation/internal/store/redis"
	"feedstation/jobs"
)

type serveCommand struct{}

// Run serves until a signal ends it.
func (*serveCommand) Run(in *invocation) error {
	// The reader of the log may go away before the process does: that must not end
	// it just when it has something to say.
	signal.Ignore(syscall.SIGPIPE)
	stops, hangups := make(chan os.Signal, 2), make(chan os.Signal, 1)
	signal.Notify(stops, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(stops)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	cfg, err := config.Load(in.configFile, in.terminal.Environ)
	if err != nil {
		return &usageError{err}
	}
	open, stopServing := context.WithCancel(context.Background())
	defer stopServing()
	h, err := newHost(open, in, cfg)
	if err != nil {
		return err
	}
	return h.run(stops, hangups, stopServing)
}

// host is a serving process: what a reload does not change.
type host struct {
	in         *invocation
	output     *output
	log        *slog.Logger
	drain      server.Drain // of the process
	shop       *workshop
	meter      *metrics.Meter
	history    jobs.History // of the runs of all services
	conditions *condition.Set
	refused    *condition.Set // whether the last reload was: each is logged by itself
	counter    *statistics.Recorder
	shared     atomic.Pointer[redis.Store] // where the counter shares what it counts; nil: nowhere
	hub        *websub.Hub
	systemd    serviceManager
	managers   map[[3]string]*autocert.Manager // of certificates
	activated  map[string]net.Listener         // by systemd
	serving    atomic.Pointer[service]
	settled    atomic.Bool // see service.settled: once so, always
	reloads    chan chan<- error
	replaced   chan struct{} // closed once the service before the present one has ended; of who reloads

	group       *errgroup.Group
	open        context.Context // until the listeners close
	working     context.Context // until the jobs stop
	stopWorking context.CancelFunc
}

// newHost returns a process that is ready to serve what the configuration says: its
// listeners are open. It serves until ctx ends.
func newHost(ctx context.Context, in *invocation, cfg *config.Config) (*host, error) {
	o := newOutput(in.terminal.Stderr, cfg.Log)
	o.takeStandard()
	log := o.logger()
	h := &host{
		in: in, output: o, log: log, shop: &workshop{conditions: condition.New(log)}, conditions: condition.New(log), refused: condition.New(slog.New(slog.DiscardHandler)), systemd: serviceManager{log}, counter: statistics.New(log), hub: websub.New(log),
		managers: map[[3]string]*autocert.Manager{}, reloads: make(chan chan<- error), replaced: make(chan struct{}),
	}
	h.meter = metrics.New(shownVersion(), h.counter)
	close(h.replaced) // there is none
	h.group, h.open = errgroup.WithContext(ctx)
	h.working, h.stopWorking = context.WithCancel(h.open)
	log.Info("starting", "version", shownVersion(), "file", in.configFile)
	h.warn(cfg)
	var err error
	if h.activated, err = activated(); err != nil {
		return nil, err
	}
	h.meter.Stations(cfg.Network)
	first, err := h.prepare(ctx, cfg, nil)
	if err != nil {
		return nil, err
	}
	h.serving.Store(first)
	h.count(cfg)
	h.tell(first)
	h.shop.open(first.places)
	return h, nil
}

// ended notes a run of a job.
func (h *host) ended(job string, run jobs.Run) {
	h.meter.Ended(job, run)
	h.history.Add(job, run)
}

// run serves the local copy at once and starts the jobs beside it. Whichever part
// fails ends the others; the signals end them in order: the jobs, then, after the
// drain, the listeners.
func (h *host) run(stops, hangups <-chan os.Signal, stopServing func()) error {
	defer h.stopWorking()
	first := h.serving.Load()
	first.secure()
	for _, e := range first.entrances {
		h.start(e)
	}
	h.logParts(first)
	first.follow()
	first.start()
	first.run(func(ctx context.Context) error { first.greet(ctx); return nil })
	h.group.Go(func() error { h.takeReloads(h.working, hangups); return nil })
	h.group.Go(func() error { h.systemd.watch(h.open); return nil })
	h.group.Go(func() error { h.counter.Run(h.open); return nil })
	h.group.Go(func() error { h.hub.Run(h.working); return nil })
	h.group.Go(func() error {
		select {
		case received := <-stops:
			h.stop(received, stops)
			stopServing()
		case <-h.open.Done():
		}
		return nil
	})
	h.systemd.ready()
	err := h.group.Wait()
	return errors.Join(err, h.serving.Load().close())
}

// stop ends the jobs and lets clients go elsewhere. A person at a terminal does
// not wait for that, and a second signal ends the process at once.
func (h *host) stop(received os.Signal, stops <-chan os.Signal) {
	h.log.Info("stopping", "signal", received.String())
	h.systemd.stopping()
	h.drain.Start()
	h.stopWorking()
	h.shop.close()
	serving := h.serving.Load()
	for _, e := range serving.entrances {
		e.drain.Start()
	}
	go func() {
		<-stops
		os.Exit(exitFailure)
	}()
	if received != os.Interrupt {
		time.Sleep(serving.cfg.Server.Drain)
	}
}

// start serves on an entrance until it is shut, or the process ends.
func (h *host) start(e *entrance) {
	var open context.Context
	open, e.stop = context.WithCancel(h.open)
	listener := server.Listener{Listener: e.listener, H2C: e.h2c}
	h.log.Info("listening", "listener", e.key, "address", e.address, "on", e.listener.Addr().String())
	h.group.Go(func() error {
		switch e.key {
		case adminKey:
			return server.ServeAdmin(open, h.log, listener, http.HandlerFunc(h.admin), &e.drain)
		case redirectKey:
			redirect := func(w http.ResponseWriter, r *http.Request) { h.serving.Load().redirect.ServeHTTP(w, r) }
			return server.ServeAdmin(open, h.log, listener, http.HandlerFunc(redirect), &e.drain)
		}
		listener.Open, listener.TLS = h.meter.Open(), e.tls.Load
		public := func(w http.ResponseWriter, r *http.Request) { h.serving.Load().public.ServeHTTP(w, r) }
		return server.Serve(open, h.log, listener, http.HandlerFunc(public), &e.drain)
	})
}

// shut lets the clients of an entrance go to those in its place, and closes it.
func (h *host) shut(e *entrance, opened []*entrance, drain time.Duration) {
	e.drain.Start()
	for _, next := range opened {
		if !next.replaces(e) {
			continue
		}
		if unix, ok := next.listener.(*net.UnixListener); ok {
			unix.SetUnlinkOnClose(true)
		}
		if err := e.handOn(); err != nil {
			h.log.Debug("listener not closed", "error", err)
		}
	}
	h.group.Go(func() error {
		select {
		case <-time.After(drain):
		case <-h.open.Done():
		}
		e.stop()
		return nil
	})
}

// admin answers on the admin listener. What may change something is done by the
// present service, not by one that has been replaced.
func (h *host) admin(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == server.ReloadPath { // which waits for what has begun
		h.serving.Load().admin.ServeHTTP(w, r)
		return
	}
	for !h.serving.Load().answer(w, r) {
	}
}
