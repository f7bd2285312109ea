package views_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/views"
)

// full is the article that most systems have in their rows.
func full(id, station, url string) article.Article {
	return article.Article{
		ID: id, Station: station, URL: url, Title: "湘江之春 😀", Summary: "一句话", Body: "<p>正文</p>",
		Published: at("2019-03-11 10:38:14"), Updated: at("2019-03-12 00:00:00"), Status: article.Published,
	}
}

// TestSystems runs what views prints for each system over its own tables, with rows as it
// writes them, and then changes them as it does.
func TestSystems(t *testing.T) {
	tests := []struct {
		system  string
		channel string
		want    []article.Article // of the channel
		all     []string          // of the station
		changes []change
	}{
		{
			system: "ghost", channel: "culture", all: []string{"5f1", "5f2"},
			want: []article.Article{
				func() article.Article {
					a := full("5f1", "www", "https://www.news.example/spring/")
					a.Body = `<p><img src="https://www.news.example/content/images/1.jpg"></p>`
					a.Authors, a.Tags, a.Channels = []string{"张三", `Li "Si"`}, []string{"文化"}, []string{"culture", "hash-in"}
					a.Images = []article.Image{{URL: "https://www.news.example/content/images/1.jpg", Caption: "开幕"}}
					return a
				}(),
				{
					ID: "5f2", Station: "www", URL: "https://www.news.example/members/", Title: "会员", Summary: "公开的", Authors: []string{`Li "Si"`},
					Tags: []string{"文化"}, Channels: []string{"culture"}, Published: at("2019-03-10 00:00:00"), Updated: at("2019-03-10 00:00:00"), Status: article.Published,
				},
			},
			changes: []change{
				{"published", "UPDATE posts SET status = 'published', published_at = '2019-04-01', updated_at = now() WHERE id = '5f3'", []string{"5f3"}, []string{"5f3", "5f1", "5f2"}},
				{"unpublished", "UPDATE posts SET status = 'draft' WHERE id = '5f3'", []string{"5f3"}, []string{"5f1", "5f2"}},
				{"another author", "DELETE FROM posts_authors WHERE id = 'a2'", []string{"5f1"}, []string{"5f1", "5f2"}},
				{"a tag's slug", "UPDATE tags SET slug = 'kultur' WHERE id = 't1'", []string{"5f1", "5f2"}, []string{"5f1", "5f2"}},
				{"its author's name", "UPDATE users SET name = 'Wang' WHERE id = 'u2'", []string{"5f2"}, []string{"5f1", "5f2"}},
				{"deleted", "DELETE FROM posts WHERE id = '5f2'", []string{"5f2"}, []string{"5f1"}},
			},
		},
		{
			system: "drupal", channel: "culture", all: []string{"4", "1"},
			want: []article.Article{func() article.Article {
				a := full("1", "www", "https://www.news.example/news/spring")
				a.Authors, a.Tags, a.Channels = []string{"张三"}, []string{"文化"}, []string{"culture"}
				a.Images = []article.Image{{URL: "https://www.news.example/sites/default/files/2019-03/1.jpg", Caption: "开幕", Width: 800, Height: 600, Type: "image/jpeg", Bytes: 54000}}
				a.Language = "zh-hans"
				return a
			}()},
			changes: []change{
				{"published", "UPDATE node_field_data SET status = 1, changed = unix_timestamp() WHERE nid = 2", []string{"2"}, []string{"4", "2", "1"}},
				{"another text", "UPDATE node__body SET body_value = 'x' WHERE entity_id = 4", []string{"4"}, []string{"4", "2", "1"}},
				{"another address", "UPDATE path_alias SET alias = '/spring' WHERE path = '/node/1'", []string{"1"}, []string{"4", "2", "1"}},
				{"no term", "DELETE FROM taxonomy_index WHERE nid = 1", []string{"1"}, []string{"4", "2", "1"}},
				{"a term again", "INSERT INTO taxonomy_index (nid, tid) VALUES (1, 7)", []string{"1"}, []string{"4", "2", "1"}},
				{"its term's name", "UPDATE taxonomy_term_field_data SET name = '文艺' WHERE tid = 7", []string{"1"}, []string{"4", "2", "1"}},
				{"its picture's file", "UPDATE file_managed SET filesize = 1 WHERE fid = 5", []string{"1"}, []string{"4", "2", "1"}},
				{"its author's name", "UPDATE users_field_data SET name = '李四' WHERE uid = 1", []string{"1", "2"}, []string{"4", "2", "1"}},
				{"deleted", "DELETE FROM node_field_data WHERE nid = 2", []string{"2"}, []string{"4", "1"}},
			},
		},
		{
			system: "joomla", channel: "culture", all: []string{"1", "4"},
			want: []article.Article{
				func() article.Article {
					a := full("1", "www", "https://www.news.example/index.php?option=com_content&view=article&id=1:spring&catid=8")
					a.Summary, a.Body, a.NoIndex = "", "<p>一</p><p>二</p>", true
					a.Authors, a.Tags, a.Channels = []string{"张三"}, []string{`读书"`}, []string{"culture"}
					a.Images = []article.Image{{URL: "https://www.news.example/images/1.jpg", Caption: "开幕"}}
					return a
				}(),
				{
					ID: "4", Station: "www", URL: "https://www.news.example/index.php?option=com_content&view=article&id=4:old&catid=8", Title: "存档", Body: "<p>旧</p>",
					Authors: []string{"编辑部"}, Channels: []string{"culture"}, Published: at("2018-03-01 00:00:00"), Updated: at("2018-03-01 00:00:00"), Status: article.Published,
				},
			},
			changes: []change{
				{"published", "UPDATE jos_content SET state = 1 WHERE id = 2", []string{"2"}, []string{"1", "2", "4"}},
				{"hits do not count", "UPDATE jos_content SET featured = 1 WHERE id = 2", nil, []string{"1", "2", "4"}},
				{"trashed", "UPDATE jos_content SET state = -2 WHERE id = 2", []string{"2"}, []string{"1", "4"}},
				{"its tag's title", "UPDATE jos_tags SET title = 'x' WHERE id = 3", []string{"1"}, []string{"1", "4"}},
				{"its author's name", "UPDATE jos_users SET name = '李四' WHERE id = 1", []string{"1", "2", "3", "5", "6", "7", "8"}, []string{"1", "4"}},
				{"its category", "UPDATE jos_categories SET published = 0 WHERE id = 8", []string{"1", "2", "3", "4", "5", "7", "8"}, nil},
			},
		},
		{
			system: "directus", channel: "culture", all: []string{"1"},
			want: []article.Article{func() article.Article {
				a := full("1", "www", "https://www.news.example/spring")
				a.Authors, a.Channels, a.Updated = []string{"三 张"}, []string{"culture"}, a.Published
				a.Images = []article.Image{{URL: "https://www.news.example/assets/22222222-2222-4222-8222-222222222222", Caption: "开幕", Width: 800, Height: 600, Type: "image/jpeg", Bytes: 54000}}
				return a
			}()},
			changes: []change{
				{"published", "UPDATE articles SET status = 'published', date_updated = now() WHERE id = 2", []string{"2"}, []string{"2", "1"}},
				{"a first version", "INSERT INTO articles (id, status, date_created, title, slug) VALUES (9, 'published', now(), '新', 'new')", []string{"9"}, []string{"9", "2", "1"}},
				{"edited", "UPDATE articles SET title = '又', date_updated = now() WHERE id = 2", []string{"2"}, []string{"9", "2", "1"}},
				{"its picture's caption", "UPDATE directus_files SET description = '闭幕'", []string{"1"}, []string{"9", "2", "1"}},
				{"a picture's other column", "UPDATE directus_files SET id = id", nil, []string{"9", "2", "1"}},
				{"its author's name", "UPDATE directus_users SET first_name = '四'", []string{"1"}, []string{"9", "2", "1"}},
				{"archived", "UPDATE articles SET status = 'archived' WHERE id = 2", []string{"2"}, []string{"9", "1"}},
				{"deleted", "DELETE FROM articles WHERE id = 9", []string{"9"}, []string{"1"}},
			},
		},
		{
			system: "strapi", channel: "culture", all: []string{"doc1"},
			want: []article.Article{func() article.Article {
				a := full("doc1", "www", "https://www.news.example/spring")
				a.Channels, a.Updated, a.Language = []string{"culture"}, a.Published, "zh"
				a.Images = []article.Image{{URL: "https://www.news.example/uploads/1.jpg", Caption: "开幕", Width: 800, Height: 600, Type: "image/jpeg", Bytes: 54000}}
				return a
			}()},
			changes: []change{
				{"published", "INSERT INTO articles SELECT 4, document_id, title, slug, description, body, created_at, updated_at, '2019-05-01', 1, 1, locale FROM articles WHERE id = 3", []string{"doc2"}, []string{"doc2", "doc1"}},
				{
					"published again", "DELETE FROM articles WHERE id = 2; INSERT INTO articles SELECT 5, document_id, '新', slug, description, body, created_at, now(), now(), 1, 1, locale FROM articles WHERE id = 1; INSERT INTO articles_category_lnk (article_id, category_id) VALUES (5, 1)",
					[]string{"doc1"},
					[]string{"doc2", "doc1"},
				},
				{"unpublished", "DELETE FROM articles WHERE id = 4", []string{"doc2"}, []string{"doc1"}},
				{"published in another locale", "INSERT INTO articles SELECT 8, document_id, 'Draft', 'draft', description, body, created_at, updated_at, '2019-05-01', 1, 1, 'en' FROM articles WHERE id = 3", nil, []string{"doc1"}},
				{"its picture's caption", "INSERT INTO files (id, url) VALUES (9, '/uploads/9.jpg'); INSERT INTO files_related_mph (file_id, related_id, related_type, field) VALUES (9, 5, 'api::article.article', 'cover'); UPDATE files SET caption = '开幕' WHERE id = 9", []string{"doc1"}, []string{"doc1"}},
			},
		},
		{
			system: "wagtail", channel: "culture", all: []string{"4"},
			want: []article.Article{func() article.Article {
				a := full("4", "www", "https://www.news.example/culture/spring/")
				a.Authors, a.Channels = []string{"三 张"}, []string{"culture"}
				return a
			}()},
			changes: []change{
				{"published", "UPDATE wagtailcore_page SET live = true, first_published_at = '2019-05-01', last_published_at = '2019-05-01' WHERE id = 5", []string{"5"}, []string{"5", "4"}},
				{"another text", "UPDATE news_articlepage SET body = 'x' WHERE page_ptr_id = 4", []string{"4"}, []string{"5", "4"}},
				{"its author's name", "UPDATE auth_user SET first_name = '四'", []string{"4", "5", "7", "8"}, []string{"5", "4"}},
				{"unpublished", "UPDATE wagtailcore_page SET live = false WHERE id = 5", []string{"5"}, []string{"4"}},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.system, func(t *testing.T) {
			o := views.Options{System: tt.system}
			n := open(t, o, tt.system+".sql")
			n.sound()
			if got := n.ids("", "www"); !slices.Equal(got, tt.all) {
				t.Errorf("all: %q, want %q", got, tt.all)
			}
			key := tt.channel
			if keys := map[string]string{"drupal": "7", "joomla": "8"}; keys[tt.system] != "" {
				key = keys[tt.system]
			}
			for i := range tt.want {
				if key != tt.channel {
					tt.want[i].Channels = []string{key}
				}
			}
			if diff := cmp.Diff(tt.want, n.latest(key, "www")); diff != "" {
				t.Errorf("articles of %s (-want +got):\n%s", tt.channel, diff)
			}
			n.follow("www", tt.changes)
			n.sound()
		})
	}
}
