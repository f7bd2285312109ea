// Package wordpress gives tests a real WordPress: Debian's, run by PHP's own
// server on a loopback port, with its tables in a MariaDB of package sqltest.
// It is one site, https://www.news.example, or a network of such sites.
//
// Posts and settings are made by PHP of the test's own, see Run; what readers
// and REST clients get is asked with Get.
//
// It is a test helper: no production package may import it.
package wordpress

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
	"feedstation/internal/testkit/sqltest"
	"feedstation/internal/testkit/testserver"
)

// source is where Debian has WordPress.
const source = "/usr/share/wordpress"

// Host is the host of the one site, or of a network's main one.
const Host = "www.news.example"

// The administrator, who may use the REST API with basic authentication.
const (
	User     = "admin"
	Password = "geheim-岳麓-7"
)

// Options say which WordPress it is.
type Options struct {
	// Sites are the hosts of the other sites of a network, such as
	// xt.news.example, from site 2 on; none: a single site.
	Sites []string
	// Plugins are files of PHP that are loaded as must-use plugins.
	Plugins []string
}

// Site is a WordPress that runs until its test ends.
type Site struct {
	// URL is where it answers: http://127.0.0.1:port. A request without another
	// Host is for the main site.
	URL string
	// Server and Database have its tables, with the prefix wp_.
	Server   *sqltest.Server
	Database string

	php, dir string
}

// What WordPress needs to know: one file for its settings, and one for what tests
// change of it.
var (
	//go:embed config.php
	config []byte
	//go:embed plugin.php
	plugin []byte
	//go:embed router.php
	router []byte
	//go:embed install.php
	install string
	//go:embed sites.php
	sites string
)

// Start installs and starts a WordPress. A machine without one skips the test.
func Start(t testing.TB, o Options) *Site {
	t.Helper()
	s := Install(t, o)
	if err := s.serve(t); err != nil {
		t.Fatalf("wordpress: %v", err)
	}
	return s
}

// Install installs a WordPress that the test serves itself, by a PHP of its own with
// Dir and Environment.
func Install(t testing.TB, o Options) *Site {
	t.Helper()
	s := &Site{php: require.Binary(t, "php"), dir: t.TempDir()}
	require.File(t, filepath.Join(source, "wp-load.php"), "wordpress php-cli php-mysql")
	s.Server = sqltest.MariaDB(t)
	s.Database = s.Server.Database(t)
	if err := s.layOut(o); err != nil {
		t.Fatalf("wordpress: %v", err)
	}
	s.Run(t, install, map[string]any{"host": Host, "user": User, "password": Password, "sites": o.Sites})
	if len(o.Sites) > 0 {
		s.Run(t, sites, map[string]any{"sites": o.Sites})
	}
	return s
}

// Dir is the folder that WordPress takes for its own.
func (s *Site) Dir() string { return s.dir }

// layOut makes the folder that WordPress takes for its own: links to Debian's
// files, and our settings beside them.
func (s *Site) layOut(o Options) error {
	content := filepath.Join(s.dir, "wp-content")
	for _, dir := range []string{"mu-plugins", "uploads", "themes", "plugins"} {
		if err := os.MkdirAll(filepath.Join(content, dir), 0o755); err != nil {
			return err
		}
	}
	for _, name := range []string{"wp-includes", "wp-admin"} {
		if err := os.Symlink(filepath.Join(source, name), filepath.Join(s.dir, name)); err != nil {
			return err
		}
	}
	files := map[string][]byte{
		"wp-config.php":                     config,
		"router.php":                        router,
		"wp-content/mu-plugins/testkit.php": plugin,
	}
	for _, file := range o.Plugins {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		files["wp-content/mu-plugins/"+filepath.Base(file)] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(s.dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Environment is what config.php reads.
func (s *Site) Environment() []string {
	return append(os.Environ(), "WORDPRESS_DIR="+s.dir, "WORDPRESS_SOURCE="+source,
		"WORDPRESS_DB="+s.Database, "WORDPRESS_DB_HOST="+s.Server.Addr(), "WORDPRESS_HOST="+Host)
}

func (s *Site) serve(t testing.TB) error {
	port := testserver.Port(t)
	s.URL = "http://" + testserver.Addr(port)
	process, err := testserver.Command{
		Program: s.php, Args: []string{"-d", "opcache.enable_cli=1", "-S", testserver.Addr(port), "-t", s.dir, filepath.Join(s.dir, "router.php")},
		Dir: s.dir, Env: append(s.Environment(), "PHP_CLI_SERVER_WORKERS=2"),
		Answers: func(ctx context.Context, _ int) error {
			status, body, err := s.get(ctx, "/wp-json/", "")
			if err == nil && status != http.StatusOK {
				return fmt.Errorf("status %d: %s", status, body)
			}
			return err
		},
	}.Start(t.Context())
	if err != nil {
		return err
	}
	t.Cleanup(func() {
		if err := process.Kill(); err != nil {
			t.Errorf("wordpress: %v", err)
		}
	})
	return nil
}

// Run runs PHP with WordPress loaded, as its administrator, and returns what the
// script prints. The script has no opening tag; in is its variable $in. In a
// network it begins at the main site; switch_to_blog goes to another.
func (s *Site) Run(t testing.TB, script string, in any) []byte {
	t.Helper()
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatalf("wordpress: %v", err)
	}
	const prepare = `define('ABSPATH', getenv('WORDPRESS_DIR') . '/');
$in = json_decode(stream_get_contents(STDIN), true);
`
	code := prepare + script
	if script != install {
		code = prepare + "require ABSPATH . 'wp-config.php'; wp_set_current_user(1);\n" + script
	}
	cmd := exec.CommandContext(t.Context(), s.php, "-d", "display_errors=stderr", "-r", code)
	cmd.Dir, cmd.Env, cmd.Stdin = s.dir, s.Environment(), bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("wordpress: %v\n%s%s", err, stderr.String(), out)
	}
	return out
}

// patience bounds one request.
const patience = time.Minute

// Get returns the answer to a path, such as /wp-json/wp/v2/posts, of the site
// with a host; empty: the main site. Another status than 200 ends the test. A
// path has no slash at its end: WordPress redirects one to its permalinks' form.
func (s *Site) Get(t testing.TB, path, host string) []byte {
	t.Helper()
	status, body, err := s.get(t.Context(), path, host)
	if err != nil || status != http.StatusOK {
		t.Fatalf("wordpress: %s: status %d, %v\n%s", path, status, err, body)
	}
	return body
}

func (s *Site) get(ctx context.Context, path, host string) (status int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	request.Host = host
	// A redirect leads to a host that is not there.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// Post is a post as wp_insert_post takes it; more of its fields are in Fields.
type Post struct {
	Title   string
	Content string
	Fields  map[string]any
}

// Insert writes posts of the main site and returns their ids. They are published
// unless Fields say otherwise.
func (s *Site) Insert(t testing.TB, posts ...Post) []int {
	t.Helper()
	var in []map[string]any
	for _, p := range posts {
		post := map[string]any{"post_title": p.Title, "post_content": p.Content, "post_status": "publish", "post_author": 1}
		maps.Copy(post, p.Fields)
		in = append(in, post)
	}
	out := s.Run(t, `$ids = [];
foreach ($in as $post) {
	$id = wp_insert_post(wp_slash($post), true);
	if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_message()); exit(1); }
	$ids[] = $id;
}
echo json_encode($ids);`, in)
	var ids []int
	if err := json.Unmarshal(out, &ids); err != nil {
		t.Fatalf("wordpress: %v: %s", err, strings.TrimSpace(string(out)))
	}
	return ids
}
