-- The identifiers that newsrooms give their articles. Of one that has none, the
-- first address that it was published under is the identifier; editions know it.
ALTER TABLE articles ADD COLUMN guid TEXT;
CREATE UNIQUE INDEX articles_of_guid ON articles (guid) WHERE guid IS NOT NULL;

-- The picture of an article's text that stands for the article where it names no
-- images: sitemaps have it, and read no texts. As in 0003, with that column.
ALTER TABLE articles ADD COLUMN lead_image TEXT NOT NULL DEFAULT '';
DROP INDEX articles_of_station;
CREATE INDEX articles_of_station ON articles (station, published, id, status, modified_at, updated, expires, noindex, language,
    url, title, images, enclosures, alternates, lead_image);
