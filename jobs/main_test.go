package jobs

import (
	"flag"
	"os"
	"testing"
)

// TestMain has few pages make a part, as tests have few: all but benchmarks.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		partPages = 2
	}
	os.Exit(m.Run())
}
