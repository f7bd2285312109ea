-- How far each source has been followed, as ingest writes it; accepted: an operator
-- has said that what it has lost is to be withdrawn.
CREATE TABLE sources (
    id       TEXT    NOT NULL PRIMARY KEY,
    state    TEXT    NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The articles of a source. The stamp differs where a list of the source shows that
-- an article has changed, the digest where the article itself has; pass is the last
-- comparison of all that has met it.
CREATE TABLE source_articles (
    source     TEXT    NOT NULL,
    item       TEXT    NOT NULL,
    article_id TEXT    NOT NULL, -- empty: the store has none, it is another's, a draft or broken
    published  INTEGER NOT NULL,
    stamp      INTEGER NOT NULL,
    digest     INTEGER NOT NULL,
    pass       INTEGER NOT NULL,
    PRIMARY KEY (source, item)
) STRICT, WITHOUT ROWID;
