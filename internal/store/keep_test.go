package store

import (
	"slices"
	"testing"
	"time"
)

// A desk publishes every so often for two days: at any time there is an edition that
// one would go back to, and no more than a few.
func TestKeep(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name  string
		keep  Keep
		every time.Duration
		most  int // besides the current one
	}{
		{"a busy desk", Keep{}, 30 * time.Second, 30},
		{"a busier one", Keep{Editions: 2}, 5 * time.Second, 27},
		{"a quiet one", Keep{}, 3 * time.Hour, 9},
		{"for a week", Keep{For: 7 * day}, time.Minute, 36},
		{"for no time", Keep{For: -1}, time.Minute, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var kept []int64 // the newest first
			begin := time.Date(2026, 3, 1, 0, 0, 7, 0, time.UTC)
			reach := min(max(tt.keep.For, 0), 2*day)
			if tt.keep.For == 0 {
				reach = day
			}
			for now := begin; now.Before(begin.Add(2 * day)); now = now.Add(tt.every) {
				kept = slices.Insert(kept, 0, now.UnixMilli())
				surplus := tt.keep.Surplus(kept)
				kept = slices.DeleteFunc(kept, func(w int64) bool { return slices.Contains(surplus, w) })
				if len(kept)-1 > tt.most {
					t.Fatalf("after %s: %d are kept; want at most %d", now.Sub(begin), len(kept)-1, tt.most)
				}
				for back := tt.every; back <= min(reach, now.Sub(begin)); back = back*5/4 + 1 {
					moment := now.Add(-back)
					i := slices.IndexFunc(kept, func(w int64) bool { return w <= moment.UnixMilli() })
					allowed := max(spacing, back/2) + 2*tt.every
					if i < 0 && moment.Add(-allowed).After(begin) && back+allowed < reach || i >= 0 && moment.Sub(time.UnixMilli(kept[i])) > allowed && back+allowed < reach {
						t.Fatalf("after %s: none as of %s before", now.Sub(begin), back)
					}
				}
			}
			if want := tt.keep.Editions; want > 0 && len(kept) <= want {
				t.Errorf("%d are kept", len(kept)-1)
			}
		})
	}
}
