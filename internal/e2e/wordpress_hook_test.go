package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	kit "feedstation/internal/testkit/wordpress"
)

const hookConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: xt, name: 湘江新闻网, url: "https://%[2]s", channels: [{id: moment, name: 时刻新闻}]}
content:
  sources:
    - {id: cms, kind: wordpress, url: "%[1]s", station: xt, every: 24h, audit: 168h, rate: 1000}
jobs: {refresh: "@every 1h", audit: "@every 1h"}
`

const hookNetworkConfig = `
network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: www, key: 1, name: 湘江新闻网, url: "https://%[2]s"}
  - {id: xt, key: 2, name: 湘潭站, url: "https://xt.news.example", channels: [{id: moment, name: 时刻新闻}]}
content: {driver: mysql, dsn: %[1]q, articles: wp_feedstation_articles, article_channels: wp_feedstation_channels, text: wordpress, article_parts: wp_feedstation_parts}
jobs: {refresh: "@every 1h", audit: "@every 1h"}
`

// startHooked returns a process, which is not started, and a WordPress with
// deploy/wordpress/feedstation.php that tells it what its editors do.
func startHooked(t *testing.T, sites ...string) (*process, *kit.Site) {
	t.Helper()
	require.Time(t)
	const secret = "a-secret-of-hooks"
	p := newProcess(t, kit.Host, "FEEDSTATION_SERVER_HOOKS_WORDPRESS="+secret)
	settings := filepath.Join(t.TempDir(), "0-settings.php") // mu-plugins are loaded in the order of their names
	text := fmt.Sprintf("<?php\ndefine('WP_ACCESSIBLE_HOSTS', '127.0.0.1');\ndefine('FEEDSTATION_URL', 'http://127.0.0.1:%s/');\ndefine('FEEDSTATION_SECRET', '%s');\n", p.admin, secret)
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p, kit.Start(t, kit.Options{Sites: sites, Plugins: []string{settings, "../../deploy/wordpress/feedstation.php"}})
}

// edit is what an editor does in WordPress, and what a document has and has not soon after.
type edit struct{ name, script, path, has, hasNot string }

// follow makes one edit after the other, each with the variable $in.
func follow(t *testing.T, p *process, site *kit.Site, host string, in any, edits []edit) {
	t.Helper()
	for _, e := range edits {
		if !t.Run(e.name, func(t *testing.T) {
			site.Run(t, e.script, in)
			p.until(e.name, func() bool {
				body := p.hostBody(host, e.path)
				return strings.Contains(body, e.has) && (e.hasNot == "" || !strings.Contains(body, e.hasNot))
			})
		}) {
			return
		}
	}
}

// TestWordPressHook has a real WordPress with deploy/wordpress/feedstation.php tell a
// process what its editors do: the process asks for nothing by itself.
func TestWordPressHook(t *testing.T) {
	p, site := startHooked(t)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, hookConfig, site.URL, kit.Host), 0o600); err != nil {
		t.Fatal(err)
	}
	block := site.Insert(t, kit.Post{Title: "Block", Content: "<!-- wp:paragraph --><p>记者 林知夏</p><!-- /wp:paragraph -->", Fields: map[string]any{"post_type": "wp_block"}})[0]
	kept := site.Insert(t,
		kit.Post{Title: "带有区块", Content: fmt.Sprintf(`<!-- wp:block {"ref":%d} /-->`, block)},
		kit.Post{Title: "第二条", Content: "<p>第二条正文</p>"},
		kit.Post{Title: "第三条", Content: "<p>第三条正文</p>"},
	)
	p.start()
	p.await("第三条")
	in := map[string]any{"ids": kept, "block": block}
	follow(t, p, site, kit.Host, in, []edit{
		{
			name: "written", path: "/rss.xml", has: "突发新闻",
			script: `wp_insert_post(['post_title' => '突发新闻', 'post_content' => '正文', 'post_status' => 'publish']);`,
		},
		{
			name: "edited", path: "/rss.xml", has: "第二条（更新）",
			script: `wp_update_post(['ID' => $in['ids'][1], 'post_title' => '第二条（更新）']);`,
		},
		{
			name: "put into a category", path: "/moment/rss.xml", has: "第二条",
			script: `$t = wp_insert_term('时刻', 'category', ['slug' => 'moment']); wp_set_object_terms($in['ids'][1], [$t['term_id']], 'category');`,
		},
		{
			name: "a reusable block", path: "/rss.xml", has: "记者 周晓岚", hasNot: "林知夏",
			script: `wp_update_post(['ID' => $in['block'], 'post_content' => '<!-- wp:paragraph --><p>记者 周晓岚</p><!-- /wp:paragraph -->']);`,
		},
		{
			name: "a thumbnail", path: "/rss.xml", has: "thumbnail.jpg",
			script: `$a = wp_insert_attachment(['post_mime_type' => 'image/jpeg', 'post_title' => 'p', 'post_status' => 'inherit'], WP_CONTENT_DIR . '/uploads/thumbnail.jpg');
				wp_update_attachment_metadata($a, ['width' => 800, 'height' => 600, 'file' => 'thumbnail.jpg']); set_post_thumbnail($in['ids'][2], $a);`,
		},
		{name: "a name", path: "/rss.xml", has: "新的署名", script: `wp_update_user(['ID' => 1, 'display_name' => '新的署名']);`},
		{name: "in the trash", path: "/rss.xml", hasNot: "第二条", script: `wp_trash_post($in['ids'][1]);`},
		{name: "deleted", path: "/rss.xml", hasNot: "第三条", script: `wp_delete_post($in['ids'][2], true);`},
	})
}

// TestWordPressHookNetwork is the same of a site of a network, whose tables are read
// through the views: a post has the number of its site before its own there.
func TestWordPressHookNetwork(t *testing.T) {
	p, site := startHooked(t, "xt.news.example")
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, hookNetworkConfig, site.Server.DSN("feedstation", "change-me", site.Database), kit.Host), 0o600); err != nil {
		t.Fatal(err)
	}
	sql, err := p.command("views", "--for", "wordpress-multisite", "--station", "www=1", "--station", "xt=2", "--permalink", "/archives/%post_id%").Output()
	if err != nil {
		t.Fatal(err)
	}
	runScript(t, site.Server, site.Database, string(sql))
	site.Insert(t, kit.Post{Title: "全网一条", Content: "<p>正文</p>"})
	site.Run(t, `switch_to_blog(2);
