package e2e

import (
	"database/sql"
	"fmt"
	"testing"

	"feedstation/internal/testkit/sqltest"
)

// newsroom is how a newsroom's own database is started and spoken to.
type newsroom struct {
	name  string // and driver
	start func(testing.TB) *sqltest.Server
	clock string // now, by the server
	time  string // the type of a moment
}

var (
	postgresRoom = newsroom{"postgres", sqltest.StartPostgres, "clock_timestamp()", "timestamptz"}
	mariaDBRoom  = newsroom{"mysql", sqltest.StartMariaDB, "utc_timestamp(6)", "datetime(6)"}
)

// newsdesk is a database of a newsroom that has the two relations as tables.
type newsdesk struct {
	t      *testing.T
	room   newsroom
	server *sqltest.Server
	name   string
	db     *sql.DB
}

func (n newsroom) open(t *testing.T) *newsdesk {
	t.Helper()
	d := &newsdesk{t: t, room: n, server: n.start(t)}
	d.name = d.server.Database(t)
	d.db = d.server.Open(t, d.name)
	d.db.SetMaxIdleConns(0) // none may be of a server before its restart
	d.relations(d.db)
	return d
}

// relations makes the two relations in a database.
func (d *newsdesk) relations(db *sql.DB) {
	d.t.Helper()
	mustExec(d.t, db, fmt.Sprintf(`CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64) NOT NULL, url varchar(2000) NOT NULL, title varchar(500) NOT NULL,
		published %[1]s NOT NULL, status varchar(20) NOT NULL, modified_at %[1]s NOT NULL)`, d.room.time))
	mustExec(d.t, db, `CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))`)
}

// dsn is where the database is, at the server itself.
func (d *newsdesk) dsn() string { return d.server.RootDSN(d.name) }

func (d *newsdesk) exec(format string, args ...any) {
	d.t.Helper()
	mustExec(d.t, d.db, fmt.Sprintf(format, args...))
}

// write publishes an article of xt now.
func (d *newsdesk) write(id int, title string) {
	d.t.Helper()
	now := d.room.clock
	mustExec(
		d.t, d.db,
		fmt.Sprintf(`INSERT INTO articles VALUES ('%d', 'xt', 'https://xt.news.example/content/%d.html', '%s', %s, 'published', %s)`, id, id, title, now, now),
		fmt.Sprintf(`INSERT INTO article_channels VALUES ('%d', 'moment')`, id),
	)
}

// setStatus changes an article's status now.
func (d *newsdesk) setStatus(id int, status string) {
	d.t.Helper()
	d.exec(`UPDATE articles SET status = '%s', modified_at = %s WHERE id = '%d'`, status, d.room.clock, id)
}
