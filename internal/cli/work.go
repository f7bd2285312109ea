package cli

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/jobs"
)

// workplaces are those of all content stores.
type workplaces struct {
	conductors jobs.Conductors
	all        []*workplace
}

// workplace is a content store and the jobs on it.
type workplace struct {
	*depot
	conductor      *jobs.Conductor
	refresh, audit *jobs.Task

	mu        sync.Mutex
	timetable *jobs.Timetable // nil: the store is not open
	sources   *sources
}

// newWorkplaces makes the jobs of a configuration. No store is open yet.
func newWorkplaces(log *slog.Logger, cfg *config.Config, editions *cache.Cache) *workplaces {
	depots := newDepots(cfg)
	p := &workplaces{conductors: newConductors(log, cfg, depots, editions)}
	for i, d := range depots {
		place := &workplace{depot: d, conductor: p.conductors[i]}
		place.refresh, place.audit = place.conductor.Tasks(log, cfg.Jobs.Deadline)
		p.all = append(p.all, place)
	}
	return p
}

func (p *workplaces) close() (err error) {
	for _, place := range p.all {
		err = errors.Join(err, place.close())
	}
	return err
}

// equipped returns the timetable and the sources; nil: the store is not open.
func (p *workplace) equipped() (*jobs.Timetable, *sources) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.timetable, p.sources
}

// equip opens the content store, once, and makes its timetable.
func (s *service) equip(ctx context.Context, p *workplace) error {
	store, err := p.open(ctx, s.host.in, s.host.log, s.editions)
	if err != nil {
		return err
	}
	log := s.host.log
	timetable := jobs.NewTimetable(log, s.host.ended)
	timetable.Add(s.cfg.Jobs.Refresh, p.refresh)
	timetable.Add(s.cfg.Jobs.Audit, p.audit)
	sources, err := openSources(ctx, log, p.cfg, store)
	if err == nil {
		err = sources.schedule(log, timetable, s.cfg.Jobs.Deadline, func() { p.refresh.Trigger(jobs.BySource) })
	}
	if err != nil {
		return errors.Join(err, p.close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timetable, p.sources = timetable, sources
	return nil
}

// equipAll opens the content stores, once. The error is of those that can't be opened
// and are not as before.
func (s *service) equipAll(ctx context.Context, before *config.Config) error {
	var faults []error
	for _, p := range s.places.all {
		err := s.equip(ctx, p)
		same := func(one *config.Config) bool { return reflect.DeepEqual(one.Content, p.cfg.Content) }
		if err != nil && !slices.ContainsFunc(before.Stores(), same) { // what can't be reached now could be before
			faults = append(faults, err)
			continue
		}
		s.places.conductors.Unopened(ctx, p.cfg.Content.ID, err)
	}
	return errors.Join(faults...)
}

// work runs the jobs of all content stores, each by itself.
func (s *service) work(ctx context.Context) error {
	defer s.editions.Share(ctx, settings(s.cfg))()
	if err := s.editions.Acquire(ctx, stationIDs(s.cfg)); err != nil {
		s.host.log.Debug("leases not acquired", "error", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range s.places.all {
		group.Go(func() error { return s.workAt(ctx, p) })
	}
	return group.Wait()
}

// workAt runs the jobs of a content store on their timetable, once that can be opened.
func (s *service) workAt(ctx context.Context, p *workplace) error {
	if timetable, _ := p.equipped(); timetable == nil {
		err := s.awaitContent(ctx, p)
		if ctx.Err() != nil && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
	timetable, sources := p.equipped()
	defer sources.close()
	if err := s.editions.Acquire(ctx, p.stations()); err != nil {
		s.host.log.Debug("leases not acquired", "error", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.lead(ctx, p) })
	group.Go(func() error { return timetable.Run(ctx) })
	group.Go(func() error { return p.conductor.Wake(ctx, func() { p.refresh.Trigger(jobs.ByClock) }) })
	group.Go(func() error {
		p.opened().Written(ctx, func() { p.refresh.Trigger(jobs.ByNotification) })
		return nil
	})
	if p.cfg.Content.Notify != "" {
		shop, name, listening := s.host.shop, p.cfg.Content.ID, notListening
		if name != "" {
			listening.Component += " " + name
		}
		group.Go(func() error {
			return p.opened().Listen(ctx, func(id string) { shop.wake(name, id) }, func(err error) { shop.conditions.Note(listening, "", err) })
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

// lead holds the leases of a content store's stations for as long as that can be
// reached.
func (s *service) lead(ctx context.Context, p *workplace) error {
	tick := time.NewTicker(leadPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		leading, stop := context.WithCancel(ctx)
		var holding errgroup.Group
		holding.Go(func() error { return s.editions.Lead(leading, p.stations()) })
		s.awaitStore(ctx, tick, func(down time.Duration) bool { return down > leadPatience }, p.conductor)
		stop()
		if err := holding.Wait(); err != nil {
			return err
		}
		s.awaitStore(ctx, tick, func(down time.Duration) bool { return down == 0 }, p.conductor)
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

// awaitContent opens a content store. One that can't be opened is waited for; but the
// embedded one is an error where it is the only one and the local copy has nothing to
// serve.
func (s *service) awaitContent(ctx context.Context, p *workplace) error {
	for {
		err := s.equip(ctx, p)
		if err != nil && (ctx.Err() != nil || p.cfg.Content.Driver == config.SQLite && len(s.places.all) == 1 && !s.serves()) {
			return err
		}
		s.places.conductors.Unopened(ctx, p.cfg.Content.ID, err)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
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
