package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

// strapiConfig is what a Strapi is told in its folder, without its panel for people.
var strapiConfig = map[string]string{
	"package.json":      `{"name": "newsroom", "private": true, "version": "0.0.0", "dependencies": {"@strapi/strapi": "5"}, "strapi": {"uuid": "newsroom"}}`,
	"src/index.js":      `module.exports = {};`,
	"config/server.js":  `module.exports = ({ env }) => ({ host: '127.0.0.1', port: env.int('PORT'), app: { keys: ['a', 'b'] } });`,
	"config/admin.js":   `module.exports = { serveAdminPanel: false, auth: { secret: 'a' }, apiToken: { salt: 'b' }, transfer: { token: { salt: 'c' } }, secrets: { encryptionKey: '0123456789abcdef0123456789abcdef' } };`,
	"config/plugins.js": `module.exports = { upload: { config: { breakpoints: {} } } };`,
	"config/database.js": `module.exports = ({ env }) => ({ connection: { client: 'postgres', connection: {
		host: env('DB_HOST'), port: env.int('DB_PORT'), database: env('DB_NAME'), user: 'root', password: '' } } });`,
	"config/middlewares.js": `module.exports = ['errors', 'security', 'cors', 'poweredBy', 'query', 'body', 'session', 'favicon', 'public'].map((name) => 'strapi::' + name);`,
	"public/robots.txt":     "",
}

// strapiTypes are the types of content, as their builder writes them.
var strapiTypes = map[string]string{
	"article": `{"kind": "collectionType", "collectionName": "articles", "info": {"singularName": "article", "pluralName": "articles", "displayName": "Article"},
	"options": {"draftAndPublish": true}, "pluginOptions": {"i18n": {"localized": true}}, "attributes": {
		"title": {"type": "string", "pluginOptions": {"i18n": {"localized": true}}}, "slug": {"type": "string", "pluginOptions": {"i18n": {"localized": true}}},
		"description": {"type": "text", "pluginOptions": {"i18n": {"localized": true}}}, "content": {"type": "richtext", "pluginOptions": {"i18n": {"localized": true}}},
		"cover": {"type": "media", "allowedTypes": ["images"]},
		"category": {"type": "relation", "relation": "manyToOne", "target": "api::category.category"},
		"categories": {"type": "relation", "relation": "oneToMany", "target": "api::category.category"},
		"tags": {"type": "relation", "relation": "oneToMany", "target": "api::category.category"},
		"author": {"type": "relation", "relation": "oneToOne", "target": "api::category.category"}
	}}`,
	"category": `{"kind": "collectionType", "collectionName": "categories", "info": {"singularName": "category", "pluralName": "categories", "displayName": "Category"},
	"options": {"draftAndPublish": false}, "attributes": {"name": {"type": "string"}, "slug": {"type": "uid"}, "cover": {"type": "media"}}}`,
}

