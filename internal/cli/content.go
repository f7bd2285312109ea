package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/config"
	"feedstation/internal/content"
)

// withStore runs what a command does with the embedded content store, until a
// signal ends it. The configuration is that of the store's own stations.
func (in *invocation) withStore(run func(ctx context.Context, cfg *config.Config, store *content.Store) error) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	embedded := cfg.Embedded()
	if embedded == nil {
		return fmt.Errorf("only the embedded content store can be written to; content.driver is %s, a database of your own", cfg.Stores()[0].Content.Driver)
	}
	store, err := content.Open(ctx, embedded.Content.DSN.Reveal())
	if err != nil {
		return err
	}
	defer store.Close()
	return run(ctx, embedded, store)
}

// demoSeed makes the articles that an empty store is filled with.
const demoSeed = 1

// contentOptions returns where the configured articles are.
func contentOptions(cfg *config.Config) (content.Options, error) {
	c := cfg.Content
	encryption, err := c.TLSConfig()
	if err != nil {
		return content.Options{}, err
	}
	o := content.Options{Driver: c.Driver, DSN: c.DSN.Reveal(), TLS: encryption, Overlap: c.Overlap, Timeout: c.Timeout, Notify: c.Notify, NotifyDSN: c.NotifyDSN.Reveal(), Network: cfg.Network, Reader: c.Reader()}
	if c.Driver != config.SQLite {
		o.Articles, o.ArticleChannels, o.Map = c.Articles, c.ArticleChannels, c.Map
	}
	if c.Text == config.TextWordPress {
		o.WordPress = &content.WordPress{Shortcodes: c.Shortcodes, Parts: c.ArticleParts}
	}
	return o, nil
}

// openContent opens the content store. An empty embedded one is filled with demo
// articles where the configuration asks for them and nothing is published yet; a
// newsroom's own database is inspected: what keeps all articles from being read is
// an error, the rest is logged.
func openContent(ctx context.Context, in *invocation, log *slog.Logger, cfg *config.Config, editions *cache.Cache) (*content.Store, error) {
	options, err := contentOptions(cfg)
	if err != nil {
		return nil, err
	}
	store, err := content.OpenWith(ctx, options)
	if err != nil {
		return nil, err
	}
	if cfg.Content.Driver == config.SQLite {
		err = fillEmpty(ctx, in, log, cfg, store, editions)
	} else {
		err = inspect(ctx, log, store)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return store, nil
}

// fillEmpty fills an empty store, unless there are editions: then it is not the
// one that they were made from, and a demo would replace the news.
func fillEmpty(ctx context.Context, in *invocation, log *slog.Logger, cfg *config.Config, store *content.Store, editions *cache.Cache) error {
	if cfg.Content.Demo == 0 || len(cfg.Content.Sources) > 0 {
		return nil
	}
	empty, err := store.Empty(ctx)
	if err != nil {
		return fmt.Errorf("demo articles: %w", err)
	}
	if !empty {
		return nil
	}
	file, err := filepath.Abs(cfg.Content.DSN.Reveal())
	if err != nil {
		return fmt.Errorf("demo articles: %w", err)
	}
	log = log.With("store", file)
	if where := editions.Stored(ctx); where != "" {
		log.Warn("content store empty, not filled with demo articles because editions exist", "editions", where,
			"help", "start in the folder of the store, or set content.dsn to its absolute path; for a fresh demo, delete the editions")
		return nil
	}
	if err := fill(ctx, in, cfg, store, cfg.Content.Demo, demoSeed, time.Now()); err != nil {
		return fmt.Errorf("demo articles: %w", err)
	}
	log.Info("content store empty, filled with demo articles", "articles", cfg.Content.Demo)
	return nil
}

func inspect(ctx context.Context, log *slog.Logger, store *content.Store) error {
	findings, err := store.Inspect(ctx)
	if err != nil {
		return err
	}
	var fatal []error
	for _, f := range findings {
		if f.Fatal {
			fatal = append(fatal, errors.New(finding(f)))
			continue
		}
		log.Warn("content store", "finding", f.Text, "statement", f.Statement)
	}
	return errors.Join(fatal...)
}

// finding returns a finding as a line, with the statement that mends it.
func finding(f content.Finding) string {
	if f.Statement == "" {
		return f.Text
	}
	return f.Text + ": " + f.Statement
}
