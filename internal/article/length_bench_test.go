package article_test

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/article"
)

// BenchmarkDecodeLength shows the time for each byte of a line, which must not
// grow with the length.
func BenchmarkDecodeLength(b *testing.B) {
	list := func(field, element string) func(int) string {
		return func(n int) string {
			return `"` + field + `":[` + strings.TrimSuffix(strings.Repeat(element+",", n/(len(element)+1)), ",") + `]`
		}
	}
	text := func(field, part string) func(int) string {
		return func(n int) string { return `"` + field + `":"` + strings.Repeat(part, n/len(part)) + `"` }
	}
	for _, kind := range []struct {
		name string
		make func(int) string
	}{
		{"body", text("body", "湘潭")},
		{"escapes", text("body", `\u4e2d`)},
		{"tags", list("tags", `"a"`)},
		{"images", list("images", `{"url":"1.jpg","width":800}`)},
		{"bad images", list("images", `{"url":"x:y","width":"8"}`)},
		{"alternates", list("alternates", `{"lang":"en","url":"https://a.example"}`)},
		{"unknown fields", func(n int) string { return strings.TrimSuffix(strings.Repeat(`"x":0,`, n/6), ",") }},
		{"a nested unknown field", func(n int) string {
			return `"x":` + strings.Repeat("[", min(n, 18000)/2) + strings.Repeat("]", min(n, 18000)/2)
		}},
		{"host", func(n int) string { return `"original_url":"https://` + strings.Repeat("中", n/3) + `/"` }},
		{"path", func(n int) string { return `"original_url":"https://a.example/` + strings.Repeat("a/../", n/5) + `"` }},
		{"escaped path", func(n int) string { return `"original_url":"https://a.example/` + strings.Repeat("%41", n/3) + `"` }},
		{"language", func(n int) string {
			return `"alternates":[{"url":"https://a.example","lang":"en` + strings.Repeat("-!", n/2) + `"}]`
		}},
		{"time", text("expires", "1")},
		{"status", text("status", "x")},
	} {
		for _, length := range []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20} {
			data := []byte(least(kind.make(length)))
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					_, _, _ = article.Decode(data)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(data)), "ns/B")
			})
		}
	}
}
