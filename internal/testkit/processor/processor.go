//go:build unix

// Package processor measures what benchmarks compare by: other programs of the machine
// make little difference to it.
//
// It is a test helper: no production package may import it.
package processor

import (
	"syscall"
	"testing"
	"time"
)

// Time returns how long this process has been computing, in all its threads.
func Time(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
