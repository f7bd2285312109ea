-- Articles that are not for a sitemap of news: 0. They are few, and an index has them
-- alone, so that the large index of each station's articles stays as it is.
ALTER TABLE articles ADD COLUMN news INTEGER NOT NULL DEFAULT 1;
CREATE INDEX articles_not_news ON articles (station, published) WHERE news = 0;
