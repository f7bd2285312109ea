package e2e

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"feedstation/feed"
	"feedstation/internal/testkit/require"
	kit "feedstation/internal/testkit/wordpress"
	"feedstation/internal/wordpress"
)

var updateRendered = flag.Bool("update", false, "record what WordPress makes of the posts of internal/wordpress")

const wordpressConfig = `network: {name: 湘江新闻网, language: en, timezone: Asia/Shanghai}
stations:
  - {id: www, name: 湘江新闻网, url: https://www.news.example, channels: []}
content:
  driver: mysql
  dsn: %s
  articles: wp_feedstation_articles
  article_channels: wp_feedstation_channels
  text: wordpress
  article_parts: wp_feedstation_parts
  shortcodes: [promo, box]
feeds: {items: 100}
cache: {dir: cache}
`

// TestWordPress has a real WordPress show the posts of internal/wordpress, and holds
// that a feed has the same of each, whether it is made from the tables, through REST, or
// from WordPress's own feed.
func TestWordPress(t *testing.T) {
	site := kit.Start(t, kit.Options{Plugins: []string{"testdata/wordpress/shortcodes.php"}})
	posts, err := txtar.ParseFile("../wordpress/testdata/posts.txtar")
	if err != nil {
		t.Fatal(err)
	}
	writeWordPress(t, site, posts)
	rest, own := wordpressREST(t, site), wordpressFeed(t, site)
	if *updateRendered {
		record(t, posts, rest)
	}
	built := wordpressSQL(t, site)
	for _, post := range posts.Files {
		t.Run(post.Name, func(t *testing.T) {
			want := kit.Outline(inFeed(t, wordpress.Shown(rest[post.Name])))
			if len(want) == 0 {
				t.Fatal("WordPress shows nothing")
			}
			if diff := cmp.Diff(want, kit.Outline(built[post.Name])); diff != "" {
				t.Errorf("from the tables (-REST +got):\n%s", diff)
			}
			if strings.Contains(string(post.Data), "<!--nextpage") {
				return // WordPress's feeds have the first page only
			}
			if strings.Contains(string(post.Data), "[gallery") { // whose captions its feeds leave out
				want = slices.DeleteFunc(want, func(line string) bool { return line == "The bridge at noon" || line == "A boat" })
			}
			if diff := cmp.Diff(want, kit.Outline(inFeed(t, wordpress.Shown(own[post.Name])))); diff != "" {
				t.Errorf("in WordPress's own feed (-REST +got):\n%s", diff)
			}
		})
	}
}

// writeWordPress has WordPress write posts, and what they show of others.
func writeWordPress(t *testing.T, site *kit.Site, posts *txtar.Archive) {
	t.Helper()
	text, err := os.ReadFile("../wordpress/testdata/parts.json")
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]wordpress.Post{}
	if err := json.Unmarshal(text, &parts); err != nil {
		t.Fatal(err)
	}
	site.Run(t, `foreach ($in as $id => $p) {
	if (!empty($p['Content'])) {
		wp_insert_post(wp_slash(['import_id' => $id, 'post_type' => 'wp_block', 'post_status' => 'publish', 'post_title' => "block $id", 'post_content' => $p['Content']]));
		continue;
	}
	$file = substr($p['URL'], strlen('https://www.news.example/wp-content/uploads/'));
	wp_insert_attachment(wp_slash(['import_id' => $id, 'guid' => $p['URL'], 'post_mime_type' => $p['Type'], 'post_title' => $p['Title'], 'post_excerpt' => $p['Caption'], 'post_status' => 'inherit']), $file);
	update_post_meta($id, '_wp_attachment_image_alt', $p['Alt']);
	wp_update_attachment_metadata($id, ['width' => 1200, 'height' => 800, 'file' => $file, 'sizes' => []]);
}`, parts)
	var list []kit.Post
	attached := 0
	for i, post := range posts.Files {
		if post.Name == "gallery-attached" {
			attached = i
		}
		at := time.Date(2026, 1, 2, 3, 60-i, 0, 0, time.UTC).Format(time.DateTime)
		list = append(list, kit.Post{Title: post.Name, Content: strings.TrimSuffix(string(post.Data), "\n"), Fields: map[string]any{"post_date": at}})
	}
	ids := site.Insert(t, list...)
	site.Run(t, `foreach ([903, 901] as $place => $id) { wp_update_post(['ID' => $id, 'post_parent' => $in, 'menu_order' => $place]); }`, ids[attached])
}

