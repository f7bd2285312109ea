package cache

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/store/storetest"
)

// A process that follows knows when it was in step last, and what room its editions
// have.
func TestInStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		local := newLocal(t)
		c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
		if _, _, known := c.Room(); known || !c.InStep().IsZero() || c.RedisErrors() != nil {
			t.Error("known before it has followed")
		}
		if err := c.Publish(t.Context(), storetest.Print(0, "one")); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		ended := make(chan error)
		go func() { ended <- c.Follow(ctx, time.Second) }()
		synctest.Wait()
		first := c.InStep()
		if time.Since(first) != 0 {
			t.Errorf("in step %v ago", time.Since(first))
		}
		var want int64
		if err := filepath.WalkDir(filepath.Join(local.Dir(), "xt"), func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			info, err := entry.Info()
			want += info.Size()
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if bytes, free, known := c.Room(); !known || bytes != want || want == 0 || free <= 0 {
			t.Errorf("%d bytes, %d free, %t; want %d", bytes, free, known, want)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if since := time.Since(c.InStep()); since > 2*time.Second {
			t.Errorf("in step %v ago", since)
		}
		lose(t, local)
		at := c.InStep()
		time.Sleep(time.Minute)
		synctest.Wait()
		if lag := time.Since(c.InStep()); lag < time.Minute || lag > time.Minute+2*time.Second || c.InStep().Sub(at) > 2*time.Second {
			t.Errorf("in step %v ago, though the local copy is lost", lag)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
