package config

import (
	"fmt"
	"strings"
	"testing"
)

// Crawlers read the first 500 KiB: the sitemaps are there, and a longer file is warned of,
// once for each place that makes one.
func TestLongRobots(t *testing.T) {
	lines := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf("%q", fmt.Sprintf("Disallow: /archive/%04d/long-name/and-longer", i)))
		}
		return "[" + strings.Join(list, ", ") + "]"
	}
	const tail = " bytes: crawlers read the first 512000 (RFC 9309 §2.5)"
	tests := []struct {
		name string
		file string
		want []string
	}{
		{"many", city + "server:\n  robots: " + lines(12_000) + "\n", []string{
			"f.yaml:15: server.robots: the robots.txt of station xt has 542112" + tail, "f.yaml:15: server.robots: the robots.txt of station cs has 542112" + tail,
		}},
		{"of a station", city + "    robots: " + lines(12_000) + "\n", []string{"f.yaml:14: stations[1].robots: the robots.txt of station cs has 542112" + tail}},
		{"few", city + "server:\n  robots: " + lines(1_000) + "\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("f.yaml", []byte(tt.file), nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(c.Warnings) != len(tt.want) {
				t.Fatalf("warnings %q, want %q", c.Warnings, tt.want)
			}
			for i, want := range tt.want {
				if c.Warnings[i] != want {
					t.Errorf("warning %q, want %q", c.Warnings[i], want)
				}
			}
			cs, _ := c.Network.Station("cs")
			if text := c.Network.Robots(cs); !strings.HasPrefix(text, "Sitemap: https://cs.news.example/sitemap.xml\nSitemap: https://cs.news.example/sitemaps/baidu.txt\n\n") {
				t.Errorf("robots.txt begins with %q", text[:100])
			}
		})
	}
}
