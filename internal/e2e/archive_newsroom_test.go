//go:build archive && linux

package e2e

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/testkit/sqltest"
)

// TestArchiveOfNewsroom measures what an archive of ten million articles of 141
// stations costs in a newsroom's own tables on PostgreSQL, those of newsroom.sql,
// beside one of ten thousand, and prints a table: make bench-archive-postgres. It
// takes about an hour and 25 GB. FEEDSTATION_ARTICLES=1000000 makes it smaller.
func TestArchiveOfNewsroom(t *testing.T) {
	articles := hugeArchive
	if text := os.Getenv("FEEDSTATION_ARTICLES"); text != "" {
		var err error
		if articles, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	var results table
	t.Cleanup(func() { results.print() })
	server := sqltest.StartPostgres(t)
	program := buildProgram(t, "-buildvcs=auto") // one without a version builds everything at its start
	small, large := newTables(t, program, server), newTables(t, program, server)
	for _, statement := range []string{
		// What a newsroom's server has, not what its package begins with.
		"ALTER SYSTEM SET shared_buffers = '1GB'", "ALTER SYSTEM SET maintenance_work_mem = '512MB'",
		"ALTER SYSTEM SET max_wal_size = '8GB'", "ALTER SYSTEM SET random_page_cost = 1.1",
	} {
		small.exec(statement)
	}
	server.Restart(t)
	small.fill(&results, smallArchive)
	large.fill(&results, articles)

	large.floor(&results, large.build(&results, figure{unit: "s"}, figure{unit: "MB", goal: 300}))
	small.build(&results, figure{unit: "s"}, figure{unit: "MB"})
	large.measureCache(&results)
	small.measure(t, &results)
	large.measure(t, &results)
}

// tables is an archive in the tables of a newsroom.
type tables struct {
	*archive
	db   *sql.DB
	last int // id
}

func newTables(t *testing.T, program string, server *sqltest.Server) *tables {
	a := &tables{archive: newArchive(t, program)}
	name := server.Database(t)
	a.db = server.Open(t, name)
	a.configure(hugeStations, content.Postgres, server.RootDSN(name)+"&search_path=feeds")
	a.insert = a.publish
	return a
}

func (a *tables) exec(statement string, args ...any) {
	a.t.Helper()
	if _, err := a.db.ExecContext(a.t.Context(), statement, args...); err != nil {
		a.t.Fatalf("%.200s: %v", statement, err)
	}
}

// newsroomTables are those of newsroom.sql that have rows of articles.
var newsroomTables = []string{"article", "body", "picture", "article_category"}

// fill makes the tables, the articles of ten years and, as a dump does, the indexes
// last.
func (a *tables) fill(results *table, articles int) {
	a.name = fmt.Sprintf("%d articles on PostgreSQL", articles)
	a.last = articles
	step("filling the tables, " + a.name)
	began := time.Now()
	text, err := os.ReadFile("../content/testdata/newsroom.sql")
	if err != nil {
		a.t.Fatal(err)
	}
	schema, indexes, ok := strings.Cut(string(text), "-- The indexes that the views' queries go to.")
	if !ok {
		a.t.Fatal("newsroom.sql says nowhere where its indexes begin")
	}
	a.exec(schema)
	for _, table := range newsroomTables {
		a.exec("ALTER TABLE " + table + " DISABLE TRIGGER ALL")
	}
	a.write(articles)
	a.exec(indexes)
	for _, table := range newsroomTables {
		a.exec("ALTER TABLE " + table + " ENABLE TRIGGER ALL")
		a.exec("VACUUM ANALYZE " + table)
	}
	results.add("tables filled, "+a.name, time.Since(began).Seconds(), figure{unit: "s"})
	var size float64
	if err := a.db.QueryRowContext(a.t.Context(), "SELECT pg_database_size(current_database())").Scan(&size); err != nil {
		a.t.Fatal(err)
	}
	results.add("  their size", size/megabyte, figure{unit: "MB"})
}

// write writes articles, of which every third has a picture, every fourth is in two
// channels and every fiftieth was withdrawn.
func (a *tables) write(articles int) {
	stations := a.config().Network.Stations
	for i, s := range stations {
		a.exec("INSERT INTO site VALUES ($1, $2, $3)", i, s.ID, s.URL)
		for k, c := range s.Channels {
			a.exec("INSERT INTO category VALUES ($1, $2, $3)", 10*i+k, i, c.ID)
		}
	}
	numbers := strings.NewReplacer("{articles}", fmt.Sprint(articles), "{stations}", fmt.Sprint(len(stations)))
	const some = 500_000
	for from := 1; from <= articles; from += some {
		numbered := fmt.Sprintf("generate_series(%d, %d) AS i", from, min(from+some-1, articles))
		for _, rows := range []string{
			`article (id, site_id, headline, teaser, byline, state, published_at, changed_at)
				SELECT i, i % {stations}, '第' || i || '条新闻:湘江两岸的一天', '这是第' || i || '条新闻的摘要,说的是湘江两岸一天里的事。', ARRAY['记者' || i % 97],
				CASE i % 50 WHEN 0 THEN 'pulled' ELSE 'live' END, at, at
				FROM (SELECT i, now() - make_interval(secs => ({articles} - i) * (3650.0 * 86400 / {articles})) AS at FROM {i}) AS times`,
			`body SELECT i, '<p>' || repeat('湘江两岸,第' || i || '条新闻的正文。', 20) || '</p>' FROM {i}`,
			`picture SELECT i, 0, 'https://img.news.example/' || i || '.jpg', '现场', 1200, 800 FROM {i} WHERE i % 3 = 0`,
			`article_category SELECT i, 10 * (i % {stations}) + (i / {stations} + k) % 10 FROM {i}, generate_series(0, 1) AS k WHERE k = 0 OR i % 4 = 0`,
		} {
			a.exec("INSERT INTO " + strings.ReplaceAll(numbers.Replace(rows), "{i}", numbered))
		}
	}
}

// publish puts a new article into the tables, as the newsroom does.
func (a *tables) publish(_ int, station *network.Station) (id, url string) {
	a.last++
	a.exec("INSERT INTO article (id, site_id, headline, state) SELECT $1::bigint, id, '新 ' || $1::bigint, 'live' FROM site WHERE code = $2", a.last, station.ID)
	a.exec("INSERT INTO body VALUES ($1, '<p>正文</p>')", a.last)
	a.exec("INSERT INTO article_category SELECT $1::bigint, c.id FROM category c JOIN site s ON s.id = c.site_id WHERE s.code = $2 AND c.code = 'moment'", a.last, station.ID)
	return strconv.Itoa(a.last), fmt.Sprintf("%s/content/%d.html", station.URL, a.last)
}

// measure measures a process that serves the archive: its start, its memory, ten
// minutes without work, and what new articles cost it and the database.
func (a *tables) measure(t *testing.T, results *table) {
	t.Run(a.name, func(t *testing.T) {
		of := *a
		of.archive = a.of(t)
		of.insert = of.publish
		pid := of.start(results, figure{unit: "s", goal: 1})
		of.visit(results)
		step("waiting until it has nothing to do")
		results.add("  its memory at rest", of.rest(pid)/megabyte, figure{unit: "MB", goal: 180})
		results.add("  its peak memory", status(t, pid, "VmHWM")/megabyte, figure{unit: "MB"})
		of.mustHaveTold()
		of.idle(results, pid)
		before, server := ticks(t, pid), of.databaseTicks()
		ids := of.wake(results)
		results.add("  processor time of each", (ticks(t, pid)-before)*10/wakes, figure{unit: "ms"})
		results.add("  the database's", (of.databaseTicks()-server)*10/wakes, figure{unit: "ms"})
		of.mustHaveTold(ids...)
	})
}

// idle measures what refreshes, audits and following cost in ten minutes without a
// change.
func (a *tables) idle(results *table, pid string) {
	const minutes = 10
	step(fmt.Sprintf("%d minutes without a change", minutes))
	before, server := ticks(a.t, pid), a.databaseTicks()
	time.Sleep(minutes * time.Minute)
	percent := func(ticks float64) float64 { return ticks / (minutes * 60) }
	results.add("  idle, of a core", percent(ticks(a.t, pid)-before), figure{unit: "%", goal: 1.5})
	results.add("  the database's", percent(a.databaseTicks()-server), figure{unit: "%"})
}

// databaseTicks returns how much processor time the server's processes have used, also
// those that have ended, in hundredths of a second (proc_pid_stat(5)).
func (a *tables) databaseTicks() (sum float64) {
	var backend string
	if err := a.db.QueryRowContext(a.t.Context(), "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		a.t.Fatal(err)
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		a.t.Fatal(err)
	}
	const parent, own, children = 1, 11, 13 // of the fields behind the name
	server := processFields(backend)[parent]
	for _, process := range processes {
		fields := processFields(filepath.Base(process))
		switch {
		case fields == nil: // it has just ended
		case filepath.Base(process) == server:
			sum += number(a.t, fields[children]) + number(a.t, fields[children+1])
			fallthrough
		case fields[parent] == server:
			sum += number(a.t, fields[own]) + number(a.t, fields[own+1])
		}
	}
	return sum
}

// processFields returns what /proc says of a process behind its name; nil: it has ended.
func processFields(pid string) []string {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return nil
	}
	_, after, _ := strings.Cut(string(text), ") ")
	return strings.Fields(after)
}
