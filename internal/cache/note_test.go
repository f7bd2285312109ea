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
	"feedstation/internal/store/disk"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
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

// told has a function be told what editions change.
type told func(before, after *edition.Edition, d edition.Difference)

func (f told) Note(_ context.Context, before, after *edition.Edition, d edition.Difference, _ store.Pin) {
	f(before, after, d)
}

func (told) Switch(context.Context, *edition.Edition, *edition.Edition, store.Pin) {}

// An outbox is told what a retraction changes before the retraction is stored: a process that
// is ended in between serves the edition without the article, and has nothing to compare it
// with.
func TestNotingRetraction(t *testing.T) {
	server := redistest.Start(t)
	local := newLocal(t)
	c := newAmended(t, local, newRedis(t, server.Addr()))
	if err := c.Publish(t.Context(), storetest.Listing("xt", storetest.Noon, "art-1", "art-2")); err != nil {
		t.Fatal(err)
	}
	var left []string
	c.Noting(told(func(_, _ *edition.Edition, d edition.Difference) {
		for _, a := range d.Left {
			left = append(left, a.ID)
		}
		if len(left) > 1 { // it is published by now
			return
		}
		shared, err := c.redis.Retracted(t.Context())
		file, localErr := local.LookRetracted(disk.Copies{}, false)
		if len(shared)+len(file.Retractions) > 0 || errors.Join(err, localErr) != nil {
			t.Errorf("stored before: %v, %v (%v, %v)", shared, file.Retractions, err, localErr)
		}
	}))
	if err := c.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if len(left) == 0 || left[0] != "art-1" {
		t.Errorf("told that %q left", left)
	}
	if shared, err := c.redis.Retracted(t.Context()); len(shared) != 1 || err != nil {
		t.Errorf("retracted: %v, %v", shared, err)
	}
}
