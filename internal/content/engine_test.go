package content_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

func TestMain(m *testing.M) { os.Exit(sqltest.Main(m)) }

// engine is a database with the two relations, and another program that writes
// to them.
type engine struct {
	name    string
	options content.Options
	db      *sql.DB
	server  *sqltest.Server // nil: SQLite
}

// engines runs a test with a new database of each kind.
func engines(t *testing.T, test func(t *testing.T, e *engine)) {
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "content.db")
		open(t, file) // it makes its tables
		test(t, &engine{name: content.SQLite, options: content.Options{Driver: content.SQLite, DSN: file}, db: foreign(t, file)})
	})
	others(t, test)
}

// others runs a test with a new database of each kind that is another program's.
func others(t *testing.T, test func(t *testing.T, e *engine)) {
	t.Run("other sqlite", func(t *testing.T) { test(t, newOtherSQLite(t)) })
	servers(t, test)
}

// newOtherSQLite makes the two relations in a SQLite file of another program.
func newOtherSQLite(t *testing.T) *engine {
	t.Helper()
	file := filepath.Join(t.TempDir(), "newsroom.sqlite")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	e := &engine{name: content.SQLiteReadOnly, options: content.Options{Driver: content.SQLiteReadOnly, DSN: file}, db: db}
	e.exec(t, "PRAGMA journal_mode = WAL") // else a reader keeps a writer waiting
	e.makeRelations(t)
	return e
}

// servers runs a test with a new database of each kind of server.
func servers(t *testing.T, test func(t *testing.T, e *engine)) {
	t.Run("postgres", func(t *testing.T) { test(t, newEngine(t, content.Postgres, sqltest.Postgres(t))) })
	t.Run("mariadb", func(t *testing.T) { test(t, newEngine(t, content.MySQL, sqltest.MariaDB(t))) })
}

// newEngine makes the two relations, without any constraint, in a database of
// a server.
func newEngine(t *testing.T, name string, server *sqltest.Server) *engine {
	t.Helper()
	e := bareEngine(t, name, server)
	e.makeRelations(t)
	return e
}

func (e *engine) makeRelations(t *testing.T) {
	t.Helper()
	e.exec(t, e.articlesTable())
	e.exec(t, "CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))")
	e.exec(t, "CREATE INDEX i_channel ON article_channels (channel, article_id)")
	for _, columns := range []string{"station, published, id", "published, id", "modified_at", "expires"} {
		e.exec(t, "CREATE INDEX "+strings.NewReplacer(", ", "_").Replace("i_"+columns)+" ON articles ("+columns+")")
	}
}

// bareEngine has an empty database.
func bareEngine(t *testing.T, name string, server *sqltest.Server) *engine {
	t.Helper()
	database := server.Database(t)
	return &engine{
		name: name, server: server, db: server.Open(t, database),
		options: content.Options{Driver: name, DSN: server.RootDSN(database)},
	}
}

func (e *engine) articlesTable() string {
	text, moment, truth := "text", "timestamptz", "boolean"
	switch e.name {
	case content.MySQL:
		text, moment, truth = "longtext", "datetime(6)", "tinyint(1)"
	case content.SQLiteReadOnly:
		moment = "datetime" // which is no type to SQLite
	}
	var ddl strings.Builder
	ddl.WriteString("CREATE TABLE articles (id varchar(190) NOT NULL PRIMARY KEY, station varchar(64), noindex " + truth)
	for _, c := range timeColumns() {
		ddl.WriteString(", " + c + " " + moment)
	}
	for _, c := range textColumns() {
		ddl.WriteString(", " + c + " " + text)
	}
	return ddl.String() + ")"
}

func timeColumns() []string { return []string{"published", "updated", "expires", "modified_at"} }

func textColumns() []string {
	return []string{
		"url", "title", "language", "status", "images", "enclosures", "alternates", "authors", "editor", "source", "tags",
		"rights", "original_url", "next_url", "summary", "body", "guid", "lead_image",
	}
}

func (e *engine) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	exec(t, e.db, statement, args...)
}

// store opens a content store on the database.
func (e *engine) store(t testing.TB, change ...func(*content.Options)) *content.Store {
	t.Helper()
	o := e.options
	for _, c := range change {
		c(&o)
	}
	s, err := content.OpenWith(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// time returns a time as the engine's column has it.
func (e *engine) time(at time.Time) any {
	switch {
	case at.IsZero():
		return nil
	case e.name == content.SQLite:
		return at.UnixMilli()
	case e.name == content.SQLiteReadOnly:
		return at.UTC().Format("2006-01-02 15:04:05.000") // as datetime('now', 'subsec') has it
	}
	return at
}

// marks returns n placeholders.
func (e *engine) marks(n int) string {
	var marks []string
	for i := range n {
		if e.name == content.Postgres {
			marks = append(marks, fmt.Sprint("$", i+1))
		} else {
			marks = append(marks, "?")
		}
	}
	return strings.Join(marks, ", ")
}

// executor is a database or a transaction.
type executor interface {
	Exec(query string, args ...any) (sql.Result, error)
}

// write stores an article as one that changed then.
func (e *engine) write(t testing.TB, db executor, modified time.Time, articles ...article.Article) {
	t.Helper()
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, a := range articles {
		do("DELETE FROM article_channels WHERE article_id = "+e.marks(1), a.ID)
		do("DELETE FROM articles WHERE id = "+e.marks(1), a.ID)
		columns := append([]string{"id", "station", "noindex"}, append(timeColumns(), textColumns()...)...)
		do("INSERT INTO articles ("+strings.Join(columns, ", ")+") VALUES ("+e.marks(len(columns))+")",
			a.ID, a.Station, a.NoIndex, e.time(a.Published), e.time(a.Updated), e.time(a.Expires), e.time(modified),
			a.URL, a.Title, a.Language, string(a.Status), text(a.Images), text(a.Enclosures), text(a.Alternates), text(a.Authors), a.Editor,
			text(a.Source), text(a.Tags), a.Rights, a.OriginalURL, a.NextURL, a.Summary, a.Body, nullable(a.GUID), a.Lead)
		for _, channel := range a.Channels {
			do("INSERT INTO article_channels (article_id, channel) VALUES ("+e.marks(2)+")", a.ID, channel)
		}
	}
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func text(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	if string(data) == "null" {
		return "[]"
	}
	return string(data)
}
