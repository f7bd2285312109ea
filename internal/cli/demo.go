package cli

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/demo"
	"feedstation/internal/ingest"
)

type demoCommand struct {
	Articles int    `help:"How many articles." required:"" placeholder:"N"`
	Seed     uint64 `help:"The random seed; another one gives other articles." default:"1"`
	Until    string `help:"When the newest articles were published (RFC 3339); by default now." placeholder:"TIME"`
}

// Run puts demo articles into the store.
func (c *demoCommand) Run(in *invocation) error {
	if c.Articles < 1 {
		return &usageError{fmt.Errorf("feedstation: --articles: want at least 1, got %d", c.Articles)}
	}
	until := time.Now()
	if c.Until != "" {
		t, err := time.Parse(time.RFC3339, c.Until)
		if err != nil {
			return &usageError{fmt.Errorf("feedstation: --until: not an RFC 3339 time such as 2026-01-31T08:00:00+08:00: %q", c.Until)}
		}
		until = t
	}
	return in.withStore(func(ctx context.Context, cfg *config.Config, store *content.Store) error {
		started := time.Now()
		if err := fill(ctx, in, cfg, store, c.Articles, c.Seed, until); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		took := time.Since(started)
		fmt.Fprintf(in.terminal.Stdout, "%d %s stored in %s (%.0f per second)\n",
			c.Articles, english.PluralWord(c.Articles, "demo article", ""), took.Round(time.Millisecond), float64(c.Articles)/took.Seconds())
		return nil
	})
}

// fillBatch is how many demo articles are stored in one transaction.
const fillBatch = 5000

// fill puts demo articles into the store. They are made while others are being
// stored.
func fill(ctx context.Context, in *invocation, cfg *config.Config, store *content.Store, count int, seed uint64, until time.Time) error {
	bar := in.progress("demo articles", int64(count), false)
	defer bar.finish()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := make(chan []article.Article, 2)
	go func() {
		defer close(batches)
		for batch := range chunk(demo.Articles(cfg.Network, count, seed, until), fillBatch) {
			for i := range batch {
				ingest.FindLead(&batch[i])
			}
			select {
			case batches <- batch:
			case <-ctx.Done():
				return
			}
		}
	}()
	for batch := range batches {
		if _, err := store.Put(ctx, sound(batch)); err != nil {
			return err
		}
		bar.add(len(batch))
	}
	return ctx.Err()
}

// chunk yields a sequence in slices of n, the last one shorter.
func chunk[T any](values iter.Seq[T], n int) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		batch := make([]T, 0, n)
		for v := range values {
			if batch = append(batch, v); len(batch) == n {
				if !yield(batch) {
					return
				}
				batch = make([]T, 0, n)
			}
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// sound yields articles that have been found sound.
func sound(articles []article.Article) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
	}
}
