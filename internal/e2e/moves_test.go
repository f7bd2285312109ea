package e2e

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
)

// replica is a copy of a desk's database on another server, which stays behind until
// catchUp is called.
type replica struct {
	addr    string
	db      *sql.DB
	catchUp func()
}

// replica returns one that is as far as the desk's database is now: of PostgreSQL a
// standby, of MariaDB, whose servers here have no binary log, rows that are copied.
func (d *newsdesk) replica() replica {
	d.t.Helper()
	if d.room.name == postgresRoom.name {
		standby := d.server.Standby(d.t)
		db := standby.Open(d.t, d.name)
		mustExec(d.t, db, "SELECT pg_wal_replay_pause()")
		return replica{standby.Addr(), db, func() { mustExec(d.t, db, "SELECT pg_wal_replay_resume()") }}
	}
	other := d.room.start(d.t)
	mustExec(d.t, other.Open(d.t, ""), "CREATE DATABASE "+d.name)
	r := replica{addr: other.Addr(), db: other.Open(d.t, d.name)}
	d.relations(r.db)
	r.catchUp = func() { copyRows(d.t, r.db, d.db) }
	r.catchUp()
	return r
}

// copyRows makes the rows of one database those of another, in a transaction.
func copyRows(t *testing.T, to, from *sql.DB) {
	t.Helper()
	tx, err := to.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(t.Context(), statement, args...); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for relation, columns := range map[string]int{"articles": 7, "article_channels": 2} {
		do("DELETE FROM " + relation)
		rows, err := from.QueryContext(t.Context(), "SELECT * FROM "+relation)
		if err != nil {
			t.Fatal(err)
		}
		values, into := make([]any, columns), make([]any, columns)
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
			do("INSERT INTO "+relation+" VALUES (?"+strings.Repeat(", ?", columns-1)+")", values...)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

const behind = "content store is behind what is published"

// TestFailOver has a database fail over to a replica that is behind: nothing that was
// published disappears, nothing that was withdrawn is back, /status says why, and it
// ends when the replica has caught up; a restart meanwhile changes nothing.
func TestFailOver(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 5 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			proxy := faultproxy.New(t, d.server.Addr())
			p := d.near(proxy.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			p.start()
			p.await("第4条新闻")
			r := d.replica()
			d.setStatus(1, "withdrawn")
			d.write(5, "晚间新闻")
			p.await("晚间新闻")
			awaitGone(t, p, "第1条新闻")
			kept, stop := keep(t, p)
			defer stop()
			kept("晚间新闻")

			proxy.Switch(r.addr)
			p.awaitStatusText(behind)
			if out, err := p.command("build").CombinedOutput(); err == nil || !strings.Contains(string(out), "--accept-older") {
				t.Errorf("build: %v\n%s", err, out)
			}
			again := d.near(proxy.Addr())
			again.dir = p.dir // another process on the same copy
			again.start()
			again.awaitStatusText(behind)
			awaitGone(t, again, "第1条新闻")

			r.catchUp()
			p.awaitWell()
			again.awaitWell()
			awaitGone(t, p, "第1条新闻")
		})
	}
}

// TestFailOverOfADeletion has a database fail over to a replica that lacks nothing but a
// deletion, of which no row tells: the server's log does.
func TestFailOverOfADeletion(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 5 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			reach := func(db *sql.DB, transaction int) {
				if n.name == mariaDBRoom.name { // whose servers here have no log, but the position of one
					mustExec(t, db, fmt.Sprintf("SET GLOBAL gtid_slave_pos = '0-1-%d'", transaction))
				}
			}
			proxy := faultproxy.New(t, d.server.Addr())
			p := d.near(proxy.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			p.start()
			p.await("第4条新闻")
			r := d.replica()
			reach(r.db, 5)
			reach(d.db, 6)
			d.exec("DELETE FROM articles WHERE id = '1'")
			awaitGone(t, p, "第1条新闻")

			proxy.Switch(r.addr)
			p.awaitStatusText("its server has yet to learn of changes that are published")
			again := d.near(proxy.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			again.dir = p.dir // another process on the same copy
			again.start()
			again.awaitStatusText(behind)
			awaitGone(t, again, "第1条新闻")

			r.catchUp()
			reach(r.db, 6)
			p.awaitWell()
			again.awaitWell()
			awaitGone(t, p, "第1条新闻")
		})
	}
}

