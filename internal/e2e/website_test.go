package e2e

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"feedstation/internal/testkit/tlstest"
	kit "feedstation/internal/testkit/wordpress"
)

const websiteConfig = `network: {name: 湘江新闻网, language: en, timezone: UTC}
stations:
  - {id: www, name: 湘江新闻网, url: "https://` + kit.Host + `"}
content:
  sources:
    - {id: site, kind: feed, url: "https://` + kit.Host + `/feed/", sitemap: "https://` + kit.Host + `/wp-sitemap.xml", station: www, rate: 1000, tls: {ca: %q}}
`

// TestWebsite holds that a feed has the posts of a real WordPress that is known by its own
// feed, of three posts, and its own sitemaps alone, and loses one that is deleted there.
func TestWebsite(t *testing.T) {
	t.Parallel()
	site := kit.Start(t, kit.Options{Plugins: []string{"testdata/wordpress/linkeddata.php"}})
	var posts []kit.Post
	var want []string
	for i := range 12 {
		title := fmt.Sprintf("Post %d & more", i)
		at := time.Date(2026, 1, 2, 3, 4+i, 0, 0, time.UTC).Format(time.DateTime)
		posts = append(posts, kit.Post{Title: title, Content: "text", Fields: map[string]any{"post_date": at, "post_date_gmt": at}})
		want = append([]string{title}, want...)
	}
	ids := site.Insert(t, posts...)
	site.Run(t, `update_option('posts_per_rss', 3);
wp_insert_post(['post_type' => 'page', 'post_status' => 'publish', 'post_title' => 'About us', 'post_content' => 'text']);
wp_delete_post(1, true);`, nil) // that of a fresh installation

	to, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxy, ca := hosted(t, kit.Host, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}})
	p := newProcess(t, kit.Host, proxy...)
	if err := os.WriteFile(filepath.Join(p.dir, "config.yaml"), fmt.Appendf(nil, websiteConfig, ca), 0o600); err != nil {
		t.Fatal(err)
	}
	titles := func() (all []string) {
		p.run("build", "--out", "site")
		var feed struct{ Items []struct{ Title string } }
		if err := json.Unmarshal([]byte(p.file("site/www/feed.json")), &feed); err != nil {
			t.Fatal(err)
		}
		for _, item := range feed.Items {
			all = append(all, item.Title)
		}
		return all
	}
	if got := titles(); !slices.Equal(got, want) {
		out, err := p.command("check").CombinedOutput()
		t.Fatalf("%q, want %q\n%v\n%s", got, want, err, out)
	}
	site.Run(t, `wp_delete_post($in, true);`, ids[4])
	titles() // of several sitemaps it has to be missed twice
	if got, want := titles(), slices.Delete(want, 7, 8); !slices.Equal(got, want) {
		t.Errorf("after a deletion: %q, want %q", got, want)
	}
}

// hosted serves a host over TLS. It returns an environment whose proxy leads there, and the
// file of the authority of its certificate.
func hosted(t *testing.T, host string, handler http.Handler) (env []string, ca string) {
	t.Helper()
	authority := tlstest.New(t)
	pair := authority.Issue(t, host)
	certificate, err := tls.LoadX509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(handler)
	site.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	site.StartTLS()
	t.Cleanup(site.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != host+":443" {
			t.Errorf("%s %s", r.Method, r.Host)
			return
		}
		to, err := net.Dial("tcp", site.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer to.Close()
		w.WriteHeader(http.StatusOK)
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer from.Close()
		go func() { _, _ = io.Copy(to, from) }()
		_, _ = io.Copy(from, to)
	}))
	t.Cleanup(proxy.Close)
	return []string{"HTTPS_PROXY=" + proxy.URL, "NO_PROXY="}, authority.CA
}
