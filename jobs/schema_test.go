package jobs_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// hostileTexts are what breaks other generators.
var hostileTexts = []string{
	"", " ", "\x00\x01\x1b", "\u00a0\u3000", "]]>", "<![CDATA[ x ]]>", "a & b &lt; c &#0; &nbsp; &bogus;", `"quoted" 'too'`, "<b>bold</b> < 3 > 2",
	"<script>alert(1)</script>", "</title></item></url>", "🌸👨‍👩‍👧‍👦🇨🇳", "𠮷野家 𪚥", "أخبار \u202e اليوم \u202c", "\ufeff\ufffe\uffff\ufffd", "\xff\xc0\xbc\xed\xa0\xbd",
	"two\nlines\r\nand\ttabs", "\u2028\u2029\u0085", "100% %s %d", strings.Repeat("长", 3000), "x",
}

// hostileAddresses are pages of the station xt, relative to its host, that
// engines accept once they are encoded.
var hostileAddresses = []string{
	"/新闻/湘江.html", "/a b.html", "/?a=1&b=2", "/it's", "/100%", "/%zz%41%e6", "/x]]>y", `/"q"<x>`, "/🌸", "/𠮷?𠮷#𠮷", "/أخبار", "", "/", "//x", "/a;b,c",
	"/a[1]{2}|3^4`5", "/a+b", "/a\\b", "/\u202e", "/" + strings.Repeat("长", 200), "/" + strings.Repeat("x", 2000), "/%E6%96%B0", "/a?b?c#d#e",
}

// hostileArticles returns articles of the last days and of old months, made of
// such texts and addresses.
func hostileArticles() (articles []article.Article) {
	add := func(change func(a *article.Article)) {
		n := len(articles)
		ago := time.Duration(n%3) * time.Hour
		if n%4 == 3 {
			ago = time.Duration(n) * 5 * 24 * time.Hour
		}
		a := newArticle("xt", n, ago)
		change(&a)
		articles = append(articles, a)
	}
	for _, text := range hostileTexts {
		add(func(a *article.Article) {
			a.Title, a.Summary, a.Body, a.Editor, a.Rights = text, text, text, text, text
			a.Authors, a.Tags, a.Source = []string{text, text}, []string{text}, article.Source{Name: text, URL: "https://source.example/" + text}
			a.Images = []article.Image{{URL: "/" + text, Caption: text, Credit: text, Type: text, Width: -1, Bytes: -1}}
			a.Enclosures = []article.Enclosure{{URL: "/f/" + text, Type: "video/mp4", Title: text, Seconds: -1}, {URL: "1.mp4", Type: "video/mp4", Seconds: 1 << 30}}
		})
		add(func(a *article.Article) { a.Title = text })
		add(func(a *article.Article) { a.Body, a.Language, a.Channels = text, text, []string{text, "moment"} })
	}
	for _, address := range hostileAddresses {
		full := "https://xt.news.example" + address
		add(func(a *article.Article) { a.URL = full })
		add(func(a *article.Article) {
			a.Images = []article.Image{{URL: full}, {URL: address}, {URL: "2.jpg"}}
			a.Enclosures = []article.Enclosure{{URL: full, Type: "video/mp4", Seconds: 30}, {URL: address, Type: "audio/mpeg"}, {Type: "video/mp4"}}
			a.Summary = "短"
			a.Alternates = []article.Alternate{{Lang: "en", URL: full}, {Lang: "x-default", URL: "https://图片.example" + address}, {Lang: "zh-cn", URL: full}}
			a.OriginalURL, a.NextURL = full, address
		})
	}
	for _, host := range []string{"图片.example", "BÜCHER.example:8443", "[2001:db8::7]", "192.0.2.7:80", "a_b.example.", "img.example:", "img.example:0", "..", "%zz"} {
		add(func(a *article.Article) {
			a.Images = []article.Image{{URL: "https://" + host + "/1.jpg"}}
			a.Alternates = []article.Alternate{{Lang: "en", URL: "https://" + host + "/"}}
		})
	}
	add(func(a *article.Article) { a.Channels, a.Body, a.Images, a.Updated = nil, "", nil, time.Time{} })
	add(func(a *article.Article) { a.URL = "HTTPS://XT.News.example/upper" })
	add(func(a *article.Article) { a.URL = "https://xt.news.example:443/port" })
	add(func(a *article.Article) {
		a.Published = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
		a.Updated = a.Published
	})
	add(func(a *article.Article) {
		a.Language, a.Alternates = "中文", []article.Alternate{{Lang: "中文", URL: "https://en.example/"}, {Lang: "zh_CN", URL: "https://en.example/1"}}
	})
	return articles
}

