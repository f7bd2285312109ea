-- A station's months are read from this index alone: the rows of a station lie
-- apart, each on a page that is full of another's texts. What is short, and
-- what the conditions and the totals are about, comes first.
DROP INDEX articles_of_station;
CREATE INDEX articles_of_station ON articles (station, published, id, status, modified_at, updated, expires, noindex, language,
    url, title, images, enclosures, alternates);
