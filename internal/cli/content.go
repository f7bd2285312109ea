package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/config"
	"feedstation/internal/content"
)

// withStore runs what a command does with the embedded content store, until a
// signal ends it.
func (in *invocation) withStore(run func(ctx context.Context, cfg *config.Config, store *content.Store) error) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	store, err := content.Open(ctx, cfg.Content.DSN.Reveal())
	if err != nil {
		return err
	}
	defer store.Close()
	return run(ctx, cfg, store)
}

// demoSeed makes the articles that an empty store is filled with.
const demoSeed = 1

// openContent opens the content store; an empty one is filled with demo
// articles where the configuration asks for them.
func openContent(ctx context.Context, in *invocation, cfg *config.Config) (*content.Store, error) {
	store, err := content.Open(ctx, cfg.Content.DSN.Reveal())
	if err != nil {
		return nil, err
	}
	if cfg.Content.Demo == 0 {
		return store, nil
	}
	empty, err := store.Empty(ctx)
	if err == nil && empty {
		err = fill(ctx, in, cfg, store, cfg.Content.Demo, demoSeed, time.Now())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("demo articles: %w", err), store.Close())
	}
	return store, nil
}
