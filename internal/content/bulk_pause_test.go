package content

import (
	"testing"
	"time"
)

// TestBulkPause holds that a million changes are not counted at each refresh, and that
// each slice is counted once more after its changes have settled, however late.
func TestBulkPause(t *testing.T) {
	const overlap = 2 * time.Minute
	loaded := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	b := new(bulk)
	counts := 0
	refresh := func(at time.Time) (known int) {
		slices, last := b.known(at, at)
		if last == (counted{}) {
			counts++
			last = counted{at, at.Add(-overlap)}
		}
		b.remember(at, slices, last)
		return len(slices)
	}
	b.remember(loaded, []slice{{period: period{loaded.Add(-time.Minute), loaded}, size: size{count: 1_000_000}}}, counted{loaded, loaded.Add(-overlap)})
	for at := loaded; at.Before(loaded.Add(overlap)); at = at.Add(time.Second) {
		if refresh(at) == 0 {
			t.Fatalf("forgotten %s after it was loaded", at.Sub(loaded))
		}
	}
	if counts != 5 {
		t.Errorf("counted %d times within the overlap; want 5, every 20 s", counts)
	}
	if refresh(loaded.Add(overlap+time.Second)) != 1 || counts != 6 {
		t.Errorf("not counted after it has settled")
	}
	if refresh(loaded.Add(overlap+2*time.Second)) != 0 {
		t.Error("still known when it was counted after it had settled")
	}
	b.remember(loaded, []slice{{period: period{loaded.Add(-time.Minute), loaded}, size: size{count: 40_000}}}, counted{loaded, loaded.Add(-overlap)})
	if _, last := b.known(loaded, loaded); last != (counted{}) {
		t.Error("tens of thousands are not counted at each refresh")
	}
}
