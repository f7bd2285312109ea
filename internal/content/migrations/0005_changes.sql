-- What has changed is counted and grouped from this index alone: after an import
-- it is most of the archive.
DROP INDEX articles_by_change;
CREATE INDEX articles_by_change ON articles (modified_at, station, published);