// hostileWorld has a station of hostile articles, one whose host and articles'
// addresses are Chinese, and one that has none.
func hostileWorld(w *world) {
	w.t.Helper()
	var err error
	w.network, err = network.New("湘江 & <新闻网>", []*network.Station{
		{ID: "www", Name: "湘江 & <新闻网>", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true, Channels: []network.Channel{{ID: "moment", Name: "]]> & <时刻>"}}},
		{ID: "xt", Name: `"湘潭站"`, URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Email: "editor@xt.news.example", Channels: []network.Channel{{ID: "moment", Name: "'时刻'"}}},
		{ID: "yy", Name: "岳阳站", URL: "https://岳阳.example:8443", Language: "zh-TW", Zone: time.FixedZone("", -9*60*60-1800)},
		{ID: "none", Name: "空", URL: "http://空.example", Language: "en", Zone: time.UTC},
	}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.store, err = content.Open(w.t.Context(), filepath.Join(w.t.TempDir(), "content.db")); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.store.Close() })
	w.put(hostileArticles()...)
	for i := range 5 {
		a := newArticle("yy", 1000+i, time.Duration(i)*20*time.Hour)
		a.URL = fmt.Sprintf("https://岳阳.example:8443/新闻 %d.html?a&b='c'", i)
		w.put(a)
	}
}

// TestDocumentsAreValid holds that whatever the newsroom wrote, everything that
// is built can be read by those it is for.
func TestDocumentsAreValid(t *testing.T) {
	xmllint := require.Binary(t, "xmllint")
	sitemaps, index := require.Path(t, "schemas/all.xsd"), require.Path(t, "schemas/siteindex.xsd")
	dir := t.TempDir()
	files := map[string][]string{} // by what they are checked with
	in(t, func(w *world) {
		hostileWorld(w)
		strict := options
		strict.Feed.Items, strict.Feed.MaxItems, strict.Sitemaps = 500, 500, press.Limits{URLs: 7, Bytes: 40_000}
		for i, o := range []jobs.Options{options, strict} {
			for station, e := range w.whole(o).current {
				for path, d := range e.All() {
					checkDocument(w.t, station+path, doctest.Body(t, d), doctest.Gzip(t, d))
					schema := ""
					switch {
					case path == network.IndexPath:
						schema = index
					case network.IsSitemap(path):
						schema = sitemaps
						checkSize(w.t, station+path, doctest.Body(t, d), o)
					case strings.HasSuffix(path, ".json"):
						if !json.Valid(doctest.Body(t, d)) {
							w.t.Errorf("%s%s is not JSON", station, path)
						}
						continue
					case strings.HasSuffix(path, ".html"):
						checkBalanced(w.t, station+path, doctest.Body(t, d))
						continue
					case slices.Contains([]string{".txt", ".css", ".js"}, filepath.Ext(path)):
						continue
					}
					name := filepath.Join(dir, fmt.Sprint(i, "-", station, strings.ReplaceAll(path, "/", "-")))
					if err := os.WriteFile(name, doctest.Body(t, d), 0o600); err != nil {
						w.t.Fatal(err)
					}
					files[schema] = append(files[schema], name)
				}
			}
		}
	})
	if len(files[sitemaps]) < 30 || len(files[index]) != 8 || len(files[""]) < 20 {
		t.Fatalf("%d sitemaps, %d indexes, %d feeds", len(files[sitemaps]), len(files[index]), len(files[""]))
	}
	for schema, names := range files {
		args := []string{"--nonet", "--noout"}
		if schema != "" {
			args = append(args, "--schema", schema)
		}
		out, err := exec.CommandContext(t.Context(), xmllint, append(args, names...)...).CombinedOutput()
		if err != nil || bytes.Count(out, []byte(" validates\n")) != len(names) && schema != "" {
			t.Errorf("%v\n%.5000s", err, out)
		}
	}
}

