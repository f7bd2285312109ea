package feed_test

import (
	"fmt"
	"strings"
	"time"

	"feedstation/feed"
)

func exampleChannel() *feed.Channel {
	return &feed.Channel{
		Title:    "湘潭站",
		Language: "zh-CN",
		HomeURL:  "https://xt.news.example/",
		RSSURL:   "https://xt.news.example/rss.xml",
		AtomURL:  "https://xt.news.example/atom.xml",
		JSONURL:  "https://xt.news.example/feed.json",
		Updated:  time.Date(2019, 3, 11, 9, 30, 0, 0, time.FixedZone("", 8*60*60)),
	}
}

func ExampleChannel_RSS() {
	doc, err := exampleChannel().RSS()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(doc))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>湘潭站</title><link>https://xt.news.example/</link><description>湘潭站</description><language>zh-CN</language><lastBuildDate>Mon, 11 Mar 2019 09:30:00 +0800</lastBuildDate><generator>feedstation</generator><docs>https://www.rssboard.org/rss-specification</docs><ttl>15</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency><atom:link rel="self" type="application/rss+xml" href="https://xt.news.example/rss.xml"></atom:link><atom:link rel="alternate" type="application/atom+xml" href="https://xt.news.example/atom.xml"></atom:link><atom:link rel="alternate" type="application/feed+json" href="https://xt.news.example/feed.json"></atom:link></channel></rss>
}

func ExampleChannel_Atom() {
	doc, err := exampleChannel().Atom()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(doc))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <feed xml:lang="zh-CN" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom"><title>湘潭站</title><id>https://xt.news.example/atom.xml</id><updated>2019-03-11T09:30:00+08:00</updated><subtitle>湘潭站</subtitle><author><name>湘潭站</name></author><generator>feedstation</generator><link rel="self" type="application/atom+xml" href="https://xt.news.example/atom.xml"></link><link rel="alternate" type="text/html" href="https://xt.news.example/"></link><link rel="alternate" type="application/rss+xml" href="https://xt.news.example/rss.xml"></link><link rel="alternate" type="application/feed+json" href="https://xt.news.example/feed.json"></link></feed>
}

func ExampleChannel_JSON() {
	doc, err := exampleChannel().JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(doc))
	// Output:
	// {"version":"https://jsonfeed.org/version/1.1","title":"湘潭站","language":"zh-CN","home_page_url":"https://xt.news.example/","feed_url":"https://xt.news.example/feed.json","description":"湘潭站","authors":[{"name":"湘潭站"}],"items":[]}
}

func ExamplePrepare() {
	p, err := feed.Prepare(feed.Item{
		URL:   "https://xt.news.example/content/2019/03/11/5207683.html",
		Title: "R&amp;D in <b>Xiangtan</b>",
		Body: `<p style="color:red">岁月不居<script>alert(1)</script></p><p>&nbsp;</p>` +
			`<img src="loading.gif" data-src="1.jpg" onclick="x()"><a href="/about">关于`,
		Published: time.Date(2019, 3, 11, 9, 30, 0, 0, time.FixedZone("", 8*60*60)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	c := exampleChannel()
	c.Items = []*feed.Prepared{p}
	doc, err := c.JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	_, items, _ := strings.Cut(string(doc), `"items":`)
	fmt.Println(items)
	// Output:
	// [{"id":"https://xt.news.example/content/2019/03/11/5207683.html","url":"https://xt.news.example/content/2019/03/11/5207683.html","title":"R&D in Xiangtan","content_html":"<p>岁月不居</p><img src=\"https://xt.news.example/content/2019/03/11/1.jpg\" alt=\"\"><a href=\"https://xt.news.example/about\">关于</a>","summary":"岁月不居 关于","date_published":"2019-03-11T09:30:00+08:00"}]}
}

func ExampleChannel_Rhythm() {
	c := exampleChannel()
	for minute := range 10 {
		p, err := feed.Prepare(feed.Item{
			URL:       fmt.Sprintf("https://xt.news.example/%d.html", minute),
			Published: time.Date(2019, 3, 11, 9, 4*minute, 0, 0, time.UTC),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		c.Items = append(c.Items, p)
	}
	fmt.Println(c.Rhythm())
	// Output: 4m0s
}

func ExamplePlainText() {
	fmt.Println(feed.PlainText("<b>湘潭</b> &amp; 长沙<br>R&amp;D"))
	// Output: 湘潭 & 长沙 R&D
}

func ExampleSummary() {
	fmt.Println(feed.Summary(`<figure><img src="1.jpg"><figcaption>图为文艺汇演</figcaption></figure><p>岁月不居，</p><p>时节如流。</p>`))
	// Output: 岁月不居， 时节如流。
}

func ExampleOutlines_OPML() {
	list := feed.Outlines{Title: "湘江新闻网", Groups: []feed.OutlineGroup{{
		Title: "湘潭站",
		Feeds: []feed.Outline{{Title: "湘潭站", RSSURL: "https://xt.news.example/rss.xml"}},
	}}}
	doc, err := list.OPML()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(doc))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <opml version="2.0"><head><title>湘江新闻网</title></head><body><outline text="湘潭站" title="湘潭站"><outline text="湘潭站" title="湘潭站" type="rss" xmlUrl="https://xt.news.example/rss.xml"></outline></outline></body></opml>
}
