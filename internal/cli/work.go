package cli

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/jobs"
)

// workplace is an open content store and the jobs on it.
type workplace struct {
	store     *content.Store
	conductor *jobs.Conductor
	timetable *jobs.Timetable
	refresh   *jobs.Task
	sources   *sources
}

func (p *workplace) close() error { return p.store.Close() }

// equip opens the content store, once, and makes the jobs.
func (s *service) equip(ctx context.Context) (*workplace, error) {
	store, err := openContent(ctx, s.host.in, s.host.log, s.cfg, s.editions)
	if err != nil {
		return nil, err
	}
	p, err := s.furnish(ctx, store)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return p, nil
}

// furnish makes the jobs on a content store.
func (s *service) furnish(ctx context.Context, store *content.Store) (*workplace, error) {
	log := s.host.log
	p := &workplace{store: store, conductor: newConductor(log, s.cfg, store, s.editions), timetable: jobs.NewTimetable(log)}
	var audit *jobs.Task
	p.refresh, audit = p.conductor.Tasks(log, s.cfg.Jobs.Deadline)
	p.timetable.Add(s.cfg.Jobs.Refresh, p.refresh)
	p.timetable.Add(s.cfg.Jobs.Audit, audit)
	var err error
	if p.sources, err = openSources(ctx, log, s.cfg, store); err != nil {
		return nil, err
	}
	return p, p.sources.schedule(log, p.timetable, s.cfg.Jobs.Deadline, p.refresh.Trigger)
}

// work runs the jobs on their timetable, once the content store can be opened.
func (s *service) work(ctx context.Context) error {
	if s.place == nil {
		place, err := s.awaitContent(ctx)
		if ctx.Err() != nil && err != nil {
			return nil
		}
		if err != nil {
			return err
		}
		s.place = place
		s.host.shop.open(place)
	}
	p := s.place
	defer s.editions.Share(ctx, settings(s.cfg))()
	defer p.sources.close()
	if err := s.editions.Acquire(ctx); err != nil {
		s.host.log.Debug("leases not acquired", "error", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.lead(ctx, p.conductor) })
	group.Go(func() error { return p.timetable.Run(ctx) })
	group.Go(func() error { return p.conductor.Wake(ctx, p.refresh.Trigger) })
	if s.cfg.Content.Notify != "" {
		shop := s.host.shop
		group.Go(func() error {
			return p.store.Listen(ctx, shop.wake, func(err error) { shop.conditions.Note(notListening, "", err) })
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

// awaitContent opens the content store. One that can't be opened is waited for; but
// the embedded one is an error where the local copy has nothing to serve.
func (s *service) awaitContent(ctx context.Context) (*workplace, error) {
	for {
		place, err := s.equip(ctx)
		if err != nil && (ctx.Err() != nil || s.cfg.Content.Driver == config.SQLite && !s.serves()) {
			return nil, err
		}
		s.host.shop.conditions.Note(jobs.StoreUnreachable, "", err)
		if err == nil {
			return place, nil
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
