package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
)

// TestZoneOfMachine holds that documents are the same whatever zone the machine is in,
// or none that there is, and that a leap day is of its month.
func TestZoneOfMachine(t *testing.T) {
	t.Parallel()
	require.Time(t)
	const articles = `{"id":"1","station":"xt","url":"https://xt.news.example/1.html","title":"一","published":"2024-02-29T23:59:59+08:00"}
{"id":"2","station":"xt","url":"https://xt.news.example/2.html","title":"二","published":"2024-03-01T00:00:00+08:00"}
`
	want := map[string]string{}
	for _, zone := range []string{"UTC", "", "Pacific/Kiritimati", "America/St_Johns", "Nowhere/None", ":/none"} {
		p := newProcess(t, "xt.news.example", "TZ="+zone, "ZONEINFO=/none")
		if err := os.WriteFile(filepath.Join(p.dir, "articles.jsonl"), []byte(articles), 0o600); err != nil {
			t.Fatal(err)
		}
		p.run("import", "articles.jsonl")
		p.run("build", "--out", "out")
		for _, path := range []string{"rss.xml", "atom.xml", "feed.json", "sitemap.xml", "sitemaps/2024-02.xml", "sitemaps/2024-03.xml"} {
			data, err := os.ReadFile(filepath.Join(p.dir, "out", "xt", path))
			if err != nil {
				t.Fatalf("%s: %v", zone, err)
			}
			if first, ok := want[path]; ok && first != string(data) {
				t.Errorf("TZ=%s: %s is another:\n%s", zone, path, data)
			}
			want[path] = string(data)
		}
	}
	if leap := want["sitemaps/2024-02.xml"]; !strings.Contains(leap, "/1.html") || strings.Contains(leap, "/2.html") || !strings.Contains(leap, "2024-02-29T23:59:59+08:00") {
		t.Errorf("February:\n%s", leap)
	}
}
