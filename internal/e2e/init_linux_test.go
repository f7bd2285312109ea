package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"feedstation/internal/testkit/cmstest"
	kit "feedstation/internal/testkit/wordpress"
)

// TestInitDatabase makes a configuration of a newsroom's own database, whose stations
// and channels have keys that can't be ids.
func TestInitDatabase(t *testing.T) {
	t.Parallel()
	for _, n := range []newsroom{postgresRoom, mariaDBRoom} {
		t.Run(n.name, func(t *testing.T) {
			t.Parallel()
			d := n.open(t)
			d.write(1, "早间新闻")
			d.exec(`INSERT INTO articles VALUES ('2', '长沙', 'https://cs.news.example/2.html', '午间新闻', %s, 'published', %s)`, n.clock, n.clock)
			d.exec(`INSERT INTO article_channels VALUES ('2', '时政')`)
			p := emptyProcess(t)
			dsn := d.server.RootDSN(d.name)
			out, err := p.command("init", "--from", "database", "--dsn", dsn).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "午间新闻") || !strings.Contains(string(out), "https://cs.news.example/2.html") {
				t.Fatalf("init: %v\n%s", err, out)
			}
			text := p.file("config.yaml")
			for _, want := range []string{"key: 长沙", "id: cs", "driver: " + n.name, "{id: c1, key: 时政, name: 时政}", "{id: moment, name: moment}", "url: https://xt.news.example"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			p.run("build", "--out", "out")
			if feed := p.file("out/cs/c1/rss.xml"); !strings.Contains(feed, "午间新闻") {
				t.Errorf("the channel's feed lacks its article:\n%s", feed)
			}

			// A plain table needs no view.
			d.exec(`CREATE TABLE posts AS SELECT id AS nr, url AS permalink, title, published, modified_at, 'moment' AS section FROM articles WHERE id = '1'`)
			plain := []string{"init", "--force", "--from", "database", "--dsn", dsn, "--articles", "posts", "--article-channels", "none", "--field", "id=nr", "--field", "channel=section"}
			if out, err := p.command(plain...).CombinedOutput(); err == nil || !strings.Contains(string(out), "if permalink is it") || !strings.Contains(string(out), "--field") {
				t.Errorf("init of a table without url: %v\n%s", err, out)
			}
			p.run(append(plain, "--field", "url=permalink")...)
			p.run("build", "--out", "plain")
			if feed := p.file("plain/xt/moment/rss.xml"); !strings.Contains(feed, "早间新闻") {
				t.Errorf("the feed of a plain table lacks its article:\n%s", feed)
			}

			// A password is in no file that others may read.
			d.exec("%s", map[string]string{
				"postgres": "CREATE ROLE init_reader LOGIN SUPERUSER PASSWORD 's3cret''s'", "mysql": "CREATE USER init_reader@'%' IDENTIFIED BY 's3cret''s'",
			}[n.name])
			if n.name == "mysql" {
				d.exec("GRANT SELECT ON *.* TO init_reader@'%%'")
			}
			p.run("init", "--force", "--from", "database", "--dsn", d.server.DSN("init_reader", "s3cret's", d.name))
			if text := p.file("config.yaml"); strings.Contains(text, "s3cret") || strings.Contains(text, "dsn:") {
				t.Errorf("the password is in\n%s", text)
			}
			info, err := os.Stat(filepath.Join(p.dir, "feedstation.env"))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("feedstation.env: %v, %v", info, err)
			}
			shell := p.command("check")
			shell.Args = []string{"sh", "-c", "set -a; . ./feedstation.env; set +a; exec " + shell.Path + " check"}
			shell.Path = "/bin/sh"
			if out, err := shell.CombinedOutput(); !strings.Contains(string(out), "2 articles of 2 stations") {
				t.Errorf("check with the secrets: %v\n%s", err, out)
			}
		})
	}
}

// TestInitWordPress makes a configuration of a real WordPress.
func TestInitWordPress(t *testing.T) {
	t.Parallel()
	site := kit.Start(t, kit.Options{})
	ids := site.Insert(t, kit.Post{Title: "Reading week", Content: "<!-- wp:paragraph --><p>It opened by the lake.</p><!-- /wp:paragraph -->"})
	site.Run(t, `wp_set_post_categories($in, [wp_insert_term('时政', 'category')['term_id']]); wp_set_post_tags($in, 'a tag');`, ids[0])
	p := emptyProcess(t)
	out, err := p.command("init", "--from", "wordpress", "--url", site.URL).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Reading week") || !strings.Contains(string(out), "It opened by the lake.") {
		t.Fatalf("init: %v\n%s", err, out)
	}
	text := p.file("config.yaml")
	if !strings.Contains(text, "name: 时政") || strings.Contains(text, "a tag") || strings.Contains(text, "a-tag") {
		t.Errorf("the categories are not the channels in\n%s", text)
	}
	p.run("build", "--out", "out")
	found, err := filepath.Glob(filepath.Join(p.dir, "out", "*", "c*", "feed.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no channel has a feed: %v", err)
	}
	feed, err := os.ReadFile(found[0])
	if err != nil || !bytes.Contains(feed, []byte("Reading week")) {
		t.Errorf("the channel's feed lacks its article: %v\n%s", err, feed)
	}
}

