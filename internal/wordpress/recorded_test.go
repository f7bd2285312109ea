package wordpress_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"feedstation/feed"
	kit "feedstation/internal/testkit/wordpress"
	"feedstation/internal/wordpress"
)

// archive returns the files of an archive, by their names.
func archive(t testing.TB, file string) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range a.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// options are those of the site that the posts are from.
func options(t testing.TB) wordpress.Options {
	t.Helper()
	text, err := os.ReadFile("testdata/parts.json")
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]wordpress.Post{}
	if err := json.Unmarshal(text, &parts); err != nil {
		t.Fatal(err)
	}
	return wordpress.Options{
		Shortcodes: []string{"promo", "box"},
		Post: func(id int64) (wordpress.Post, bool) {
			p, ok := parts[strconv.FormatInt(id, 10)]
			return p, ok
		},
	}
}

// inFeed returns what a feed has of a body.
func inFeed(t testing.TB, body string) string {
	t.Helper()
	p, err := feed.Prepare(feed.Item{URL: "https://www.news.example/archives/1", Title: "x", Body: body, Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := (&feed.Feed{Title: "x", HomeURL: "https://www.news.example/", JSONURL: "https://www.news.example/feed.json", Items: []*feed.Prepared{p}}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Items []struct {
			HTML string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Items[0].HTML
}

// TestRecorded holds that a feed shows of each post what WordPress showed of it when
// rendered.txtar was made, see internal/e2e.
func TestRecorded(t *testing.T) {
	posts, rendered := archive(t, "testdata/posts.txtar"), archive(t, "testdata/rendered.txtar")
	if len(posts) < 30 || len(posts) != len(rendered) {
		t.Fatalf("%d posts, %d of them rendered", len(posts), len(rendered))
	}
	for name, content := range posts {
		t.Run(name, func(t *testing.T) {
			o := options(t)
			if name == "gallery-attached" {
				o.Attached = []int64{903, 901}
			}
			html, missing := wordpress.Render(content, o)
			if missing != 0 {
				t.Errorf("%d missing", missing)
			}
			got, want := kit.Outline(inFeed(t, html)), kit.Outline(inFeed(t, wordpress.Shown(rendered[name])))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("as WordPress shows it (-want +got):\n%s\nof %s", diff, html)
			}
		})
	}
}
