package views_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/testkit/wordpress"
	"feedstation/internal/views"
)

func multisite() views.Options {
	return views.Options{System: "wordpress-multisite", Station: []string{"www=1", "xt=2", "cs=3"}}
}

// TestWordPress runs what views prints over WordPress's tables, with rows as it writes
// them, of three sites.
func TestWordPress(t *testing.T) {
	n := open(t, multisite(), "wordpress.sql", "wordpress-rows.sql")
	n.sound()
	want := []article.Article{
		{
			ID: "2-10", Station: "xt", Channels: []string{"moment"}, URL: "https://xt.news.example/archives/10", Title: "夜读", Body: "<p>夜</p>", Authors: []string{"张三"},
			Published: at("2019-04-10 00:00:00"), Updated: at("2019-04-10 00:00:00"), Status: article.Published,
		},
		{
			ID: "2-2", Station: "xt", Channels: []string{"culture"}, URL: "https://xt.news.example/archives/2", Title: "读书节", Body: "<p>书</p>",
			Authors: []string{"张三", "客人"}, Tags: []string{`读书"`}, Published: at("2019-04-01 00:00:00"), Updated: at("2019-04-01 00:00:00"), Status: article.Published,
		},
		{
			ID: "2-1", Station: "xt", Channels: []string{"culture", "moment"}, URL: "https://xt.news.example/archives/1", Title: "湘江之春开幕", Summary: "一句话",
			Body: `<p>正文</p>[gallery ids="7"]`, Authors: []string{`Li "Si"`}, Published: at("2019-03-11 10:38:14"), Updated: at("2019-03-12 00:00:00"), NoIndex: true,
			Images: []article.Image{{URL: "https://xt.news.example/files/1.jpg", Caption: "开幕现场", Type: "image/jpeg"}}, Status: article.Published,
		},
	}
	if diff := cmp.Diff(want, n.latest("", "xt")); diff != "" {
		t.Errorf("xt (-want +got):\n%s", diff)
	}
	all := []string{"www", "xt", "cs"}
	for _, tt := range []struct {
		channel  string
		stations []string
		want     []string
	}{
		{"", all, []string{"2-10", "3-1", "1-1", "2-2", "2-1"}},
		{"moment", []string{"xt"}, []string{"2-10", "2-1"}},
		{"culture", all, []string{"2-2", "2-1"}},
		{"%e6%97%b6%e6%94%bf", []string{"www"}, []string{"1-1"}},
	} {
		if got := n.ids(tt.channel, tt.stations...); !slices.Equal(got, tt.want) {
			t.Errorf("%q of %v: %q, want %q", tt.channel, tt.stations, got, tt.want)
		}
	}
	two := []string{"2-10", "2-2"}
	shown := []string{"2-10", "2-2", "2-1"}
	n.follow("xt", []change{
		{"binned", "UPDATE wp_2_posts SET post_status = 'trash' WHERE ID = 1", []string{"2-1"}, two},
		{"restored", "UPDATE wp_2_posts SET post_status = 'publish' WHERE ID = 1", []string{"2-1"}, shown},
		{"made private", "UPDATE wp_2_posts SET post_status = 'private' WHERE ID = 1", []string{"2-1"}, two},
		{"given a password", "UPDATE wp_2_posts SET post_status = 'publish', post_password = 'x' WHERE ID = 1", []string{"2-1"}, two},
		{"without it", "UPDATE wp_2_posts SET post_password = '' WHERE ID = 1", []string{"2-1"}, shown},
		{"comments do not count", "UPDATE wp_2_posts SET guid = 'x' WHERE ID = 1", nil, shown},
		{"another category", "INSERT INTO wp_2_term_relationships VALUES (10, 2)", []string{"2-10"}, shown},
		{"not for Google News", "INSERT INTO wp_2_postmeta (post_id, meta_key, meta_value) VALUES (10, '_yoast_wpseo_newssitemap-robots-index', '1'), (2, '_yoast_wpseo_newssitemap-robots-index', '0')", []string{"2-10", "2-2"}, shown},
		{"a category's slug", "UPDATE wp_2_terms SET slug = 'now' WHERE term_id = 1", []string{"2-1", "2-10"}, shown},
		{"its picture's caption", "UPDATE wp_2_posts SET post_excerpt = '闭幕' WHERE ID = 7", []string{"2-1"}, shown},
		{"a tag's name", "UPDATE wp_2_terms SET name = 'Books' WHERE term_id = 3", []string{"2-2"}, shown},
		{"an author's name", "UPDATE wp_users SET display_name = '李四' WHERE ID = 1", []string{"1-1", "1-2", "2-10", "3-1"}, shown},
		{"another column of an author", "UPDATE wp_users SET user_nicename = 'x' WHERE ID = 1", nil, shown},
		{"no picture", "DELETE FROM wp_2_postmeta WHERE meta_key = '_thumbnail_id'", []string{"2-1"}, shown},
		{"a lock", "UPDATE wp_2_postmeta SET meta_value = '2:2' WHERE meta_key = '_edit_lock'", nil, shown},
		{"a page", "UPDATE wp_2_posts SET post_type = 'page' WHERE ID = 2", []string{"2-2"}, []string{"2-10", "2-1"}},
		{"deleted", "DELETE FROM wp_2_posts WHERE ID = 1", []string{"2-1"}, []string{"2-10"}},
		{
			"new", "INSERT INTO wp_2_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_modified_gmt) VALUES (20, 1, '2020-01-01 08:00:00', '2020-01-01', '新', '新', '', '2020-01-01')",
			[]string{"2-20"},
			[]string{"2-20", "2-10"},
		},
		{"its site archived", "UPDATE wp_blogs SET archived = 1 WHERE blog_id = 2", []string{"2-1", "2-10", "2-2", "2-20", "2-3", "2-4", "2-6", "2-9"}, nil},
		{"and back", "UPDATE wp_blogs SET archived = 0 WHERE blog_id = 2", []string{"2-1", "2-10", "2-2", "2-20", "2-3", "2-4", "2-6", "2-9"}, []string{"2-20", "2-10"}},
		{"filled again", "CALL wp_2_feedstation_fill()", nil, []string{"2-20", "2-10"}},
		{"after another address", "UPDATE wp_2_options SET option_value = 'https://xt2.news.example' WHERE option_name = 'home';\nCALL wp_2_feedstation_fill()", []string{"2-10", "2-20", "2-3", "2-4", "2-6", "2-9"}, []string{"2-20", "2-10"}},
	})
	if got := n.ids("now", "xt"); !slices.Equal(got, []string{"2-10"}) {
		t.Errorf("the channel by its new slug: %q", got)
	}
	s := n.snapshot()
	defer s.Close()
	if got, err := s.NotNews(t.Context(), "xt", nil, at("2019-01-01 00:00:00"), at("2021-01-01 00:00:00")); err != nil || len(got) != 1 || !got["2-10"] {
		t.Errorf("not news: %v, %v", got, err)
	}
	n.sound()
}

