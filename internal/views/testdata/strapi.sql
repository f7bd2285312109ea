-- A collection type of Strapi 5 and its system's tables that matter here.
CREATE TABLE articles (
    id serial PRIMARY KEY, document_id varchar(255), title varchar(255), slug varchar(255), description text, body text,
    created_at timestamp(6), updated_at timestamp(6), published_at timestamp(6), created_by_id integer, updated_by_id integer, locale varchar(255)
);
CREATE INDEX articles_documents_idx ON articles (document_id, locale, published_at);
CREATE TABLE categories (id serial PRIMARY KEY, document_id varchar(255), name varchar(255), slug varchar(255), published_at timestamp(6));
CREATE TABLE articles_category_lnk (id serial PRIMARY KEY, article_id integer REFERENCES articles ON DELETE CASCADE, category_id integer REFERENCES categories ON DELETE CASCADE, article_ord double precision);
CREATE TABLE files (id serial PRIMARY KEY, alternative_text text, caption text, width integer, height integer, mime varchar(255), size numeric(10,2), url text);
CREATE TABLE files_related_mph (id serial PRIMARY KEY, file_id integer REFERENCES files ON DELETE CASCADE, related_id integer, related_type varchar(255), field varchar(255), "order" double precision);
CREATE TABLE strapi_core_store_settings (id serial PRIMARY KEY, key varchar(255), value text, type varchar(255), environment varchar(255), tag varchar(255));
INSERT INTO strapi_core_store_settings (key, value, type) VALUES ('plugin_i18n_default_locale', '"zh"', 'string');
INSERT INTO categories VALUES (1, 'c', '文化', 'culture', now());
INSERT INTO articles VALUES
    (0, 'doc1', 'Spring', 'spring-en', 'One', '<p>text</p>', '2019-03-01 00:00:00', '2019-03-10 10:00:00', '2019-03-10 10:00:00', 1, 1, 'en'),
    (1, 'doc1', '湘江之春 😀', 'spring', '一句话', '<p>正文</p>', '2019-03-01 00:00:00', '2019-03-11 10:00:00', NULL, 1, 1, 'zh'),
    (2, 'doc1', '湘江之春 😀', 'spring', '一句话', '<p>正文</p>', '2019-03-01 00:00:00', '2019-03-11 10:00:00', '2019-03-11 10:38:14', 1, 1, 'zh'),
    (3, 'doc2', '草稿', 'draft', NULL, NULL, '2019-03-01 00:00:00', '2019-03-11 10:00:00', NULL, 1, 1, 'zh'),
    (6, 'doc3', 'English only', 'english', NULL, NULL, '2019-03-01 00:00:00', '2019-03-11 10:00:00', '2019-03-11 10:38:14', 1, 1, 'en');
INSERT INTO articles_category_lnk (article_id, category_id) VALUES (0, 1), (1, 1), (2, 1), (3, 1), (6, 1);
INSERT INTO files VALUES (5, '', '开幕', 800, 600, 'image/jpeg', 54.00, '/uploads/1.jpg');
INSERT INTO files_related_mph (file_id, related_id, related_type, field, "order") VALUES (5, 2, 'api::article.article', 'cover', 1), (5, 2, 'api::author.author', 'cover', 2);
SELECT setval('articles_id_seq', 100);
