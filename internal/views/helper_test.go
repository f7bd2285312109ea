package views_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/views"
)

func TestMain(m *testing.M) { os.Exit(sqltest.Main(m)) }

// strict is MySQL 8's default sql_mode.
const strict = "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"

// newsroom is a database of a known system, with its views, and a store of it.
type newsroom struct {
	t     testing.TB
	db    *sql.DB // of the system, on one connection
	store *content.Store

	postgres bool
}

// open makes the system's tables by files of testdata, then what views prints, as one
// who pipes it into a client, and opens the store as the printed configuration says.
func open(t testing.TB, o views.Options, tables ...string) *newsroom {
	t.Helper()
	var scripts []string
	for _, name := range tables {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, string(text))
	}
	return openScript(t, o, scripts...)
}

// openScript is open with the scripts themselves.
func openScript(t testing.TB, o views.Options, scripts ...string) *newsroom {
	t.Helper()
	server := serverOf(t, o.System)
	database := server.Database(t)
	n := &newsroom{t: t, db: server.Open(t, database), postgres: server.Driver() == "pgx"}
	n.db.SetMaxOpenConns(1)
	n.mode("")
	for _, script := range scripts {
		n.run(script)
	}
	n.install(server, database, o)
	return n
}

func serverOf(t testing.TB, system string) *sqltest.Server {
	t.Helper()
	if slices.Contains([]string{"directus", "strapi", "wagtail"}, system) {
		return sqltest.Postgres(t)
	}
	return sqltest.MariaDB(t)
}

// install runs what views prints, and opens the store.
func (n *newsroom) install(server *sqltest.Server, database string, o views.Options) {
	n.t.Helper()
	printed := printed(n.t, o)
	n.mode(strict)
	n.run(printed)
	n.mode("") // as WordPress has it
	n.t.Cleanup(n.dropUser)
	cfg := configuration(n.t, printed, server.DSN("feedstation", "change-me", database))
	c := cfg.Content
	store, err := content.OpenWith(n.t.Context(), content.Options{
		Driver: c.Driver, DSN: c.DSN.Reveal(), Articles: c.Articles, ArticleChannels: c.ArticleChannels, Network: cfg.Network,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.store = store
	n.t.Cleanup(func() {
		if err := store.Close(); err != nil {
			n.t.Error(err)
		}
	})
}

func (n *newsroom) dropUser() {
	statements := []string{"DROP USER feedstation"}
	if n.postgres {
		statements = []string{"DROP OWNED BY feedstation", "DROP USER feedstation"}
	}
	for _, statement := range statements {
		if _, err := n.db.Exec(statement); err != nil {
			n.t.Error(err)
		}
	}
}

// mode sets the sql_mode of MariaDB.
func (n *newsroom) mode(mode string) {
	n.t.Helper()
	if !n.postgres {
		n.run("SET sql_mode = '" + mode + "'")
	}
}

// run runs a script of statements. The line that DELIMITER begins changes what ends them,
// as in MySQL's client.
func (n *newsroom) run(script string) {
	n.t.Helper()
	delimiter := ";"
	if n.postgres {
		if _, err := n.db.Exec(script); err != nil {
			n.t.Fatalf("%v in\n%s", err, script)
		}
		return
	}
	var statement strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if rest, ok := strings.CutPrefix(line, "DELIMITER "); ok {
			delimiter = rest
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		before, ends := strings.CutSuffix(line, delimiter)
		statement.WriteString(before + "\n")
		if !ends {
			continue
		}
		if _, err := n.db.Exec(statement.String()); err != nil {
			n.t.Fatalf("%v in\n%s", err, statement.String())
		}
		statement.Reset()
	}
	if rest := strings.TrimSpace(statement.String()); rest != "" {
		if _, err := n.db.Exec(rest); err != nil {
			n.t.Fatalf("%v in\n%s", err, rest)
		}
	}
}

func printed(t testing.TB, o views.Options) string {
	t.Helper()
	var text strings.Builder
	if err := views.Write(&text, o); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// configuration reads the lines of config.yaml that views prints.
func configuration(t testing.TB, printed, dsn string) *config.Config {
	t.Helper()
	_, rest, ok := strings.Cut(printed, "-- stations:\n")
	lines, _, end := strings.Cut(rest, "--\n-- The channels")
	if !ok || !end {
		t.Fatalf("no lines of the configuration:\n%s", printed)
	}
	var text strings.Builder
	text.WriteString("network: {name: n}\nstations:\n")
	for line := range strings.Lines(lines) {
		text.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "--"), " "))
	}
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(file, []string{"FEEDSTATION_CONTENT_DSN=" + dsn})
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	return cfg
}

// snapshot returns one that ends with the test.
func (n *newsroom) snapshot() *content.Snapshot {
	n.t.Helper()
	s, err := n.store.Snapshot(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return s
}

// latest returns the newest articles of a station.
func (n *newsroom) latest(channel string, stations ...string) []article.Article {
	n.t.Helper()
	s := n.snapshot()
	defer s.Close()
	articles, err := s.Latest(n.t.Context(), stations, channel, 50)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, fault := range s.Faults() {
		n.t.Errorf("fault: %v", fault)
	}
	return articles
}

func (n *newsroom) ids(channel string, stations ...string) (ids []string) {
	n.t.Helper()
	for _, a := range n.latest(channel, stations...) {
		ids = append(ids, a.ID)
	}
	return ids
}

// sound holds that check has nothing to say of the relations and their rows.
func (n *newsroom) sound() {
	n.t.Helper()
	found, err := n.store.Inspect(n.t.Context())
	if err != nil || len(found) > 0 {
		n.t.Errorf("Inspect: %+v, %v", found, err)
	}
	s := n.snapshot()
	defer s.Close()
	for _, err := range s.Inventory(n.t.Context()) {
		if err != nil {
			n.t.Fatal(err)
		}
	}
	for _, fault := range s.Faults() {
		n.t.Errorf("fault: %v", fault)
	}
}

// hinted returns the ids of what has changed since a moment of the database's.
func (n *newsroom) hinted(since time.Time) (ids []string) {
	n.t.Helper()
	s := n.snapshot()
	defer s.Close()
	for c, err := range s.Changes(n.t.Context(), since) {
		if err != nil {
			n.t.Fatal(err)
		}
		if c.Kind == article.Written && c.At.After(since) {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// change is what the system does, and what of it shows.
type change struct {
	name   string
	do     string
	hinted []string
	shown  []string // of the first station, newest first
}

// follow makes one change after the other.
func (n *newsroom) follow(station string, changes []change) {
	n.t.Helper()
	for _, c := range changes {
		s := n.snapshot()
		since := s.Time()
		s.Close()
		n.run(c.do)
		if got := n.hinted(since); !slices.Equal(got, c.hinted) {
			n.t.Errorf("%s: hints of %q, want %q", c.name, got, c.hinted)
		}
		if got := n.ids("", station); !slices.Equal(got, c.shown) {
			n.t.Errorf("%s: shows %q, want %q", c.name, got, c.shown)
		}
	}
}

// at reads a time in UTC.
func at(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return t
}
