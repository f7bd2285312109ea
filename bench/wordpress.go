package main

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/testserver"
	"feedstation/internal/testkit/wordpress"
)

// The names of WordPress in tables.
const (
	wordPress       = "WordPress"
	wordPressCached = "WordPress, fastcgi_cache"
)

// blog is a WordPress with the articles of a corpus as posts.
type blog struct {
	s    *stage
	site *wordpress.Site
	php  *program
	addr string // of PHP
	size int
}

// front answers what is not a file, as WordPress's own index.php does.
const front = `<?php
define('ABSPATH', getenv('WORDPRESS_DIR') . '/');
define('WP_USE_THEMES', true);
require getenv('WORDPRESS_SOURCE') . '/wp-blog-header.php';
`

const pool = `[global]
error_log = %[1]s/fpm.log
daemonize = no
[www]
%[2]s
listen = %[3]s
pm = static
pm.max_children = 4
clear_env = no
`

// newBlog installs Debian's WordPress, fills it, and starts php-fpm.
func (s *stage) newBlog(lines []line) *blog {
	binary := require.Binary(s, "php-fpm8.2", "php-fpm")
	if exec.CommandContext(s.ctx, require.Binary(s, "php"), "-r", "exit((int) !extension_loaded('SimpleXML'));").Run() != nil {
		s.Skip("needs PHP's SimpleXML for sitemaps, which this machine lacks (apt-get install php-xml)")
	}
	b := &blog{s: s, site: wordpress.Install(s, wordpress.Options{}), addr: s.address(), size: len(lines)}
	db := b.site.Server.Open(s, b.site.Database)
	if err := b.fill(db, lines); err != nil {
		s.Fatalf("wordpress: %v", err)
	}
	b.site.Run(s, fmt.Sprintf(`update_option('posts_per_rss', %d); wp_cache_flush();`, feedItems), nil)

	dir := b.site.Dir()
	who, args := "", []string{"-F", "-y", filepath.Join(dir, "fpm.conf")}
	if os.Geteuid() == 0 {
		who, args = "user = root", append(args, "-R")
	}
	for name, text := range map[string]string{"index.php": front, "fpm.conf": fmt.Sprintf(pool, dir, who, b.addr)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			s.Fatal(err)
		}
	}
	b.php = s.start(b.addr, testserver.Command{Program: binary, Args: args, Dir: dir, Env: b.site.Environment()})
	return b
}

// fill writes posts as WordPress has them; by its own functions it takes minutes.
func (b *blog) fill(db *sql.DB, lines []line) error {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		return err
	}
	const columns = `(ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name,
		to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, guid, post_type)`
	const layout = time.DateTime
	for some := range slices.Chunk(lines, 500) {
		var rows [][]any
		for _, l := range some {
			rows = append(rows, []any{
				l.ID, 1, l.Published.In(zone).Format(layout), l.Published.UTC().Format(layout), l.Body, l.Title, l.Summary, "publish", l.ID,
				"", "", l.Updated.In(zone).Format(layout), l.Updated.UTC().Format(layout), "", "https://" + wordpress.Host + "/archives/" + l.ID, "post",
			})
		}
		if err := insert(b.s.ctx, db, "INSERT INTO wp_posts "+columns, rows); err != nil {
			return err
		}
	}
	return nil
}

// serve starts an nginx before it, which may keep the answers.
func (b *blog) serve(cache bool) *site {
	name := wordPress
	if cache {
		name = wordPressCached
	}
	addr, p := b.s.startNginx(nginx{PHP: b.addr, WordPress: b.site.Dir(), Cache: cache})
	feed := target{addr: addr, host: wordpress.Host, path: "/feed"}
	sitemap := feed
	const aPage = 2000 // articles of a sitemap, the oldest first
	sitemap.path = fmt.Sprintf("/wp-sitemap-posts-post-%d.xml", b.size/aPage+1)
	return &site{name: name, feed: feed, sitemap: sitemap, programs: []*program{b.php, p}}
}

// put writes an article as an editor does.
func (b *blog) put(l line) {
	const layout = time.DateTime
	status := map[string]string{"published": "publish", "withdrawn": "trash"}[l.Status]
	if status == "publish" && time.Until(l.Published) > 0 {
		status = "future"
	}
	post := map[string]any{
		"id": l.ID, "title": l.Title, "content": l.Body, "excerpt": l.Summary, "status": status,
		"date": l.Published.UTC().Format(layout),
	}
	b.site.Run(b.s, `if ($in['status'] === 'trash') { wp_trash_post($in['id']); return; }
$post = ['post_title' => $in['title'], 'post_content' => $in['content'], 'post_excerpt' => $in['excerpt'], 'post_author' => 1,
	'post_status' => $in['status'], 'post_name' => $in['id'], 'post_date_gmt' => $in['date'], 'post_date' => get_date_from_gmt($in['date']), 'edit_date' => true];
$post[get_post($in['id']) ? 'ID' : 'import_id'] = (int) $in['id'];
$done = get_post($in['id']) ? wp_update_post(wp_slash($post), true) : wp_insert_post(wp_slash($post), true);
if (is_wp_error($done)) { fwrite(STDERR, $done->get_error_message()); exit(1); }`, post)
}

// cron runs what is due, as a line in crontab does every minute.
func (b *blog) cron() {
	b.site.Run(b.s, `foreach (wp_get_ready_cron_jobs() as $time => $hooks) {
	foreach ($hooks as $hook => $events) { foreach ($events as $event) {
		if ($hook === 'publish_future_post') { wp_unschedule_event($time, $hook, $event['args']); do_action_ref_array($hook, $event['args']); }
	} }
}`, nil)
}
