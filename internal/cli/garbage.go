package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Half of what is in use, not as much again, may be garbage: a process mostly serves what
// it holds. Where that is little, more is let lie, since each collection looks through all
// that is in use: 5 MB of a small process for every 2 MB, which is a tenth of its time.
const (
	garbageShare = 50      // percent of what is in use
	garbageLeast = 8 << 20 // bytes
)

// collect has garbage collected once there is so much, and decides anew after each
// collection.
func collect() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	least := garbageLeast * 100 / max(inUse[0].Value.Uint64(), 1<<20) // before the first one it is 0
	debug.SetGCPercent(max(garbageShare, int(least)))
	runtime.AddCleanup(new(*byte), func(struct{}) { collect() }, struct{}{})
}