// TestWordPressSingle has one site, with addresses by date and name.
func TestWordPressSingle(t *testing.T) {
	n := open(t, views.Options{System: "wordpress", Permalink: "/%year%/%monthnum%/%day%/%postname%/"}, "wordpress.sql", "wordpress-rows.sql")
	n.sound()
	got := n.latest("", "www")
	if len(got) != 1 || got[0].ID != "1" || got[0].URL != "https://www.news.example/2019/04/05/all/" || got[0].Body != "<p>全网 😀</p>" {
		t.Errorf("articles %+v", got)
	}
}

// TestRealWordPress has a WordPress of three sites write its posts itself.
func TestRealWordPress(t *testing.T) {
	site := wordpress.Start(t, wordpress.Options{Sites: []string{"xt.news.example", "cs.news.example"}})
	n := &newsroom{t: t, db: site.Server.Open(t, site.Database)}
	n.db.SetMaxOpenConns(1)
	o := multisite()
	o.Permalink = "/?p=%post_id%"
	n.install(site.Server, site.Database, o)
	ids := map[string]int{}
	if err := json.Unmarshal(site.Run(t, writePosts, nil), &ids); err != nil {
		t.Fatal(err)
	}
	id := func(name string) string { return fmt.Sprint("2-", ids[name]) }
	n.sound()
	got := map[string]article.Article{}
	for _, a := range n.latest("", "xt") {
		got[a.ID] = a
	}
	for _, name := range []string{"draft", "private", "password", "trash", "deleted", "later", "page"} {
		if a, ok := got[id(name)]; ok {
			t.Errorf("%s shows: %+v", name, a)
		}
	}
	plain, late := got[id("plain")], got[id("published")]
	if plain.Title != "湘江之春 😀" || !slices.Equal(plain.Channels, []string{"%e6%96%87%e5%8c%96"}) || len(plain.Images) != 1 ||
		plain.Images[0].Caption != "开幕" || plain.Published != at("2019-03-11 10:38:14") || !slices.Equal(plain.Tags, []string{"读书"}) || len(plain.Authors) != 1 {
		t.Errorf("plain: %+v", plain)
	}
	if late.Published != at("2019-04-10 00:00:00") {
		t.Errorf("a draft that wp_publish_post published: %v", late.Published)
	}
	if _, ok := got[id("sticky")]; !ok {
		t.Error("sticky does not show")
	}
	star := fmt.Sprint("3-", ids["star"])
	if got := n.ids("", "cs"); !slices.Contains(got, star) {
		t.Errorf("the third site shows %q, want %s", got, star)
	}
	s := n.snapshot()
	since := s.Time()
	s.Close()
	site.Run(t, "switch_to_blog(2); wp_update_post(['ID' => $in, 'post_title' => '新']); update_blog_status(3, 'archived', 1);", ids["plain"])
	if got := n.hinted(since); !slices.Contains(got, id("plain")) || !slices.Contains(got, star) {
		t.Errorf("hints of %q, want %s and %s", got, id("plain"), star)
	}
	if got := n.ids("", "cs"); got != nil {
		t.Errorf("an archived site shows %q", got)
	}
}

