package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLeadOfFormerStore opens a store in which nobody has looked for the pictures of
// texts: one as a version before that wrote it, and one as other tools do. Sitemaps have
// the pictures, and the same ones once the articles have been imported again.
func TestLeadOfFormerStore(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../content/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	articles := []struct{ name, images, body, want string }{
		{"a picture", `[]`, `<p>一</p><p><img src="/1.jpg" width="800" height="600"></p>`, "https://xt.news.example/1.jpg"},
		{"a small one first", `[]`, `<img src="/icon.png" width="16" height="16"><img data-src="https://img.news.example/2.jpg">`, "https://img.news.example/2.jpg"},
		{"none", `[]`, `<p>一</p>`, ""},
		{"plain text", `[]`, `一`, ""},
		{"images of its own", `[{"url":"https://img.news.example/4.jpg"}]`, `<img src="/5.jpg">`, "https://img.news.example/4.jpg"},
	}
	for _, version := range []int{6, len(names)} { // lead_image came with 7
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			p := newProcess(t, "xt.news.example", "FEEDSTATION_CONTENT_DSN=content.db")
			db, err := sql.Open("sqlite", filepath.Join(p.dir, "content.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			for _, name := range names[:version] {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				mustExec(t, db, string(text))
			}
			mustExec(t, db, fmt.Sprint("PRAGMA user_version = ", version))
			var lines strings.Builder
			for i, a := range articles {
				mustExec(t, db, fmt.Sprintf(`INSERT INTO articles (id, station, url, title, published, updated, images, body, modified_at)
					VALUES ('%d', 'xt', 'https://xt.news.example/content/%[1]d.html', '%s', 1767225600000, 1767225600000, '%s', '%s', 1767225600000)`, i, a.name, a.images, a.body))
				fmt.Fprintf(&lines, `{"id":"%d","station":"xt","url":"https://xt.news.example/content/%[1]d.html","title":"%s","published":"2026-01-01T00:00:00Z","images":%s,"body":%q}`+"\n", i, a.name, a.images, a.body)
			}
			db.Close()

			built := p.sitemap(t)
			for i, a := range articles {
				_, page, _ := strings.Cut(built, fmt.Sprintf("content/%d.html", i))
				page, _, _ = strings.Cut(page, "</url>")
				if got := strings.Count(page, "<image:loc>"); a.want == "" && got > 0 || a.want != "" && (got != 1 || !strings.Contains(page, "<image:loc>"+a.want+"<")) {
					t.Errorf("%s: the sitemap has %s, want the picture %q", a.name, page, a.want)
				}
			}
			if err := os.WriteFile(filepath.Join(p.dir, "articles.jsonl"), []byte(lines.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			p.run("import", "articles.jsonl")
			if again := p.sitemap(t); again != built {
				t.Errorf("imported again:\n%s\nbefore:\n%s", again, built)
			}
		})
	}
}

// sitemap builds everything and returns the sitemap of January 2026.
func (p *process) sitemap(t *testing.T) string {
	t.Helper()
	p.run("build", "--out", "out")
	text, err := os.ReadFile(filepath.Join(p.dir, "out/xt/sitemaps/2026-01.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
