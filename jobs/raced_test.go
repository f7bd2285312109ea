package jobs_test

import (
	"runtime/debug"
	"slices"
)

// raced reports whether this test runs under the race detector, below which
// SQLite and the compressors take twenty times their time.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
