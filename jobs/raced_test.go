package jobs_test

import (
	"runtime/debug"
	"slices"
)

// raced reports whether this test runs under the race detector, with which it
// takes several times its time.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
