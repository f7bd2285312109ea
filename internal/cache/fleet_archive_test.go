//go:build archive

package cache

import (
	"fmt"
	"testing"
	"time"
)

// TestFleetAtSize simulates fleets of the sizes that docs/scale.md tells of. It takes
// minutes, so it has a build tag: make bench-fleet.
func TestFleetAtSize(t *testing.T) {
	for _, s := range []*simulation{
		{processes: 20, stations: 141, documents: 12, changed: 6, size: 8000, length: time.Minute, away: 3 * time.Second},
		// Larger fleets have no disk here, nor documents of a real size before they change:
		// neither is anything to Redis at rest, and few machines have room for them.
		{processes: 50, stations: 500, documents: 1, changed: 6, size: 8000, length: 12 * time.Second, away: 3 * time.Second, diskless: true},
		{processes: 200, stations: 2000, documents: 1, changed: 6, size: 8000, length: 12 * time.Second, away: 3 * time.Second, diskless: true},
	} {
		t.Run(fmt.Sprintf("%d processes, %d stations", s.processes, s.stations), func(t *testing.T) {
			s.every = time.Second
			s.run(t)
		})
	}
}
