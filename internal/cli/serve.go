package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/dustin/go-humanize/english"
	"github.com/rivo/uniseg"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/ingest/receive"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/jobs"
)

type serveCommand struct{}

// localPoll is how often the local copy is looked at for editions of another
// process, such as `feedstation build`.
const localPoll = time.Second

// Run serves until a signal ends it.
func (*serveCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, stopSignals()...)
	defer signal.Stop(signals)
	log := in.logger(slog.LevelInfo)
	editions, err := openCache(context.Background(), log, cfg)
	if err != nil {
		return err
	}
	defer editions.Close()
	public, admin, err := listen(cfg)
	if err != nil {
		return err
	}
	s := &service{in: in, cfg: cfg, log: log, editions: editions, drain: new(server.Drain), shop: &workshop{conditions: condition.New(log)}}
	return s.run(signals, public, admin)
}

// admin returns what the admin listener is made of.
func (s *service) admin() *server.Admin {
	listener, _, _ := net.SplitHostPort(s.cfg.Server.Admin) // a valid one
	a := &server.Admin{
		Log: s.log, Hosts: append([]string{listener}, s.cfg.Server.AdminHosts...),
		Network: s.cfg.Network, Editions: s.editions, Drain: s.drain, Token: s.cfg.Server.AdminToken.Reveal(), Version: cmp.Or(buildVersion(), "devel"),
		TakeDown: &takeDowns{s.cfg.Network, s.editions}, Stores: s.editions, Hooks: s.cfg.Server.Hooks.Secrets(),
	}
	if s.cfg.Jobs.Enabled {
		a.Jobs, a.Sources = s.shop, s.shop.Sources
	}
	switch driver := s.cfg.Content.Driver; {
	case !s.cfg.Jobs.Enabled:
		a.Articles = receive.Refuse("this process builds nothing (jobs.enabled is false): ask one that does")
	case driver != config.SQLite:
		a.Articles = receive.Refuse("articles are stored in a database of your own (content.driver is " + driver + "): write there, and ask for /-/refresh")
	default:
		a.Articles = receive.New(s.cfg.Network, s.cfg.Content.Reader(), s.shop)
	}
	return a
}

// listen opens both listeners, or none.
func listen(cfg *config.Config) (public, admin net.Listener, err error) {
	if public, err = listenOn("server.listen", cfg.Server.Listen); err != nil {
		return nil, nil, err
	}
	if admin, err = listenOn("server.admin", cfg.Server.Admin); err != nil {
		return nil, nil, errors.Join(err, public.Close())
	}
	return public, admin, nil
}

func listenOn(key, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s: %s is in use by another program; stop it, or choose another port", key, address)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return listener, nil
}

// service is a serving process.
type service struct {
	in       *invocation
	cfg      *config.Config
	log      *slog.Logger
	editions *cache.Cache
	drain    *server.Drain
	shop     *workshop
}

// run serves the local copy at once and starts the jobs beside it. Whichever
// part fails ends the others; the signals end them in order: the jobs, then,
// after the drain, the listeners.
func (s *service) run(signals <-chan os.Signal, public, admin net.Listener) error {
	serving, stopServing := context.WithCancel(context.Background())
	defer stopServing()
	group, serving := errgroup.WithContext(serving)
	working, stopWorking := context.WithCancel(serving)
	defer stopWorking()

	n := s.cfg.Network
	group.Go(func() error { return server.Serve(serving, s.log, public, server.New(n, s.editions), s.drain) })
	group.Go(func() error { return server.ServeAdmin(serving, s.log, admin, s.admin().Handler(), s.drain) })
	group.Go(func() error { return s.editions.Follow(working, s.poll()) })
	if s.cfg.Jobs.Enabled {
		group.Go(func() error { return s.work(working) })
	}
	group.Go(func() error { s.greet(working, public.Addr()); return nil })
	group.Go(func() error {
		select {
		case received := <-signals:
			s.stop(received, signals, stopWorking)
			stopServing()
		case <-serving.Done():
		}
		return nil
	})
	return group.Wait()
}

func (s *service) poll() time.Duration {
	if r := s.cfg.Cache.Redis; r != nil {
		return r.Poll
	}
	return localPoll
}

// stop ends the jobs and lets clients go elsewhere. A person at a terminal does
// not wait for that, and a second signal ends the process at once.
func (s *service) stop(received os.Signal, signals <-chan os.Signal, stopWorking func()) {
	s.log.Info("stopping", "signal", received.String())
	s.drain.Start()
	stopWorking()
	go func() {
		<-signals
		os.Exit(exitFailure)
	}()
	if received != os.Interrupt {
		time.Sleep(s.cfg.Server.Drain)
	}
}

