-- A collection of Directus 11 and its system's tables that matter here.
CREATE TABLE directus_users (id uuid PRIMARY KEY, first_name varchar(50), last_name varchar(50));
CREATE TABLE directus_files (id uuid PRIMARY KEY, type varchar(255), description text, width integer, height integer, filesize bigint);
CREATE TABLE articles (
    id serial PRIMARY KEY, status varchar(255) NOT NULL DEFAULT 'draft', user_created uuid REFERENCES directus_users, date_created timestamptz, user_updated uuid, date_updated timestamptz,
    title varchar(255), slug varchar(255), summary text, body text, image uuid REFERENCES directus_files ON DELETE SET NULL, category varchar(255)
);
INSERT INTO directus_users VALUES ('11111111-1111-4111-8111-111111111111', '三', '张');
INSERT INTO directus_files VALUES ('22222222-2222-4222-8222-222222222222', 'image/jpeg', '开幕', 800, 600, 54000);
INSERT INTO articles VALUES
    (1, 'published', '11111111-1111-4111-8111-111111111111', '2019-03-11 10:38:14+00', NULL, NULL, '湘江之春 😀', 'spring', '一句话', '<p>正文</p>', '22222222-2222-4222-8222-222222222222', 'culture'),
    (2, 'draft', NULL, '2019-03-12 00:00:00+00', NULL, '2019-03-13 00:00:00+00', '草稿', 'draft', NULL, NULL, NULL, NULL),
    (3, 'archived', NULL, '2019-03-12 00:00:00+00', NULL, '2019-03-13 00:00:00+00', '存档', 'old', NULL, NULL, NULL, 'culture');
