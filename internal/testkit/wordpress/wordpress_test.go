package wordpress_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/wordpress"
)

func TestMain(m *testing.M) { os.Exit(sqltest.Main(m)) }

// TestSite holds that a post can be read in the table, through REST and in the
// feed.
func TestSite(t *testing.T) {
	s := wordpress.Start(t, wordpress.Options{})
	ids := s.Insert(t, wordpress.Post{Title: "读书节", Content: "甲\n\n乙\\n\"丙\" 🎉", Fields: map[string]any{"post_date": "2026-01-02 03:04:05"}})
	var raw string
	if err := s.Server.Open(t, s.Database).QueryRowContext(t.Context(), "SELECT post_content FROM wp_posts WHERE ID = ?", ids[0]).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	if want := "甲\n\n乙\\n\"丙\" 🎉"; raw != want {
		t.Errorf("the table has %q, want %q", raw, want)
	}
	var posts []struct {
		ID      int
		Link    string
		Content struct{ Rendered string }
	}
	if err := json.Unmarshal(s.Get(t, "/wp-json/wp/v2/posts?_fields=id,link,content", ""), &posts); err != nil {
		t.Fatal(err)
	}
	if len(posts) != 1 || !strings.HasPrefix(posts[0].Content.Rendered, "<p>甲</p>") || !strings.HasPrefix(posts[0].Link, "https://www.news.example/archives/") {
		t.Errorf("posts %+v", posts)
	}
	if feed := string(s.Get(t, "/feed", "")); !strings.Contains(feed, "<p>甲</p>") {
		t.Errorf("feed %s", feed)
	}
}

// TestNetwork holds that each site of a network has its own posts.
func TestNetwork(t *testing.T) {
	s := wordpress.Start(t, wordpress.Options{Sites: []string{"xt.news.example", "cs.news.example"}})
	s.Run(t, `foreach ([1, 2, 3] as $site) { switch_to_blog($site); wp_insert_post(['post_title' => "site $site", 'post_content' => 'x', 'post_status' => 'publish']); }`, nil)
	for host, want := range map[string]string{"": "site 1", "xt.news.example": "site 2", "cs.news.example": "site 3"} {
		posts := string(s.Get(t, "/wp-json/wp/v2/posts?_fields=title,link", host))
		if strings.Count(posts, "rendered") != 1 || !strings.Contains(posts, want) || !strings.Contains(posts, host) {
			t.Errorf("posts of %q: %s", host, posts)
		}
	}
}
