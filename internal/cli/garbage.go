package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Half of what is in use, not as much again, may be garbage: a process mostly serves what
// it holds. Where that is little, more may be, since each collection looks through all that
// is in use: a small process under load would collect 15 times a second.
const (
	garbageShare = 50      // percent of what is in use
	garbageLeast = 8 << 20 // bytes
)

// paceCollector sets how much garbage starts a collection, and does so again after each
// one: a cleanup of what nobody holds runs then.
func paceCollector() {
	inUse := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(inUse)
	least := garbageLeast * 100 / max(inUse[0].Value.Uint64(), 1<<20) // before the first one it is 0
	debug.SetGCPercent(max(garbageShare, int(least)))
	runtime.AddCleanup(new(*byte), func(struct{}) { paceCollector() }, struct{}{})
}
