package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	yamlBlock    = regexp.MustCompile("(?m)^```yaml\n((?:[^`].*\n|\n)+)```$")
	someNetwork  = "network: {name: 湘江新闻网, timezone: Asia/Shanghai}\n"
	someStations = "stations: [{id: xt, name: 湘潭站, url: https://xt.news.example, channels: [{id: politics, name: 时政}, {id: moment, name: 时刻新闻}]}]\n"
)

// within has what stands before a part of a list, by the first of its lines.
var within = map[string]string{
	"    # Varnish, with deploy/varnish.vcl: one address, or by key": "push:\n  surrogate: [surrogate-key, cache-tag]\n  caches:\n",
	"      collection: news": "content:\n  sources:\n    - id: cms\n      kind: drupal\n      url: https://xt.news.example\n      station: xt\n",
	"network:":               "network:\n  name: 湘江新闻网\n  timezone: Asia/Shanghai\n",
	"    - id: pages":        "content:\n  sources:\n",
	"    - id: site":         "content:\n  sources:\n",
	"    - id: desk":         "content:\n  sources:\n",
}

// secrets are those that docs keep in files.
var secrets = []string{
	"FEEDSTATION_PUSH_CACHES_FASTLY_TOKEN=0123456789abcdef", "FEEDSTATION_PUSH_CACHES_CLOUDFLARE_TOKEN=0123456789abcdef", "FEEDSTATION_PUSH_CACHES_BUNNY_TOKEN=0123456789abcdef",
	"FEEDSTATION_PUSH_WEBHOOKS_SEARCH_SECRET=0123456789abcdef",
}

// TestDocumentedConfiguration holds that what docs show of config.yaml is taken without a
// warning where it is written into it.
func TestDocumentedConfiguration(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range yamlBlock.FindAllSubmatch(text, -1) {
			block := string(match[1])
			first, _, _ := strings.Cut(block, "\n")
			if first == "scrape_configs:" {
				continue // Prometheus', which promtool checks
			}
			blocks++
			t.Run(filepath.Base(page)+"/"+first, func(t *testing.T) {
				file := within[first] + strings.TrimPrefix(block, "network:\n")
				if !strings.Contains(file, "network:\n") {
					file = someNetwork + file
				}
				if !strings.Contains(file, "stations:\n") {
					file = someStations + file
				}
				var environ []string
				for _, secret := range secrets {
					if id := strings.Split(secret, "_")[3]; strings.Contains(file, "id: "+strings.ToLower(id)) {
						environ = append(environ, secret)
					}
				}
				c, err := Parse("config.yaml", []byte(file), environ)
				if err != nil {
					t.Fatalf("%v\n%s", err, file)
				}
				if len(c.Warnings) > 0 {
					t.Errorf("warnings %q\n%s", c.Warnings, file)
				}
			})
		}
	}
	if blocks < 12 {
		t.Errorf("only %d blocks", blocks)
	}
}