// TestInitSources makes a configuration of each system that is asked over HTTP.
func TestInitSources(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for _, name := range []string{"wordpress", "ghost", "drupal", "directus", "strapi", "rss", "atom", "jsonfeed"} {
		t.Run(name, func(t *testing.T) {
			kind, page := name, ""
			switch name {
			case "rss", "atom":
				kind, page = "feed", "/"+name+".xml"
			case "jsonfeed":
				kind, page = "feed", "/feed.json"
			}
			fake := &cmstest.System{Posts: []cmstest.Post{{
				ID: 1, Title: "Reading week", Body: "<p>It opened by the lake.</p>", Published: at, Modified: at, Author: "林知夏", Categories: []string{"moment"},
			}}}
			server := httptest.NewServer(fake.Handlers()[kind])
			t.Cleanup(server.Close)
			p := emptyProcess(t)
			token := func() {
				p.env = append(p.env, "FEEDSTATION_CONTENT_SOURCES_"+strings.ToUpper(kind)+"_TOKEN="+cmstest.Token)
			}
			args := []string{"init", "--from", kind, "--url", server.URL + page}
			switch kind {
			case "ghost":
				token()
			case "drupal":
				args = append(args, "--link", "https://xt.news.example{path.alias}")
			case "directus":
				token()
				args = append(args, "--collection", "news", "--link", "https://xt.news.example/news/{id}/")
			case "strapi":
				token()
				args = append(args, "--collection", "articles", "--link", "https://xt.news.example/news/{slug}/")
			}
			out, err := p.command(args...).CombinedOutput()
			if err != nil || !strings.Contains(string(out), "Reading week") || !strings.Contains(string(out), "It opened by the lake.") {
				t.Fatalf("init: %v\n%s", err, out)
			}
			if text := p.file("config.yaml"); strings.Contains(text, cmstest.Token) {
				t.Errorf("the token is in\n%s", text)
			}
			p.run("build", "--out", "out")
			if feed := p.file("out/xt/feed.json"); !strings.Contains(feed, "Reading week") {
				t.Errorf("the feed lacks the article:\n%s", feed)
			}
		})
	}
}

// TestInitAsks answers what is asked on a terminal.
func TestInitAsks(t *testing.T) {
	t.Parallel()
	fake := &cmstest.System{Posts: []cmstest.Post{{ID: 1, Title: "读书节", Body: "<p>湖边</p>", Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}}
	server := httptest.NewServer(fake.Handlers()["wordpress"])
	t.Cleanup(server.Close)
	for _, tt := range []struct {
		name    string
		answers []string
		seen    []string
		secrets string
	}{
		{"a file", []string{"99", "1", "articles.jsonl", "湘江新闻网", "", "Asia/Tokyo", "maybe", "y"}, []string{"Want a number from 1 to"}, ""},
		{
			"a user",
			[]string{"wordpress", server.URL, cmstest.User, cmstest.Password, "湘江新闻网", "", "Asia/Tokyo", "y"},
			[]string{"Password (nothing for none): "},
			"FEEDSTATION_CONTENT_SOURCES_WORDPRESS_PASSWORD='" + cmstest.Password + "'\n",
		},
		{"nobody", []string{"wordpress", server.URL, "-", "湘江新闻网", "", "Asia/Tokyo", "y"}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := emptyProcess(t)
			if err := os.WriteFile(filepath.Join(p.dir, "articles.jsonl"), []byte(`{"id":"1","station":"xt","url":"https://xt.news.example/1.html","title":"读书节","published":"2026-01-01T08:00:00+08:00"}`), 0o600); err != nil {
				t.Fatal(err)
			}
			seen, err := p.typed(tt.answers)
			if err != nil {
				t.Fatalf("init: %v\n%s", err, seen)
			}
			for _, want := range append(tt.seen, "Where are the articles?", "The portal's name [xt.news.example]: ", "读书节", "written: config.yaml") {
				if !strings.Contains(seen, want) {
					t.Errorf("no %q in\n%s", want, seen)
				}
			}
			text := p.file("config.yaml")
			for _, want := range []string{"name: 湘江新闻网", "language: zh-CN", "timezone: Asia/Tokyo"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			if strings.Contains(text, cmstest.Password) {
				t.Errorf("the password is in\n%s", text)
			}
			if secrets, _ := os.ReadFile(filepath.Join(p.dir, "feedstation.env")); string(secrets) != tt.secrets {
				t.Errorf("secrets %q, want %q", secrets, tt.secrets)
			}
		})
	}
}

// typed runs init on a terminal, on which the answers are typed, and returns what is
// seen there.
func (p *process) typed(answers []string) (string, error) {
	p.t.Helper()
	master, slave := terminalPair(p.t)
	c := p.command("init")
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	if err := c.Start(); err != nil {
		p.t.Fatal(err)
	}
	for _, answer := range answers {
		fmt.Fprintln(master, answer)
	}
	var seen bytes.Buffer
	ended := make(chan error, 1)
	go func() { _, err := io.Copy(&seen, master); ended <- err }()
	err := c.Wait()
	slave.Close()
	select {
	case <-ended: // a terminal's end is an error
	case <-time.After(patience):
		p.t.Fatal("the terminal does not end")
	}
	return seen.String(), err
}

// emptyProcess returns a process without a configuration.
func emptyProcess(t *testing.T) *process {
	t.Helper()
	p := newProcess(t, "xt.news.example")
	if err := os.Remove(filepath.Join(p.dir, "config.yaml")); err != nil {
		t.Fatal(err)
	}
	return p
}

// file returns the text of a file in the process's folder.
func (p *process) file(name string) string {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

// terminalPair returns the two ends of a terminal: what is written to the first, the
// second reads.
func terminalPair(t testing.TB) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return master, slave
}
