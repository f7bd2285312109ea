package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/config"
)

// lookEvery is how often it is looked whether the files of the configuration are
// still those that were read.
const lookEvery = 2 * time.Second

// How a reload ends.
const (
	notReloaded = "configuration not reloaded, the one before stays in effect"
	reloaded    = "configuration reloaded"
)

// What can be wrong with the configuration that is in effect.
var (
	outdated = condition.Kind{
		Level: slog.LevelWarn, Component: "configuration", State: "outdated",
		Began: "configuration has changed, reload to have it take effect", Cleared: "configuration is the one in effect",
	}
	refused = condition.Kind{
		Level: slog.LevelError, Component: "reload", State: "refused",
		Began: notReloaded, Cleared: reloaded,
	}
)

// takeReloads reloads when it is asked to, one at a time, until ctx ends.
func (h *host) takeReloads(ctx context.Context, hangups <-chan os.Signal) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			_ = h.reload(ctx) // which logs it
		case answer := <-h.reloads:
			answer <- h.reload(ctx)
		case <-tick.C:
			h.conditions.Note(outdated, "", changed(h.serving.Load().cfg.Files))
		}
	}
}

// askReload reloads, and returns why that could not be done.
func (h *host) askReload(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case h.reloads <- answer:
	case <-ctx.Done():
		return ctx.Err()
	case <-h.working.Done():
		return errStopping
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errStopping = errors.New("shutting down")

// reload reads the configuration again, with secrets and certificates, makes all that
// it says beside what runs, and puts it in its place; or it changes nothing and
// returns why.
func (h *host) reload(ctx context.Context) error {
	h.systemd.reloading()
	defer h.systemd.ready()
	select {
	case <-h.replaced: // of two services, one is on its way out
	case <-ctx.Done():
		return errStopping
	}
	h.log.Info("reloading", "file", h.in.configFile)
	before := h.serving.Load()
	next, err := h.load(ctx, before)
	if ctx.Err() != nil && err == nil {
		err = errors.Join(errStopping, next.abandon(before))
	}
	h.refused.Note(refused, "", err)
	if err != nil {
		h.log.Error(notReloaded, "error", strings.ReplaceAll(err.Error(), "\n", "; "))
		return err
	}
	h.replace(before, next)
	h.log.Info(reloaded, "duration", time.Since(next.since).Round(time.Millisecond))
	h.conditions.Note(outdated, "", nil)
	return nil
}

// load makes a service from the configuration as it is now.
func (h *host) load(ctx context.Context, before *service) (*service, error) {
	cfg, err := h.read()
	if err != nil {
		return nil, err
	}
	if err := tryRedis(ctx, cfg, before.cfg); err != nil {
		return nil, err
	}
	next, err := h.prepare(ctx, cfg, before)
	if err != nil || !cfg.Jobs.Enabled {
		return next, err
	}
	if err = next.equipAll(ctx, before.cfg); err == nil {
		return next, nil
	}
	return nil, errors.Join(fmt.Errorf("content: %w", err), next.abandon(before))
}

// tryRedis tries a Redis that is not the one before.
func tryRedis(ctx context.Context, cfg, before *config.Config) error {
	if cfg.Cache.Redis == nil || reflect.DeepEqual(cfg.Cache.Redis, before.Cache.Redis) {
		return nil
	}
	shared, err := openRedis(cfg)
	if err != nil {
		return err
	}
	defer shared.Close()
	if _, err = shared.Check(ctx, stationIDs(cfg)); err != nil {
		return fmt.Errorf("cache.redis: %w", err)
	}
	return nil
}

// abandon gives up a service that never served, beside the one that does.
func (s *service) abandon(before *service) error {
	s.stop()
	err := closeNew(s.entrances, before.entrances)
	s.editions.Abandon()
	return errors.Join(err, s.close())
}

// replace puts a service in the place of another, which ends as soon as what it has
// begun is done.
func (h *host) replace(before, next *service) {
	h.output.set(next.cfg.Log)
	h.meter.Stations(next.cfg.Network)
	h.serving.Store(next)
	next.secure()
	h.shop.open(next.places)
	for _, e := range next.entrances {
		if !slices.Contains(before.entrances, e) {
			h.start(e)
		}
	}
	for _, e := range before.entrances {
		if !slices.Contains(next.entrances, e) {
			h.shut(e, next.entrances, before.cfg.Server.Drain)
		}
	}
	next.follow()
	replaced := make(chan struct{})
	h.replaced = replaced
	h.group.Go(func() error {
		defer close(replaced)
		h.count(next.cfg)
		h.tell(next)
		before.stop()
		before.parts.Wait()
		next.outbox.Succeed(before.outbox)
		next.start()
		before.using.Lock() // no request is with it any more
		before.over = true
		before.using.Unlock()
		err := next.editions.Succeed(next.working, before.editions)
		before.editions.Abandon()
		if err = errors.Join(err, before.close()); err != nil {
			h.log.Debug("configuration before not closed", "error", err)
		}
		return nil
	})
	h.logParts(next)
}

// read reads the configuration.
func (h *host) read() (*config.Config, error) {
	cfg, err := config.Load(h.in.configFile, h.in.terminal.Environ)
	if err != nil {
		return nil, err
	}
	h.warn(cfg)
	return cfg, nil
}

// warn logs what of a configuration is hardly meant.
func (h *host) warn(cfg *config.Config) {
	for _, warning := range cfg.Warnings {
		h.log.Warn("configuration", "warning", warning)
	}
}

// changed returns which files are not as they were read, nil: none.
func changed(files map[string][sha256.Size]byte) error {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if data, err := os.ReadFile(name); err != nil || sha256.Sum256(data) != files[name] {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("%s: not as it was read", strings.Join(names, ", "))
}
