package ingest

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"feedstation/internal/article"
)

// TestFeedsAsTheyAre holds what is made of feeds as they are in the wild. Of an article,
// its title, address, guid, publication, text, pictures, enclosures and authors are
// shown.
func TestFeedsAsTheyAre(t *testing.T) {
	const (
		link = "<link>https://xt.news.example/1</link>"
		at   = "<pubDate>Fri, 20 Nov 2026 08:00:00 +0800</pubDate>"
		one  = "<item><title>湘江边的读书节</title>" + link + at + "<description>文</description></item>"
		want = "湘江边的读书节|https://xt.news.example/1|https://xt.news.example/1|00:00|文|||"
		bare = "a|https://xt.news.example/1|https://xt.news.example/1|00:00||||"
	)
	rss := func(items string) string {
		return `<rss version="2.0"><channel><title>新闻</title>` + items + "</channel></rss>"
	}
	dated := func(date string) string { return rss("<item><title>a</title>" + link + date + "</item>") }
	gbk := func(text string) string {
		encoded, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return encoded
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, kind, body, want string }{
		{name: "of another encoding", body: gbk(`<?xml version="1.0" encoding="gb2312"?>` + rss(one)), want: want},
		{name: "of an encoding that the header has", kind: "text/xml; charset=GBK", body: gbk(rss(one)), want: want},
		{name: "with a wrong encoding in the header", kind: "text/xml; charset=ISO-8859-1", body: rss(one), want: want},
		{name: "with a BOM", body: "\ufeff" + rss(one), want: want},
		{name: "behind empty lines", body: "\n\n<?xml version=\"1.0\"?>" + rss(one), want: want},
		{name: "with a control character", body: rss("\x0b" + one), want: want},
		{name: "with an entity of HTML", body: rss("<description>&nbsp;&ldquo;</description>" + one), want: want},
		{name: "broken off in an item", body: strings.TrimSuffix(rss(one+one), "节</title>"+link+at+"<description>文</description></item></channel></rss>"), want: "not a feed: XML syntax error"},
		{name: "broken off behind an item", body: strings.TrimSuffix(rss(one), "</channel></rss>"), want: "not a feed: XML syntax error"},
		{name: "a page", body: "<!doctype html><title>Gone</title>", want: "a page of HTML instead of a feed: is url that of the feed itself"},
		{name: "another text", body: "[]", want: "not a feed: failed to detect feed type"},
		{name: "nothing", want: "an empty answer instead of a feed"},
		{name: "without items", body: rss("")},
		{name: "without a date", body: dated(""), want: "left out: published: missing"},
		{name: "with a date of Dublin Core", body: dated(`<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-11-20T08:00:00+08:00</dc:date>`), want: bare},
		{name: "with a local date", body: dated("<pubDate>2026-11-20 08:00:00</pubDate>"), want: bare},
		{name: "with the letters of the local zone", body: dated("<pubDate>Fri, 20 Nov 2026 08:00:00 CST</pubDate>"), want: bare},
		{name: "with the letters of another zone", body: dated("<pubDate>Thu, 19 Nov 2026 19:00:00 EST</pubDate>"), want: bare},
		{name: "with a month written out", body: dated("<pubDate>20 November 2026 00:00:00 GMT</pubDate>"), want: bare},
		{name: "without a title", body: rss("<item>" + link + at + "<description>Some &lt;b&gt;text&lt;/b&gt; here</description></item>"), want: "Some text here|https://xt.news.example/1|https://xt.news.example/1|00:00|Some <b>text</b> here|||"},
		{
			name: "with relative addresses", want: "a|https://cms.example/1|77|00:00||/p.jpg|/a.mp3|",
			body: rss(`<item><title>a</title><link>/1</link><guid isPermaLink="false">77</guid>` + at + `<enclosure url="/a.mp3" type="audio/mpeg" length="123"/><enclosure url="/p.jpg" type="image/jpeg" length="0"/></item>`),
		},
		{
			name: "RSS 1.0", want: bare,
			body: `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>n</title></channel>` +
				`<item rdf:about="https://xt.news.example/1"><title>a</title>` + link + `<dc:date>2026-11-20T08:00:00+08:00</dc:date></item></rdf:RDF>`,
		},
		{
			name: "Atom with XHTML and a base", want: `A & b|https://xt.news.example/x/1.html|urn:1|00:00|<p>T <a href="https://xt.news.example/x/2.html">x</a></p>|||`,
			body: `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://xt.news.example/x/"><title>n</title><entry><id>urn:1</id><title type="html">A &amp;amp; &lt;b&gt;b&lt;/b&gt;</title><link href="1.html"/>` +
				`<updated>2026-11-20T00:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>T <a href="2.html">x</a></p></div></content></entry></feed>`,
		},
		{
			name: "JSON Feed with a number, plain text and an attachment", want: "a|https://xt.news.example/1|7|00:00|plain &lt;b&gt; text||https://xt.news.example/a.mp3|林知夏", kind: "application/feed+json",
			body: `{"version":"https://jsonfeed.org/version/1","items":[{"id":7,"url":"https://xt.news.example/1","title":"a","content_text":"plain <b> text","date_published":"2026-11-20T08:00:00+08:00",` +
				`"author":{"name":"林知夏"},"attachments":[{"url":"https://xt.news.example/a.mp3","mime_type":"audio/mpeg"}]}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source, _, _ := open(t, openStore(t), "feed", Settings{}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.kind)
				_, _ = io.WriteString(w, tt.body)
			}), func(o *Options) { o.Reader = article.Reader{Zone: zone} })
			trial, err := source.Try(t.Context())
			if err != nil {
				if tt.want == "" || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %q", err, tt.want)
				}
				return
			}
			var got strings.Builder
			for reason := range trial.LeftOut {
				got.WriteString("left out: " + reason)
			}
			for _, a := range trial.Articles {
				parts := []string{a.Title, a.URL, a.GUID, a.Published.UTC().Format("15:04"), a.Body, "", "", strings.Join(a.Authors, " ")}
				for _, m := range a.Images {
					parts[5] += m.URL
				}
				for _, e := range a.Enclosures {
					parts[6] += e.URL
				}
				got.WriteString(strings.Join(parts, "|"))
			}
			if got.String() != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got.String(), tt.want)
			}
		})
	}
}

// TestFeedNextPages holds that a feed whose next pages are on another host, named with
// http, is read to its end.
func TestFeedNextPages(t *testing.T) {
	source, w, _ := open(t, openStore(t), "feed", Settings{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(cmp.Or(r.URL.Query().Get("page"), "1"))
		fmt.Fprint(w, `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>`)
		if page < 4 {
			fmt.Fprintf(w, `<atom:link rel="next" href="http://archive.example/?page=%d"/>`, page+1)
		}
		fmt.Fprintf(w, "<item><title>a</title><link>https://xt.news.example/%d</link><pubDate>Fri, 20 Nov 2026 08:00:0%[1]d +0800</pubDate></item></channel></rss>", 9-page)
	}), func(o *Options) { o.Access.Token = "tok3n-tok3n" })
	mustRun(t, source)
	if got := source.Status().Articles; got != 4 {
		t.Errorf("%d articles", got)
	}
	for _, r := range w.take() {
		if own := r.URL.Host == "cms.example"; own != (r.Header.Get("Authorization") != "") || r.URL.Scheme != "https" {
			t.Errorf("%s: %v", r.URL, r.Header)
		}
	}
}
