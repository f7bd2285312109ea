package require

import (
	"os"
	"testing"
)

// Root returns for tests that run as root, who may mount file systems and give
// files to other accounts.
//
// For any other account the test is skipped, or fails with
// FEEDSTATION_REQUIRE=all.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		lack(t, "needs root")
	}
}
