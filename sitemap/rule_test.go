package sitemap_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"
)

// rule is what an engine demands, or what users of sitemaps have had to bear,
// and a URL that shows it.
type rule struct {
	name  string
	opts  sitemap.Options
	url   sitemap.URL
	times int    // that the URL is in the file before it is added once more
	want  string // the error of that; otherwise the file is
	has   string
	lacks string
}

const (
	full      = "sitemap is full"
	noURL     = `url "` + page + `": `
	xmlnsNews = "http://www.google.com/schemas/sitemap-news/0.9"
)

func plainRules() []rule {
	big := make([]string, sitemap.MaxImages)
	for i := range big {
		big[i] = "https://img.news.example/" + strings.Repeat("x", 1_976)
	}
	east := time.FixedZone("", 8*60*60)
	return []rule{
		{name: "Google, Bing: 50,000 URLs", url: sitemap.URL{Loc: page}, times: 50_000, want: full},
		{name: "Google, Bing: the last of 50,000", url: sitemap.URL{Loc: page}, times: 49_999, has: page},
		{
			name: "Google: 50 MB", opts: sitemap.Options{Images: true, MaxBytes: 1 << 40},
			url: sitemap.URL{Loc: page, Images: big}, times: 25, want: full,
		},
		{name: "Baidu, Sogou, 360: 10 MB", opts: sitemap.Options{Images: true}, url: sitemap.URL{Loc: page, Images: big}, times: 5, want: full},
		{name: "Toutiao: 10,000 URLs", opts: sitemap.Options{MaxURLs: 10_000}, url: sitemap.URL{Loc: page}, times: 10_000, want: full},
		{name: "Toutiao: no namespace but the protocol's", url: sitemap.URL{Loc: page}, lacks: "xmlns:"},
		{name: "Google: absolute", url: sitemap.URL{Loc: "/content/1.html"}, want: `url "/content/1.html": not an absolute http(s) URL`},
		{name: "Google: UTF-8", url: sitemap.URL{Loc: "https://xt.news.example/\xd0\xc2"}, has: "/%D0%C2<", lacks: "\xd0"},
		{name: "Yandex: loc is required", url: sitemap.URL{}, want: `url "": not an absolute http(s) URL`},
		{
			name: "Bing: date, time and zone", url: sitemap.URL{Loc: page, LastMod: time.Date(2026, 7, 1, 0, 0, 0, 0, east)},
			has: "<lastmod>2026-07-01T00:00:00+08:00</lastmod>",
		},
		{name: "Google: lastmod is known or absent", url: sitemap.URL{Loc: page}, lacks: "lastmod"},
		{name: "Google: no lastmod of the year 1", url: sitemap.URL{Loc: page, LastMod: time.Time{}.In(east).Add(1)}, want: noURL + "lastmod: year outside 1000 to 9999"},
		{name: "browsers: no XSLT", url: sitemap.URL{Loc: page}, lacks: "<?xml-stylesheet"},
		{name: "Google: no changefreq", url: sitemap.URL{Loc: page, LastMod: published}, lacks: "changefreq"},
		{name: "Google: no priority", url: sitemap.URL{Loc: page, LastMod: published}, lacks: "priority"},
		{name: "users: raw ampersand", url: sitemap.URL{Loc: "https://xt.news.example/?a&b"}, has: "?a&amp;b<"},
		{name: "users: control character", url: sitemap.URL{Loc: "https://xt.news.example/\x01"}, has: "/%01<", lacks: "\x01"},
		{name: "users: fraction of a second", url: sitemap.URL{Loc: page, LastMod: published}, lacks: ".98"},
		{name: "users: Chinese not percent-encoded", url: sitemap.URL{Loc: "https://xt.news.example/新"}, has: "/%E6%96%B0<"},
	}
}