wp_insert_post(['import_id' => 101, 'post_title' => '第一条', 'post_content' => '<p>正文</p>', 'post_status' => 'publish']);
wp_insert_post(['import_id' => 102, 'post_title' => '第二条', 'post_content' => '<p>正文</p>', 'post_status' => 'publish', 'post_author' => 1]);
wp_insert_attachment(['import_id' => 103, 'post_mime_type' => 'image/jpeg', 'post_title' => 'p', 'post_excerpt' => '旧图注', 'post_status' => 'inherit', 'guid' => 'https://xt.news.example/1.jpg'], false);
update_post_meta(102, '_thumbnail_id', 103);`, nil)
	p.start()
	p.until("the first articles", func() bool { return strings.Contains(p.hostBody("xt.news.example", "/rss.xml"), "第二条") })
	const at = "switch_to_blog(2); "
	follow(t, p, site, "xt.news.example", nil, []edit{
		{name: "written", path: "/rss.xml", has: "突发新闻", script: at + `wp_insert_post(['post_title' => '突发新闻', 'post_content' => '正文', 'post_status' => 'publish']);`},
		{name: "edited", path: "/rss.xml", has: "第二条（更新）", script: at + `wp_update_post(['ID' => 102, 'post_title' => '第二条（更新）']);`},
		{name: "put into a category", path: "/moment/rss.xml", has: "第二条", script: at + `$t = wp_insert_term('时刻', 'category', ['slug' => 'moment']); wp_set_object_terms(102, [$t['term_id']], 'category');`},
		{name: "a caption", path: "/rss.xml", has: "新图注", hasNot: "旧图注", script: at + `wp_update_post(['ID' => 103, 'post_excerpt' => '新图注']);`},
		{name: "a name", path: "/rss.xml", has: "新的署名", script: at + `wp_update_user(['ID' => 1, 'display_name' => '新的署名']);`},
		{name: "in the trash", path: "/rss.xml", hasNot: "第一条", script: at + `wp_trash_post(101);`},
		{name: "deleted", path: "/rss.xml", hasNot: "第二条", script: at + `wp_delete_post(102, true);`},
	})
	follow(t, p, site, kit.Host, nil, []edit{
		{name: "at the main site", path: "/rss.xml", has: "第二条", script: `wp_insert_post(['post_title' => '第二条', 'post_content' => '正文', 'post_status' => 'publish']);`},
	})
}
