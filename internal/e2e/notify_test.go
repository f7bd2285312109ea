package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNotify has PostgreSQL tell of a change, and after a night of its own, too:
// nothing waits for the next refresh, which is an hour away.
func TestNotify(t *testing.T) {
	t.Parallel()
	desk := postgresRoom.open(t)
	desk.write(1, "早间新闻")
	p := newProcess(t, "xt.news.example", "FEEDSTATION_CONTENT_DRIVER=postgres", "FEEDSTATION_CONTENT_DSN="+desk.dsn(),
		"FEEDSTATION_CONTENT_NOTIFY=feedstation", "FEEDSTATION_CONTENT_TIMEOUT=5s", "FEEDSTATION_JOBS_REFRESH=@every 1h", "FEEDSTATION_JOBS_AUDIT=@every 1h")
	p.start()
	p.await("早间新闻")
	stop := watch(t, p)
	defer stop()
	desk.write(2, "午间新闻")
	desk.exec("NOTIFY feedstation, '2'")
	p.await("午间新闻")

	// A row that is gone, of which only the notification tells.
	desk.exec("DELETE FROM articles WHERE id = '1'")
	desk.exec("NOTIFY feedstation, '1'")
	p.awaitNone("/content/1.html")

	desk.server.Kill(t)
	desk.server.Restart(t)
	desk.write(3, "晚间新闻")
	desk.exec("NOTIFY feedstation") // if it comes too early, the new connection asks
	p.await("晚间新闻")
}

// TestNotifyBesidePooler reads through a pooler in transaction mode, which loses
// notifications: check and the log name the cure, and with it, after a reload, nothing
// waits for the next refresh, an hour away.
func TestNotifyBesidePooler(t *testing.T) {
	t.Parallel()
	desk := postgresRoom.open(t)
	desk.write(1, "早间新闻")
	pooler := desk.server.Pooler(t, "transaction")
	secret := filepath.Join(t.TempDir(), "dsn")
	direct := desk.server.DSNAt(desk.server.Addr(), "root", "hunter2", desk.name)
	if err := os.WriteFile(secret, []byte(direct+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const jobs = "jobs: {refresh: \"@every 1h\", audit: \"@every 1h\"}\n"
	content := fmt.Sprintf("content:\n  driver: postgres\n  dsn: %q\n  timeout: 2s\n  notify: feedstation\n", desk.server.DSNAt(pooler, "root", "", desk.name))
	r := newReloading(t, "FEEDSTATION_JOBS_REFRESH=@every 1h")
	r.rest = jobs + content
	r.write()
	if out, err := r.check(); err == nil || !strings.Contains(out, "set content.notify_dsn to the database server itself") {
		t.Errorf("check: %v\n%s", err, out)
	}
	r.start()
	r.await("早间新闻")
	r.until("the pooler is named", func() bool {
		return strings.Contains(r.adminBody("/status"), "set content.notify_dsn to the database server itself")
	})

	r.env = append(r.env, "FEEDSTATION_CONTENT_NOTIFY_DSN_FILE="+secret)
	if out, _ := r.check(); strings.Contains(out, "notify") { // of indexes it says something
		t.Errorf("check:\n%s", out)
	}
	r.rest += fmt.Sprintf("  notify_dsn: %q\n", direct)
	r.write()
	r.mustReload()
	r.until("notifications come", func() bool { return !strings.Contains(r.adminBody("/status"), "notifications") })
	desk.write(2, "午间新闻")
	desk.exec("NOTIFY feedstation, '2'")
	r.await("午间新闻")
	if strings.Contains(r.adminBody("/status"), "hunter2") {
		t.Error("the password is told")
	}
}
