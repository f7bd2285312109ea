//go:build archive && linux

package views_test

// The rows of the other systems: each article in one of nine sections, the first twenty in
// the tenth, and tags where the system has them.

var (
	ghostCost = cost{
		"ghost", "ghost.sql", `INSERT INTO users VALUES ('u1', '张三', 'zhang'), ('u2', '李四', 'li');
INSERT INTO tags SELECT concat('t', seq), concat('c', seq), concat('c', seq), 'public' FROM seq_1_to_40;
INSERT INTO posts (id, uuid, title, slug, html, status, created_at, updated_at, published_at)
SELECT seq, seq, concat('第', seq, '条'), concat('s', seq), repeat('湖边的读书节。', 60), 'published', UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND,
UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND FROM seq_1_to_%[1]d;
INSERT INTO posts_authors SELECT seq, seq, concat('u', 1 + seq %% 2), 0 FROM seq_1_to_%[1]d;
INSERT INTO posts_tags SELECT concat('a', seq), seq, concat('t', if(seq <= 20, 10, 1 + seq %% 9)), 0 FROM seq_1_to_%[1]d;
INSERT INTO posts_tags SELECT concat('b', seq), seq, concat('t', 11 + seq %% 30), 1 FROM seq_1_to_%[1]d;`,
		"UPDATE posts SET title = concat(title, 'x'), updated_at = UTC_TIMESTAMP() WHERE id = '199990'",
		"UPDATE posts SET title = concat(title, 'x'), updated_at = UTC_TIMESTAMP() WHERE id = '150'",
		`INSERT INTO posts (id, uuid, title, slug, html, status, created_at, updated_at, published_at) VALUES ('new', 'new', '新', 'new', 'x', 'published', UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP());
INSERT INTO posts_tags VALUES ('new', 'new', 't2', 0);`, "",
	}
	drupalCost = cost{
		"drupal", "drupal.sql", `INSERT INTO users_field_data VALUES (1, 'en', '张三', 1), (2, 'en', '李四', 1);
INSERT INTO taxonomy_term_field_data SELECT seq, 'tags', 'en', concat('c', seq), 1 FROM seq_1_to_40;
INSERT INTO node_field_data SELECT seq, seq, 'article', 'en', 1, 1 + seq %% 2, concat('第', seq, '条'), UNIX_TIMESTAMP() - (%[1]d - seq) * 1500, UNIX_TIMESTAMP() - (%[1]d - seq) * 1500, 1, 0, 1 FROM seq_1_to_%[1]d;
INSERT INTO node__body SELECT 'article', 0, seq, seq, 'en', 0, repeat('湖边的读书节。', 60), '', 'full_html' FROM seq_1_to_%[1]d;
INSERT INTO file_managed SELECT seq, concat('public://', seq, '.jpg'), 'image/jpeg', 54000, 1 FROM seq_1_to_1000;
INSERT INTO node__field_image SELECT 'article', 0, seq, seq, 'en', 0, 1 + seq %% 1000, '', '', 800, 600 FROM seq_1_to_%[1]d;
INSERT INTO taxonomy_index (nid, tid) SELECT seq, if(seq <= 20, 10, 1 + seq %% 9) FROM seq_1_to_%[1]d;
INSERT INTO taxonomy_index (nid, tid) SELECT seq, 11 + seq %% 30 FROM seq_1_to_%[1]d;
INSERT INTO path_alias (langcode, path, alias, status) SELECT 'en', concat('/node/', seq), concat('/news/', seq), 1 FROM seq_1_to_%[1]d;`,
		"UPDATE node_field_data SET title = concat(title, 'x'), changed = UNIX_TIMESTAMP() WHERE nid = 199990",
		"UPDATE node_field_data SET title = concat(title, 'x'), changed = UNIX_TIMESTAMP() WHERE nid = 150",
		`INSERT INTO node_field_data VALUES (2000000, 2000000, 'article', 'en', 1, 1, '新', UNIX_TIMESTAMP(), UNIX_TIMESTAMP(), 1, 0, 1);
INSERT INTO node__body VALUES ('article', 0, 2000000, 2000000, 'en', 0, 'x', '', 'full_html');
INSERT INTO taxonomy_index (nid, tid) VALUES (2000000, 2);`, "%d",
	}
	joomlaCost = cost{
		"joomla", "joomla.sql", `INSERT INTO jos_users VALUES (1, '张三'), (2, '李四');
INSERT INTO jos_categories SELECT seq, 'com_content', concat('c', seq), concat('c', seq), 1, 1 FROM seq_1_to_10;
INSERT INTO jos_tags SELECT seq, concat('t', seq) FROM seq_1_to_30;
INSERT INTO jos_content (id, title, alias, introtext, ` + "`fulltext`" + `, state, catid, created, created_by, modified, publish_up, images, access, metadata, language)
SELECT seq, concat('第', seq, '条'), concat('s', seq), repeat('湖边的读书节。', 30), repeat('湖边的读书节。', 30), 1, if(seq <= 20, 10, 1 + seq %% 9), UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, 1 + seq %% 2,
UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, UTC_TIMESTAMP() - INTERVAL (%[1]d - seq) * 1500 SECOND, '{}', 1, '{}', '*' FROM seq_1_to_%[1]d;
INSERT INTO jos_contentitem_tag_map SELECT 'com_content.article', seq, seq, 1 + seq %% 30 FROM seq_1_to_%[1]d;`,
		"UPDATE jos_content SET title = concat(title, 'x'), modified = UTC_TIMESTAMP() WHERE id = 199990",
		"UPDATE jos_content SET title = concat(title, 'x'), modified = UTC_TIMESTAMP() WHERE id = 150",
		"INSERT INTO jos_content (id, title, alias, introtext, `fulltext`, state, catid, created, created_by, modified, publish_up, images, access, metadata, language) VALUES " +
			"(2000000, '新', 'new', 'x', '', 1, 2, UTC_TIMESTAMP(), 1, UTC_TIMESTAMP(), UTC_TIMESTAMP(), '{}', 1, '{}', '*')", "%d",
	}
	strapiCost = cost{
		"strapi", "strapi.sql", `INSERT INTO categories SELECT seq, 'c' || seq, 'c' || seq, 'c' || seq, now() FROM generate_series(1, 10) AS s (seq);
INSERT INTO articles (document_id, title, slug, body, created_at, updated_at, published_at)
SELECT 'd' || seq, '第' || seq || '条', 's' || seq, repeat('湖边的读书节。', 60), t, t, CASE WHEN published THEN t END
FROM (SELECT seq, published, now() - (%[1]d - seq) * interval '1500 seconds' AS t FROM generate_series(1, %[1]d) AS s (seq), (VALUES (false), (true)) AS v (published)) AS rows;
INSERT INTO articles_category_lnk (article_id, category_id) SELECT id, CASE WHEN id <= 40 THEN 10 ELSE 1 + id / 2 %% 9 END FROM articles;
INSERT INTO files (caption, width, height, mime, url) SELECT '', 800, 600, 'image/jpeg', '/uploads/' || seq || '.jpg' FROM generate_series(1, 1000) AS s (seq);
INSERT INTO files_related_mph (file_id, related_id, related_type, field, "order") SELECT 1 + id %% 1000, id, 'api::article.article', 'cover', 1 FROM articles;
CREATE INDEX articles_category_lnk_fk ON articles_category_lnk (article_id);
CREATE INDEX files_related_mph_oidx ON files_related_mph (related_id);`,
		strapiEdit("d199990"), strapiEdit("d150"),
		`INSERT INTO articles (document_id, title, slug, body, created_at, updated_at, published_at) VALUES ('new', '新', 'new', 'x', now(), now(), NULL), ('new', '新', 'new', 'x', now(), now(), now());
INSERT INTO articles_category_lnk (article_id, category_id) SELECT id, 2 FROM articles WHERE document_id = 'new';`, "",
	}
	wagtailCost = cost{
		"wagtail", "wagtail.sql", `INSERT INTO auth_user VALUES (1, '三', '张'), (2, '四', '李');
INSERT INTO wagtailcore_page (id, path, depth, title, slug, live, url_path) VALUES (1, '0001', 1, 'Root', 'root', true, '/'), (2, '00010001', 2, 'Home', 'home', true, '/home/');
INSERT INTO wagtailcore_page (id, path, depth, title, slug, live, url_path) SELECT 2 + seq, '00010001' || lpad(seq::text, 4, '0'), 3, 'c' || seq, 'c' || seq, true, '/home/c' || seq || '/' FROM generate_series(1, 10) AS s (seq);
INSERT INTO wagtailcore_page (id, path, depth, title, slug, live, url_path, first_published_at, last_published_at, owner_id)
SELECT 1000000 + seq, '00010001' || lpad(section::text, 4, '0') || lpad(to_hex(seq / 9 + 1), 4, '0'), 4, '第' || seq || '条', 's' || seq, true, '/home/c' || section || '/s' || seq || '/', t, t, 1 + seq %% 2
FROM (SELECT seq, CASE WHEN seq <= 20 THEN 10 ELSE 1 + seq %% 9 END AS section, now() - (%[1]d - seq) * interval '1500 seconds' AS t FROM generate_series(21, %[1]d) AS s (seq)) AS rows;
INSERT INTO news_articlepage SELECT id, '', repeat('湖边的读书节。', 60) FROM wagtailcore_page WHERE depth = 4;`,
		"UPDATE wagtailcore_page SET title = title || 'x', last_published_at = now() WHERE id = 1199990",
		"UPDATE wagtailcore_page SET title = title || 'x', last_published_at = now() WHERE id = 1000150",
		`INSERT INTO wagtailcore_page (id, path, depth, title, slug, live, url_path, first_published_at, last_published_at, owner_id) VALUES (3000000, '000100010002ZZZZ', 4, '新', 'new', true, '/home/c2/new/', now(), now(), 1);
INSERT INTO news_articlepage VALUES (3000000, '', 'x');`, "",
	}
)

// strapiEdit publishes a document again, as Strapi does: its draft is changed, and the
// published row goes and comes anew.
func strapiEdit(document string) string {
	return `UPDATE articles SET title = title || 'x', updated_at = now() WHERE document_id = '` + document + `' AND published_at IS NULL;
DELETE FROM articles WHERE document_id = '` + document + `' AND published_at IS NOT NULL;
INSERT INTO articles (document_id, title, slug, body, created_at, updated_at, published_at) SELECT document_id, title, slug, body, created_at, now(), now() FROM articles WHERE document_id = '` + document + `';
INSERT INTO articles_category_lnk (article_id, category_id) SELECT max(a.id), min(l.category_id) FROM articles a LEFT JOIN articles_category_lnk l ON l.article_id = a.id WHERE a.document_id = '` + document + `';`
}
