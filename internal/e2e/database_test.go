package e2e

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/testkit/faultproxy"
)

// near returns a feedstation on the desk's database, by way of host:port. It waits for it
// longer than a busy machine takes to connect.
func (d *newsdesk) near(addr string, env ...string) *process {
	d.t.Helper()
	return newProcess(d.t, "xt.news.example", append([]string{ // of which env may say otherwise
		"FEEDSTATION_CONTENT_DRIVER=" + d.room.name,
		"FEEDSTATION_CONTENT_DSN=" + d.server.DSNAt(addr, "root", "", d.name), "FEEDSTATION_CONTENT_TIMEOUT=1m",
	}, env...)...)
}

// hasty is the timeout of a test that freezes its database.
const hasty = "FEEDSTATION_CONTENT_TIMEOUT=500ms"

// TestDatabase serves from a newsroom's own database, which is frozen, killed
// and restarted: no answer changes for the worse, /status tells what is wrong,
// and all that was written meanwhile is served in the end.
func TestDatabase(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			d.write(1, "早间新闻")

			p := d.near(d.server.Addr())
			out, err := p.command("check").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "CREATE INDEX") {
				t.Errorf("check of tables without indexes: %v\n%s", err, out)
			}
			for line := range strings.Lines(string(out)) {
				if _, statement, ok := strings.Cut(line, ": CREATE INDEX"); ok {
					d.exec("%s", "CREATE INDEX"+statement)
				}
			}
			p.run("check")

			p.env = append(p.env, hasty)
			p.start()
			p.await("早间新闻")
			stop := watch(t, p)
			defer stop()
			d.write(2, "午间新闻")
			p.await("午间新闻")

			d.server.Stop(t)
			p.awaitTrouble()
			d.server.Cont(t)
			d.write(3, "晚间新闻")
			p.await("晚间新闻")
			p.awaitWell()

			d.server.Kill(t)
			p.awaitTrouble()
			d.server.Restart(t)
			d.setStatus(2, "withdrawn")
			awaitGone(t, p, "午间新闻")
		})
	}
}

// TestDatabaseNetwork has a bad network between feedstation and a newsroom's
// database: whatever it does, every answer has what earlier ones had, /status
// tells what is wrong, and what was written meanwhile is served once it is over.
func TestDatabaseNetwork(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			proxy := faultproxy.New(t, d.server.Addr())
			p := d.near(proxy.Addr(), hasty)
			d.write(0, "第0条新闻")
			p.start()
			p.await("第0条新闻")
			kept, stop := keep(t, p)
			defer stop()
			kept("第0条新闻")
			for i, fault := range []struct {
				name   string
				begins func()
				silent bool // there may be nothing to tell
				ends   func()
			}{
				{name: "slow", begins: func() { proxy.SetDelay(2 * time.Second) }, ends: func() { proxy.SetDelay(0) }},
				{name: "reset", begins: proxy.Reset, silent: true, ends: func() {}},
				{name: "reset in the midst of an answer", begins: func() { proxy.CutAfter(100) }, silent: true, ends: func() {}},
				{name: "gone", begins: func() { proxy.Refuse(true); proxy.Reset() }, ends: func() { proxy.Refuse(false) }},
				{name: "half-open", begins: func() { proxy.Freeze(true) }, ends: func() { proxy.Freeze(false) }},
				{name: "half-open, then forgotten", begins: func() { proxy.Freeze(true) }, ends: func() { proxy.Reset(); proxy.Freeze(false) }},
			} {
				began := time.Now()
				fault.begins()
				title := fmt.Sprintf("第%d条新闻", i+1)
				d.write(i+1, title)
				if !fault.silent {
					p.awaitTrouble()
				}
				fault.ends()
				p.await(title)
				kept(title)
				p.awaitWell()
				t.Logf("%s: %v", fault.name, time.Since(began))
			}
		})
	}
}

// keep asks a process for its feed until stop is called, a hundred times at least,
// and fails the test for every answer that lacks a text of those that are to be kept.
func keep(t *testing.T, p *process) (kept func(text string), stop func()) {
	var mu sync.Mutex
	var texts []string
	done, poller := make(chan struct{}), sync.WaitGroup{}
	poller.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				if n >= 100 {
					return
				}
			case <-time.After(5 * time.Millisecond):
			}
			mu.Lock()
			want := slices.Clone(texts)
			mu.Unlock()
			path := []string{"/xt/rss.xml", "/xt/moment/atom.xml", "/xt/feed.json"}[n%3]
			response, body, err := p.get(path)
			if err != nil || response.StatusCode != http.StatusOK {
				t.Errorf("%s: %v %v", path, response, err)
			}
			for _, text := range want {
				if !strings.Contains(body, text) {
					t.Errorf("%s has no %q any more", path, text)
				}
			}
		}
	})
	return func(text string) {
			mu.Lock()
			defer mu.Unlock()
			texts = append(texts, text)
		}, func() {
			close(done)
			poller.Wait()
		}
}

// mustExec runs statements, which another connection sees together.
func mustExec(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := transact(ctx, db, statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func transact(ctx context.Context, db *sql.DB, statements []string) error {
	if len(statements) == 1 { // may be CREATE INDEX CONCURRENTLY
		_, err := db.ExecContext(ctx, statements[0])
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

// awaitGone waits until the feed has a text no more.
func awaitGone(t testing.TB, p *process, text string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if response, body, err := p.get("/xt/rss.xml"); err == nil && response.StatusCode == http.StatusOK && !strings.Contains(body, text) {
			return
		}
	}
	t.Fatalf("%q is still in the feed after %s", text, patience)
}
