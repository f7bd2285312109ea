package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

// notes writes down what an outbox is told.
type notes []string

func (n *notes) Note(_ context.Context, before, after *edition.Edition, _ edition.Difference, _ store.Pin) {
	*n = append(*n, fmt.Sprint(before.Watermark().Sub(storetest.Noon), " to ", after.Watermark().Sub(storetest.Noon)))
}

func (n *notes) Switch(context.Context, *edition.Edition, *edition.Edition, store.Pin) {}

// An outbox is told what an edition changes of the one before it, and, where another process
// was quicker, what the current one changes of that which came to nothing.
func TestNoting(t *testing.T) {
	local := newLocal(t)
	serving, building := newCache(t, slog.New(slog.DiscardHandler), local, nil), newCache(t, slog.New(slog.DiscardHandler), local, nil)
	var told notes
	serving.Noting(&told)
	for minute, text := range []string{"one", "two"} {
		if err := serving.Publish(t.Context(), storetest.Print(minute, text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := building.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := building.Publish(t.Context(), storetest.Print(5, "theirs")); err != nil {
		t.Fatal(err)
	}
	if err := serving.Publish(t.Context(), storetest.Print(4, "late")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("an older snapshot: %v; want ErrStale", err)
	}
	if want := (notes{"0s to 1m0s", "1m0s to 4m0s", "4m0s to 5m0s"}); !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
