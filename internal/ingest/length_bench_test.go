package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkLinesLength shows the time for each byte of a file, which must not grow
// with the length of its lines.
func BenchmarkLinesLength(b *testing.B) {
	for _, kind := range []struct{ name, part string }{{"one line", "a"}, {"short lines", "a\n"}, {"white space", " "}, {"byte order marks", "\ufeff"}} {
		for _, length := range []int{1 << 10, 16 << 10, 256 << 10, 4 << 20} {
			text := strings.Repeat(kind.part, length/len(kind.part))
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					for range lines(strings.NewReader(text)) {
						continue
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*length), "ns/B")
			})
		}
	}
}
