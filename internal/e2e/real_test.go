package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/sqltest"
)

// twins are two programs over one real system: one reads its tables through the views
// that are printed for it, the other asks its API. They have to have the same.
type twins struct {
	t           testing.TB
	tables, api *process
	address     string              // of the system; documents have https://www.news.example
	made        map[string][]string // the last documents from the tables, in pieces
}

const (
	twinStations = `network: {name: 湘江新闻网, timezone: Asia/Shanghai}
stations:
  - {id: www, name: 湘江新闻网, url: https://www.news.example, channels: [{id: culture, key: %s, name: 文化}, {id: moment, key: %s, name: 时刻新闻}]}
cache: {dir: cache}
`
	twinTables = `content: {driver: %s, dsn: %q, articles: %[3]sarticles, article_channels: %[3]s%s}
`
	twinSource = `content:
  sources:
    - {id: cms, station: www, url: %q, rate: 1000, %s}
`
)

// newTwins runs what views prints for a system, whose tables are in a database and whose
// API is at an address, and returns the two programs. The system has keys of its own
// for the channels culture and moment.
func newTwins(t testing.TB, server *sqltest.Server, database, address, source string, keys [2]string, views ...string) *twins {
	t.Helper()
	w := &twins{t: t, tables: newProcess(t, "www.news.example"), api: newProcess(t, "www.news.example"), address: address}
	driver, relation, channels := "mysql", "feedstation_", "channels"
	if server.Driver() == "pgx" {
		driver, relation, channels = "postgres", "feedstation.", "article_channels"
	}
	for p, content := range map[*process]string{
		w.tables: fmt.Sprintf(twinTables, driver, server.DSN("feedstation", "change-me", database), relation, channels),
		w.api:    fmt.Sprintf(twinSource, address, source),
	} {
		if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), []byte(fmt.Sprintf(twinStations, keys[0], keys[1])+content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sql, err := w.tables.command(append([]string{"views", "--url", "https://www.news.example"}, views...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	runScript(t, server, database, string(sql))
	w.tables.run("check")
	return w
}

// runScript runs a script in the client of a database's server, and removes the account
// that it makes when the test ends.
func runScript(t testing.TB, server *sqltest.Server, database, script string) {
	t.Helper()
	host, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	drop := []string{"DROP USER feedstation"}
	client := exec.CommandContext(t.Context(), require.Binary(t, "mariadb"), "--no-defaults", "-h", host, "-P", port, "-u", "root", database)
	if server.Driver() == "pgx" {
		drop = []string{"DROP OWNED BY feedstation", "DROP USER feedstation"}
		client = exec.CommandContext(t.Context(), require.Binary(t, "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", port, "-U", "root", database)
	}
	client.Stdin = strings.NewReader(script)
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(func() {
		for _, statement := range drop {
			if _, err := server.Open(t, database).Exec(statement); err != nil {
				t.Error(err)
			}
		}
	})
}

// equal holds that both programs make the same documents, with articles of these titles,
// the newest first. They forget what they have published before.
func (w *twins) equal(what string, titles ...string) {
	w.t.Helper()
	made := map[*process]map[string][]string{w.tables: {}, w.api: {}}
	for _, p := range []*process{w.tables, w.api} {
		for _, dir := range []string{"cache", "site"} {
			if err := os.RemoveAll(filepath.Join(p.dir, dir)); err != nil {
				w.t.Fatal(err)
			}
		}
		for path, text := range p.documents() {
			if filepath.Base(path)[0] != '.' && filepath.Ext(path) != ".br" {
				made[p][path] = strings.SplitAfter(strings.ReplaceAll(text, w.address, "https://www.news.example"), ",\"")
			}
		}
	}
	if diff := cmp.Diff(made[w.tables], made[w.api]); diff != "" {
		w.t.Errorf("%s: (-tables +API):\n%s", what, diff)
	}
	w.made = made[w.tables]
	var doc struct{ Items []struct{ Title string } }
	if err := json.Unmarshal([]byte(strings.Join(made[w.tables]["www/feed.json"], "")), &doc); err != nil {
		w.t.Fatal(err)
	}
	got := []string{}
	for _, item := range doc.Items {
		got = append(got, item.Title)
	}
	if !slices.Equal(got, titles) {
		w.t.Errorf("%s: the feed has %q, want %q", what, got, titles)
	}
}

// record keeps what a system has answered, with -update, for package cmstest to be held
// to.
func (w *twins) record(system string, answer []byte) {
	w.t.Helper()
	if !*updateRendered {
		return
	}
	var text bytes.Buffer
	if err := json.Indent(&text, bytes.ReplaceAll(answer, []byte(w.address), []byte("https://www.news.example")), "", "\t"); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile("../testkit/cmstest/testdata/"+system+".json", append(text.Bytes(), '\n'), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// systemPatience is how long a system may take to start, on a busy machine.
const systemPatience = 5 * time.Minute

// node returns Node and the folder of one of the systems that .ci/systems installs.
func node(t testing.TB, system string) (program, dir string) {
	t.Helper()
	return filepath.Join(require.System(t, "node"), "bin", "node"), require.System(t, system)
}

// client asks a system's API in somebody's name. Its methods end the test on any answer but
// one of success.
type client struct {
	t       testing.TB
	address string
	header  http.Header
	http    *http.Client
}

// send sends a value as JSON, or nothing, and returns the answer.
func (c *client) send(method, path string, value any) []byte {
	c.t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		c.t.Fatal(err)
	}
	if value == nil {
		text = nil
	}
	return c.raw(method, path, "application/json", text)
}

func (c *client) raw(method, path, kind string, text []byte) []byte {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.address+path, bytes.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header = c.header.Clone()
	if len(text) > 0 {
		r.Header.Set("Content-Type", kind)
	}
	response, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		c.t.Fatalf("%s %s: %s, %v\n%s", method, path, response.Status, err, body)
	}
	return body
}
