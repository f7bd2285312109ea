-- Posts as WordPress writes them, of three sites.
INSERT INTO wp_users VALUES (1, 'zhang', 'zhang', '张三'), (2, 'li', 'li', 'Li "Si"');
INSERT INTO wp_blogs (blog_id, domain, path) VALUES (1, 'www.news.example', '/'), (2, 'xt.news.example', '/'), (3, 'cs.news.example', '/');
INSERT INTO wp_options (option_name, option_value) VALUES ('home', 'https://www.news.example/'), ('gmt_offset', '8'), ('timezone_string', '');
INSERT INTO wp_2_options (option_name, option_value) VALUES ('home', 'https://xt.news.example'), ('gmt_offset', '8'), ('timezone_string', '');
INSERT INTO wp_3_options (option_name, option_value) VALUES ('home', 'https://cs.news.example'), ('gmt_offset', '8'), ('timezone_string', '');
INSERT INTO wp_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_password, post_name, post_modified, post_modified_gmt, post_parent, post_type, post_mime_type, guid) VALUES
    (1, 1, '2019-04-05 08:00:00', '2019-04-05 00:00:00', '<p>全网 😀</p>', '全网', '', 'publish', '', 'all', '2019-04-05 08:00:00', '2019-04-05 00:00:00', 0, 'post', '', ''),
    (2, 1, '2019-04-06 08:00:00', '0000-00-00 00:00:00', '', '草稿', '', 'draft', '', '', '2019-04-06 08:00:00', '2019-04-06 00:00:00', 0, 'post', '', ''),
    (3, 1, '2019-04-06 08:00:00', '0000-00-00 00:00:00', '', 'Auto Draft', '', 'auto-draft', '', '', '2019-04-06 08:00:00', '0000-00-00 00:00:00', 0, 'post', '', '');
INSERT INTO wp_terms VALUES (1, '要闻', 'headlines'), (2, '时政', '%e6%97%b6%e6%94%bf');
INSERT INTO wp_term_taxonomy VALUES (1, 1, 'category'), (2, 2, 'category');
INSERT INTO wp_term_relationships VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO wp_2_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_password, post_name, post_modified, post_modified_gmt, post_parent, post_type, post_mime_type, guid) VALUES
    (1, 2, '2019-03-11 18:38:14', '2019-03-11 10:38:14', '<p>正文</p>[gallery ids="7"]', '湘江之春开幕', '一句话', 'publish', '', 'spring', '2019-03-12 08:00:00', '2019-03-12 00:00:00', 0, 'post', '', 'https://xt.news.example/?p=1'),
    (2, 2, '2019-04-01 08:00:00', '2019-04-01 00:00:00', '<p>书</p>', '读书节', '', 'publish', '', 'books', '2019-04-01 08:00:00', '2019-04-01 00:00:00', 0, 'post', '', ''),
    (3, 2, '2019-04-02 08:00:00', '2019-04-02 00:00:00', '', '撤回的', '', 'trash', '', 'x__trashed', '2019-04-02 08:00:00', '2019-04-02 00:00:00', 0, 'post', '', ''),
    (4, 2, '2019-04-03 08:00:00', '2019-04-03 00:00:00', '', '有密码的', '', 'publish', 'x', 'secret', '2019-04-03 08:00:00', '2019-04-03 00:00:00', 0, 'post', '', ''),
    (5, 2, '2019-04-03 08:00:00', '2019-04-03 00:00:00', '', '关于', '', 'publish', '', 'about', '2019-04-03 08:00:00', '2019-04-03 00:00:00', 0, 'page', '', ''),
    (6, 2, '2119-04-03 08:00:00', '2119-04-03 00:00:00', '', '将来的', '', 'future', '', 'later', '2019-04-03 08:00:00', '2019-04-03 00:00:00', 0, 'post', '', ''),
    (7, 2, '2019-03-11 18:00:00', '2019-03-11 10:00:00', '', '1', '开幕现场', 'inherit', '', '1', '2019-03-11 18:00:00', '2019-03-11 10:00:00', 1, 'attachment', 'image/jpeg', 'https://xt.news.example/files/1.jpg'),
    (8, 2, '2019-03-11 18:00:00', '2019-03-11 10:00:00', '', '湘江', '', 'inherit', '', '1-revision-v1', '2019-03-11 18:00:00', '2019-03-11 10:00:00', 1, 'revision', '', ''),
    (9, 2, '2019-04-04 08:00:00', '2019-04-04 00:00:00', '', '内部的', '', 'private', '', 'inside', '2019-04-04 08:00:00', '2019-04-04 00:00:00', 0, 'post', '', ''),
    -- wp_insert_post of a draft, then wp_publish_post: no time in UTC at all.
    (10, 1, '2019-04-10 08:00:00', '0000-00-00 00:00:00', '<p>夜</p>', '夜读', '', 'publish', '', 'night', '2019-04-10 08:00:00', '0000-00-00 00:00:00', 0, 'post', '', '');
INSERT INTO wp_2_postmeta (post_id, meta_key, meta_value) VALUES (1, '_thumbnail_id', '7'), (1, '_yoast_wpseo_meta-robots-noindex', '1'), (1, '_edit_lock', '1:1');
INSERT INTO wp_2_terms VALUES (1, '时刻', 'moment'), (2, '文化', 'culture'), (3, '读书"', 'books'), (4, 'zhang', 'cap-zhang'), (5, '客人', 'cap-guest');
INSERT INTO wp_2_term_taxonomy VALUES (1, 1, 'category'), (2, 2, 'category'), (3, 3, 'post_tag'), (4, 4, 'author'), (5, 5, 'author');
INSERT INTO wp_2_term_relationships VALUES (1, 1), (1, 2), (2, 2), (2, 3), (2, 4), (2, 5), (10, 1);
INSERT INTO wp_3_posts (ID, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_password, post_name, post_modified, post_modified_gmt, post_parent, post_type, post_mime_type, guid) VALUES
    (1, 1, '2019-04-07 08:00:00', '2019-04-07 00:00:00', '<p>星城</p>', '星城', '', 'publish', '', 'star', '2019-04-07 08:00:00', '2019-04-07 00:00:00', 0, 'post', '', '');
