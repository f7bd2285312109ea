package e2e

import (
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/testkit/redistest"
)

// check runs the command and returns what it prints.
func (p *process) check() (out string, err error) {
	p.t.Helper()
	text, err := p.command("check").CombinedOutput()
	return string(text), err
}

// fill publishes articles of xt, one a minute until now.
func (d *newsdesk) fill(n int) {
	d.t.Helper()
	const postgres = `INSERT INTO articles SELECT n::text, 'xt', 'https://xt.news.example/content/' || n || '.html', '第' || n || '条',
		now() - n * interval '1 minute', 'published', now() - n * interval '1 minute' FROM generate_series(1, %d) AS n`
	const mysql = `INSERT INTO articles SELECT seq, 'xt', concat('https://xt.news.example/content/', seq, '.html'), concat('第', seq, '条'),
		utc_timestamp(6) - interval seq minute, 'published', utc_timestamp(6) - interval seq minute FROM seq_1_to_%d`
	d.exec(map[string]string{"postgres": postgres, "mysql": mysql}[d.room.name], n)
	d.exec("INSERT INTO article_channels SELECT id, 'moment' FROM articles")
	d.exec("%s", map[string]string{"postgres": "ANALYZE", "mysql": "ANALYZE TABLE articles, article_channels"}[d.room.name])
}

// TestCheckAsks holds that check asks what serve will, and says what that costs: each
// question that reads a whole table, and each that has no answer in time, with what
// would serve it; nothing of them once the indexes are there.
func TestCheckAsks(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			d.fill(30_000) // far above what a plan may read, as MariaDB guesses from some pages
			p := d.near(d.server.Addr())
			out, err := p.check()
			for _, want := range []string{
				"what has changed: the database reads or sorts all of table a", "want an index on modified_at, published and expires",
				"xt: newest articles: the database reads or sorts all of table a", "want an index on station, published and id together",
			} {
				if !strings.Contains(out, want) || err == nil {
					t.Errorf("without indexes, %v: want %q\n%s", err, want, out)
				}
			}
			for _, index := range []string{"station, published, id", "published, id", "modified_at"} {
				d.exec("CREATE INDEX %s ON articles (%s)", strings.NewReplacer(", ", "_").Replace("i_"+index), index)
			}
			d.exec("CREATE INDEX i_url ON articles (url%s)", map[string]string{"mysql": "(190)"}[n.name])
			d.exec("CREATE INDEX i_channel ON article_channels (channel, article_id)")
			out, err = p.check()
			if strings.Contains(out, "reads or sorts") || err != nil || !strings.Contains(out, "30000 articles of 1 station") {
				t.Errorf("with indexes: %v\n%s", err, out)
			}

			slow := map[string]string{"postgres": "CASE WHEN pg_sleep(0.01) IS NULL THEN '' ELSE 'moment' END", "mysql": "IF(SLEEP(0.01), '', 'moment')"}[n.name]
			d.exec("ALTER TABLE article_channels RENAME TO channels_then")
			d.exec("CREATE VIEW article_channels AS SELECT article_id, %s AS channel FROM channels_then", slow)
			p.env = append(p.env, "FEEDSTATION_CONTENT_TIMEOUT=3s")
			out, err = p.check()
			if want := "xt: newest articles"; err == nil || !strings.Contains(out, want) || !strings.Contains(out, "took too long") {
				t.Errorf("a slow view: %v, want %q and that it took too long\n%s", err, want, out)
			}
		})
	}
}

// TestCheckEmptyFeed holds that check and build tell of a feed that is empty over rows.
func TestCheckEmptyFeed(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			for id := range 3 {
				d.write(id, fmt.Sprint("第", id, "条"))
			}
			d.exec("UPDATE articles SET url = '/content/' || id WHERE '%s' = 'postgres'", n.name)
			d.exec("UPDATE articles SET url = 'ftp://a.example/' WHERE '%s' = 'mysql'", n.name)
			p := d.near(d.server.Addr())
			out, err := p.check()
			if err == nil || !strings.Contains(out, "xt: the feed is empty") || !strings.Contains(out, "articles.url: 3 articles left out") {
				t.Errorf("check: %v\n%s", err, out)
			}
			built, err := p.command("build").CombinedOutput()
			if out := string(built); err == nil || !strings.Contains(out, "feed is empty, articles left out") || !strings.Contains(out, "feed empty") {
				t.Errorf("build: %v\n%s", err, out)
			}
		})
	}
}

// TestCheckRedis holds that check says of Redis what its operator has to know: the
// version, the rights that are enough, and a policy that removes editions.
func TestCheckRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	p := newProcess(t, "xt.news.example", "FEEDSTATION_CACHE_REDIS_ADDRS="+server.Addr())
	p.put(1, "早间新闻")
	const rights, policy = "\n  a user needs: ACL SETUSER feedstation on >PASSWORD resetkeys ~feedstation:* ", "\n  maxmemory-policy "
	out, err := p.check()
	if err != nil || !strings.Contains(out, "redis          "+server.Addr()+": version ") || !strings.Contains(out, ", editions can be shared"+rights) || strings.Contains(out, policy) {
		t.Errorf("check: %v\n%s", err, out)
	}
	server.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	if out, err = p.check(); err != nil || !strings.Contains(out, policy+"allkeys-lru: editions may be removed") {
		t.Errorf("check where editions are evicted: %v\n%s", err, out)
	}
	server.Do("ACL", "SETUSER", "default", "-hset")
	if out, err = p.check(); err == nil || !strings.Contains(out, "the 'hset' command") || !strings.Contains(out, rights) {
		t.Errorf("check without a right: %v\n%s", err, out)
	}
}
