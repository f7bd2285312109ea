package server_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// BenchmarkRequestLength shows the time for each byte of a request, from its bytes
// to the answer, which must not grow with the length. Requests beyond the
// server's limit of header fields are refused before they get here.
func BenchmarkRequestLength(b *testing.B) {
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, []string{"localhost"})
	if err != nil {
		b.Fatal(err)
	}
	handler := server.New(n, stands{"xt": edition.New("xt", noon, "4711", documents())}, nil, nil)
	const line, host = "GET /rss.xml HTTP/1.1\r\n", "Host: xt.news.example\r\n"
	field := func(name, part string) func(int) string {
		return func(n int) string { return line + host + name + ": " + strings.Repeat(part, n/len(part)) + "\r\n\r\n" }
	}
	target := func(before, part string) func(int) string {
		return func(n int) string {
			return "GET " + before + strings.Repeat(part, n/len(part)) + " HTTP/1.1\r\n" + host + "\r\n"
		}
	}
	for _, kind := range []struct {
		name string
		make func(int) string
	}{
		{"host", func(n int) string { return line + "Host: " + strings.Repeat("a.", n/2) + "a\r\n\r\n" }},
		{"host in Punycode", func(n int) string { return line + "Host: xn--" + strings.Repeat("a", n) + "\r\n\r\n" }},
		{"absolute form", target("http://", "中")},
		{"absolute form, escaped", target("http://", "%E4%B8%AD")},
		{"port", target("http://xt.news.example:", "1")},
		{"path", target("/", "a/")},
		{"path upwards", target("/", "a/../")},
		{"escaped path", target("/", "%41")},
		{"query", target("/rss.xml?", "a=%41&")},
		{"shard", target("/sitemaps/2019-03-", "1")},
		{"encodings", field("Accept-Encoding", "gzip;q=0.5,")},
		{"parameters", field("Accept-Encoding", ";q=0")},
		{"commas", field("Accept-Encoding", ",")},
		{"tags", field("If-None-Match", `"abc",`)},
		{"tag with suffixes", field("If-None-Match", "-gzip")},
		{"date", field("If-Modified-Since", "Mon, ")},
		{"cookies", field("Cookie", "a=b; ")},
		{"range", field("Range", "0-1,")},
		{"unknown field", field("X-A", "a")},
		{"fields", func(n int) string { return line + host + strings.Repeat("X-A: b\r\n", n/8) + "\r\n" }},
		{"encoding fields", func(n int) string { return line + host + strings.Repeat("Accept-Encoding: a\r\n", n/20) + "\r\n" }},
	} {
		for _, length := range []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10} {
			text := kind.make(length)
			b.Run(fmt.Sprintf("%s/%d", kind.name, length), func(b *testing.B) {
				for b.Loop() {
					if r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text))); err == nil {
						handler.ServeHTTP(httptest.NewRecorder(), r)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(text)), "ns/B")
			})
		}
	}
}
