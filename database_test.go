package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"feedstation/internal/sqltest"
)

// newsrooms are databases of newsrooms that have the two relations as tables.
var newsrooms = []struct {
	name  string // and driver
	start func(testing.TB) *sqltest.Server
	clock string // now, by the server
	time  string // the type of a moment
}{
	{"postgres", sqltest.StartPostgres, "clock_timestamp()", "timestamptz"},
	{"mysql", sqltest.StartMariaDB, "utc_timestamp(6)", "datetime(6)"},
}

// TestDatabase serves from a newsroom's own database, which is frozen, killed
// and restarted: no answer changes for the worse, /status tells what is wrong,
// and all that was written meanwhile is served in the end.
func TestDatabase(t *testing.T) {
	for _, n := range newsrooms {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			server := n.start(t)
			name := server.Database(t)
			db := server.Open(t, name)
			exec := func(format string, args ...any) {
				t.Helper()
				mustExec(t, db, fmt.Sprintf(format, args...))
			}
			exec(`CREATE TABLE articles (id varchar(190) PRIMARY KEY, station varchar(64) NOT NULL, url varchar(2000) NOT NULL, title varchar(500) NOT NULL,
				published %s NOT NULL, status varchar(20) NOT NULL, modified_at %s NOT NULL)`, n.time, n.time)
			exec(`CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))`)
			write := func(id int, title string) {
				t.Helper()
				exec(`INSERT INTO articles VALUES ('%d', 'xt', 'https://xt.news.example/content/%d.html', '%s', %s, 'published', %s)`, id, id, title, n.clock, n.clock)
				exec(`INSERT INTO article_channels VALUES ('%d', 'moment')`, id)
			}
			write(1, "早间新闻")

			p := newProcess(t, "xt.news.example", "FEEDSTATION_CONTENT_DRIVER="+n.name, "FEEDSTATION_CONTENT_DSN="+server.RootDSN(name),
				"FEEDSTATION_CONTENT_TIMEOUT=500ms")
			out, err := p.command("check").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "CREATE INDEX") {
				t.Errorf("check of tables without indexes: %v\n%s", err, out)
			}
			for line := range strings.Lines(string(out)) {
				if _, statement, ok := strings.Cut(line, ": CREATE INDEX"); ok {
					exec("%s", "CREATE INDEX"+statement)
				}
			}
			p.run("check")

			p.start()
			p.await("早间新闻")
			stop := watch(t, p)
			defer stop()
			write(2, "午间新闻")
			p.await("午间新闻")

			server.Stop(t)
			awaitStatus(t, p, `"error_since"`)
			server.Cont(t)
			write(3, "晚间新闻")
			p.await("晚间新闻")
			awaitStatus(t, p, `"age_seconds": 0`)

			server.Kill(t)
			awaitStatus(t, p, `"error_since"`)
			server.Restart(t)
			exec(`UPDATE articles SET status = 'withdrawn', modified_at = %s WHERE id = '2'`, n.clock)
			awaitGone(t, p, "午间新闻")
		})
	}
}

func mustExec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		_, err := db.ExecContext(ctx, statement)
		if err == nil {
			return
		}
		// A connection of before the restart tells so once.
		if !strings.Contains(err.Error(), "connection") && !strings.Contains(err.Error(), "EOF") && !strings.Contains(err.Error(), "terminat") {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// awaitStatus waits until /status of a process has a text.
func awaitStatus(t *testing.T, p *process, text string) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		status, body, err := fetch("http://127.0.0.1:"+p.admin+"/status", "")
		if err == nil && status == http.StatusOK && strings.Contains(body, text) {
			return
		}
		last = body
	}
	t.Fatalf("no %q in the status within %s: %s", text, patience, last)
}

// awaitGone waits until the feed has a text no more.
func awaitGone(t *testing.T, p *process, text string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if response, body, err := p.get("/xt/rss.xml"); err == nil && response.StatusCode == http.StatusOK && !strings.Contains(body, text) {
			return
		}
	}
	t.Fatalf("%q is still in the feed after %s", text, patience)
}
