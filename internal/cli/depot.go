package cli

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"feedstation/internal/cache"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/jobs"
)

// depot is a content store of the configuration, which may be open.
type depot struct {
	cfg *config.Config // one of [config.Config.Stores]

	mu    sync.Mutex
	store *content.Store // nil: not open
	err   error          // why not
}

func newDepots(cfg *config.Config) (depots []*depot) {
	for _, one := range cfg.Stores() {
		depots = append(depots, &depot{cfg: one, err: errNotOpen})
	}
	return depots
}

var errNotOpen = errors.New("not open yet")

// open opens the store.
func (d *depot) open(ctx context.Context, in *invocation, log *slog.Logger, editions *cache.Cache) (*content.Store, error) {
	store, err := openContent(ctx, in, log, d.cfg, editions)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.store, d.err = store, err
	return store, err
}

func (d *depot) snapshot(ctx context.Context) (jobs.Snapshot, error) {
	d.mu.Lock()
	store, err := d.store, d.err
	d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return store.Snapshot(ctx)
}

// close closes the store, if it is open.
func (d *depot) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.store == nil {
		return nil
	}
	err := d.store.Close()
	d.store, d.err = nil, errNotOpen
	return err
}

// opened returns the store; nil: it is not open.
func (d *depot) opened() *content.Store {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.store
}

// stations returns the ids of the depot's stations.
func (d *depot) stations() []string { return stationIDs(d.cfg) }
