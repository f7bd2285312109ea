package content

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestUntilDone holds when a connection that was lost is tried again, and what
// is told of it.
func TestUntilDone(t *testing.T) {
	down := errors.New("down")
	type try struct{ lasts time.Duration } // 0: it comes to nothing
	tests := []struct {
		name   string
		tries  []try
		pauses []time.Duration // at most; half as long at least
		want   []error
	}{
		{
			"never there", make([]try, 10),
			[]time.Duration{250e6, 500e6, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 30 * time.Second, 30 * time.Second},
			slices.Repeat([]error{down}, 10),
		},
		{
			"lost after a long time",
			[]try{{}, {}, {time.Hour}, {}},
			[]time.Duration{250e6, 500e6, 250e6},
			[]error{down, down, nil, down, down},
		},
		{
			"there and lost at once",
			[]try{{time.Second}, {time.Second}, {time.Second}},
			[]time.Duration{250e6, 500e6},
			[]error{nil, down, nil, down, nil, down},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var states []error
				n, ended := 0, time.Now()
				untilDone(ctx, func(err error) { states = append(states, err) }, func(connected func()) error {
					if n > 0 {
						if pause, most := time.Since(ended), tt.pauses[n-1]; pause > most || pause < most/2 {
							t.Errorf("pause %d of %v, want at most %v", n, pause, most)
						}
					}
					this := tt.tries[n]
					n++
					if this.lasts > 0 {
						connected()
						time.Sleep(this.lasts)
					}
					ended = time.Now()
					if n == len(tt.tries) {
						time.AfterFunc(time.Millisecond, cancel) // in the pause
					}
					return down
				})
				if diff := cmp.Diff(tt.want, states, cmpopts.EquateErrors()); diff != "" || n != len(tt.tries) {
					t.Errorf("after %d tries, states (-want +got):\n%s", n, diff)
				}
			})
		})
	}
}
