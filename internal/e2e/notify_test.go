package e2e

import "testing"

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