// TestRestoredDump restores a dump over the running database: it is empty for a while,
// then it has a part, then all of the dump. What was withdrawn after the dump stays
// withdrawn when the newsroom goes on, until its row changes; /status says so.
func TestRestoredDump(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 9 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			p := d.near(d.server.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			p.start()
			p.await("第8条新闻")
			d.exec("CREATE TABLE dump AS SELECT * FROM articles")
			d.setStatus(1, "withdrawn")
			d.write(10, "晚间新闻")
			d.write(11, "夜间新闻")
			p.await("夜间新闻")
			awaitGone(t, p, "第1条新闻")
			kept, stop := keep(t, p)
			kept("晚间新闻")
			kept("第8条新闻")

			d.exec("DELETE FROM articles")
			p.awaitStatusText("--accept-shrink xt")
			d.exec("INSERT INTO articles SELECT * FROM dump WHERE id < '8'")
			p.awaitStatusText(behind)
			d.exec("INSERT INTO articles SELECT * FROM dump WHERE id >= '8'")
			awaitGone(t, p, "第1条新闻")
			p.awaitStatusText(behind)
			stop()

			d.write(12, "次日新闻")
			p.await("次日新闻")
			awaitGone(t, p, "第1条新闻")
			awaitGone(t, p, "晚间新闻")
			p.awaitStatusText("withdrawn articles are back with older rows, kept withdrawn: xt: 1 articles, as 1")
			d.setStatus(1, "published")
			p.await("第1条新闻")
			p.awaitWell()
		})
	}
}

// TestChangesWithoutATime changes rows and leaves modified_at as it is, or moves it
// back: the audit finds it, in feeds and sitemaps. A station whose articles have moved
// to another leaves with the refresh.
func TestChangesWithoutATime(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 12 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			p := d.near(d.server.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			p.start()
			p.await("第11条新闻")
			month := "/xt/sitemaps/" + time.Now().In(time.FixedZone("", 8*60*60)).Format("2006-01") + ".xml"
			for _, tt := range []struct {
				change     string
				path, text string
				gone       bool
			}{
				{"UPDATE articles SET url = 'https://xt.news.example/other/3.html' WHERE id = '3'", month, "/other/3.html", false},
				{"UPDATE articles SET url = REPLACE(url, '/content/', '/news/') WHERE id BETWEEN '5' AND '9'", month, "/content/9.html", true},
				{"UPDATE articles SET title = '另一条' WHERE id = '4'", "/xt/rss.xml", "另一条", false},
				{"UPDATE articles SET title = '再一条', modified_at = '2020-01-01 00:00:00' WHERE id = '11'", "/xt/rss.xml", "再一条", false},
				{"UPDATE articles SET status = 'withdrawn', modified_at = '2020-01-01 00:00:00' WHERE id = '5'", month, "/news/5.html", true},
				{"UPDATE articles SET title = '未来', modified_at = '2099-01-01 00:00:00' WHERE id = '6'", "/xt/rss.xml", "未来", false},
				{"UPDATE article_channels SET channel = 'none' WHERE article_id = '7'", "/xt/moment/rss.xml", "/news/7.html", true},
				{"UPDATE articles SET station = 'yy' WHERE id = '8'", month, "/news/8.html", true},
				{"DELETE FROM articles WHERE id = '9'", month, "/news/9.html", true},
			} {
				d.exec("%s", tt.change)
				p.awaitBody(tt.path, tt.text, !tt.gone)
			}
			if out, err := p.check(); !strings.Contains(out, "nothing in the database moves articles.modified_at: a change of articles.url") || !strings.Contains(out, "articles.modified_at does not follow article_channels") {
				t.Errorf("check, %v:\n%s", err, out)
			}
		})
	}
}

// awaitBody waits until what is at a path has a text, or has it no more.
func (p *process) awaitBody(path, text string, has bool) {
	p.t.Helper()
	var last string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		response, body, err := p.get(path)
		if last = body; err == nil && response.StatusCode == 200 && strings.Contains(body, text) == has {
			return
		}
	}
	p.t.Fatalf("%s has %q: %t, not within %s:\n%s", path, text, !has, patience, last)
}
