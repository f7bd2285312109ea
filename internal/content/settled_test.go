package content_test

import (
	"testing"
	"time"
)

// TestChangesSettle holds that a change is told as one that more may belong to,
// until its row has been left alone for a while.
func TestChangesSettle(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		published := time.Date(2019, 3, 11, 0, 0, 0, 0, time.UTC)
		e.write(t, e.db, now().Add(-2*time.Second), story("new", published))
		e.write(t, e.db, now().Add(-time.Minute), story("old", published))
		e.write(t, e.db, now().Add(time.Hour), story("ahead", published))
		s := e.store(t)
		present := snapshot(t, s)
		defer present.Close()
		got, err := gather(present.Changes(t.Context(), present.Time()))
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 3 {
			t.Fatalf("%d changes, want all: %v", len(got), got)
		}
		for _, c := range got {
			if c.Again != (c.ID == "new") {
				t.Errorf("%s: again %t", c.ID, c.Again)
			}
		}
	})
}
