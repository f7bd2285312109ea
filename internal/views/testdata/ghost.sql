-- The tables of Ghost 5 and 6 that matter here.
CREATE TABLE users (id varchar(24) NOT NULL PRIMARY KEY, name varchar(191) NOT NULL, slug varchar(191) NOT NULL);
CREATE TABLE posts (
    id varchar(24) NOT NULL PRIMARY KEY, uuid varchar(36) NOT NULL, title varchar(2000) NOT NULL, slug varchar(191) NOT NULL,
    html longtext, feature_image varchar(2000), featured tinyint(1) NOT NULL DEFAULT 0, type varchar(50) NOT NULL DEFAULT 'post',
    status varchar(50) NOT NULL DEFAULT 'draft', visibility varchar(50) NOT NULL DEFAULT 'public', created_at datetime NOT NULL,
    updated_at datetime, published_at datetime, custom_excerpt varchar(2000),
    UNIQUE KEY posts_slug_type_unique (slug, type), KEY posts_updated_at_index (updated_at), KEY posts_published_at_index (published_at)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE posts_meta (id varchar(24) NOT NULL PRIMARY KEY, post_id varchar(24) NOT NULL UNIQUE, feature_image_alt varchar(2000), feature_image_caption text) DEFAULT CHARSET=utf8mb4;
CREATE TABLE posts_authors (id varchar(24) NOT NULL PRIMARY KEY, post_id varchar(24) NOT NULL, author_id varchar(24) NOT NULL, sort_order int unsigned NOT NULL DEFAULT 0, KEY (post_id)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE tags (id varchar(24) NOT NULL PRIMARY KEY, name varchar(191) NOT NULL, slug varchar(191) NOT NULL UNIQUE, visibility varchar(50) NOT NULL DEFAULT 'public') DEFAULT CHARSET=utf8mb4;
CREATE TABLE posts_tags (id varchar(24) NOT NULL PRIMARY KEY, post_id varchar(24) NOT NULL, tag_id varchar(24) NOT NULL, sort_order int unsigned NOT NULL DEFAULT 0, KEY (post_id, tag_id), KEY (tag_id)) DEFAULT CHARSET=utf8mb4;
INSERT INTO users VALUES ('u1', '张三', 'zhang'), ('u2', 'Li "Si"', 'li');
INSERT INTO posts (id, uuid, title, slug, html, feature_image, type, status, visibility, created_at, updated_at, published_at, custom_excerpt) VALUES
    ('5f1', '1', '湘江之春 😀', 'spring', '<p><img src="__GHOST_URL__/content/images/1.jpg"></p>', '__GHOST_URL__/content/images/1.jpg', 'post', 'published', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', '2019-03-11 10:38:14', '一句话'),
    ('5f2', '2', '会员', 'members', '<p>秘密</p>', NULL, 'post', 'published', 'members', '2019-03-01 00:00:00', '2019-03-10 00:00:00', '2019-03-10 00:00:00', '公开的'),
    ('5f3', '3', '草稿', 'draft', '<p>x</p>', NULL, 'post', 'draft', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', NULL, NULL),
    ('5f4', '4', '将来', 'later', '<p>x</p>', NULL, 'post', 'scheduled', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', '2119-03-01 00:00:00', NULL),
    ('5f5', '5', '关于', 'about', '<p>x</p>', NULL, 'page', 'published', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', '2019-03-12 00:00:00', NULL),
    ('5f6', '6', '信', 'mail', '<p>x</p>', NULL, 'post', 'sent', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', '2019-03-12 00:00:00', NULL),
    ('5f7', '7', '撤下', 'down', '<p>x</p>', NULL, 'post', 'draft', 'public', '2019-03-01 00:00:00', '2019-03-12 00:00:00', '2019-03-05 00:00:00', NULL);
INSERT INTO posts_meta VALUES ('m1', '5f1', '开幕', NULL);
INSERT INTO posts_authors VALUES ('a1', '5f1', 'u1', 0), ('a2', '5f1', 'u2', 1), ('a3', '5f2', 'u2', 0);
INSERT INTO tags VALUES ('t1', '文化', 'culture', 'public'), ('t2', '#in', 'hash-in', 'internal');
INSERT INTO posts_tags VALUES ('r1', '5f1', 't1', 0), ('r2', '5f1', 't2', 1), ('r3', '5f2', 't1', 0);
