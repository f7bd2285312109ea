-- What requests with an Idempotency-Key were answered, so that the same request
-- again has the same answer and changes nothing.
CREATE TABLE answers (
    key    TEXT    NOT NULL PRIMARY KEY,
    digest TEXT    NOT NULL, -- of the request's body
    at     INTEGER NOT NULL,
    status INTEGER NOT NULL,
    size   INTEGER NOT NULL, -- of the body
    body   TEXT    NOT NULL
) STRICT;
CREATE INDEX answers_by_time ON answers (at, size); -- read alone to find what is too much
