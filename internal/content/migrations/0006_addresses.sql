-- The articles that others name as the next one, or as their translation.
CREATE INDEX articles_of_url ON articles (url);
