package push

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/store"
)

// What was told is remembered for seven days, of a station the last 20,000; what waits stays.
func TestRemembered(t *testing.T) {
	const week = 7 * 24 * time.Hour
	tests := []struct {
		name          string
		recent, older int // told within a week, and before
		want          int
	}{
		{"a week", 100, 50, 100},
		{"the last ones", 20_100, 50, 20_000},
	}
	for _, tt := range tests {
		for _, shared := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, ", shared ", shared), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f := &fake{name: "fake"}
					o := options(t, t.TempDir(), f)
					if shared {
						o.Shared = newMemory()
					}
					p := &process{Outbox: New(slog.New(slog.DiscardHandler), o), t: t, leads: true}
					in := p.deciding()
					now := time.Now()
					var swaps []store.Swap
					tell := func(i int, ago time.Duration) {
						at := now.Add(-ago).UnixMilli()
						e := entry{Address: address(fmt.Sprint(i)), ID: fmt.Sprint(i), Version: "1", Seen: at, Noted: at, Stage: stageTold, Told: told{At: at, Seen: at, Version: "1"}}
						swaps = append(swaps, store.Swap{Key: keyOf("fake", e.Address), New: e.text()})
					}
					for i := range tt.recent {
						tell(i, time.Hour+time.Duration(i)*time.Second)
					}
					for i := range tt.older {
						tell(tt.recent+i, week+time.Hour)
					}
					waits := entry{Address: address("waits"), ID: "waits", Version: "1", Seen: now.UnixMilli(), Noted: now.UnixMilli(), Due: now.Add(time.Hour).UnixMilli(), Stage: stageRetry}
					swaps = append(swaps, store.Swap{Key: keyOf("fake", waits.Address), New: waits.text(), Pending: true})
					for part := range slices.Chunk(swaps, chunk) {
						if _, _, _, err := in.Swap(t.Context(), "xt", part); err != nil {
							t.Fatal(err)
						}
					}
					p.run()
					after(5 * time.Second)
					all, err := in.All(t.Context(), "xt")
					if err != nil {
						t.Fatal(err)
					}
					delete(all, epochKey)
					if len(all) != tt.want+1 || all[keyOf("fake", waits.Address)] == "" {
						t.Errorf("%d are remembered, want %d and what waits", len(all), tt.want)
					}
					if all[keyOf("fake", address("0"))] == "" {
						t.Error("the last one is forgotten")
					}
					p.end()
				})
			})
		}
	}
}

// What a process had claimed that was killed is told by the next one after a minute, unless
// it is to be told once.
func TestClaimOfTheDead(t *testing.T) {
	for _, once := range []bool{false, true} {
		t.Run(fmt.Sprint("once ", once), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{name: "fake", policy: Policy{Once: once}}
				o := options(t, t.TempDir(), f)
				o.Shared = newMemory()
				n := newPaper()
				p := start(t, o)
				p.publish(n.put("1", 0).print())
				after(2 * time.Second)
				now := time.Now().UnixMilli()
				e := entry{Address: address("1"), ID: "1", Version: Version(n.articles["1"]), Seen: n.at.UnixMilli(), Published: n.articles["1"].Published.UnixMilli(), Noted: now, Stage: stageNew}
				if _, _, _, err := o.Shared.Swap(t.Context(), "xt", []store.Swap{{Key: keyOf("fake", e.Address), New: e.claimed("of the dead", now).text(), Pending: true}}); err != nil {
					t.Fatal(err)
				}
				after(59 * time.Second)
				wantTold(t, f)
				after(5 * time.Second)
				if once {
					wantTold(t, f)
					if got := p.Attempts()["fake"]["unknown"]; got != 1 {
						t.Errorf("%d of which nobody knows", got)
					}
				} else {
					wantTold(t, f, "1")
				}
				after(time.Hour)
				wantTold(t, f)
				p.end()
			})
		})
	}
}
