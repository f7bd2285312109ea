package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

const directusToken = "0a1b2c3d4e5f"

// startDirectus returns the API of a Directus that has its tables in a database of
// PostgreSQL.
func startDirectus(t testing.TB, server *sqltest.Server, database string) *client {
	t.Helper()
	program, dir := node(t, "directus")
	cli := filepath.Join(dir, "node_modules", "directus", "cli.js")
	host, port, err := net.SplitHostPort(server.Addr())
	if err != nil {
		t.Fatal(err)
	}
	own, address := t.TempDir(), testserver.Addr(testserver.Port(t))
	_, listen, _ := net.SplitHostPort(address)
	env := append(os.Environ(),
		"SECRET=0123456789abcdef0123456789abcdef", "ADMIN_EMAIL=admin@example.com", "ADMIN_PASSWORD=geheim-7", "ADMIN_TOKEN="+directusToken,
		"DB_CLIENT=pg", "DB_HOST="+host, "DB_PORT="+port, "DB_DATABASE="+database, "DB_USER=root", "DB_PASSWORD=none",
		"HOST=127.0.0.1", "PORT="+listen, "PUBLIC_URL=http://"+address, "TELEMETRY=false", "STORAGE_LOCAL_ROOT="+own, "EXTENSIONS_PATH="+own,
	)
	bootstrap := exec.CommandContext(t.Context(), program, cli, "bootstrap")
	bootstrap.Dir, bootstrap.Env = dir, env
	if out, err := bootstrap.CombinedOutput(); err != nil {
		t.Fatalf("directus: %v\n%s", err, out)
	}
	process, err := testserver.Command{
		Program: program, Args: []string{cli, "start"}, Dir: dir, Env: env,
		Patience: systemPatience, Answers: func(ctx context.Context, _ int) error { return answers(ctx, "http://"+address+"/server/ping") },
	}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	return &client{t, "http://" + address, http.Header{"Authorization": {"Bearer " + directusToken}}, http.DefaultClient}
}

// answers returns why an address does not answer.
func answers(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}

// picture returns a form with a picture in the field of a name, and with other fields.
func picture(t testing.TB, name string, fields map[string]string) (kind string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for field, value := range fields {
		if err := form.WriteField(field, value); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreatePart(map[string][]string{
		"Content-Disposition": {`form-data; name="` + name + `"; filename="img_2031.png"`}, "Content-Type": {"image/png"},
	})
	if err == nil {
		err = png.Encode(file, image.NewGray(image.Rect(0, 0, 800, 600)))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), b.Bytes()
}

// directusFields are those of a collection as Directus offers them, and a newsroom's own.
const directusFields = `{"collection": "articles", "meta": {"archive_field": "status", "archive_value": "archived", "unarchive_value": "draft"}, "schema": {}, "fields": [
	{"field": "id", "type": "integer", "schema": {"is_primary_key": true, "has_auto_increment": true}},
	{"field": "status", "type": "string", "schema": {"default_value": "draft", "is_nullable": false}},
	{"field": "user_created", "type": "uuid", "meta": {"special": ["user-created"]}, "schema": {}},
	{"field": "date_created", "type": "timestamp", "meta": {"special": ["date-created"]}, "schema": {}},
	{"field": "date_updated", "type": "timestamp", "meta": {"special": ["date-updated"]}, "schema": {}},
	{"field": "title", "type": "string", "schema": {}}, {"field": "slug", "type": "string", "schema": {}},
	{"field": "summary", "type": "text", "schema": {}}, {"field": "content", "type": "text", "schema": {}},
	{"field": "image", "type": "uuid", "meta": {"special": ["file"]}, "schema": {}},
	{"field": "category", "type": "string", "schema": {}}, {"field": "categories", "type": "json", "meta": {"special": ["cast-json"]}, "schema": {}},
	{"field": "tags", "type": "json", "meta": {"special": ["cast-json"]}, "schema": {}}
]}`

// TestRealDirectus has a Directus write its rows itself: its tables and its API show the
// same.
func TestRealDirectus(t *testing.T) {
	server := sqltest.Postgres(t)
	database := server.Database(t)
	d := startDirectus(t, server, database)
	d.send("POST", "/collections", json.RawMessage(directusFields))
	d.send("POST", "/relations", json.RawMessage(`{"collection": "articles", "field": "image", "related_collection": "directus_files"}`))
	d.send("POST", "/relations", json.RawMessage(`{"collection": "articles", "field": "user_created", "related_collection": "directus_users"}`))
	add := func(item map[string]any) string {
		t.Helper()
		var made struct{ Data struct{ ID int } }
		if err := json.Unmarshal(d.send("POST", "/items/articles", item), &made); err != nil {
			t.Fatal(err)
		}
		return "/items/articles/" + strconv.Itoa(made.Data.ID)
	}
	change := func(path string, fields map[string]any) { t.Helper(); d.send("PATCH", path, fields) }
	kind, body := picture(t, "file", map[string]string{"description": "开幕现场"})
	var file struct{ Data struct{ ID string } }
	if err := json.Unmarshal(d.raw("POST", "/files", kind, body), &file); err != nil {
		t.Fatal(err)
	}

	add(map[string]any{
		"title": "湘江之春 😀", "slug": "spring", "status": "published", "summary": "一句话", "content": `<p>正文</p><p>"引" &amp; more</p>`,
		"image": file.Data.ID, "category": "culture", "tags": []string{"读书", "Lakes & rivers"}, "categories": []string{"other"},
	})
	draft := add(map[string]any{"title": "草稿", "slug": "draft", "content": "<p>x</p>", "category": "moment"})
	old := add(map[string]any{"title": "旧闻", "slug": "old", "status": "published", "content": "<p>旧</p>"})
	add(map[string]any{"title": "无文", "slug": "short", "status": "published"})

	w := newTwins(t, server, database, d.address, `kind: directus, collection: articles, link: "https://www.news.example/{slug}", token: `+directusToken, [2]string{"culture", "moment"},
		"--for", "directus", "--field", "tags=tags", "--field", "body=content")
	w.record("directus", d.send("GET", "/items/articles?fields=*.*&limit=2", nil))
	w.equal("at first", "无文", "旧闻", "湘江之春 😀")
	change(old, map[string]any{"title": "旧闻,更正"})
	change(draft, map[string]any{"status": "published"})
	w.equal("edited, published", "草稿", "无文", "旧闻,更正", "湘江之春 😀")
	change(draft, map[string]any{"title": "草稿二"})
	w.equal("edited after it was published", "草稿二", "无文", "旧闻,更正", "湘江之春 😀")
	change(draft, map[string]any{"status": "archived"})
	d.send("DELETE", old, nil)
	w.equal("archived, deleted", "无文", "湘江之春 😀")
	change(draft, map[string]any{"status": "published"})
	later := add(map[string]any{"title": "稍后", "slug": "later"})
	change(later, map[string]any{"status": "published"})
	w.equal("and back, and one written between two polls", "稍后", "草稿二", "无文", "湘江之春 😀")
}
