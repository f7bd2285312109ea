package sitemap_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"
)

// schemas validates documents with xmllint.
type schemas struct {
	xmllint        string
	sitemap, index string
}

// newSchemas skips the test where xmllint or the schemas are missing, or fails
// with FEEDSTATION_REQUIRE=all. With -short it skips the test in any case.
func newSchemas(t *testing.T) schemas {
	t.Helper()
	if testing.Short() {
		t.Skip("needs xmllint, which -short does not start")
	}
	folder := filepath.Join("..", "..", "shared", "schemas")
	s := schemas{sitemap: filepath.Join(folder, "all.xsd"), index: filepath.Join(folder, "siteindex.xsd")}
	var err error
	if s.xmllint, err = exec.LookPath("xmllint"); err == nil {
		_, err = os.Stat(folder)
	}
	switch {
	case err == nil:
	case os.Getenv("FEEDSTATION_REQUIRE") == "all":
		t.Fatalf("needs xmllint and shared/schemas: %v", err)
	default:
		t.Skipf("needs xmllint (apt-get install libxml2-utils) and shared/schemas: %v", err)
	}
	return s
}

// check returns what xmllint has against doc.
func (s schemas) check(t *testing.T, schema string, doc []byte) error {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.xmllint, "--nonet", "--noout", "--schema", schema, "-")
	cmd.Stdin = bytes.NewReader(doc)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%.2000s", err, out)
	}
	return nil
}

func TestSchema(t *testing.T) {
	s := newSchemas(t)
	docs := map[string][]byte{}
	for _, shape := range shapes() {
		docs[shape.name] = write(t, shape.opts, shape.url)
	}
	for _, g := range goldenSitemaps() {
		docs[g.name] = write(t, g.opts, g.urls...)
	}
	docs["long"] = write(t, sitemap.Options{}, articles(3000)...)
	docs["hostile"] = build(t, everything, hostile(t, sitemap.MaxNewsURLs)...)
	split := &shelf{}
	if _, err := sitemap.Split(sequence(articles(25), nil), sitemap.Options{MaxURLs: 10}, split.open); err != nil {
		t.Fatal(err)
	}
	for _, f := range split.files {
		docs[fmt.Sprintf("split %d", f.n)] = f.Bytes()
	}

	for name, doc := range docs {
		t.Run(name, func(t *testing.T) {
			if err := s.check(t, s.sitemap, doc); err != nil {
				t.Errorf("%v\n%.2000s", err, doc)
			}
		})
	}
}

func TestSchemaOfIndex(t *testing.T) {
	s := newSchemas(t)
	enemies := func(yield func(sitemap.Entry) bool) {
		for _, u := range hostile(t, 500) {
			if !yield(sitemap.Entry{Loc: u.Loc, LastMod: u.LastMod}) {
				return
			}
		}
	}
	tests := []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"golden", func(b *bytes.Buffer) error { return sitemap.Index(b, slices.Values(goldenIndex())) }},
		{"long", func(b *bytes.Buffer) error { return sitemap.Index(b, entries(3000)) }},
		{"hostile", func(b *bytes.Buffer) error { return sitemap.Index(b, enemies) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			if err := tt.write(&buf); err != nil {
				t.Fatal(err)
			}
			if err := s.check(t, s.index, buf.Bytes()); err != nil {
				t.Errorf("%v\n%.2000s", err, buf.Bytes())
			}
		})
	}
}

