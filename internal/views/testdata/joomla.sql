-- The tables of Joomla 5 that matter here.
CREATE TABLE jos_users (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(400) NOT NULL DEFAULT '') DEFAULT CHARSET=utf8mb4;
CREATE TABLE jos_categories (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, extension varchar(50) NOT NULL DEFAULT '', title varchar(255) NOT NULL DEFAULT '', alias varchar(400) NOT NULL DEFAULT '', published tinyint NOT NULL DEFAULT 0, access int unsigned NOT NULL DEFAULT 0) DEFAULT CHARSET=utf8mb4;
CREATE TABLE jos_tags (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, title varchar(255) NOT NULL) DEFAULT CHARSET=utf8mb4;
CREATE TABLE jos_contentitem_tag_map (type_alias varchar(255) NOT NULL DEFAULT '', core_content_id int unsigned NOT NULL, content_item_id int NOT NULL, tag_id int unsigned NOT NULL, UNIQUE KEY uc_ItemnameTagid (content_item_id, tag_id, type_alias(100))) DEFAULT CHARSET=utf8mb4;
CREATE TABLE jos_content (
    id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, title varchar(255) NOT NULL DEFAULT '', alias varchar(400) NOT NULL DEFAULT '', introtext mediumtext NOT NULL, `fulltext` mediumtext NOT NULL,
    state tinyint NOT NULL DEFAULT 0, catid int unsigned NOT NULL DEFAULT 0, created datetime NOT NULL, created_by int unsigned NOT NULL DEFAULT 0, created_by_alias varchar(255) NOT NULL DEFAULT '',
    modified datetime NOT NULL, publish_up datetime, publish_down datetime, images text NOT NULL, access int unsigned NOT NULL DEFAULT 0, metadata text NOT NULL, featured tinyint unsigned NOT NULL DEFAULT 0, language char(7) NOT NULL,
    KEY idx_catid (catid), KEY idx_state (state)
) DEFAULT CHARSET=utf8mb4;
INSERT INTO jos_users VALUES (1, '张三');
INSERT INTO jos_categories VALUES (8, 'com_content', '文化', 'culture', 1, 1), (9, 'com_content', '内部', 'inside', 1, 2);
INSERT INTO jos_content VALUES
    (1, '湘江之春 😀', 'spring', '<p>一</p>', '<p>二</p>', 1, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 10:38:14', NULL, '{"image_intro":"","image_fulltext":"images/1.jpg#joomlaImage://local-images/1.jpg?width=8","image_fulltext_caption":"开幕"}', 1, '{"robots":"noindex, follow"}', 1, '*'),
    (2, '草稿', 'draft', 'x', '', 0, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 00:00:00', NULL, '', 1, '{}', 0, '*'),
    (3, '垃圾', 'trash', 'x', '', -2, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 00:00:00', NULL, '', 1, '{}', 0, '*'),
    (4, '存档', 'old', '<p>旧</p>', '', 2, 8, '2018-03-01 00:00:00', 1, '编辑部', '2018-03-01 00:00:00', NULL, NULL, '{}', 1, '{}', 0, '*'),
    (5, '会员', 'members', 'x', '', 1, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 00:00:00', NULL, '', 2, '{}', 0, '*'),
    (6, '内部', 'inside', 'x', '', 1, 9, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 00:00:00', NULL, '', 1, '{}', 0, '*'),
    (7, '过期', 'past', 'x', '', 1, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2019-03-11 00:00:00', '2019-04-01 00:00:00', '', 1, '{}', 0, '*'),
    (8, '将来', 'later', 'x', '', 1, 8, '2019-03-01 00:00:00', 1, '', '2019-03-12 00:00:00', '2119-03-11 00:00:00', NULL, '', 1, '{}', 0, '*');
INSERT INTO jos_tags VALUES (3, '读书"');
INSERT INTO jos_contentitem_tag_map VALUES ('com_content.article', 1, 1, 3);