func newsRules() []rule {
	of := func(change func(*sitemap.News)) sitemap.URL {
		n := sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "时刻新闻", Published: published}
		change(&n)
		return sitemap.URL{Loc: page, News: &n}
	}
	news := sitemap.Options{News: true}
	return []rule{
		{name: "1,000 URLs", opts: news, url: of(func(*sitemap.News) {}), times: 1_000, want: full},
		{name: "1,000 URLs, whatever is asked for", opts: sitemap.Options{News: true, MaxURLs: 50_000}, url: sitemap.URL{Loc: page}, times: 1_000, want: full},
		{name: "name is required", opts: news, url: of(func(n *sitemap.News) { n.Name = "" }), want: noURL + "news: no publication name"},
		{name: "title is required", opts: news, url: of(func(n *sitemap.News) { n.Title = "" }), want: noURL + "news: no title"},
		{name: "date is required", opts: news, url: of(func(n *sitemap.News) { n.Published = time.Time{} }), want: noURL + "news: no publication date"},
		{
			name: "language is required", opts: news, url: of(func(n *sitemap.News) { n.Language = "" }),
			want: noURL + "news: language is neither zh-cn, zh-tw nor the ISO 639 code of another",
		},
		{
			name: "zh is not enough", opts: news, url: of(func(n *sitemap.News) { n.Language = "zh" }),
			want: noURL + "news: language is neither zh-cn, zh-tw nor the ISO 639 code of another",
		},
		{name: "simplified Chinese", opts: news, url: of(func(n *sitemap.News) { n.Language = "zh-cn" }), has: "<news:language>zh-cn<"},
		{name: "traditional Chinese", opts: news, url: of(func(n *sitemap.News) { n.Language = "zh-tw" }), has: "<news:language>zh-tw<"},
		{name: "another language", opts: news, url: of(func(n *sitemap.News) { n.Language = "en" }), has: "<news:language>en<"},
		{name: "the page without its news after two days", opts: news, url: sitemap.URL{Loc: page}, has: xmlnsNews, lacks: "<news:"},
		{name: "no keywords", opts: news, url: of(func(*sitemap.News) {}), lacks: "news:keywords"},
		{name: "raw ampersand", opts: news, url: of(func(n *sitemap.News) { n.Title = "a & b" }), has: "a &amp; b<"},
		{name: "control character", opts: news, url: of(func(n *sitemap.News) { n.Title = "a\x01b" }), has: ">ab<"},
		{name: "UTF-8", opts: news, url: of(func(n *sitemap.News) { n.Title = "\xd0\xc2新" }), has: ">新<"},
		{name: "line break", opts: news, url: of(func(n *sitemap.News) { n.Title = "a\nb" }), has: ">a b<"},
		{name: "undeclared", url: of(func(*sitemap.News) {}), want: noURL + "news in a sitemap without Options.News"},
	}
}

func extensionRules() []rule {
	images := sitemap.Options{Images: true}
	videos := sitemap.Options{Videos: true}
	alternates := sitemap.Options{Alternates: true}
	video := func(change func(*sitemap.Video)) sitemap.URL {
		v := clip()
		change(&v)
		return sitemap.URL{Loc: page, Videos: []sitemap.Video{v}}
	}
	in := func(lang string) sitemap.URL {
		return sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{{Lang: lang, Loc: page}}}
	}
	thousand := slices.Repeat([]string{"https://img.news.example/1.jpg"}, 1_001)
	return []rule{
		{name: "1,000 images", opts: images, url: sitemap.URL{Loc: page, Images: thousand[:1_000]}, has: "<image:loc>"},
		{name: "1,001 images", opts: images, url: sitemap.URL{Loc: page, Images: thousand}, want: noURL + "more than 1000 images"},
		{name: "image on another host", opts: images, url: sitemap.URL{Loc: page, Images: thousand[:1]}, has: "<image:loc>https://img.news.example/1.jpg</image:loc></image:image>"},
		{name: "no image caption", opts: images, url: sitemap.URL{Loc: page, Images: thousand[:1]}, lacks: "image:caption"},
		{name: "no image title", opts: images, url: sitemap.URL{Loc: page, Images: thousand[:1]}, lacks: "image:title"},
		{name: "thumbnail is required", opts: videos, url: video(func(v *sitemap.Video) { v.Thumbnail = "" }), want: noURL + "video 1: no thumbnail"},
		{name: "title is required", opts: videos, url: video(func(v *sitemap.Video) { v.Title = "" }), want: noURL + "video 1: no title"},
		{name: "description is required", opts: videos, url: video(func(v *sitemap.Video) { v.Description = "" }), want: noURL + "video 1: no description"},
		{name: "content is required", opts: videos, url: video(func(v *sitemap.Video) { v.Content = "" }), want: noURL + "video 1: no content"},
		{name: "title of 100 characters", opts: videos, url: video(func(v *sitemap.Video) { v.Title = strings.Repeat("湘", 101) }), has: ">" + strings.Repeat("湘", 100) + "<"},
		{
			name: "description of 2,048 characters", opts: videos, url: video(func(v *sitemap.Video) { v.Description = strings.Repeat("湘", 2_049) }),
			has: ">" + strings.Repeat("湘", 2_048) + "<",
		},
		{name: "eight hours", opts: videos, url: video(func(v *sitemap.Video) { v.Seconds = 28_801 }), want: noURL + "video 1: not between 0 and 28800 seconds"},
		{name: "unknown duration", opts: videos, url: video(func(v *sitemap.Video) { v.Seconds = 0 }), lacks: "duration"},
		{name: "unknown date", opts: videos, url: video(func(v *sitemap.Video) { v.Published = time.Time{} }), lacks: "publication_date"},
		{name: "no video category", opts: videos, url: video(func(*sitemap.Video) {}), lacks: "video:category"},
		{name: "no video player", opts: videos, url: video(func(*sitemap.Video) {}), lacks: "video:player_loc"},
		{name: "language", opts: alternates, url: in("zh-Hant-TW"), has: `hreflang="zh-Hant-TW" href="` + page + `"/>`},
		{name: "all other languages", opts: alternates, url: in("x-default"), has: `hreflang="x-default"`},
		{name: "no language", opts: alternates, url: in(""), want: noURL + `alternate "": neither a BCP 47 tag nor x-default`},
		{name: "locale", opts: alternates, url: in("zh_TW"), want: noURL + `alternate "zh_TW": neither a BCP 47 tag nor x-default`},
		{name: "order of the schema", opts: everything, url: whole().url, has: "</lastmod><news:news>"},
	}
}