// startStrapi returns the API of a Strapi that has its tables in a database of
// PostgreSQL, in its administrator's name.
func startStrapi(t testing.TB, server *sqltest.Server, database string) *client {
	t.Helper()
	program, dir := node(t, "strapi")
	app := t.TempDir()
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(app, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range strapiConfig {
		write(path, text)
	}
	write("public/uploads/.gitkeep", "")
	for name, schema := range strapiTypes {
		of := "src/api/" + name + "/"
		write(of+"content-types/"+name+"/schema.json", schema)
		for folder, part := range map[string]string{"controllers": "Controller", "routes": "Router", "services": "Service"} {
			write(of+folder+"/"+name+".js", fmt.Sprintf("module.exports = require('@strapi/strapi').factories.createCore%s('api::%[2]s.%[2]s');", part, name))
		}
	}
	modules := filepath.Join(dir, "node_modules")
	if err := os.Symlink(modules, filepath.Join(app, "node_modules")); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	address := testserver.Addr(testserver.Port(t))
	_, listen, _ := net.SplitHostPort(address)
	process, err := testserver.Command{
		Program: program, Args: []string{filepath.Join(modules, "@strapi", "strapi", "bin", "strapi.js"), "start"}, Dir: app,
		Env: append(os.Environ(), "NODE_ENV=production", "PORT="+listen, "DB_HOST="+host, "DB_PORT="+port, "DB_NAME="+database,
			"STRAPI_TELEMETRY_DISABLED=true", "STRAPI_DISABLE_UPDATE_NOTIFICATION=true"),
		Patience: systemPatience, Answers: func(ctx context.Context, _ int) error { return answers(ctx, "http://"+address+"/admin/init") },
	}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	c := &client{t, "http://" + address, http.Header{}, http.DefaultClient}
	var made struct{ Data struct{ Token string } }
	c.make("/admin/register-admin", map[string]any{"email": "admin@example.com", "password": "Geheim-0731", "firstname": "林", "lastname": "知夏"}, &made)
	c.header.Set("Authorization", "Bearer "+made.Data.Token)
	return c
}

// make posts a value and reads the answer into made.
func (c *client) make(path string, value, made any) {
	c.t.Helper()
	if err := json.Unmarshal(c.send("POST", path, value), made); err != nil {
		c.t.Fatal(err)
	}
}

// TestRealStrapi has a Strapi write its rows itself, in two locales: its tables and its
// API show the same.
func TestRealStrapi(t *testing.T) {
	server := sqltest.Postgres(t)
	database := server.Database(t)
	s := startStrapi(t, server, database)
	var locale struct{ ID int }
	s.make("/i18n/locales", map[string]any{"code": "zh", "name": "中文", "isDefault": true}, &locale)
	var token struct{ Data struct{ AccessKey string } }
	s.make("/admin/api-tokens", map[string]any{"name": "feedstation", "description": "", "type": "read-only", "lifespan": nil}, &token)

	const articles = "/content-manager/collection-types/api::article.article"
	type made struct {
		Data struct {
			ID         int
			DocumentID string
		}
	}
	add := func(locale string, fields map[string]any) (path string) {
		t.Helper()
		var m made
		s.make(articles+"?locale="+locale, fields, &m)
		return articles + "/" + m.Data.DocumentID
	}
	// save changes the draft, publish makes it what readers see.
	save := func(path, locale string, fields map[string]any) {
		t.Helper()
		s.send("PUT", path+"?locale="+locale, fields)
	}
	publish := func(path, locale string) {
		t.Helper()
		s.send("POST", path+"/actions/publish?locale="+locale, map[string]any{})
	}
	category := func(name, slug string) map[string]any {
		t.Helper()
		var m made
		s.make("/content-manager/collection-types/api::category.category", map[string]any{"name": name, "slug": slug}, &m)
		return map[string]any{"connect": []any{map[string]any{"id": m.Data.ID}}}
	}
	culture := category("文化", "culture")
	kind, body := picture(t, "files", map[string]string{"fileInfo": `{"caption": "开幕现场", "alternativeText": "x"}`})
	var files []struct{ ID int }
	if err := json.Unmarshal(s.raw("POST", "/upload", kind, body), &files); err != nil {
		t.Fatal(err)
	}

	// Published in English before it is in Chinese.
	spring := add("en", map[string]any{"title": "Spring", "slug": "spring-en", "content": "Text", "category": culture})
	publish(spring, "en")
	save(spring, "zh", map[string]any{
		"title": "湘江之春 😀", "slug": "spring", "description": "一句话", "content": "<p>正文</p><p>\"引\" &amp; more</p>",
		"cover": files[0].ID, "category": culture, "categories": category("读书", "books"), "tags": category("湖", "lakes"), "author": category("张三", "zhang"),
	})
	publish(spring, "zh")
	publish(add("en", map[string]any{"title": "English only", "slug": "english", "content": "x"}), "en")
	old := add("zh", map[string]any{"title": "旧闻", "slug": "old", "content": "<p>旧</p>", "cover": files[0].ID})
	publish(old, "zh")
	draft := add("zh", map[string]any{"title": "草稿", "slug": "draft", "content": "<p>x</p>", "category": category("时刻", "moment")})

	w := newTwins(t, server, database, s.address, `kind: strapi, collection: articles, include: "category,cover", link: "https://www.news.example/{slug}", token: `+token.Data.AccessKey,
		[2]string{"culture", "moment"}, "--for", "strapi", "--field", "body=content")
	reader := client{t, s.address, http.Header{"Authorization": {"Bearer " + token.Data.AccessKey}}, http.DefaultClient}
	w.record("strapi", reader.send("GET", "/api/articles?populate=*&pagination[pageSize]=2", nil))
	w.equal("at first", "旧闻", "湘江之春 😀")
	save(old, "zh", map[string]any{"title": "旧闻,更正", "slug": "old", "content": "<p>旧</p>", "cover": files[0].ID})
	publish(old, "zh")
	publish(draft, "zh")
	w.equal("published again, published", "草稿", "旧闻,更正", "湘江之春 😀")
	save(draft, "zh", map[string]any{"title": "未发的改动"})
	save(draft, "en", map[string]any{"title": "Draft", "slug": "draft-en"})
	publish(draft, "en")
	w.equal("changed and not published, published in another locale", "草稿", "旧闻,更正", "湘江之春 😀")
	s.send("POST", draft+"/actions/unpublish?locale=zh", map[string]any{})
	s.send("DELETE", old, nil)
	w.equal("a draft again, deleted", "湘江之春 😀")
}
