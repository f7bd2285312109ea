package cache

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/storetest"
)

// An edition is served before it has the encoding that takes long, and has it
// a moment later, also after a restart.
func TestCacheEncodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local := newLocal(t)
		c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- c.Encode(ctx) }()
		synctest.Wait()
		large := func(text byte) *edition.Edition {
			body := make([]byte, 10_000)
			for i := range body {
				body[i] = text
			}
			return edition.New("xt", storetest.Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/xml", body, storetest.Noon)})
		}
		wantEncoded := func(c *Cache) {
			t.Helper()
			e, _ := c.Current("xt")
			if d, ok := e.Document("/rss.xml"); !ok || !d.Has(edition.Brotli) {
				t.Error("the edition lacks Brotli")
			}
		}
		for _, text := range []byte("ab") {
			if err := c.Publish(t.Context(), large(text)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			wantEncoded(c)
			time.Sleep(time.Second)
		}
		again := newCache(t, slog.New(slog.DiscardHandler), local, nil)
		go func() { done <- again.Encode(ctx) }()
		synctest.Wait()
		wantEncoded(again)
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
