package jobs

import (
	"testing"
	"time"

	"feedstation/internal/article"
)

// A hint is followed once, unless another may follow that looks the same.
func TestUnseen(t *testing.T) {
	c := &Conductor{seen: map[sighting]time.Time{}}
	at := time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)
	once := article.Change{ID: "1", Station: "xt", Published: at, At: at}
	again := article.Change{ID: "2", Station: "xt", Published: at, At: at, Again: true}
	for n, want := range []int{2, 1, 1} {
		if got := c.unseen([]article.Change{once, again}); len(got) != want {
			t.Errorf("asked %d times before: %d hints, want %d", n, len(got), want)
		}
	}
	again.Again = false
	for n, want := range []int{1, 0} {
		if got := c.unseen([]article.Change{once, again}); len(got) != want {
			t.Errorf("asked %d times after its second: %d hints, want %d", n, len(got), want)
		}
	}
}

// A deletion within the same tick of the clock is not the insertion.
func TestUnseenTellsLeaving(t *testing.T) {
	c := Conductor{seen: map[sighting]time.Time{}}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	change := article.Change{ID: "1", Station: "xt", Published: at, At: at}
	left := change
	left.Left = true
	for _, one := range []article.Change{change, left} {
		if got := c.unseen([]article.Change{one}); len(got) != 1 {
			t.Errorf("%+v passes for another", one)
		}
	}
	if got := c.unseen([]article.Change{change, left}); len(got) != 0 {
		t.Errorf("seen twice: %+v", got)
	}
}