// checkBalanced fails for a page whose elements do not end as they begin, as where a text
// has ended one.
func checkBalanced(t *testing.T, name string, body []byte) {
	t.Helper()
	if len(body) > 15_000 || !utf8.Valid(body) {
		t.Errorf("%s has %d bytes", name, len(body))
	}
	var open []string
	for tokens := html.NewTokenizer(bytes.NewReader(body)); tokens.Next() != html.ErrorToken; {
		token := tokens.Token()
		// Before another one, and at the end of its list, an item has to have no end.
		if n := len(open) - 1; n >= 0 && open[n] == "li" && (token.Type == html.StartTagToken && token.Data == "li" || token.Type == html.EndTagToken && token.Data == "ul") {
			open = open[:n]
		}
		switch {
		case token.Type == html.EndTagToken && (len(open) == 0 || open[len(open)-1] != token.Data):
			t.Fatalf("%s: %s within %q:\n%s", name, token, open, body)
		case token.Type == html.EndTagToken:
			open = open[:len(open)-1]
		case token.Type == html.StartTagToken && token.Data != "meta" && token.Data != "link":
			open = append(open, token.Data)
		case token.Type == html.CommentToken:
			t.Errorf("%s: %s", name, token)
		}
	}
	if len(open) > 0 {
		t.Errorf("%s: %q do not end", name, open)
	}
}

// checkDocument fails for what no document may have.
func checkDocument(t *testing.T, name string, body, compressed []byte) {
	t.Helper()
	for _, bad := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>"} {
		if bad == "&amp;amp;" && strings.HasSuffix(name, string(network.RSS)) {
			continue // a description is HTML, in which plain text is escaped itself
		}
		for line := range bytes.Lines(body) {
			if bytes.Contains(line, []byte(bad)) {
				t.Errorf("%s has %q: %.1000s", name, bad, line)
			}
		}
	}
	r, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	r.Multistream(false) // as many clients read it
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%s: gzip of %d bytes, %v; want %d", name, len(got), err, len(body))
	}
}

// checkSize fails for a sitemap beyond its limits.
func checkSize(t *testing.T, name string, body []byte, o jobs.Options) {
	t.Helper()
	if n := bytes.Count(body, []byte("<url>")); n == 0 || o.Sitemaps.URLs > 0 && n > o.Sitemaps.URLs && !strings.Contains(name, "/news") {
		t.Errorf("%s has %d addresses", name, n)
	}
	if o.Sitemaps.Bytes > 0 && int64(len(body)) > o.Sitemaps.Bytes && !strings.Contains(name, "/news") {
		t.Errorf("%s has %d bytes", name, len(body))
	}
}

// The news are of the last 48 hours, to the millisecond.
func TestNewsWindow(t *testing.T) {
	in(t, func(w *world) {
		var articles []article.Article
		for i, ago := range []time.Duration{0, time.Hour, 48*time.Hour - time.Millisecond, 48 * time.Hour, 48*time.Hour + time.Millisecond} {
			a := newArticle("xt", i, 0)
			a.Published = time.Now().Add(-ago)
			articles = append(articles, a)
		}
		w.put(articles...)
		e := w.whole(options).current["xt"]
		d, _ := e.Document(network.NewsPath(1))
		w.want("news", locsOf(d), []string{articles[0].URL, articles[1].URL, articles[2].URL})
	})
}

// What depends on the configuration alone is the same without an edition, to the
// validators.
func TestStanding(t *testing.T) {
	in(t, func(w *world) {
		s := w.network.Stations[0]
		s.Rules = network.Rules{Lines: []string{"Disallow: /search?q="}}
		documents, err := press.New(w.network, options.Options, nil).Standing(s)
		if err != nil || len(documents) != 5 {
			t.Fatalf("%d documents, %v", len(documents), err)
		}
		e := w.whole(options).current[s.ID]
		for path, d := range documents {
			built, ok := e.Document(path)
			if !ok || built.Hash() != d.Hash() || !built.Modified().Equal(d.Modified()) || built.Headers() != d.Headers() || built.MediaType() != d.MediaType() {
				t.Errorf("%s: %v, want %v", path, built, d)
			}
		}
		s.Rules.Lines = nil
		if e.Build() == w.whole(options).current[s.ID].Build() {
			t.Error("other lines do not build the edition anew")
		}
	})
}
