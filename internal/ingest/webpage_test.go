package ingest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"feedstation/internal/article"
)

// TestPagesAsTheyAre holds what is made of pages as they are in the wild. Of an article
// its title, path, publication, authors, summary, text, pictures, tags and channels are
// shown, and what else differs from none.
func TestPagesAsTheyAre(t *testing.T) {
	const (
		at    = `<meta property="article:published_time" content="2026-11-20T08:00:00+08:00">`
		dated = `"datePublished":"2026-11-20T08:00:00+08:00"`
		bare  = "A|/a|00:00"
	)
	ld := func(text string) string {
		return `<!doctype html><title>A | 新闻</title><script type="application/ld+json">` + text + "</script>"
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(`<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><title>湘江边的读书节</title>` + at)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, page string
		header     http.Header
		listed     string // of the sitemap, besides the address
		want       string
	}{
		{
			name: "JSON-LD as Yoast has it", want: "A & B|/a|00:00|林知夏|S.||p.jpg 1200x800 At the lake|湘江,Lakes|moment",
			page: ld(`{"@context":"https://schema.org","@graph":[{"@type":"Article","@id":"https://xt.news.example/a#article","isPartOf":{"@id":"https://xt.news.example/a"},"author":{"name":"林知夏","@id":"#p"},`+
				`"headline":"A &amp; B",`+dated+`,"dateModified":"2026-11-20T01:00:00+00:00","mainEntityOfPage":{"@id":"https://xt.news.example/a"},"image":{"@id":"https://xt.news.example/a#primaryimage"},`+
				`"keywords":["湘江","Lakes"],"articleSection":["moment"],"description":"S.","inLanguage":"en-US"},{"@type":"WebPage","@id":"https://xt.news.example/a","name":"A - News"},`+
				`{"@type":"ImageObject","@id":"https://xt.news.example/a#primaryimage","url":"https://xt.news.example/p.jpg","width":1200,"height":800,"caption":"At the lake"},{"@type":"WebSite","name":"News"}]}`) +
				`<meta property="og:type" content="article">`,
		},
		{
			name: "Open Graph as Ghost has it", want: "A|/a|00:00|林知夏|S.||p.jpg 1200x800|湘江,Lakes|",
			page: `<title>A</title><meta name="description" content="other"><link rel="canonical" href="https://xt.news.example/a"><meta property="og:type" content="article"><meta property="og:title" content="A">` +
				`<meta property="og:description" content="S."><meta property="og:image" content="https://xt.news.example/p.jpg"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="800">` + at +
				`<meta property="article:tag" content="湘江"><meta property="article:tag" content="Lakes"><meta property="article:author" content="https://social.example/x"><meta name="author" content="林知夏">`,
		},
		{name: "several scripts, a list, and a text", page: ld(`{"@type":"BreadcrumbList"}`) + ld(`[{"@type":["NewsArticle","Thing"],"headline":"A",`+dated+`,"articleBody":"One & two.\n\nThree.","author":["X",{"@type":"Person","name":"Y"}],"image":["p.jpg","q.jpg"]}]`), want: "A|/a|00:00|X,Y||<p>One &amp; two.</p><p>Three.</p>|p.jpg,q.jpg||"},
		{name: "a script with line breaks and a comment around it", page: ld("<!-- {\"@type\":\"NewsArticle\",\"headline\":\"A\",\"description\":\"S.\n\tT\"," + dated + "} -->"), want: bare + "||S. T||||"},
		{name: "a broken script", page: ld(`{"@type":`) + at, want: "A | 新闻|/a|00:00||||||"},
		{name: "the article among those that it recommends", page: ld(`[{"@type":"NewsArticle","headline":"B","url":"https://xt.news.example/b",` + dated + `},{"@type":"NewsArticle","headline":"A","url":"/a","mainEntityOfPage":"https://xt.news.example/a",` + dated + `}]`), want: bare + "||||||"},
		{name: "a list of articles", page: ld(`{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","headline":"B",` + dated + `}]}`), want: "left out: the page is no article: ItemList"},
		{name: "JSON-LD as Baidu wants it", page: ld(`{"@context":"https://ziyuan.baidu.com/contexts/cambrian.jsonld","@id":"https://xt.news.example/a","title":"A","images":["https://xt.news.example/p.jpg"],"pubDate":"2026-11-20T08:00:00"}`), want: bare + "||||p.jpg||"},
		{name: "the names of China's government sites", page: `<title>站</title><meta name="ArticleTitle" content="A"><meta name="PubDate" content="2026-11-20 08:00"><meta name="Keywords" content="湘江,读书">`, want: bare + "|||||湘江,读书|"},
		{name: "microdata", page: `<title>A</title><time itemprop="datePublished" datetime="2026-11-20T08:00:00+08:00">20 Nov</time><meta name="description" content="S.">`, want: bare + "||S.||||"},
		{name: "plain, dated by the sitemap for news", page: `<title>站 - A</title>`, listed: `<n:news><n:publication_date>2026-11-20T08:00:00+08:00</n:publication_date><n:title>A</n:title></n:news><i:image><i:loc>https://xt.news.example/p.jpg</i:loc></i:image>`, want: bare + "||||p.jpg||"},
		{name: "a film's date is none of the page's", page: `<title>A</title>`, listed: `<v:video><v:publication_date>2026-11-20T08:00:00+08:00</v:publication_date></v:video>`, want: "left out: the page names no time of publication"},
		{name: "lastmod is no date of publication", page: `<title>A</title>`, listed: "<lastmod>2026-11-20</lastmod>", want: "left out: the page names no time of publication"},
		{name: "a local date", page: `<title>A</title><meta property="article:published_time" content="2026-11-20 08:00:00">`, want: bare + "||||||"},
		{name: "a date that can't be read, and another", page: `<title>A</title><meta name="date" content="yesterday"><meta name="pubdate" content="20261120080000">`, want: bare + "||||||"},
		{name: "of another encoding, which the page names", page: gbk, want: "湘江边的读书节|/a|00:00||||||"},
		{name: "an error with the status of success", page: `<title>Not found</title>`, want: "left out: the page names no time of publication"},
		{name: "a front page", page: `<title>A</title><meta property="og:type" content="website">` + `<meta name="date" content="2026-11-20">`, want: "left out: the page is no article: website"},
		{name: "a product", page: ld(`{"@type":"Product","name":"A",` + dated + `}`), want: "left out: the page is no article: Product"},
		{name: "a paper", page: "%PDF-1.4", header: http.Header{"Content-Type": {"application/pdf"}}, want: "left out: no page of HTML: application/pdf"},
		{name: "behind a wall", page: ld(`{"@type":"NewsArticle","isAccessibleForFree":false,"headline":"A","articleBody":"The first lines",` + dated + `,"hasPart":{"@type":"WebPageElement","isAccessibleForFree":false}}`), want: bare + "|||<p>The first lines</p>|||"},
		{name: "noindex", page: `<title>A</title><meta name="robots" content="NOINDEX, follow">` + at, want: bare + "|||||| noindex"},
		{name: "noindex in the header", page: `<title>A</title>` + at, header: http.Header{"X-Robots-Tag": {"googlebot: nofollow", "none"}}, want: bare + "|||||| noindex"},
		{name: "noindex for another robot", page: `<title>A</title>` + at, header: http.Header{"X-Robots-Tag": {"otherbot: noindex"}}, want: bare + "||||||"},
		{name: "a relative canonical address and a base", page: `<base href="/x/"><title>A</title><link rel="canonical" href="../b">` + at, want: "A|/b|00:00||||||"},
		{name: "the front page as canonical address", page: `<title>A</title><link rel="canonical" href="/">` + at, want: bare + "||||||"},
		{name: "a canonical address elsewhere", page: `<title>A</title><link rel="canonical" href="https://other.example/a">` + at, want: "left out: the page is that of another site"},
		{name: "a redirect", page: ">/b", want: "B|/b|12:00||||||"},
		{name: "a redirect elsewhere", page: ">https://other.example/b", want: "left out: the page is that of another site"},
		{name: "a redirect in circles", page: ">/a", want: "left out: more than 5 redirects"},
		{name: "not there", page: "410", want: "left out: the page is not there"},
		{name: "refused", page: "403", want: ""},
		{name: "nothing", page: "", want: "left out: the page names no time of publication"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			site := &website{header: tt.header}
			site.set("/rss.xml", feedOf(), "/a", tt.page, "/b", pageOf("B"), "/sitemap.xml", `<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:v="http://www.google.com/schemas/sitemap-video/1.1" `+
				`xmlns:i="http://www.google.com/schemas/sitemap-image/1.1"><url><loc>https://xt.news.example/a</loc>`+tt.listed+`</url></urlset>`)
			source, _ := site.open(t, openStore(t), func(o *Options) { o.Reader = article.Reader{Zone: zone} })
			trial, err := source.Try(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for reason := range trial.LeftOut {
				got = append(got, "left out: "+reason)
			}
			for _, a := range trial.Articles {
				got = append(got, shownPage(&a))
			}
			slices.Sort(got)
			if got := strings.Join(got, "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func shownPage(a *article.Article) string {
	var pictures []string
	for _, m := range a.Images {
		picture := strings.TrimPrefix(m.URL, "https://xt.news.example/")
		if m.Width > 0 {
			picture += fmt.Sprintf(" %dx%d", m.Width, m.Height)
		}
		pictures = append(pictures, strings.TrimSpace(picture+" "+m.Caption))
	}
	parts := []string{
		a.Title, strings.TrimPrefix(a.URL, "https://xt.news.example"), a.Published.UTC().Format("15:04"), strings.Join(a.Authors, ","), a.Summary, a.Body,
		strings.Join(pictures, ","), strings.Join(a.Tags, ","), strings.Join(a.Channels, ","),
	}
	if a.NoIndex {
		parts[8] += " noindex"
	}
	return strings.Join(parts, "|")
}

// FuzzPage holds that nothing that comes as a page or as a sitemap ends the process, and
// that what is made of a page can be an item.
func FuzzPage(f *testing.F) {
	for _, seed := range []string{
		pageOf("A"), urlset("/a 2026-11-20"), index("/b"), "https://xt.news.example/a\n", "\x1f\x8b",
		`<script type="application/ld+json">{"@graph":[{"@type":"Article","@id":"#a","author":{"@id":"#a"},"image":{"@id":"#a"}}]}</script>`,
		`<link rel=canonical href="%"><base href="::"><meta property="og:image" content="::">`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := &answer{body: body, header: http.Header{}, url: mustParse(t, "https://xt.news.example/a")}
		l := &listing{images: []string{"x"}}
		if file, err := readSitemap(article.Reader{}, a, 1<<20); err == nil {
			for i := range file.pages {
				l = &file.pages[i]
			}
		}
		p, err := readWebPage(a)
		if err != nil {
			t.Fatal(err)
		}
		source, _ := (&website{}).open(t, nil, nil)
		if e, err := source.read(p, l); err != nil || e.page == "" && e.fault == "" {
			t.Errorf("%+v, %v", e, err)
		}
	})
}
