package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"feedstation/internal/testkit/sqltest"
)

// database is one of MariaDB's with the two relations that feedstation reads;
// Django reads the same.
type database struct {
	server *sqltest.Server
	name   string
	db     *sql.DB
}

// relations are made with the indexes that `feedstation check` asks for, and one
// for Django's order.
var relations = []string{
	`CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64) NOT NULL, url varchar(2000) NOT NULL, title varchar(500) NOT NULL,
		summary text NOT NULL, body mediumtext NOT NULL, authors text NOT NULL, published datetime(6) NOT NULL, updated datetime(6) NOT NULL,
		status varchar(20) NOT NULL, modified_at datetime(6) NOT NULL,
		INDEX (modified_at), INDEX (station, published, id), INDEX (status, published))`,
	`CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel), INDEX (channel, article_id))`,
}

// newDatabase returns one with articles.
func (s *stage) newDatabase(lines []line) *database {
	server := sqltest.MariaDB(s)
	d := &database{server: server, name: server.Database(s)}
	d.db = server.Open(s, d.name)
	d.db.SetMaxIdleConns(0) // none may be of a server before its restart
	for _, statement := range append(relations, "SET GLOBAL max_connections = 200") {
		if _, err := d.db.ExecContext(s.ctx, statement); err != nil {
			s.Fatal(err)
		}
	}
	if err := d.put(s.ctx, lines...); err != nil {
		s.Fatal(err)
	}
	return d
}

// put stores articles, or replaces them.
func (d *database) put(ctx context.Context, lines ...line) error {
	for some := range slices.Chunk(lines, 500) {
		var articles, channels [][]any
		for _, l := range some {
			authors, err := json.Marshal(l.Authors)
			if err != nil {
				return err
			}
			articles = append(articles, []any{
				l.ID, l.Station, l.URL, l.Title, l.Summary, l.Body, string(authors),
				stamp(l.Published), stamp(l.Updated), l.Status, stamp(time.Now()),
			})
			for _, c := range l.Channels {
				channels = append(channels, []any{l.ID, c})
			}
		}
		if err := insert(ctx, d.db, "REPLACE INTO articles", articles); err != nil {
			return err
		}
		if err := insert(ctx, d.db, "REPLACE INTO article_channels", channels); err != nil {
			return err
		}
	}
	return nil
}

// stamp writes a time as DATETIME has it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000") }

// insert puts rows into a table with one statement.
func insert(ctx context.Context, db *sql.DB, into string, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(rows[0])), ",") + ")"
	_, err := db.ExecContext(ctx, into+" VALUES "+strings.TrimSuffix(strings.Repeat(one+",", len(rows)), ","), slices.Concat(rows...)...)
	return err
}
