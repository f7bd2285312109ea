package content_test

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/content"
)

// BenchmarkImagesLength shows the time for each byte of a column of images, which
// must not grow with the length. A column has at most 512 KB.
func BenchmarkImagesLength(b *testing.B) {
	list := func(element string) func(int) string {
		return func(n int) string {
			return "[" + strings.TrimSuffix(strings.Repeat(element+",", n/(len(element)+1)), ",") + "]"
		}
	}
	for _, kind := range []struct {
		name string
		make func(int) string
	}{
		{"images", list(`{"url":"1.jpg","width":800}`)},
		{"escapes", list(`{"url":"\u0031.jpg"}`)},
		{"numbers", list("1")},
		{"members", func(n int) string { return "[{" + strings.Repeat(`"a":1,`, n/6) + `"url":"1.jpg"}]` }},
		{"nested", func(n int) string { return strings.Repeat("[", n/2) + strings.Repeat("]", n/2) }},
		{"nested in a member", func(n int) string {
			return `[{"a":` + strings.Repeat("[", n/2) + strings.Repeat("]", n/2) + `,"url":"1.jpg"}]`
		}},
		{"open", func(n int) string { return strings.Repeat(`[{"url":`, n/8) }},
		{"one text", func(n int) string { return `[{"url":"1.jpg","caption":"` + strings.Repeat("湘", n/3) + `"}]` }},
		{"backslashes", func(n int) string { return `[{"url":"` + strings.Repeat(`\\`, n/2) + `"}]` }},
		{"number", func(n int) string { return `[{"url":"1.jpg","width":` + strings.Repeat("1", n) + `}]` }},
	} {
		for _, length := range []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 512 << 10} {
			text := kind.make(length)
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					content.ReadImages(text)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(text)), "ns/B")
			})
		}
	}
}
