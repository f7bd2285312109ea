package e2e

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

// startGhost returns the Admin API of a Ghost that has its tables in a database of
// MariaDB, and the key of its Content API.
func startGhost(t testing.TB, server *sqltest.Server, database string) (c *client, key string) {
	t.Helper()
	program, dir := node(t, "ghost")
	host, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	own, address := t.TempDir(), testserver.Addr(testserver.Port(t))
	_, listen, _ := net.SplitHostPort(address)
	for _, name := range []string{"data", "images", "logs", "settings", "media", "files", "public"} {
		if err := os.Mkdir(filepath.Join(own, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"themes", "adapters"} {
		if err := os.Symlink(filepath.Join(dir, "package", "content", name), filepath.Join(own, name)); err != nil {
			t.Fatal(err)
		}
	}
	process, err := testserver.Command{
		Program: program, Args: []string{"index.js"}, Dir: filepath.Join(dir, "package"),
		Env: append(os.Environ(), "NODE_ENV=production", "url=http://"+address, "server__host=127.0.0.1", "server__port="+listen,
			"database__client=mysql", "database__connection__host="+host, "database__connection__port="+port, "database__connection__user=root",
			"database__connection__password=", "database__connection__database="+database, "paths__contentPath="+own,
			"security__staffDeviceVerification=false", "mail__transport=Direct", "privacy__useUpdateCheck=false", "logging__transports=[\"stdout\"]"),
		Patience: systemPatience,
		Answers: func(ctx context.Context, _ int) error {
			return answers(ctx, "http://"+address+"/ghost/api/admin/site/")
		},
	}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c = &client{t, "http://" + address, http.Header{"Origin": {"http://" + address}}, &http.Client{Jar: jar}}
	const email, password = "admin@example.com", "geheim-岳麓-0731"
	c.send("POST", "/ghost/api/admin/authentication/setup/", map[string]any{"setup": []any{map[string]any{
		"name": "林知夏", "email": email, "password": password, "blogTitle": "湘江新闻网",
	}}})
	c.send("POST", "/ghost/api/admin/session/", map[string]any{"username": email, "password": password})
	var made struct {
		Integrations []struct {
			Keys []struct{ Type, Secret string } `json:"api_keys"`
		}
	}
	answer := c.send("POST", "/ghost/api/admin/integrations/?include=api_keys", map[string]any{"integrations": []any{map[string]any{"name": "feedstation"}}})
	if err := json.Unmarshal(answer, &made); err != nil {
		t.Fatal(err)
	}
	for _, k := range made.Integrations[0].Keys {
		if k.Type == "content" {
			key = k.Secret
		}
	}
	return c, key
}

// TestRealGhost has a Ghost write its rows itself: its tables and its API show the same.
func TestRealGhost(t *testing.T) {
	server := sqltest.MariaDB(t)
	database := server.Database(t)
	g, key := startGhost(t, server, database)
	type post struct {
		ID      string
		Updated string `json:"updated_at"`
	}
	save := func(method, path string, fields map[string]any) post {
		t.Helper()
		var saved struct{ Posts []post }
		if err := json.Unmarshal(g.send(method, "/ghost/api/admin/posts/"+path+"?source=html", map[string]any{"posts": []any{fields}}), &saved); err != nil {
			t.Fatal(err)
		}
		return saved.Posts[0]
	}
	add := func(fields map[string]any) post { t.Helper(); return save("POST", "", fields) }
	change := func(p *post, fields map[string]any) {
		t.Helper()
		fields["updated_at"] = p.Updated
		*p = save("PUT", p.ID+"/", fields)
	}
	var users struct{ Users []struct{ ID string } }
	if err := json.Unmarshal(g.send("GET", "/ghost/api/admin/users/", nil), &users); err != nil {
		t.Fatal(err)
	}
	author := users.Users[0].ID

	add(map[string]any{
		"title": "湘江之春 😀 & more", "slug": "spring", "status": "published", "published_at": "2026-03-11T10:38:14.000Z", "custom_excerpt": "一句话",
		"html":          `<p>正文 "引" &amp; <a href="` + g.address + `/old/">more</a></p><figure class="kg-card kg-image-card"><img src="` + g.address + `/content/images/2.jpg" alt="x"></figure>`,
		"tags":          []any{map[string]any{"name": "文化", "slug": "culture"}, map[string]any{"name": "读书", "slug": "books"}, map[string]any{"name": "#moment"}},
		"feature_image": g.address + "/content/images/1.jpg", "feature_image_caption": "<span>开幕现场</span>", "feature_image_alt": "alt",
	})
	old := add(map[string]any{"title": "旧闻", "slug": "old", "status": "published", "published_at": "2019-03-11T10:38:14.000Z", "html": "<p>旧</p>", "feature_image": "https://cdn.example/3.jpg", "feature_image_alt": "alt"})
	draft := add(map[string]any{"title": "草稿", "slug": "draft", "html": "<p>x</p>"})
	add(map[string]any{"title": "以后", "slug": "later", "status": "scheduled", "published_at": "2099-01-01T00:00:00.000Z", "html": "<p>x</p>"})
	add(map[string]any{"title": "会员", "slug": "members", "status": "published", "published_at": "2020-01-01T00:00:00.000Z", "visibility": "members", "html": "<p>公开</p><!--members-only--><p>秘密</p>"})
	add(map[string]any{"title": "秘密", "slug": "secret", "status": "published", "published_at": "2020-01-02T00:00:00.000Z", "visibility": "members", "html": "<p>秘密</p>", "custom_excerpt": "摘要"})
	g.send("POST", "/ghost/api/admin/pages/?source=html", map[string]any{"pages": []any{map[string]any{"title": "关于", "status": "published", "html": "<p>x</p>"}}})

	w := newTwins(t, server, database, g.address, `kind: ghost, channels: {hash-moment: moment}, link: "https://www.news.example/{slug}/", token: `+key, [2]string{"culture", "hash-moment"}, "--for", "ghost")
	w.record("ghost", g.send("GET", "/ghost/api/content/posts/?include=authors,tags&formats=html&limit=2&order=published_at%20desc&filter=slug:spring&key="+key, nil))
	w.equal("at first", "Coming soon", "湘江之春 😀 & more", "秘密", "会员", "旧闻")
	change(&old, map[string]any{"title": "旧闻,更正", "authors": []any{map[string]any{"id": author}}})
	change(&draft, map[string]any{"status": "published"})
	w.equal("edited, published", "草稿", "Coming soon", "湘江之春 😀 & more", "秘密", "会员", "旧闻,更正")
	change(&draft, map[string]any{"status": "draft"})
	g.send("DELETE", "/ghost/api/admin/posts/"+old.ID+"/", nil)
	w.equal("a draft again, deleted", "Coming soon", "湘江之春 😀 & more", "秘密", "会员")
	for _, text := range []string{"秘密</p>", "__GHOST_URL__"} {
		for path, lines := range w.made {
			if strings.Contains(strings.Join(lines, ""), text) {
				t.Errorf("%s has %s", path, text)
			}
		}
	}
}
