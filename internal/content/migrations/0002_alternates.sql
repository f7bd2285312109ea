-- Alternates, and the columns in the order in which they are read: SQLite reads
-- a row from its beginning, and lists of articles end before its texts. No
-- trigger sees this: neither dropping nor renaming a table is a change of rows.
CREATE TABLE articles_0002 (
    id           TEXT    NOT NULL PRIMARY KEY,
    station      TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    published    INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    expires      INTEGER,
    language     TEXT    NOT NULL DEFAULT '',
    status       TEXT    NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'draft', 'withdrawn')),
    noindex      INTEGER NOT NULL DEFAULT 0,
    images       TEXT    NOT NULL DEFAULT '[]',
    enclosures   TEXT    NOT NULL DEFAULT '[]',
    alternates   TEXT    NOT NULL DEFAULT '[]',
    modified_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    authors      TEXT    NOT NULL DEFAULT '[]',
    editor       TEXT    NOT NULL DEFAULT '',
    source       TEXT    NOT NULL DEFAULT '{}',
    tags         TEXT    NOT NULL DEFAULT '[]',
    rights       TEXT    NOT NULL DEFAULT '',
    original_url TEXT    NOT NULL DEFAULT '',
    next_url     TEXT    NOT NULL DEFAULT '',
    summary      TEXT    NOT NULL DEFAULT '',
    body         TEXT    NOT NULL DEFAULT ''
) STRICT;

INSERT INTO articles_0002 (id, station, url, title, published, updated, expires, language, status, noindex, images, enclosures,
    modified_at, authors, editor, source, tags, rights, original_url, next_url, summary, body)
SELECT id, station, url, title, published, updated, expires, language, status, noindex, images, enclosures,
    modified_at, authors, editor, source, tags, rights, original_url, next_url, summary, body
FROM articles ORDER BY rowid;

DROP TABLE articles;

-- The old way of renaming does not mind another tool's view of articles, which
-- for a moment has nothing to look at.
PRAGMA legacy_alter_table = ON;
ALTER TABLE articles_0002 RENAME TO articles;
PRAGMA legacy_alter_table = OFF;

-- As in 0001, since they have gone with the table.
CREATE INDEX articles_of_station ON articles (station, published, id);
CREATE INDEX articles_by_time ON articles (published, id);
CREATE INDEX articles_by_change ON articles (modified_at);
CREATE INDEX articles_by_expiry ON articles (expires) WHERE expires IS NOT NULL;

CREATE TRIGGER articles_moved AFTER UPDATE OF station, published ON articles
WHEN NEW.station <> OLD.station OR NEW.published <> OLD.published
BEGIN
    INSERT INTO article_moves VALUES (OLD.id, OLD.station, OLD.published,
        iif(NEW.modified_at <> OLD.modified_at, NEW.modified_at, CAST(unixepoch('subsec') * 1000 AS INTEGER)));
END;

CREATE TRIGGER articles_deleted AFTER DELETE ON articles
BEGIN
    DELETE FROM article_channels WHERE article_id = OLD.id;
    INSERT INTO article_moves VALUES (OLD.id, OLD.station, OLD.published, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;

-- An editor with another tool need not think of modified_at.
CREATE TRIGGER articles_changed AFTER UPDATE ON articles WHEN NEW.modified_at = OLD.modified_at
BEGIN
    UPDATE articles SET modified_at = CAST(unixepoch('subsec') * 1000 AS INTEGER) WHERE id = NEW.id;
END;
