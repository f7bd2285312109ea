package feed_test

import (
	"fmt"
	"net/url"
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
	// <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>湘潭站</title><link>https://xt.news.example/</link><description>湘潭站</description><language>zh-CN</language><lastBuildDate>Mon, 11 Mar 2019 09:30:00 +0800</lastBuildDate><generator>feedstation</generator><docs>https://www.rssboard.org/rss-specification</docs><atom:link rel="self" type="application/rss+xml" href="https://xt.news.example/rss.xml"></atom:link><atom:link rel="alternate" type="application/atom+xml" href="https://xt.news.example/atom.xml"></atom:link><atom:link rel="alternate" type="application/feed+json" href="https://xt.news.example/feed.json"></atom:link></channel></rss>
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

func ExampleClean() {
	fmt.Printf("%q\n", feed.Clean("湘\x08潭\xff\r\n新闻\ufffe"))
	// Output: "湘潭\n新闻"
}

func ExamplePlainText() {
	fmt.Println(feed.PlainText("<b>湘潭</b> &amp; 长沙<br>R&amp;D"))
	// Output: 湘潭 & 长沙 R&D
}

func ExampleSummary() {
	fmt.Println(feed.Summary("<figure><img src=1.jpg><figcaption>图为会场</figcaption></figure><p>岁月不居，时节如流。</p>"))
	// Output: 岁月不居，时节如流。
}

func ExampleAbsolute() {
	base, err := url.Parse("https://xt.news.example/content/2019/03/11/5207683.html")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(feed.Absolute(`<img src="1.jpg"> <a href="/about?a=1&b=2">湘潭</a>`, base))
	// Output: <img src="https://xt.news.example/content/2019/03/11/1.jpg"> <a href="https://xt.news.example/about?a=1&b=2">湘潭</a>
}
