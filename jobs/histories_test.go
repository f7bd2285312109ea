package jobs_test

import (
	"flag"
	"fmt"
	"runtime/debug"
	"slices"
	"testing"
)

var seeds = flag.Uint64("seeds", 0, "the random histories of each test of them: those of the seeds below this number")

// histories runs a test of random histories with each of the seeds, beside each other: with
// the race detector and with -short with the last of them only, of which the whole run
// without shows more; with -seeds with as many as that says.
func histories(t *testing.T, of []uint64, run func(t *testing.T, seed uint64)) {
	switch {
	case *seeds > 0:
		of = nil
		for seed := range *seeds {
			of = append(of, seed)
		}
	case raced() || testing.Short():
		of = of[len(of)-1:]
	}
	for _, seed := range of {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			run(t, seed)
		})
	}
}

// raced reports whether this test runs under the race detector, with which it
// takes several times its time.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