// work opens the content store and runs the jobs on their timetable.
func (s *service) work(ctx context.Context) error {
	store, err := s.openContent(ctx)
	if ctx.Err() != nil && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	defer store.Close()
	defer s.editions.Share(ctx, settings(s.cfg))()
	conductor := newConductor(s.log, s.cfg, store, s.editions)
	refresh, audit := conductor.Tasks(s.log, s.cfg.Jobs.Deadline)
	timetable := jobs.NewTimetable(s.log)
	timetable.Add(s.cfg.Jobs.Refresh, refresh)
	timetable.Add(s.cfg.Jobs.Audit, audit)
	follow, err := openSources(ctx, s.log, s.cfg, store)
	if err != nil {
		return err
	}
	defer follow.close()
	if err := follow.schedule(s.log, timetable, s.cfg.Jobs.Deadline, refresh.Trigger); err != nil {
		return err
	}
	s.shop.open(conductor, timetable, refresh, follow, store)
	defer s.shop.close()
	if err := s.editions.Acquire(ctx); err != nil {
		s.log.Debug("leases not acquired", "error", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.lead(ctx, conductor) })
	group.Go(func() error { return timetable.Run(ctx) })
	group.Go(func() error { return conductor.Wake(ctx, refresh.Trigger) })
	if s.cfg.Content.Notify != "" {
		group.Go(func() error {
			return store.Listen(ctx, s.shop.wake, func(err error) { s.shop.conditions.Note(notListening, "", err) })
		})
	}
	return group.Wait()
}

// What a process that can't reach the content store does with its leases: it
// gives them back after a while, to one that perhaps can.
const (
	leadPatience = 10 * time.Second
	leadPoll     = time.Second
)

// lead holds the leases of the stations for as long as the content store can be
// reached.
func (s *service) lead(ctx context.Context, conductor *jobs.Conductor) error {
	tick := time.NewTicker(leadPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		leading, stop := context.WithCancel(ctx)
		var holding errgroup.Group
		holding.Go(func() error { return s.editions.Lead(leading) })
		s.awaitStore(ctx, tick, func(down time.Duration) bool { return down > leadPatience }, conductor)
		stop()
		if err := holding.Wait(); err != nil {
			return err
		}
		s.awaitStore(ctx, tick, func(down time.Duration) bool { return down == 0 }, conductor)
	}
	return nil
}

// awaitStore waits until the content store has been out of reach for a time that
// is wanted.
func (s *service) awaitStore(ctx context.Context, tick *time.Ticker, wanted func(down time.Duration) bool, conductor *jobs.Conductor) {
	for !wanted(conductor.Down()) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// notListening is the condition of a content store that does not notify: changes
// wait for the next refresh.
var notListening = condition.Kind{
	Level: slog.LevelWarn, Component: "notifications", State: "not listening", Errors: true,
	Began: "not listening for notifications, refreshing by schedule", Cleared: "listening for notifications again",
}

// storeRetry is how often a content store that can't be opened is tried again.
const storeRetry = 5 * time.Second

// openContent opens the content store. One that can't be opened is the
// waited for; but the embedded one is an error where the local copy has nothing to
// serve.
func (s *service) openContent(ctx context.Context) (*content.Store, error) {
	for {
		store, err := openContent(ctx, s.in, s.log, s.cfg, s.editions)
		if err != nil && (ctx.Err() != nil || s.cfg.Content.Driver == config.SQLite && !s.serves()) {
			return nil, err
		}
		s.shop.conditions.Note(jobs.StoreUnreachable, "", err)
		if err == nil {
			return store, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(storeRetry):
		}
	}
}

// serves reports whether some station has an edition.
func (s *service) serves() bool {
	return slices.ContainsFunc(s.cfg.Network.Stations, func(station *network.Station) bool {
		_, ok := s.editions.Current(station.ID)
		return ok
	})
}

// greetEvery is how often it is looked whether every station has an edition.
const greetEvery = 50 * time.Millisecond

// greet prints the addresses worth opening once every station has an edition.
func (s *service) greet(ctx context.Context, address net.Addr) {
	tick := time.NewTicker(greetEvery)
	defer tick.Stop()
	for !s.ready() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	addresses(s.in.terminal.Stdout, s.cfg, address)
}

func (s *service) ready() bool {
	for _, station := range s.cfg.Network.Stations {
		if _, ok := s.editions.Current(station.ID); !ok {
			return false
		}
	}
	return true
}

// addresses prints where a newcomer can look.
func addresses(out io.Writer, cfg *config.Config, address net.Addr) {
	_, port, err := net.SplitHostPort(address.String())
	if err != nil || len(cfg.Server.Hosts) == 0 {
		fmt.Fprintf(out, "\nfeedstation serves %d %s on %s\n", len(cfg.Network.Stations), english.PluralWord(len(cfg.Network.Stations), "station", ""), address)
		return
	}
	base := "http://" + net.JoinHostPort(cfg.Server.Hosts[0], port)
	fmt.Fprintf(out, "\nfeedstation serves %d %s. Worth opening:\n\n", len(cfg.Network.Stations), english.PluralWord(len(cfg.Network.Stations), "station", ""))
	show := func(what, path string) {
		fmt.Fprintf(out, "  %s%*s%s%s\n", what, max(1, 28-uniseg.StringWidth(what)), "", base, path)
	}
	for _, s := range cfg.Network.Stations {
		show(s.Name, "/"+s.ID+network.FeedPath("", network.RSS))
	}
	s := cfg.Network.Stations[len(cfg.Network.Stations)-1]
	if len(s.Channels) > 0 {
		channel := s.Channels[0]
		show(s.Name+" · "+channel.Name, "/"+s.ID+network.FeedPath(channel.ID, network.Atom))
	}
	show("JSON Feed", "/"+s.ID+network.FeedPath("", network.JSON))
	show("Sitemaps", "/"+s.ID+network.IndexPath)
	show("Google News", "/"+s.ID+network.NewsPath(1))
	show("All feeds, for a reader", "/"+cfg.Network.Stations[0].ID+network.OPMLPath)
	fmt.Fprintf(out, "\n  On each station's own host the same is there without /{station}.\n\n")
}
