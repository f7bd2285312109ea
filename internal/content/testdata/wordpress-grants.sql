CREATE USER feedstation IDENTIFIED BY 'change-me';
GRANT SELECT ON articles TO feedstation;
GRANT SELECT ON article_channels TO feedstation;
