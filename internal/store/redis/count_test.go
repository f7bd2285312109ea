package redis

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/testkit/redistest"
)

// What Redis fails at is counted by what it was asked for. That it has nothing, or a
// later edition, is no error.
func TestErrors(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	at := time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	later, earlier := edition.New("xt", at.Add(time.Minute), "4711", nil), edition.New("xt", at, "4711", nil)
	want := map[string]int64{"follow": 0, "fetch": 0, "publish": 0, "retract": 0, "lease": 0, "statistics": 0, "push": 0}
	step := func(name string) {
		t.Helper()
		if diff := cmp.Diff(want, r.Errors()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	ask := map[string]func(ctx context.Context) error{
		"follow":  func(ctx context.Context) error { _, err := r.Heads(ctx, []string{"xt"}); return err },
		"fetch":   func(ctx context.Context) error { _, _, err := r.Pinned(ctx, "xt", nil); return err },
		"publish": func(ctx context.Context) error { return r.Publish(ctx, later) },
		"retract": func(ctx context.Context) error {
			return r.Retract(ctx, edition.Retraction{ID: "1", Station: "xt", At: at, State: edition.Held})
		},
		"push": func(ctx context.Context) error {
			_, _, _, err := r.Swap(ctx, "xt", []store.Swap{{Key: "a", New: "one"}})
			return err
		},
		"lease": func(ctx context.Context) error {
			_, err := r.Acquire(ctx, []string{"xt"}, "token", time.Minute)
			return err
		},
		"statistics": func(ctx context.Context) error {
			_, salt := r.ShareSalt(ctx, "2026-03-10", []byte("salt"), time.Minute)
			part := r.SharePart(ctx, "2026-03-10", "run", map[string][]byte{"xt": []byte("{}")}, time.Minute)
			_, parts := r.SharedParts(ctx, "2026-03-10", []string{"xt"})
			return errors.Join(salt, part, parts)
		},
	}
	for name, one := range ask {
		if err := one(t.Context()); err != nil && !errors.Is(err, store.ErrNone) {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := r.Publish(t.Context(), earlier); !errors.Is(err, edition.ErrStale) {
		t.Fatal(err)
	}
	step("all is well")

	server.Do("SET", testKeys.retractedKey(), "no hash")
	if err := ask["retract"](t.Context()); err == nil {
		t.Fatal("no error")
	}
	want["retract"]++
	step("a key of another type")

	gone, stop := context.WithCancel(t.Context())
	stop()
	server.Kill()
	for name, one := range ask {
		if err := one(gone); err == nil {
			t.Fatalf("%s: no error", name)
		}
	}
	step("given up")
	for name, one := range ask {
		if err := one(t.Context()); err == nil {
			t.Fatalf("%s: no error", name)
		}
		want[name]++
	}
	want["statistics"] += 2 // it asks three times
	step("redis has gone")
}
