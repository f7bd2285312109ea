-- Times are Unix milliseconds, lists and objects JSON text.
CREATE TABLE articles (
    id           TEXT    NOT NULL PRIMARY KEY,
    station      TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    summary      TEXT    NOT NULL DEFAULT '',
    authors      TEXT    NOT NULL DEFAULT '[]',
    editor       TEXT    NOT NULL DEFAULT '',
    source       TEXT    NOT NULL DEFAULT '{}',
    published    INTEGER NOT NULL,
    updated      INTEGER NOT NULL,
    expires      INTEGER,
    images       TEXT    NOT NULL DEFAULT '[]',
    enclosures   TEXT    NOT NULL DEFAULT '[]',
    tags         TEXT    NOT NULL DEFAULT '[]',
    language     TEXT    NOT NULL DEFAULT '',
    rights       TEXT    NOT NULL DEFAULT '',
    original_url TEXT    NOT NULL DEFAULT '',
    next_url     TEXT    NOT NULL DEFAULT '',
    status       TEXT    NOT NULL DEFAULT 'published' CHECK (status IN ('published', 'draft', 'withdrawn')),
    noindex      INTEGER NOT NULL DEFAULT 0,
    modified_at  INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000 AS INTEGER)),
    body         TEXT    NOT NULL DEFAULT '' -- last, so that lists of articles do not read past it
) STRICT;

-- A station's newest articles and its months; all stations' newest; the changes.
CREATE INDEX articles_of_station ON articles (station, published, id);
CREATE INDEX articles_by_time ON articles (published, id);
CREATE INDEX articles_by_change ON articles (modified_at);
CREATE INDEX articles_by_expiry ON articles (expires) WHERE expires IS NOT NULL;

CREATE TABLE article_channels (
    article_id TEXT NOT NULL, -- no foreign key: its check would slow a bulk load by a sixth
    channel    TEXT NOT NULL,
    PRIMARY KEY (article_id, channel)
) STRICT, WITHOUT ROWID;

-- Where articles have been: the documents of that station and that month must
-- lose them, and the row that is there now does not tell.
CREATE TABLE article_moves (
    article_id TEXT    NOT NULL,
    station    TEXT    NOT NULL,
    published  INTEGER NOT NULL,
    left_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX article_moves_by_time ON article_moves (left_at);

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
