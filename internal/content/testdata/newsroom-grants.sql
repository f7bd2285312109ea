CREATE USER feedstation PASSWORD 'change-me';
GRANT USAGE ON SCHEMA feeds TO feedstation;
GRANT SELECT ON feeds.articles, feeds.article_channels TO feedstation;
