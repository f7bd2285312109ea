-- The tables of Drupal 11 that matter here.
CREATE TABLE node_field_data (
    nid int unsigned NOT NULL, vid int unsigned NOT NULL, type varchar(32) NOT NULL, langcode varchar(12) NOT NULL, status tinyint NOT NULL, uid int unsigned NOT NULL,
    title varchar(255) NOT NULL, created int NOT NULL, changed int NOT NULL, promote tinyint NOT NULL, sticky tinyint NOT NULL, default_langcode tinyint NOT NULL,
    PRIMARY KEY (nid, langcode), KEY node_field__created (created), KEY node_field__changed (changed), KEY node__status_type (status, type, nid)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE node__body (
    bundle varchar(128) NOT NULL DEFAULT '', deleted tinyint NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL, revision_id int unsigned NOT NULL, langcode varchar(32) NOT NULL DEFAULT '',
    delta int unsigned NOT NULL, body_value longtext NOT NULL, body_summary longtext, body_format varchar(255), PRIMARY KEY (entity_id, deleted, delta, langcode)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE node__field_image (
    bundle varchar(128) NOT NULL DEFAULT '', deleted tinyint NOT NULL DEFAULT 0, entity_id int unsigned NOT NULL, revision_id int unsigned NOT NULL, langcode varchar(32) NOT NULL DEFAULT '',
    delta int unsigned NOT NULL, field_image_target_id int unsigned NOT NULL, field_image_alt varchar(512), field_image_title varchar(1024), field_image_width int unsigned, field_image_height int unsigned,
    PRIMARY KEY (entity_id, deleted, delta, langcode)
) DEFAULT CHARSET=utf8mb4;
CREATE TABLE file_managed (fid int unsigned NOT NULL PRIMARY KEY, uri varchar(255) NOT NULL, filemime varchar(255), filesize bigint unsigned, status tinyint NOT NULL) DEFAULT CHARSET=utf8mb4;
CREATE TABLE taxonomy_index (nid int unsigned NOT NULL, tid int unsigned NOT NULL, status int NOT NULL DEFAULT 1, sticky tinyint DEFAULT 0, created int NOT NULL DEFAULT 0, PRIMARY KEY (nid, tid), KEY term_node (tid, status, sticky, created)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE taxonomy_term_field_data (tid int unsigned NOT NULL, vid varchar(32) NOT NULL, langcode varchar(12) NOT NULL, name varchar(255) NOT NULL, default_langcode tinyint NOT NULL, PRIMARY KEY (tid, langcode)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE users_field_data (uid int unsigned NOT NULL, langcode varchar(12) NOT NULL, name varchar(60) NOT NULL, default_langcode tinyint NOT NULL, PRIMARY KEY (uid, langcode)) DEFAULT CHARSET=utf8mb4;
CREATE TABLE path_alias (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, langcode varchar(12) NOT NULL, path varchar(255), alias varchar(255), status tinyint NOT NULL, KEY path_alias__path_langcode (path(191), langcode)) DEFAULT CHARSET=utf8mb4;
INSERT INTO users_field_data VALUES (0, 'zh-hans', '', 1), (1, 'zh-hans', '张三', 1);
INSERT INTO node_field_data VALUES
    (1, 1, 'article', 'zh-hans', 1, 1, '湘江之春 😀', 1552300694, 1552348800, 1, 0, 1),
    (1, 1, 'article', 'en', 1, 1, 'Spring', 1552300694, 1552348800, 1, 0, 0),
    (2, 2, 'article', 'zh-hans', 0, 1, '草稿', 1552300695, 1552348800, 1, 0, 1),
    (3, 3, 'page', 'zh-hans', 1, 1, '关于', 1552300696, 1552348800, 0, 0, 1),
    (4, 4, 'article', 'zh-hans', 1, 0, '读书节', 1554076800, 1554076800, 1, 1, 1);
INSERT INTO node__body VALUES ('article', 0, 1, 1, 'en', 0, '<p>Text</p>', 'One', 'full_html'), ('article', 0, 1, 1, 'zh-hans', 0, '<p>正文</p>', '一句话', 'full_html'), ('article', 0, 4, 4, 'zh-hans', 0, '<p>书</p>', '', 'full_html');
INSERT INTO file_managed VALUES (5, 'public://2019-03/1.jpg', 'image/jpeg', 54000, 1);
INSERT INTO node__field_image VALUES ('article', 0, 1, 1, 'en', 0, 5, 'Opening', '', 800, 600), ('article', 0, 1, 1, 'zh-hans', 0, 5, '开幕', '', 800, 600);
INSERT INTO taxonomy_term_field_data VALUES (7, 'tags', 'zh-hans', '文化', 1);
INSERT INTO taxonomy_index (nid, tid) VALUES (1, 7);
INSERT INTO path_alias (langcode, path, alias, status) VALUES ('zh-hans', '/node/1', '/news/spring', 1), ('und', '/node/3', '/about', 1);
