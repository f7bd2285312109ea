package sitemap_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"
)

// goldenSitemap is a sitemap kept in testdata.
type goldenSitemap struct {
	name string
	opts sitemap.Options
	urls []sitemap.URL
}

func goldenSitemaps() []goldenSitemap {
	headline := "湘江两岸春意浓：“三月三”活动预告 & 交通提示 🌸"
	languages := []sitemap.Alternate{
		{Lang: "zh-Hans-CN", Loc: page},
		{Lang: "en", Loc: "https://en.news.example/content/2019/03/11/5207683.html?a=1&b='2'"},
		{Lang: "x-default", Loc: "https://湘潭.example/语言"},
	}
	return []goldenSitemap{
		{
			name: "plain.xml",
			urls: []sitemap.URL{
				{Loc: "https://xt.news.example/", LastMod: published},
				{Loc: page, LastMod: published},
				{Loc: "https://xt.news.example/专题/春 天?栏目=文化&页=1", LastMod: published.AddDate(0, 0, 1).UTC()},
				{Loc: "https://湘潭.example/it's#top"},
			},
		},
		{
			name: "image.xml",
			opts: sitemap.Options{Images: true},
			urls: []sitemap.URL{
				{Loc: page, LastMod: published, Images: []string{
					"https://img.news.example/2019/03/11/lead.jpg",
					"https://img.news.example/crop?w=640&h=360&src=湘江.jpg",
				}},
				{Loc: "https://xt.news.example/content/2019/03/11/5207684.html", LastMod: published},
			},
		},
		{
			name: "news.xml",
			opts: sitemap.Options{News: true, Images: true},
			urls: []sitemap.URL{
				{
					Loc: page, LastMod: published.Add(26 * time.Minute),
					News: &sitemap.News{
						Name: "湘江新闻网", Language: sitemap.NewsLanguage("zh-CN"),
						Title: headline, Published: published,
					},
					Images: []string{"https://img.news.example/2019/03/11/lead.jpg"},
				},
				{
					Loc: "https://xt.news.example/content/2019/03/11/5207684.html", LastMod: published,
					News: &sitemap.News{
						Name: "Xiangjiang News", Language: "en", Title: `Floods recede; "all clear" by <Tuesday>`, Published: published,
					},
				},
				{Loc: "https://xt.news.example/", LastMod: published},
			},
		},
		{
			name: "video.xml",
			opts: sitemap.Options{Videos: true},
			urls: []sitemap.URL{
				{Loc: page, LastMod: published, Videos: []sitemap.Video{
					{
						Thumbnail: "https://img.news.example/2019/03/11/lead.jpg", Title: headline,
						Description: "记者带您到现场看看今年的“三月三” & 沿江交通。\n片长一分半。",
						Content:     "https://video.news.example/2019/03/11/湘江.mp4", Seconds: 95, Published: published,
					},
					{
						Thumbnail: "https://img.news.example/2.jpg", Title: "Floods recede along the Xiang: " + strings.Repeat("all clear ", 10),
						Description: `"All clear" by <Tuesday>`, Content: "https://video.news.example/2.mp4",
					},
				}},
				{Loc: "https://xt.news.example/"},
			},
		},
		{
			name: "alternate.xml",
			opts: sitemap.Options{Alternates: true},
			urls: []sitemap.URL{
				{Loc: page, LastMod: published, Alternates: languages},
				{Loc: languages[1].Loc, LastMod: published, Alternates: languages},
			},
		},
	}
}

func goldenIndex() []sitemap.Entry {
	return []sitemap.Entry{
		{Loc: "https://xt.news.example/sitemaps/2019-03.xml", LastMod: published},
		{Loc: "https://xt.news.example/sitemaps/2019-03-2.xml", LastMod: published.Add(time.Hour)},
		{Loc: "https://xt.news.example/sitemaps/news.xml?a=1&b=新闻"},
	}
}

func TestGolden(t *testing.T) {
	for _, g := range goldenSitemaps() {
		t.Run(g.name, func(t *testing.T) {
			golden(t, g.name, write(t, g.opts, g.urls...))
		})
	}
	t.Run("index.xml", func(t *testing.T) {
		var buf bytes.Buffer
		if err := sitemap.Index(&buf, slices.Values(goldenIndex())); err != nil {
			t.Fatal(err)
		}
		smell(t, buf.Bytes())
		golden(t, "index.xml", buf.Bytes())
	})
}
