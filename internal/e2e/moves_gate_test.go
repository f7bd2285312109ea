package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// TestMassChanges changes most rows of a station at once. What readers would lose by that
// stays until somebody says otherwise, and /status and one line of the log say why and how.
func TestMassChanges(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 20 {
				d.write(id, fmt.Sprintf("第%d条新闻", id))
			}
			p := d.near(d.server.Addr(), "FEEDSTATION_JOBS_AUDIT=@every 1s")
			p.start()
			p.await("第19条新闻")
			list := "/xt/sitemaps/baidu.txt" // has all of them, and no other
			for _, tt := range []struct {
				name, change, undo string
				status, listed     string
			}{
				{
					"to http", "UPDATE articles SET url = REPLACE(url, 'https:', 'http:')", "UPDATE articles SET url = REPLACE(url, 'http:', 'https:')",
					"(20 with addresses at http://xt.news.example, where url is https://xt.news.example); if that is meant: feedstation build --accept-shrink xt",
					"https://xt.news.example/content/3.html",
				},
				{
					"to a station that is none", "UPDATE articles SET station = 'xiangtan'", "UPDATE articles SET station = 'xt'",
					"which is not configured: see was and key); if that is meant: feedstation build --accept-shrink xt",
					"https://xt.news.example/content/3.html",
				},
				{
					"to another folder", "UPDATE articles SET url = REPLACE(url, '/content/', '/news/')", "",
					"would have other addresses for 20 of 20 articles (https://xt.news.example/content/",
					"https://xt.news.example/content/3.html",
				},
				{
					"deleted", "DELETE FROM articles WHERE id NOT IN ('3', '4')", "",
					"would have 2 articles instead of 20 (18 with no row any more); if that is meant: feedstation build --accept-shrink xt",
					"https://xt.news.example/news/5.html",
				},
			} {
				d.exec("%s", tt.change)
				if tt.status != "" {
					p.awaitStatusText(tt.status)
				}
				p.awaitBody(list, tt.listed, true)
				switch {
				case tt.undo != "":
					d.exec("%s", tt.undo)
				default:
					p.run("build", "--accept-shrink", "xt")
				}
				p.awaitWell()
			}
			p.awaitBody(list, "/news/5.html", false)
			p.awaitBody(list, "/news/3.html", true)
			p.kill()
			for text, want := range map[string]int{"18 with no row any more": 1, "20 with addresses at http:": 1, "other addresses for 20 of 20": 1} {
				if got := strings.Count(p.log.String(), text); got != want {
					t.Errorf("the log has %q %d times, want %d:\n%s", text, got, want, &p.log)
				}
			}
		})
	}
}
