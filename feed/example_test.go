package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"time"

	"feedstation/feed"
)

func exampleFeed() *feed.Feed {
	return &feed.Feed{
		Title:    "湘潭站",
		Language: "zh-CN",
		HomeURL:  "https://xt.news.example/",
		RSSURL:   "https://xt.news.example/rss.xml",
		AtomURL:  "https://xt.news.example/atom.xml",
		JSONURL:  "https://xt.news.example/feed.json",
		Updated:  time.Date(2019, 3, 11, 9, 30, 0, 0, time.FixedZone("", 8*60*60)),
	}
}

func ExampleFeed_RSS() {
	doc, err := exampleFeed().RSS()
	if err != nil {
		fmt.Println(err)
		return
	}
	var rss struct {
		Title   string `xml:"channel>title"`
		Changed string `xml:"channel>lastBuildDate"`
		Minutes int    `xml:"channel>ttl"`
	}
	if err := xml.Unmarshal(doc, &rss); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rss.Title)
	fmt.Println(rss.Changed)
	fmt.Println("ask again in", rss.Minutes, "minutes")
	// Output:
	// 湘潭站
	// Mon, 11 Mar 2019 09:30:00 +0800
	// ask again in 15 minutes
}

func ExampleFeed_Atom() {
	f := exampleFeed()
	f.Hubs = []string{"https://hub.example/"}
	f.PrevArchive.Atom = "https://xt.news.example/2019-02/atom.xml"
	doc, err := f.Atom()
	if err != nil {
		fmt.Println(err)
		return
	}
	var atom struct {
		ID    string `xml:"id"`
		Links []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
	}
	if err := xml.Unmarshal(doc, &atom); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(atom.ID)
	for _, link := range atom.Links {
		fmt.Println(link.Rel, link.Href)
	}
	// Output:
	// https://xt.news.example/atom.xml
	// self https://xt.news.example/atom.xml
	// alternate https://xt.news.example/
	// alternate https://xt.news.example/rss.xml
	// alternate https://xt.news.example/feed.json
	// hub https://hub.example/
	// prev-archive https://xt.news.example/2019-02/atom.xml
}

func ExampleFeed_JSON() {
	doc, err := exampleFeed().JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	var list struct{ Version, Title, Language string }
	if err := json.Unmarshal(doc, &list); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(list.Version)
	fmt.Println(list.Title, list.Language)
	// Output:
	// https://jsonfeed.org/version/1.1
	// 湘潭站 zh-CN
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
	f := exampleFeed()
	f.Items = []*feed.Prepared{p}
	doc, err := f.JSON()
	if err != nil {
		fmt.Println(err)
		return
	}
	var list struct {
		Items []struct {
			Title   string
			Summary string
			HTML    string `json:"content_html"`
		}
	}
	if err := json.Unmarshal(doc, &list); err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range list.Items {
		fmt.Println(item.Title)
		fmt.Println(item.Summary)
		fmt.Println(item.HTML)
	}
	// Output:
	// R&D in Xiangtan
	// 岁月不居 关于
	// <p>岁月不居</p><img src="https://xt.news.example/content/2019/03/11/1.jpg" alt=""><a href="https://xt.news.example/about">关于</a>
}

func ExampleItemError() {
	_, err := feed.Prepare(feed.Item{URL: "/content/1.html", Title: "三月三"})
	var refused *feed.ItemError
	if errors.As(err, &refused) {
		fmt.Println(refused.URL)
	}
	fmt.Println(errors.Is(err, feed.ErrURL))
	// Output:
	// /content/1.html
	// true
}

func ExampleFeed_Rhythm() {
	f := exampleFeed()
	for minute := range 10 {
		p, err := feed.Prepare(feed.Item{
			URL:       fmt.Sprintf("https://xt.news.example/%d.html", minute),
			Published: time.Date(2019, 3, 11, 9, 4*minute, 0, 0, time.UTC),
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		f.Items = append(f.Items, p)
	}
	fmt.Println(f.Rhythm())
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
	// <opml version="2.0"><head><title>湘江新闻网</title></head><body><outline text="湘潭站"><outline text="湘潭站" title="湘潭站" type="rss" xmlUrl="https://xt.news.example/rss.xml"></outline></outline></body></opml>
}