func wordpressREST(t *testing.T, site *kit.Site) map[string]string {
	t.Helper()
	var posts []struct{ Title, Content struct{ Rendered string } }
	if err := json.Unmarshal(site.Get(t, "/wp-json/wp/v2/posts?per_page=100&_fields=title,content", ""), &posts); err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, p := range posts {
		bodies[p.Title.Rendered] = p.Content.Rendered
	}
	return bodies
}

func wordpressFeed(t *testing.T, site *kit.Site) map[string]string {
	t.Helper()
	var doc struct {
		Items []struct {
			Title   string `xml:"title"`
			Content string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
		} `xml:"channel>item"`
	}
	if err := xml.Unmarshal(site.Get(t, "/feed", ""), &doc); err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, item := range doc.Items {
		bodies[item.Title] = item.Content
	}
	return bodies
}

// wordpressSQL returns the bodies of the feed that the program builds from the tables.
func wordpressSQL(t *testing.T, site *kit.Site) map[string]string {
	t.Helper()
	p := newProcess(t, "www.news.example")
	dsn := site.Server.DSN("feedstation", "change-me", site.Database)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, wordpressConfig, dsn), 0o600); err != nil {
		t.Fatal(err)
	}
	sql, err := p.command("views", "--for", "wordpress").Output()
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(site.Server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	client := exec.CommandContext(t.Context(), require.Binary(t, "mariadb"), "--no-defaults", "-h", host, "-P", port, "-u", "root", site.Database)
	client.Stdin = strings.NewReader(string(sql))
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(func() {
		if _, err := site.Server.Open(t, site.Database).Exec("DROP USER feedstation"); err != nil {
			t.Error(err)
		}
	})
	p.run("check")
	p.run("build", "--out", "out")
	text, err := os.ReadFile(filepath.Join(p.dir, "out", "www", "feed.json"))
	if err != nil {
		t.Fatal(err)
	}
	return bodiesOf(t, text)
}

// bodiesOf returns the bodies of a JSON feed by their titles.
func bodiesOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var doc struct {
		Items []struct {
			Title string
			HTML  string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, item := range doc.Items {
		bodies[item.Title] = item.HTML
	}
	return bodies
}

// inFeed returns what a feed has of a body.
func inFeed(t *testing.T, body string) string {
	t.Helper()
	item := feed.Item{URL: "https://www.news.example/archives/1", Title: "x", Body: body, Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	p, err := feed.Prepare(item)
	if err != nil {
		t.Fatal(err)
	}
	f := feed.Feed{Title: "x", HomeURL: "https://www.news.example/", JSONURL: "https://www.news.example/feed.json", Items: []*feed.Prepared{p}}
	text, err := f.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return bodiesOf(t, text)["x"]
}

// record writes what WordPress makes of posts.
func record(t *testing.T, posts *txtar.Archive, rendered map[string]string) {
	t.Helper()
	recorded := &txtar.Archive{Comment: []byte("What WordPress 6.1 makes of posts.txtar: go test ./internal/e2e -run WordPress -update\n")}
	for _, post := range posts.Files {
		recorded.Files = append(recorded.Files, txtar.File{Name: post.Name, Data: []byte(strings.TrimSuffix(rendered[post.Name], "\n") + "\n")})
	}
	if err := os.WriteFile("../wordpress/testdata/rendered.txtar", txtar.Format(recorded), 0o644); err != nil {
		t.Fatal(err)
	}
}
