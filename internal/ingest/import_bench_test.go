//go:build unix

package ingest

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/testkit/processor"
)

// BenchmarkImport imports lines into a store that grows, after plain INSERTs of the same
// bytes: rows without a key and without an index, in transactions of the same size and with
// the same settings. By turns each would push the other's pages out of SQLite's cache, of
// which a process has one. The goals are 60,000 articles in a second of the processor, and
// 2.5 times the time of the plain ones.
func BenchmarkImport(b *testing.B) {
	const articles = 5 * batchSize
	n, err := network.New("湘江新闻网", []*network.Station{{
		ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment"}, {ID: "culture"}},
	}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	store, err := content.Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	const turns = 8
	plain := insertPlain(b, importLines(0, turns*articles)) / turns
	intake := Intake{
		Network: n,
		Refused: func(at Place, err error) { b.Fatal(at, err) },
		LeftOut: func(at Place, odd []article.Fault) { b.Fatal(at, odd) },
	}
	next := 0
	turn := func() time.Duration {
		text := importLines(next, articles)
		next += articles
		began := processor.Time(b)
		if err := intake.Put(b.Context(), store, Lines("articles", bytes.NewReader(text))); err != nil || intake.Count.Stored != next {
			b.Fatal(intake.Count, err)
		}
		return processor.Time(b) - began
	}
	turn() // until the cache is full
	var imported time.Duration
	for b.Loop() {
		imported += turn()
	}
	b.ReportMetric(articles*float64(b.N)/imported.Seconds(), "articles/s")
	b.ReportMetric(articles/plain.Seconds(), "plain-articles/s")
	b.ReportMetric(imported.Seconds()/float64(b.N)/plain.Seconds(), "×plain")
}

// importLines returns articles of 1.7 KB in the import format, from the given number on.
func importLines(first, n int) []byte {
	var text bytes.Buffer
	body, _ := json.Marshal("<p>" + strings.Repeat("湖边的读书节开幕了。", 40) + "</p>") // a text always marshals
	for i := range n {
		i += first
		at := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 5 * time.Minute).Format(time.RFC3339)
		fmt.Fprintf(&text, `{"id":"%d","station":"xt","channels":["moment","culture"],"url":"https://xt.news.example/content/%[1]d.html",`+
			`"title":"第%[1]d条新闻","body":%s,"authors":["林知夏"],"editor":"周明远","source":{"name":"湘潭站"},"published":%q,`+
			`"images":[{"url":"1.jpg","caption":"开幕现场","width":1200,"height":800,"type":"image/jpeg"}],"tags":["读书","湖边"]}`+"\n", 5_000_000+i, body, at)
	}
	return text.Bytes()
}

// plainRows returns the values of lines as a row has them: texts as they are, lists and
// objects as JSON.
func plainRows(b *testing.B, text []byte) (rows [][]any) {
	b.Helper()
	for line := range bytes.Lines(text) {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(line, &fields); err != nil {
			b.Fatal(err)
		}
		row := make([]any, 0, len(plainColumns))
		for _, name := range plainColumns {
			value := string(fields[name])
			if unquoted := ""; json.Unmarshal(fields[name], &unquoted) == nil {
				value = unquoted
			}
			row = append(row, value)
		}
		rows = append(rows, row)
	}
	return rows
}

// plainColumns are the fields that the lines have.
var plainColumns = []string{"id", "station", "channels", "url", "title", "body", "authors", "editor", "source", "published", "images", "tags"}

// insertPlain inserts the values of lines into a table that has nothing but columns and
// returns how long that took.
func insertPlain(b *testing.B, text []byte) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "plain.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=cache_size(-16384)&_pragma=wal_autocheckpoint(8192)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	columns := strings.Join(plainColumns, ", ")
	if _, err := db.ExecContext(b.Context(), "CREATE TABLE plain ("+columns+")"); err != nil {
		b.Fatal(err)
	}
	into := "INSERT INTO plain (" + columns + ") VALUES (?" + strings.Repeat(", ?", len(plainColumns)-1) + ")"
	rows := plainRows(b, text)
	began := processor.Time(b)
	for some := range slices.Chunk(rows, batchSize) {
		insertAll(b, db, into, some)
	}
	return processor.Time(b) - began
}

// insertAll inserts rows in one transaction.
func insertAll(b *testing.B, db *sql.DB, into string, rows [][]any) {
	b.Helper()
	tx, err := db.BeginTx(b.Context(), nil)
	if err != nil {
		b.Fatal(err)
	}
	insert, err := tx.Prepare(into)
	if err != nil {
		b.Fatal(err)
	}
	for _, row := range rows {
		if _, err := insert.Exec(row...); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}