// writePosts makes the posts of site 2, in China's time.
const writePosts = `
switch_to_blog(2);
update_option('timezone_string', ''); update_option('gmt_offset', 8);
$cat = wp_insert_term('文化', 'category'); $ids = [];
function post($name, $more) { global $ids; $ids[$name] = wp_insert_post($more + ['post_title' => $name, 'post_content' => '<p>x</p>', 'post_status' => 'publish', 'post_author' => 1], true); return $ids[$name]; }
$id = post('plain', ['post_title' => '湘江之春 😀', 'post_date' => '2019-03-11 18:38:14', 'post_category' => [$cat['term_id']], 'tags_input' => ['读书']]);
$image = wp_insert_attachment(['post_title' => '1', 'post_excerpt' => '开幕', 'post_mime_type' => 'image/jpeg', 'guid' => 'https://xt.news.example/1.jpg'], false, $id);
update_post_meta($id, '_thumbnail_id', $image);
wp_save_post_revision($id);
post('draft', ['post_status' => 'draft']);
post('private', ['post_status' => 'private']);
post('password', ['post_password' => 'x']);
post('page', ['post_type' => 'page']);
post('later', ['post_status' => 'future', 'post_date' => '2119-01-01 00:00:00']);
wp_trash_post(post('trash', []));
wp_delete_post(post('deleted', []), true);
stick_post(post('sticky', []));
$id = post('published', ['post_status' => 'draft', 'post_date' => '2019-04-10 08:00:00']);
wp_publish_post($id);
switch_to_blog(3);
post('star', []);
echo json_encode($ids);
`
