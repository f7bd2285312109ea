package cli

import (
	"runtime"
	"runtime/metrics"
	"testing"
)

// TestGarbage holds how much garbage there may be: half of what is in use where that is
// much, and 8 MiB where it is little, as soon as either changes.
func TestGarbage(t *testing.T) {
	paceCollector()
	read := func(name string) float64 {
		sample := []metrics.Sample{{Name: name}}
		metrics.Read(sample)
		return float64(sample[0].Value.Uint64())
	}
	await := func(what string, as func(percent, inUse float64) bool) {
		t.Helper()
		percent, inUse := 0.0, 0.0
		for range 1000 {
			runtime.GC() // cleanups run a moment after it
			if percent, inUse = read("/gc/gogc:percent"), read("/gc/heap/live:bytes"); as(percent, inUse) {
				return
			}
		}
		t.Errorf("%s: %v %% of %v bytes", what, percent, inUse)
	}
	await("little in use", func(percent, inUse float64) bool {
		garbage := inUse * percent / 100
		return inUse < 16<<20 && garbage > 7<<20 && garbage < 9<<20
	})
	held := make([]byte, 128<<20)
	await("much in use", func(percent, inUse float64) bool { return inUse > 128<<20 && percent == 50 })
	runtime.KeepAlive(held)
	await("little again", func(percent, inUse float64) bool { return inUse < 32<<20 && percent > 50 })
}
