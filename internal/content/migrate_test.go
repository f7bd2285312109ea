package content_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// first makes a store as the first program made it.
func first(t *testing.T, file string) *sql.DB {
	t.Helper()
	return earlier(t, file, 1)
}

// earlier makes a store as the program of that version made it.
func earlier(t *testing.T, file string, version int) *sql.DB {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("migrations", "*.sql"))
	if err != nil || len(names) < version {
		t.Fatalf("%q, %v", names, err)
	}
	db := foreign(t, file)
	for _, name := range names[:version] {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, db, string(text))
	}
	exec(t, db, fmt.Sprint("PRAGMA user_version = ", version))
	exec(t, db, "PRAGMA journal_mode = WAL")
	return db
}

// table returns what a query finds, a row a line.
func table(t *testing.T, db *sql.DB, query string) (lines []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%q", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestMigrateFirst opens a store of the first program: its rows are as they
// were, and nothing looks as if it had changed.
func TestMigrateFirst(t *testing.T) {
	const columns = `id, station, url, title, summary, authors, editor, source, published, updated, expires, images, enclosures,
		tags, language, rights, original_url, next_url, status, noindex, modified_at, body`
	file := filepath.Join(t.TempDir(), "content.db")
	db := first(t, file)
	exec(t, db, `INSERT INTO articles (`+columns+`) VALUES
		('b', 'xt', 'https://xt.news.example/b', '春', '<p>一</p>', '["张三"]', '王五', '{"name":"湘潭日报"}', 1000, 2000, 9000, '[{"url":"1.jpg"}]',
			'[{"url":"1.mp3"}]', '["雨湖区"]', 'zh-CN', '©', 'https://o.news.example/', 'https://n.news.example/', 'withdrawn', 1, 77, 'body'),
		('a', 'cs', 'https://cs.news.example/a', '夏', '', 'broken', '', '{}', -5, -5, NULL, '[]', '[]', '[]', '', '', '', '', 'draft', 0, -78, '`+strings.Repeat("长", 9000)+`')`)
	exec(t, db, `INSERT INTO articles (id, station, url, title, published, updated, modified_at) VALUES ('c', 'xt', 'https://xt.news.example/c', '秋', 3000, 3000, 79)`)
	exec(t, db, `INSERT INTO article_channels VALUES ('b', 'moment'), ('b', 'culture'), ('gone', 'moment')`)
	exec(t, db, `INSERT INTO article_moves VALUES ('b', 'cs', 500, 76)`)
	// What another tool has in the file as well.
	exec(t, db, `CREATE VIEW headlines AS SELECT id, title FROM articles ORDER BY id`)
	exec(t, db, `CREATE TABLE desk (id TEXT)`)
	exec(t, db, `CREATE TRIGGER desk_done AFTER DELETE ON desk BEGIN UPDATE articles SET status = 'published' WHERE id = OLD.id; END`)
	queries := []string{
		`SELECT ` + columns + ` FROM articles ORDER BY rowid`,
		`SELECT * FROM article_channels ORDER BY 1, 2`, `SELECT * FROM article_moves ORDER BY rowid`, `SELECT * FROM headlines`,
	}
	var before [][]string
	for _, query := range queries {
		before = append(before, table(t, db, query))
	}

	s := open(t, file)
	for i, query := range queries {
		if diff := cmp.Diff(before[i], table(t, db, query)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", query, diff)
		}
	}
	if got := table(t, db, `SELECT DISTINCT alternates FROM articles`); !slices.Equal(got, []string{`["[]"]`}) {
		t.Errorf("alternates %q", got)
	}
	if got := table(t, db, `PRAGMA integrity_check`); !slices.Equal(got, []string{`["ok"]`}) {
		t.Errorf("integrity: %q", got)
	}
	if got := changes(t, s, time.Now()); got != nil {
		t.Errorf("changes: %v", got)
	}

	exec(t, db, `INSERT INTO desk VALUES ('b')`)
	exec(t, db, `DELETE FROM desk`)
	exec(t, db, `UPDATE articles SET station = 'zz' WHERE id = 'c'`)
	exec(t, db, `DELETE FROM articles WHERE id = 'a'`)
	var got []string
	for _, c := range changes(t, s, time.Now()) {
		got = append(got, c.ID+" "+c.Station)
	}
	slices.Sort(got)
	if want := []string{"a cs", "b xt", "c xt", "c zz"}; !slices.Equal(got, want) {
		t.Errorf("changes by another tool: %q, want %q", got, want)
	}
}

// TestMigrateSecond opens a store of the second program: its rows are as they
// were and are found, and nothing looks as if it had changed.
func TestMigrateSecond(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	db := earlier(t, file, 2)
	exec(t, db, `WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 3000)
		INSERT INTO articles (id, station, url, title, published, updated, images, enclosures, summary, body, modified_at)
		SELECT 'a' || value, 'xt', 'https://xt.news.example/' || value, '第' || value || '条', value, value, '[{"url":"1.jpg"}]',
			iif(value % 100 = 0, '[{"url":"1.mp4"}]', '[]'), 's' || value, 'b' || value, 77
		FROM n`)
	exec(t, db, `INSERT INTO article_channels SELECT id, 'moment' FROM articles`)
	queries := []string{
		`SELECT id, station, url, title, published, updated, expires, language, status, noindex, images, enclosures, alternates, modified_at,
			authors, editor, source, tags, rights, original_url, next_url, summary, body FROM articles ORDER BY rowid`,
		`SELECT * FROM article_channels ORDER BY 1, 2`, `SELECT * FROM article_moves`,
	}
	var before [][]string
	for _, query := range queries {
		before = append(before, table(t, db, query))
	}
	s := open(t, file)
	for i, query := range queries {
		if diff := cmp.Diff(before[i], table(t, db, query)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", query, diff)
		}
	}
	if got := table(t, db, `PRAGMA integrity_check`); !slices.Equal(got, []string{`["ok"]`}) {
		t.Errorf("integrity: %q", got)
	}
	if got := changes(t, s, time.Now()); got != nil {
		t.Errorf("changes: %v", got)
	}
	exec(t, db, `UPDATE articles SET title = '新', images = '[]' WHERE id = 'a300'`)
	present := snapshot(t, s)
	defer present.Close()
	articles := listing(t, present, "xt", time.UnixMilli(0), time.UnixMilli(3001))
	if len(articles) != 3000 {
		t.Fatalf("%d articles, want 3000", len(articles))
	}
	for i, want := range map[int]article.Article{
		298: {ID: "a299", URL: "https://xt.news.example/299", Title: "第299条", Images: []article.Image{{URL: "1.jpg"}}},
		299: {ID: "a300", URL: "https://xt.news.example/300", Title: "新", Enclosures: []article.Enclosure{{URL: "1.mp4"}}, Summary: "s300", Body: "b300"},
	} {
		want.Station, want.Status, want.Published = "xt", article.Published, time.UnixMilli(int64(i+1)).UTC()
		want.Updated = want.Published
		if diff := cmp.Diff(want, articles[i]); diff != "" {
			t.Errorf("article %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestMigrateSchema holds that a migrated store is the same as a new one: its
// triggers and indexes are, and so are the plans of queries.
func TestMigrateSchema(t *testing.T) {
	const query = `SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name`
	dir := t.TempDir()
	db := first(t, filepath.Join(dir, "migrated.db"))
	of := func(kind string) string {
		return `SELECT name, sql FROM sqlite_schema WHERE type = '` + kind + `' ORDER BY name`
	}
	const columns = `SELECT tbl_name, m.name, seqno, i.name FROM sqlite_schema AS m, pragma_index_info(m.name) AS i
		WHERE m.type = 'index' AND tbl_name <> 'answers' AND m.name NOT IN ('article_channels_of_channel', 'articles_of_url', 'articles_of_guid', 'articles_not_news') AND (seqno = 0 OR seqno < 3 AND m.name <> 'articles_by_change') ORDER BY 2, 3` // later ones may have more
	indexes, triggers := table(t, db, columns), table(t, db, of("trigger"))
	open(t, filepath.Join(dir, "migrated.db"))
	open(t, filepath.Join(dir, "new.db"))
	migrated := table(t, db, query)
	if diff := cmp.Diff(table(t, foreign(t, filepath.Join(dir, "new.db")), query), migrated); diff != "" {
		t.Errorf("schema (-new +migrated):\n%s", diff)
	}
	if diff := cmp.Diff(indexes, table(t, db, columns)); diff != "" {
		t.Errorf("indexes (-first +migrated):\n%s", diff)
	}
	if diff := cmp.Diff(triggers, table(t, db, of("trigger"))); diff != "" {
		t.Errorf("triggers (-first +migrated):\n%s", diff)
	}
}

// TestMigrateMarks holds that a store says whose it is, also one of a version that did
// not say so.
func TestMigrateMarks(t *testing.T) {
	dir := t.TempDir()
	names, err := filepath.Glob(filepath.Join("migrations", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []int{0, 1, len(names) - 1, len(names)} {
		file := filepath.Join(dir, fmt.Sprint(version))
		if version > 0 {
			earlier(t, file, version)
		}
		open(t, file)
		if got := table(t, foreign(t, file), "SELECT printf('%x', application_id) FROM pragma_application_id"); !slices.Equal(got, []string{`["66656473"]`}) {
			t.Errorf("version %d: application_id %s", version, got)
		}
	}
}

// TestMigrateBusy holds that those who read an old store while it is migrated
// keep what they see.
func TestMigrateBusy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	db := first(t, file)
	exec(t, db, `INSERT INTO articles (id, station, url, title, published, updated) VALUES ('1', 'xt', 'https://xt.news.example/1.html', '第1条', 1000, 1000)`)
	reader, err := db.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback()
	count := func() (n int) {
		t.Helper()
		if err := reader.QueryRowContext(t.Context(), `SELECT count(*) FROM articles`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 1 {
		t.Fatalf("%d articles", n)
	}
	s, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, story("2", time.Unix(1, 0)))
	if n := count(); n != 1 {
		t.Errorf("a transaction that began before sees %d articles", n)
	}
	want := []article.Article{story("2", time.Unix(1, 0).UTC()), story("1", time.Unix(1, 0).UTC())}
	if diff := cmp.Diff(want, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}
}

// TestMigrateNothing holds that a store which lacks nothing is opened while
// somebody writes to it.
func TestMigrateNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	s, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	writer, err := foreign(t, file).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	if _, err := writer.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	second, err := content.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
	if _, err := writer.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Error(err)
	}
}
