-- The tables of WordPress 6 that matter here, with a few posts.
CREATE TABLE wp_users (
    ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_login varchar(60) NOT NULL DEFAULT '',
    display_name varchar(250) NOT NULL DEFAULT ''
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_posts (
    ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    post_author bigint(20) unsigned NOT NULL DEFAULT 0,
    post_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_content longtext NOT NULL,
    post_title text NOT NULL,
    post_excerpt text NOT NULL,
    post_status varchar(20) NOT NULL DEFAULT 'publish',
    post_password varchar(255) NOT NULL DEFAULT '',
    post_name varchar(200) NOT NULL DEFAULT '',
    post_modified datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_modified_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_parent bigint(20) unsigned NOT NULL DEFAULT 0,
    guid varchar(255) NOT NULL DEFAULT '',
    post_type varchar(20) NOT NULL DEFAULT 'post',
    post_mime_type varchar(100) NOT NULL DEFAULT '',
    KEY type_status_date (post_type, post_status, post_date, ID)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_postmeta (
    meta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    post_id bigint(20) unsigned NOT NULL DEFAULT 0,
    meta_key varchar(255) DEFAULT NULL,
    meta_value longtext DEFAULT NULL,
    KEY post_id (post_id),
    KEY meta_key (meta_key(191))
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_terms (
    term_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name varchar(200) NOT NULL DEFAULT '',
    slug varchar(200) NOT NULL DEFAULT ''
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_term_taxonomy (
    term_taxonomy_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    term_id bigint(20) unsigned NOT NULL DEFAULT 0,
    taxonomy varchar(32) NOT NULL DEFAULT '',
    UNIQUE KEY term_id_taxonomy (term_id, taxonomy)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_term_relationships (
    object_id bigint(20) unsigned NOT NULL DEFAULT 0,
    term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0,
    PRIMARY KEY (object_id, term_taxonomy_id),
    KEY term_taxonomy_id (term_taxonomy_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_2_posts (
    ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    post_author bigint(20) unsigned NOT NULL DEFAULT 0,
    post_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_date_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_content longtext NOT NULL,
    post_title text NOT NULL,
    post_excerpt text NOT NULL,
    post_status varchar(20) NOT NULL DEFAULT 'publish',
    post_password varchar(255) NOT NULL DEFAULT '',
    post_name varchar(200) NOT NULL DEFAULT '',
    post_modified datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_modified_gmt datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
    post_parent bigint(20) unsigned NOT NULL DEFAULT 0,
    guid varchar(255) NOT NULL DEFAULT '',
    post_type varchar(20) NOT NULL DEFAULT 'post',
    post_mime_type varchar(100) NOT NULL DEFAULT '',
    KEY type_status_date (post_type, post_status, post_date, ID)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_2_postmeta (
    meta_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    post_id bigint(20) unsigned NOT NULL DEFAULT 0,
    meta_key varchar(255) DEFAULT NULL,
    meta_value longtext DEFAULT NULL,
    KEY post_id (post_id),
    KEY meta_key (meta_key(191))
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_2_terms (
    term_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    name varchar(200) NOT NULL DEFAULT '',
    slug varchar(200) NOT NULL DEFAULT ''
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_2_term_taxonomy (
    term_taxonomy_id bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    term_id bigint(20) unsigned NOT NULL DEFAULT 0,
    taxonomy varchar(32) NOT NULL DEFAULT '',
    UNIQUE KEY term_id_taxonomy (term_id, taxonomy)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE wp_2_term_relationships (
    object_id bigint(20) unsigned NOT NULL DEFAULT 0,
    term_taxonomy_id bigint(20) unsigned NOT NULL DEFAULT 0,
    PRIMARY KEY (object_id, term_taxonomy_id),
    KEY term_taxonomy_id (term_taxonomy_id)
) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

INSERT INTO wp_users VALUES (1, 'zhang', '张三'), (2, 'li', 'Li "Si"');

INSERT INTO wp_posts (ID, post_author, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_modified_gmt, post_type) VALUES
    (1, 1, '2019-04-05 00:00:00', '<p>全网</p>', '全网', '', 'publish', '2019-04-05 00:00:00', 'post'),
    (2, 1, '0000-00-00 00:00:00', '', '草稿', '', 'draft', '2019-04-05 00:00:00', 'post');
INSERT INTO wp_terms VALUES (1, '要闻', 'headlines');
INSERT INTO wp_term_taxonomy VALUES (1, 1, 'category');
INSERT INTO wp_term_relationships VALUES (1, 1), (2, 1);

INSERT INTO wp_2_posts (ID, post_author, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_password, post_modified_gmt, post_type, post_mime_type, guid) VALUES
    (1, 2, '2019-03-11 10:38:14', '<p>正文</p>', '湘江之春开幕', '一句话', 'publish', '', '2019-03-12 00:00:00', 'post', '', ''),
    (2, 2, '2019-04-01 00:00:00', '<p>书</p>', '读书节', '', 'publish', '', '2019-04-01 00:00:00', 'post', '', ''),
    (3, 2, '2019-04-02 00:00:00', '', '撤回的', '', 'trash', '', '2019-04-02 00:00:00', 'post', '', ''),
    (4, 2, '2019-04-03 00:00:00', '', '有密码的', '', 'publish', 'x', '2019-04-03 00:00:00', 'post', '', ''),
    (5, 2, '2019-04-03 00:00:00', '', '关于', '', 'publish', '', '2019-04-03 00:00:00', 'page', '', ''),
    (6, 2, '2119-04-03 00:00:00', '', '将来的', '', 'future', '', '2019-04-03 00:00:00', 'post', '', ''),
    (7, 2, '2019-03-11 10:00:00', '', '1', '开幕现场', 'inherit', '', '2019-03-11 10:00:00', 'attachment', 'image/jpeg', 'https://xt.news.example/files/1.jpg');
INSERT INTO wp_2_postmeta (post_id, meta_key, meta_value) VALUES (1, '_thumbnail_id', '7'), (1, '_yoast_wpseo_meta-robots-noindex', '1');
INSERT INTO wp_2_terms VALUES (1, '时刻', 'moment'), (2, '文化', 'culture'), (3, '读书"', 'books');
INSERT INTO wp_2_term_taxonomy VALUES (1, 1, 'category'), (2, 2, 'category'), (3, 3, 'post_tag');
INSERT INTO wp_2_term_relationships VALUES (1, 1), (1, 2), (2, 2), (2, 3);
