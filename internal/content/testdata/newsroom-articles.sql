INSERT INTO site VALUES (1, 'www', 'https://www.news.example'), (2, 'xt', 'https://xt.news.example');
INSERT INTO category VALUES (10, 2, 'moment'), (11, 2, 'culture'), (12, 1, 'headlines');

INSERT INTO article (id, site_id, headline, teaser, byline, editor, outlet, outlet_url, state, hidden, published_at, expires_at) VALUES
    (101, 2, '湘江之春开幕', '一句话', '{张三,"Li \"Si\""}', '王五', '湘潭日报', 'https://paper.news.example/', 'live', true, '2019-03-11 18:38:14+08', NULL),
    (102, 2, '读书节', NULL, '{}', NULL, NULL, NULL, 'live', false, '2019-04-01 08:00:00+08', NULL),
    (103, 2, '撤回的', NULL, '{}', NULL, NULL, NULL, 'pulled', false, '2019-04-02 08:00:00+08', NULL),
    (104, 2, '草稿', NULL, '{}', NULL, NULL, NULL, 'new', false, '2019-04-03 08:00:00+08', NULL),
    (105, 2, '过期的', NULL, '{}', NULL, NULL, NULL, 'live', false, '2019-04-04 08:00:00+08', '2019-05-01 00:00:00+08'),
    (106, 1, '全网', NULL, '{}', NULL, NULL, NULL, 'live', false, '2019-04-05 08:00:00+08', NULL);
INSERT INTO body VALUES (101, '<p>正文</p>'), (102, '<p>书</p>');
INSERT INTO picture VALUES (101, 1, '1.jpg', '开幕现场', 800, 600), (101, 2, '2.jpg', NULL, NULL, NULL);
INSERT INTO article_category VALUES (101, 10), (101, 11), (102, 11), (106, 12);
