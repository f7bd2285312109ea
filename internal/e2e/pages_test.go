package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"feedstation/internal/cli"
)

// TestPages imports and builds the pages of a folder, each */expected.html of
// it (or of what FEEDSTATION_PAGES_NAME says), and compares the texts and the
// pictures of their feeds with those of the pages. The test suite of
// mozilla/readability is such a folder.
func TestPages(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("FEEDSTATION_PAGES")
	if folder == "" {
		t.Skip("needs a folder of pages in FEEDSTATION_PAGES")
	}
	names, err := filepath.Glob(filepath.Join(folder, "*", cmp.Or(os.Getenv("FEEDSTATION_PAGES_NAME"), "expected.html")))
	if err != nil || len(names) == 0 {
		t.Fatalf("no pages in %s: %v", folder, err)
	}
	feeds := buildPages(t, names)
	words, pictures := 0, 0
	for _, name := range names {
		t.Run(filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			want, got := readPage(t, pageHTML(t, name)), readPage(t, feeds[name])
			if strings.HasSuffix(feeds[name], "…</a></p>") {
				t.Skip("longer than a body may be: cut, with a link to the rest")
			}
			words, pictures = words+len(want.words), pictures+len(want.pictures)
			if lost := missing(want.words, got.words); len(lost) > 0 {
				t.Errorf("%d of %d words are lost: %.600q", len(lost), len(want.words), lost)
			}
			if lost := missing(want.pictures, got.pictures); len(lost) > 0 {
				t.Errorf("%d of %d pictures are lost: %.600q", len(lost), len(want.pictures), lost)
			}
		})
	}
	t.Logf("%d pages, %d words, %d pictures", len(names), words, pictures)
}

// buildPages returns the HTML that the feeds of the pages have, each in a
// channel of its own, so that no feed is too long for full texts.
func buildPages(t *testing.T, names []string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	var config, lines bytes.Buffer
	config.WriteString("network: {name: Pages}\nstations:\n  - id: xt\n    name: Pages\n    url: https://xt.news.example\n    channels:\n")
	for i, name := range names {
		fmt.Fprintf(&config, "      - {id: p%d, name: Page %d}\n", i, i)
		line, err := json.Marshal(map[string]any{
			"id": fmt.Sprint(i), "station": "xt", "channels": []string{fmt.Sprintf("p%d", i)}, "title": filepath.Base(filepath.Dir(name)),
			"url": fmt.Sprintf("https://xt.news.example/p/%d.html", i), "body": pageHTML(t, name), "published": "2026-11-20T08:00:00+08:00",
		})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
	}
	fmt.Fprintf(&config, "content: {dsn: %s}\ncache: {dir: %s}\n", filepath.Join(dir, "content.db"), filepath.Join(dir, "cache"))
	run := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		if code := cli.Run(append([]string{"--config", filepath.Join(dir, "config.yaml")}, args...), cli.Terminal{Stdin: &lines, Stdout: &out, Stderr: &out}); code != 0 {
			t.Fatalf("%s: exit status %d\n%s", args[0], code, out.String())
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), config.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run("import", "-")
	run("build", "--out", filepath.Join(dir, "out"))
	feeds := map[string]string{}
	for i, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, "out", "xt", fmt.Sprintf("p%d", i), "feed.json"))
		if err != nil {
			t.Fatal(err)
		}
		var feed struct {
			Items []struct {
				HTML string `json:"content_html"`
			}
		}
		if err := json.Unmarshal(data, &feed); err != nil || len(feed.Items) != 1 {
			t.Fatalf("%s: %d articles, %v", name, len(feed.Items), err)
		}
		feeds[name] = feed.Items[0].HTML
	}
	return feeds
}

func pageHTML(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToValidUTF8(string(data), "")
}

// pageContent is what people see of a page: words, and the file names of
// pictures.
type pageContent struct{ words, pictures []string }

// readPage reads a page with a parser that knows nothing of the program's.
func readPage(t *testing.T, page string) (c pageContent) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var visit func(*html.Node)
	visit = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			text.WriteString(n.Data)
		case n.Type == html.ElementNode:
			if isUnseen(n) {
				return
			}
			if n.Data == "img" {
				if src := attribute(n, "src"); strings.Contains(src, "/") && !strings.HasPrefix(src, "data:") {
					c.pictures = append(c.pictures, pictureName(src))
				}
			}
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			visit(child)
		}
	}
	visit(root)
	// Only letters and digits: spaces and signs may stand elsewhere.
	c.words = strings.FieldsFunc(text.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return c
}

// isUnseen reports whether nobody sees an element, or it has no text.
func isUnseen(n *html.Node) bool {
	switch n.Data {
	case "script", "style", "title", "template", "iframe", "noscript", "select", "head":
		return true
	case "math": // one form of a formula of several
		return true
	case "img":
		if attribute(n, "width") == "1" && attribute(n, "height") == "1" {
			return true
		}
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" || a.Key == "aria-hidden" && a.Val == "true" || a.Key == "style" && strings.Contains(strings.ReplaceAll(a.Val, " ", ""), "display:none") {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// pictureName returns what two addresses of a picture have in common.
func pictureName(src string) string {
	src, _, _ = strings.Cut(src, "?")
	return src[strings.LastIndexByte(strings.TrimRight(src, "/"), '/')+1:]
}

// missing returns what want has more often than got.
func missing(want, got []string) (lost []string) {
	count := map[string]int{}
	for _, s := range got {
		count[s]++
	}
	for _, s := range want {
		if count[s]--; count[s] < 0 && !slices.Contains(lost, s) {
			lost = append(lost, s)
		}
	}
	return lost
}
