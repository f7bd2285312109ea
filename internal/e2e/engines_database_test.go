package e2e

import (
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"

	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// modelledEngine is a kind of database of a newsroom.
type modelledEngine struct {
	driver  string
	start   func(testing.TB) *sqltest.Server // nil: SQLite
	moment  string                           // the type of a moment
	clock   string                           // now in Unix milliseconds
	stamps  []string                         // what a program may take for modified_at
	numbers bool                             // placeholders are numbered
	writers int                              // that can be in a transaction at a time
}

var modelled = []modelledEngine{
	{driver: content.SQLite, clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)", stamps: []string{"CAST(unixepoch('subsec') * 1000 AS INTEGER)"}, writers: 1},
	{
		driver: content.Postgres, start: sqltest.Postgres, moment: "timestamptz", clock: "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
		stamps: []string{"now()", "clock_timestamp()"}, numbers: true, writers: 4,
	},
	{
		driver: content.MySQL, start: sqltest.MariaDB, moment: "datetime(6)", clock: "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS SIGNED)",
		stamps: []string{"UTC_TIMESTAMP(6)"}, writers: 4,
	},
}

// open makes a database with the two relations, without any trigger of theirs
// but those that the embedded store has.
func (e modelledEngine) open(t *testing.T) (*sql.DB, content.Options) {
	t.Helper()
	if e.start == nil {
		file := filepath.Join(t.TempDir(), "content.db")
		s, err := content.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		query := url.Values{"_txlock": {"immediate"}, "_pragma": {"busy_timeout(10000)", "synchronous(OFF)"}}
		db, err := sql.Open("sqlite", "file:"+file+"?"+query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db, content.Options{Driver: e.driver, DSN: file}
	}
	server := e.start(t)
	name := server.Database(t)
	db := server.Open(t, name)
	for _, statement := range []string{
		fmt.Sprintf(`CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64) NOT NULL, url varchar(2000) NOT NULL, title varchar(500) NOT NULL,
			published %[1]s NOT NULL, updated %[1]s NOT NULL, expires %[1]s NULL, status varchar(20) NOT NULL, noindex smallint NOT NULL, modified_at %[1]s NOT NULL)`, e.moment),
		`CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))`,
		`CREATE INDEX of_station ON articles (station, published, id)`, `CREATE INDEX by_time ON articles (published, id)`,
		`CREATE INDEX by_change ON articles (modified_at)`, `CREATE INDEX by_expiry ON articles (expires)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return db, content.Options{Driver: e.driver, DSN: server.RootDSN(name)}
}
