package network_test

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/network"
)

// BenchmarkNormalizeHostLength shows the time for each byte of a host, which must
// not grow with the length.
func BenchmarkNormalizeHostLength(b *testing.B) {
	for _, kind := range []struct{ name, part string }{
		{"ASCII", "a"}, {"labels", "a."}, {"Chinese", "中"}, {"Punycode", "xn--fiq228c."}, {"full width", "ａ"}, {"colons", ":"},
	} {
		for _, length := range []int{250, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10} {
			host := strings.Repeat(kind.part, length/len(kind.part))
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					network.NormalizeHost(host)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(host)), "ns/B")
			})
		}
	}
}

// A host that is too long is not mapped: whatever its length, that costs the same.
func TestNormalizeHostCost(t *testing.T) {
	for _, part := range []string{"中", "xn--a", "a.", "ａ", ":", "[", "."} {
		cost := func(n int) float64 {
			host := strings.Repeat(part, n)
			return testing.AllocsPerRun(1, func() { network.NormalizeHost(host) })
		}
		if short, long := cost(300), cost(300_000); long > short {
			t.Errorf("%q: %v allocations for 300, %v for 300,000", part, short, long)
		}
	}
}
