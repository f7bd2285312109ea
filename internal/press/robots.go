package press

import (
	"strings"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// robots adds robots.txt: it allows all, has the operator's own lines, and names
// the sitemaps, of which Baidu reads no index.
func (b *builder) robots() error {
	var text strings.Builder
	text.WriteString("User-agent: *\nAllow: /\n")
	for _, line := range b.options.Robots {
		text.WriteString(line + "\n")
	}
	text.WriteString("\n")
	for _, path := range []string{network.IndexPath, network.BaiduPath} {
		text.WriteString("Sitemap: " + b.station.Address(path) + "\n")
	}
	return b.addBody(network.RobotsPath, "text/plain; charset=utf-8", []byte(text.String()), edition.Epoch)
}
