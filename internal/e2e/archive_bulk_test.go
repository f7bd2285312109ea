//go:build archive && linux

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/demo"
	"feedstation/internal/network"
	"feedstation/internal/testkit/sqltest"
)

// TestBulk measures an import of very many articles alone.
func TestBulk(t *testing.T) {
	var results table
	measureBulk(t, &results, buildProgram(t))
	results.print()
}

// measureBulk measures what an import costs while all of it is new, as the content
// store tells for two minutes: a build and a start at once, refreshes that find
// nothing else, and a new article.
func measureBulk(t *testing.T, results *table, program string) {
	for _, driver := range []string{content.SQLite, content.Postgres, content.MySQL} {
		t.Run(driver, func(t *testing.T) {
			for _, measure := range []func(*archive, *table){(*archive).buildNew, (*archive).serveNew} {
				a := newArchive(t, program)
				a.load(results, driver)
				measure(a, results)
			}
		})
	}
}

// of is the archive as part of a test has it.
func (a *archive) of(t *testing.T) *archive {
	other := *a
	other.t = t
	return &other
}

// load imports articles in one transaction.
func (a *archive) load(results *table, driver string) {
	switch driver {
	case content.SQLite:
		a.fill(results, bulkArchive)
		a.name = "import of " + a.name
	case content.Postgres:
		a.loadServer(driver, sqltest.Postgres(a.t), "timestamptz NOT NULL", "DEFAULT now()", "COPY articles (%s) FROM '%s'")
	case content.MySQL:
		a.loadServer(driver, sqltest.MariaDB(a.t), "datetime(3) NOT NULL", "DEFAULT UTC_TIMESTAMP(3)", "LOAD DATA INFILE '%[2]s' INTO TABLE articles CHARACTER SET utf8mb4 (%[1]s)")
	}
}

func (a *archive) loadServer(driver string, server *sqltest.Server, moment, present, load string) {
	a.name = fmt.Sprintf("%s of %d articles", strings.Fields(load)[0], bulkArchive)
	name := server.Database(a.t)
	db := server.Open(a.t, name)
	file := a.writeTable()
	step(a.name)
	for _, statement := range []string{
		fmt.Sprintf(`CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64) NOT NULL, url varchar(2000) NOT NULL, title varchar(500) NOT NULL,
			summary text NOT NULL, body text NOT NULL, published %[1]s, updated %[1]s, modified_at %[1]s %[2]s)`, moment, present),
		`CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))`,
		`CREATE INDEX of_channel ON article_channels (channel, article_id)`,
		`CREATE INDEX of_station ON articles (station, published, id)`, `CREATE INDEX by_time ON articles (published, id)`,
		`CREATE INDEX by_change ON articles (modified_at)`,
		fmt.Sprintf(load, "id, station, url, title, summary, body, published, updated", file),
	} {
		if _, err := db.ExecContext(a.t.Context(), statement); err != nil {
			a.t.Fatalf("%s: %v", statement, err)
		}
	}
	a.configure(archiveStations, driver, server.RootDSN(name))
	a.insert = func(n int, station *network.Station) (id, url string) {
		id, url = fmt.Sprint("wake-", n), station.Address(fmt.Sprintf("/wake/%d.html", n))
		statement := fmt.Sprintf(`INSERT INTO articles (id, station, url, title, summary, body, published, updated)
			SELECT '%s', '%s', '%s', '新', '', '', now, now FROM (SELECT modified_at AS now FROM (SELECT %s AS modified_at) AS clock) AS x`,
			id, station.ID, url, strings.TrimPrefix(present, "DEFAULT "))
		if _, err := db.ExecContext(a.t.Context(), statement); err != nil {
			a.t.Fatalf("%s: %v", statement, err)
		}
		return id, url
	}
}

// writeTable writes demo articles as COPY and LOAD DATA read them.
func (a *archive) writeTable() string {
	step("demo articles as a table")
	dir, err := os.MkdirTemp("/tmp", "feedstation-bulk-") // where servers may read
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { os.RemoveAll(dir) })
	name := filepath.Join(dir, "articles.tsv")
	file, err := os.Create(name)
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	out := bufio.NewWriter(file)
	escape := strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	moment := func(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.000") }
	for d := range demo.Articles(a.config().Network, bulkArchive, 1, time.Now()) {
		fields := []string{d.ID, d.Station, d.URL, d.Title, d.Summary, d.Body, moment(d.Published), moment(d.Updated)}
		for i := range fields {
			fields[i] = escape.Replace(fields[i])
		}
		fmt.Fprintln(out, strings.Join(fields, "\t"))
	}
	if err := out.Flush(); err != nil {
		a.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		a.t.Fatal(err)
	}
	return name
}

func (a *archive) buildNew(results *table) {
	a.build(results, figure{unit: "s"}, figure{unit: "MB", goal: 250})
}

// repeated is how long the store tells again what was written, content.overlap.
const repeated = 2 * time.Minute

func (a *archive) serveNew(results *table) {
	loaded := time.Now()
	pid := a.start(results, figure{unit: "s"})
	step("waiting until it has built everything")
	const quiet = 10 // seconds, in which a server may be at work for it
	for idle := 0; idle < quiet && time.Since(loaded) < repeated; idle++ {
		before := ticks(a.t, pid)
		time.Sleep(time.Second)
		if ticks(a.t, pid)-before > 10 {
			idle = -1
		}
	}
	step("refreshes that find nothing else")
	before, started := ticks(a.t, pid), time.Now()
	for time.Since(loaded) < repeated-20*time.Second {
		time.Sleep(time.Second)
	}
	passed := time.Since(started).Seconds()
	results.add(fmt.Sprintf("  idle refreshes, %.0f s of the overlap", passed), (ticks(a.t, pid)-before)/passed, figure{unit: "%", goal: 5})
	a.wake(results)
	results.add("  its peak memory", status(a.t, pid, "VmHWM")/megabyte, figure{unit: "MB", goal: 250})
}