// The schemas must find what this package is careful about, or their silence
// says nothing.
func TestSchemaFindsFaults(t *testing.T) {
	s := newSchemas(t)
	good := string(write(t, everything, whole().url))
	tests := []struct{ name, old, new string }{
		{"loc too short", page, "http://a.de"},
		{"loc too long", page, page + strings.Repeat("x", 2048)},
		{"broken escape", "<loc>" + page, "<loc>" + page + "%zz"},
		{"year 0", "<lastmod>2019", "<lastmod>0000"},
		{"offset too large", "<lastmod>2019-03-11T10:38:14Z", "<lastmod>2019-03-11T10:38:14+14:01"},
		{"order", "<url>", "<url><lastmod>2019-03-11T10:38:14Z</lastmod>"},
		{"language", "zh-cn", "zh-CN"},
		{"bare ampersand", "时刻", "&"},
		{"control character", "时刻", "\x01"},
		{"bytes that are not UTF-8", "时刻", "\xff"},
		{"image without loc", "<image:loc>https://img.news.example/1.jpg</image:loc>", ""},
		{"video without thumbnail", "<video:thumbnail_loc>https://img.news.example/1.jpg</video:thumbnail_loc>", ""},
		{"video without title", "<video:title>三月三</video:title>", ""},
		{"video without description", "<video:description>湘江两岸</video:description>", ""},
		{"video title too long", "三月三", strings.Repeat("三", 101)},
		{"video description too long", "湘江两岸", strings.Repeat("湘", 2_049)},
		{"video too long", "</video:content_loc>", "</video:content_loc><video:duration>28801</video:duration>"},
		{"order in a video", "</video:content_loc>", "</video:content_loc><video:publication_date>2019-03-11T10:38:14Z</video:publication_date><video:duration>1</video:duration>"},
		{"language of an alternate", `"zh-Hans"`, `"zh_Hans"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := strings.Replace(good, tt.old, tt.new, 1)
			if bad == good {
				t.Fatalf("%q not in\n%s", tt.old, good)
			}
			if err := s.check(t, s.sitemap, []byte(bad)); err == nil {
				t.Errorf("xmllint accepts\n%s", bad)
			}
		})
	}
}

// hostile returns n URLs that a sitemap accepts, made of what breaks others.
func hostile(t *testing.T, n int) []sitemap.URL {
	t.Helper()
	pieces := []string{
		"&", "<", ">", `"`, "'", "%", "%%", "%2", "%zz", "%00", "#", "?", "/", "//", "\\", "[", "]", "{}", "|", "^", "`",
		" ", "\t", "\r\n", "\x00", "\x01", "\x1b", "\x7f", "\u0080", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffd", "\ufffe", "\uffff",
		"\xff", "\xc0\xbc", "\xed\xa0\xbd", "\xf4\x90\x80\x80", "]]>", "<![CDATA[", "<!--", "--", "<?xml?>", "&amp;", "&#0;", "&#x1;", "&nbsp;",
		"</loc>", "</news:title>", "新闻", "湘江", "𠮷", "🌸", "👨‍👩‍👧", "أخبار", "é", "a", "Z", "0", "..", "+", ":", "@", "=", ";",
	}
	rng := rand.New(rand.NewPCG(1, 2))
	text := func(most int) string {
		var s strings.Builder
		for range 1 + rng.IntN(most) {
			s.WriteString(pieces[rng.IntN(len(pieces))])
		}
		return s.String()
	}
	hosts := []string{"xt.news.example", "湘潭.example", "BÜCHER.example:8443", "[2001:db8::7]", "192.0.2.7:80", "a_b.example."}
	loc := func() string { return "https://" + hosts[rng.IntN(len(hosts))] + "/" + text(40) }

	urls := make([]sitemap.URL, n)
	for i := range urls {
		zone := time.FixedZone("", rng.IntN(200_000)-100_000)
		at := time.Unix(rng.Int64N(1<<36)-1<<34, rng.Int64N(1e9)).In(zone)
		urls[i] = sitemap.URL{
			Loc:     loc(),
			LastMod: at,
			Images:  []string{loc(), loc()},
			News:    &sitemap.News{Name: "x" + text(10), Language: "zh-cn", Title: text(40) + "x", Published: at},
			Videos: []sitemap.Video{{
				Thumbnail: loc(), Title: "x" + text(150), Description: "x" + text(3000), Content: loc(), Seconds: rng.IntN(28_801), Published: at,
			}},
			Alternates: []sitemap.Alternate{{Lang: "zh-Hans", Loc: loc()}, {Lang: "x-default", Loc: loc()}},
		}
	}
	return urls
}
