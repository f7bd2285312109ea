-- WordPress multisite with its own tables, on MariaDB 10.5 or MySQL 8.0 and
-- later: the main site is the station www, site 2 the station xt. For more
-- sites, repeat the second part of each UNION. A single site needs the first
-- parts alone, without '1-' before the ids.
--
-- A post's categories are its channels, by their slugs; feature images are
-- lead images; the addresses are those of the permalinks /archives/%post_id%.
-- noindex is what Yoast SEO and its like keep; without them it is never set.

CREATE VIEW articles AS
SELECT
    CONCAT('1-', p.ID) AS id,
    'www' AS station,
    CONCAT('https://www.news.example/archives/', p.ID) AS url,
    p.post_title AS title,
    p.post_excerpt AS summary,
    p.post_content AS body,
    (SELECT JSON_ARRAY(u.display_name) FROM wp_users u WHERE u.ID = p.post_author) AS authors,
    p.post_date_gmt AS published,
    p.post_modified_gmt AS updated,
    (SELECT JSON_ARRAY(JSON_OBJECT('url', i.guid, 'caption', i.post_excerpt, 'type', i.post_mime_type))
        FROM wp_postmeta m JOIN wp_posts i ON i.ID = m.meta_value AND i.post_type = 'attachment'
        WHERE m.post_id = p.ID AND m.meta_key = '_thumbnail_id' LIMIT 1) AS images,
    (SELECT JSON_ARRAYAGG(t.name)
        FROM wp_term_relationships r
        JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'post_tag'
        JOIN wp_terms t ON t.term_id = x.term_id
        WHERE r.object_id = p.ID) AS tags,
    CASE WHEN p.post_password <> '' THEN 'withdrawn' WHEN p.post_status IN ('publish', 'future') THEN 'published' WHEN p.post_status = 'trash' THEN 'withdrawn' ELSE 'draft' END AS status,
    EXISTS (SELECT 1 FROM wp_postmeta m WHERE m.post_id = p.ID AND m.meta_key = '_yoast_wpseo_meta-robots-noindex' AND m.meta_value = '1') AS noindex,
    p.post_modified_gmt AS modified_at
FROM wp_posts p
WHERE p.post_type = 'post' AND p.post_status IN ('publish', 'future', 'private', 'pending', 'draft', 'trash') AND p.post_date_gmt > '1000-01-01'
UNION ALL
SELECT
    CONCAT('2-', p.ID),
    'xt',
    CONCAT('https://xt.news.example/archives/', p.ID),
    p.post_title,
    p.post_excerpt,
    p.post_content,
    (SELECT JSON_ARRAY(u.display_name) FROM wp_users u WHERE u.ID = p.post_author),
    p.post_date_gmt,
    p.post_modified_gmt,
    (SELECT JSON_ARRAY(JSON_OBJECT('url', i.guid, 'caption', i.post_excerpt, 'type', i.post_mime_type))
        FROM wp_2_postmeta m JOIN wp_2_posts i ON i.ID = m.meta_value AND i.post_type = 'attachment'
        WHERE m.post_id = p.ID AND m.meta_key = '_thumbnail_id' LIMIT 1),
    (SELECT JSON_ARRAYAGG(t.name)
        FROM wp_2_term_relationships r
        JOIN wp_2_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'post_tag'
        JOIN wp_2_terms t ON t.term_id = x.term_id
        WHERE r.object_id = p.ID),
    CASE WHEN p.post_password <> '' THEN 'withdrawn' WHEN p.post_status IN ('publish', 'future') THEN 'published' WHEN p.post_status = 'trash' THEN 'withdrawn' ELSE 'draft' END,
    EXISTS (SELECT 1 FROM wp_2_postmeta m WHERE m.post_id = p.ID AND m.meta_key = '_yoast_wpseo_meta-robots-noindex' AND m.meta_value = '1'),
    p.post_modified_gmt
FROM wp_2_posts p
WHERE p.post_type = 'post' AND p.post_status IN ('publish', 'future', 'private', 'pending', 'draft', 'trash') AND p.post_date_gmt > '1000-01-01';

CREATE VIEW article_channels AS
SELECT CONCAT('1-', r.object_id) AS article_id, t.slug AS channel
FROM wp_term_relationships r
JOIN wp_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'category'
JOIN wp_terms t ON t.term_id = x.term_id
UNION ALL
SELECT CONCAT('2-', r.object_id), t.slug
FROM wp_2_term_relationships r
JOIN wp_2_term_taxonomy x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'category'
JOIN wp_2_terms t ON t.term_id = x.term_id;

-- WordPress has no index for what changed last, nor for times in UTC.
CREATE INDEX feedstation_change ON wp_posts (post_modified_gmt);
CREATE INDEX feedstation_time ON wp_posts (post_date_gmt);
CREATE INDEX feedstation_change ON wp_2_posts (post_modified_gmt);
CREATE INDEX feedstation_time ON wp_2_posts (post_date_gmt);
