-- The tables of Wagtail 6 that matter here, and a model of pages.
CREATE TABLE auth_user (id serial PRIMARY KEY, first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL);
CREATE TABLE wagtailcore_page (
    id serial PRIMARY KEY, path varchar(255) COLLATE "C" NOT NULL UNIQUE, depth integer NOT NULL, title varchar(255) NOT NULL, slug varchar(255) NOT NULL, live boolean NOT NULL, url_path text NOT NULL,
    go_live_at timestamptz, expire_at timestamptz, expired boolean NOT NULL DEFAULT false, first_published_at timestamptz, last_published_at timestamptz, owner_id integer REFERENCES auth_user
);
CREATE TABLE wagtailcore_pageviewrestriction (id serial PRIMARY KEY, page_id integer NOT NULL REFERENCES wagtailcore_page, restriction_type varchar(20) NOT NULL);
CREATE TABLE news_articlepage (page_ptr_id integer PRIMARY KEY REFERENCES wagtailcore_page, intro text NOT NULL, body text NOT NULL);
INSERT INTO auth_user VALUES (1, '三', '张');
INSERT INTO wagtailcore_page (id, path, depth, title, slug, live, url_path, first_published_at, last_published_at, expire_at, owner_id) VALUES
    (1, '0001', 1, 'Root', 'root', true, '/', NULL, NULL, NULL, NULL),
    (2, '00010001', 2, 'Home', 'home', true, '/home/', NULL, NULL, NULL, NULL),
    (3, '000100010001', 3, '文化', 'culture', true, '/home/culture/', now(), now(), NULL, NULL),
    (4, '0001000100010001', 4, '湘江之春 😀', 'spring', true, '/home/culture/spring/', '2019-03-11 10:38:14+00', '2019-03-12 00:00:00+00', NULL, 1),
    (5, '0001000100010002', 4, '草稿', 'draft', false, '/home/culture/draft/', NULL, NULL, NULL, 1),
    (6, '000100010002', 3, '内部', 'inside', true, '/home/inside/', now(), now(), NULL, NULL),
    (7, '0001000100020001', 4, '内部的', 'secret', true, '/home/inside/secret/', '2019-03-13 00:00:00+00', '2019-03-13 00:00:00+00', NULL, 1),
    (8, '0001000100010003', 4, '过期', 'past', true, '/home/culture/past/', '2019-03-13 00:00:00+00', '2019-03-13 00:00:00+00', '2019-04-01 00:00:00+00', 1);
INSERT INTO wagtailcore_pageviewrestriction (page_id, restriction_type) VALUES (6, 'login');
INSERT INTO news_articlepage VALUES (4, '一句话', '<p>正文</p>'), (5, '', ''), (7, '', ''), (8, '', '');
