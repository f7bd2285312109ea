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

// TestWordPressHook has a real WordPress with deploy/wordpress/feedstation.php tell a
// process what its editors do: the process asks for nothing by itself.
func TestWordPressHook(t *testing.T) {
	t.Parallel()
	require.Time(t)
	const secret = "a-secret-of-hooks"
	p := newProcess(t, kit.Host, "FEEDSTATION_SERVER_HOOKS_WORDPRESS="+secret)
	settings := filepath.Join(t.TempDir(), "0-settings.php") // mu-plugins are loaded in the order of their names
	text := fmt.Sprintf("<?php\ndefine('WP_ACCESSIBLE_HOSTS', '127.0.0.1');\ndefine('FEEDSTATION_URL', 'http://127.0.0.1:%s/');\ndefine('FEEDSTATION_SECRET', '%s');\n", p.admin, secret)
	if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	site := kit.Start(t, kit.Options{Plugins: []string{settings, "../../deploy/wordpress/feedstation.php"}})
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
	for _, tt := range []struct{ name, script, path, has, hasNot string }{
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
	} {
		if !t.Run(tt.name, func(t *testing.T) {
			site.Run(t, tt.script, in)
			p.until(tt.name, func() bool {
				body := p.hostBody(kit.Host, tt.path)
				return strings.Contains(body, tt.has) && (tt.hasNot == "" || !strings.Contains(body, tt.hasNot))
			})
		}) {
			return
		}
	}
}