func TestRules(t *testing.T) {
	for _, group := range []struct {
		name  string
		rules []rule
	}{
		{"plain", plainRules()}, {"news", newsRules()}, {"extensions", extensionRules()},
	} {
		for _, tt := range group.rules {
			t.Run(group.name+"/"+tt.name, func(t *testing.T) { checkRule(t, tt) })
		}
	}
}

func checkRule(t *testing.T, tt rule) {
	var buf bytes.Buffer
	w := sitemap.NewWriter(&buf, tt.opts)
	for range tt.times {
		add(t, w, tt.url)
	}
	err := w.Add(tt.url)
	if tt.want != "" {
		if got := errorText(err); got != tt.want {
			t.Errorf("Add: %s, want %s", got, tt.want)
		}
		return
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	doc := buf.String()
	if !strings.Contains(doc, tt.has) || tt.lacks != "" && strings.Contains(doc, tt.lacks) {
		t.Errorf("has %q: want %q and not %q", doc, tt.has, tt.lacks)
	}
	s := newSchemas(t)
	if err := s.check(t, s.sitemap, buf.Bytes()); err != nil {
		t.Error(err)
	}
}

// An index is under the rules of a sitemap, and there is neither without a URL.
func TestIndexRules(t *testing.T) {
	tests := []struct {
		name    string
		entries []sitemap.Entry
		want    string
	}{
		{"Google: 50,000 sitemaps", slices.Repeat([]sitemap.Entry{{Loc: page}}, 50_001), full},
		{"the last of 50,000", slices.Repeat([]sitemap.Entry{{Loc: page}}, 50_000), "no error"},
		{"users: empty", nil, "sitemap has no URL"},
		{"relative", []sitemap.Entry{{Loc: "/1.xml"}}, `url "/1.xml": not an absolute http(s) URL`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			if got := errorText(sitemap.Index(&buf, slices.Values(tt.entries))); got != tt.want {
				t.Fatalf("Index: %s, want %s", got, tt.want)
			}
			if tt.want != "no error" {
				return
			}
			s := newSchemas(t)
			if err := s.check(t, s.index, buf.Bytes()); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("users: empty sitemap", func(t *testing.T) {
		if err := sitemap.NewWriter(io.Discard, sitemap.Options{}).Close(); !errors.Is(err, sitemap.ErrEmpty) {
			t.Errorf("Close: %v, want ErrEmpty", err)
		}
	})
}
