package e2e

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

// drupalSite is a Drupal with its tables in a database of MariaDB.
type drupalSite struct {
	*client
	env []string
}

// startDrupal installs a Drupal of the files in FEEDSTATION_SYSTEMS and runs it.
func startDrupal(t testing.TB, server *sqltest.Server, database string) *drupalSite {
	t.Helper()
	root := filepath.Join(linked(t, require.System(t, "drupal")), "web")
	port := testserver.Port(t)
	address := "http://" + testserver.Addr(port)
	d := &drupalSite{&client{t, address, http.Header{"Accept": {"application/vnd.api+json"}}, http.DefaultClient}, append(os.Environ(),
		"DRUPAL_ROOT="+root, "DRUPAL_URL="+address, "DRUPAL_DB="+database, "DRUPAL_DB_HOST="+server.Addr(), "PHP_CLI_SERVER_WORKERS=2")}
	d.php("install.php", "")
	process, err := testserver.Command{
		Program: require.Binary(t, "php"), Args: []string{"-d", "opcache.enable_cli=1", "-S", testserver.Addr(port), "-t", root, filepath.Join(root, ".ht.router.php")},
		Dir: root, Env: d.env, Patience: systemPatience,
		Answers: func(ctx context.Context, _ int) error { return answers(ctx, address+"/jsonapi") },
	}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// linked returns a folder with the files of another as links, beside it, which go with
// the test. What is written to files of the same name is not written to these.
func linked(t testing.TB, dir string) string {
	t.Helper()
	own, err := os.MkdirTemp(filepath.Dir(dir), "test") //nolint:usetesting // links can't lead to another disk
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(own); err != nil {
			t.Error(err)
		}
	})
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return os.MkdirAll(filepath.Join(own, rel), 0o755)
		}
		return os.Link(path, filepath.Join(own, rel))
	})
	if err != nil {
		t.Fatal(err)
	}
	return own
}

// do runs a script in Drupal.
func (d *drupalSite) do(script string) { d.t.Helper(); d.php("run.php", script) }

func (d *drupalSite) php(file, input string) {
	d.t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata/drupal", file))
	if err != nil {
		d.t.Fatal(err)
	}
	php := exec.CommandContext(d.t.Context(), require.Binary(d.t, "php"), "-d", "display_errors=stderr", path)
	php.Env, php.Stdin = d.env, strings.NewReader(input)
	if out, err := php.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		d.t.Fatalf("drupal: %v\n%s\n%s", err, out, input)
	}
}

// TestRealDrupal has a Drupal write its rows itself: its tables and its API show the same.
func TestRealDrupal(t *testing.T) {
	server := sqltest.MariaDB(t)
	database := server.Database(t)
	d := startDrupal(t, server, database)
	d.do(`
$culture = term('文化'); $moment = term('时刻 & more');
article('published', '湘江之春 😀 & more', '<p>正文 "引" &amp; more</p>', [
	'summary' => '一句话', 'path' => ['alias' => '/news/spring'], 'created' => 1773225494, 'field_tags' => [$culture, $moment],
	'field_image' => ['target_id' => picture('1.png')->id(), 'alt' => '开幕现场'],
]);
article('draft', '草稿', '<p>x</p>');
article('published', '旧闻', '<p>旧</p>', ['created' => 1552300694, 'path' => ['alias' => '/旧闻/1']]);
article('published', '以后', '<p>x</p>', ['created' => 2100000000]);
article('archived', '存档', '<p>x</p>', ['created' => 1552300695]);
article('published', '已发', '<p>已发</p>', ['created' => 1552300696]);
$revised = titled('已发'); $revised->set('title', '未发的改动'); $revised->set('moderation_state', 'draft'); $revised->save();
article('published', '无名', '<p>无名</p>', ['created' => 1552300697, 'uid' => 0]);
article('published', 'Two languages', '<p>English</p>', ['created' => 1552300698])->addTranslation('zh-hans', [
	'title' => '两种语言', 'body' => ['value' => '<p>中文</p>', 'format' => 'full_html'], 'moderation_state' => 'published',
])->save();
\Drupal\node\Entity\Node::create(['type' => 'page', 'title' => '关于', 'status' => 1])->save();`)

	w := newTwins(t, server, database, d.address, `kind: drupal, channels: {文化: culture, 时刻 & more: moment}, link: "https://www.news.example{path.alias}"`, [2]string{"1", "2"}, "--for", "drupal")
	w.record("drupal", d.send("GET", "/jsonapi/node/article?include=uid,field_image,field_tags&page[limit]=1&sort=nid", nil))
	w.equal("at first", "湘江之春 😀 & more", "Two languages", "无名", "已发", "旧闻")
	d.do(`
$old = titled('旧闻'); $old->set('title', '旧闻,更正'); $old->set('field_tags', []); $old->save();
$draft = titled('草稿'); $draft->set('moderation_state', 'published'); $draft->save();`)
	w.equal("edited, published", "草稿", "湘江之春 😀 & more", "Two languages", "无名", "已发", "旧闻,更正")
	d.do(`
$draft = titled('草稿'); $draft->set('moderation_state', 'archived'); $draft->save();
titled('旧闻,更正')->delete();
$spring = titled('湘江之春 😀 & more'); $spring->set('path', ['alias' => '/spring']); $spring->set('title', '春'); $spring->save();`)
	w.equal("archived, deleted, another address", "春", "Two languages", "无名", "已发")
	d.do(`$text = titled('已发'); $text->set('title', '发了改动'); $text->set('moderation_state', 'published'); $text->save();`)
	w.equal("its next revision published", "春", "Two languages", "无名", "发了改动")
}
