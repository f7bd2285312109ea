package feed_test

import (
	"fmt"
	"time"

	"feedstation/feed"
)

// shanghai has a zone name, CST, that must never be printed.
var shanghai = time.FixedZone("CST", 8*60*60)

// draft is a channel whose items are not prepared yet.
type draft struct {
	feed.Feed
	Items []feed.Item
}

// channel prepares the items.
func (d *draft) channel() (*feed.Feed, error) {
	c := d.Feed
	for i := range d.Items {
		p, err := feed.Prepare(d.Items[i])
		if err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		c.Items = append(c.Items, p)
	}
	return &c, nil
}

func (d *draft) render(write func(*feed.Feed) ([]byte, error)) ([]byte, error) {
	c, err := d.channel()
	if err != nil {
		return nil, err
	}
	return write(c)
}

func (d *draft) RSS() ([]byte, error)  { return d.render((*feed.Feed).RSS) }
func (d *draft) Atom() ([]byte, error) { return d.render((*feed.Feed).Atom) }
func (d *draft) JSON() ([]byte, error) { return d.render((*feed.Feed).JSON) }

// emptyChannel is a channel that says all it can, without items.
func emptyChannel() *draft {
	return &draft{Feed: feed.Feed{
		Title:       "湘潭站 · 时刻新闻",
		Description: "湘潭的新闻，随时更新",
		Language:    "zh-CN",
		Rights:      "© 湘江新闻网",
		HomeURL:     "https://xt.news.example/moment/",
		RSSURL:      "https://xt.news.example/moment/rss.xml",
		AtomURL:     "https://xt.news.example/moment/atom.xml",
		JSONURL:     "https://xt.news.example/moment/feed.json",
		Author:      "湘江新闻网湘潭站",
		Email:       "editor@xt.news.example",
		Icon:        "https://xt.news.example/icon.png",
		Logo:        "https://xt.news.example/logo.png",
		Generator:   "feedstation",
		Comment:     "为阅读器准备的订阅源 <&>: https://中文.example/feeds/moment.html?a=1&b=2",
		Updated:     time.Date(2019, 3, 11, 10, 5, 0, 0, shanghai),
	}}
}

// archived makes a channel an archive document between two others, of which
// hubs tell.
func archived(d *draft) *draft {
	at := func(name string) feed.Addresses {
		const folder = "https://xt.news.example/moment/"
		return feed.Addresses{RSS: folder + name + "rss.xml", Atom: folder + name + "atom.xml", JSON: folder + name + "feed.json"}
	}
	d.Hubs = []string{"https://hub.example/", "https://hub.news.example/?a=1&b=2"}
	d.PrevArchive, d.NextArchive, d.Current = at("2019-02/"), at("2019-04/"), at("")
	d.RSSURL, d.AtomURL, d.JSONURL = at("2019-03/").RSS, at("2019-03/").Atom, at("2019-03/").JSON
	return d
}

// bareChannel has what is required and one article that has no more either.
func bareChannel() *draft {
	return &draft{
		Feed: feed.Feed{
			Title:   "Xiangtan",
			HomeURL: "https://xt.news.example/",
			RSSURL:  "https://xt.news.example/rss.xml",
			AtomURL: "https://xt.news.example/atom.xml",
			JSONURL: "https://xt.news.example/feed.json",
		},
		Items: []feed.Item{{
			URL:       "https://xt.news.example/content/2019/03/11/1.html",
			Title:     "Spring on the Xiang",
			Published: time.Date(2019, 3, 11, 1, 30, 0, 0, time.UTC),
		}},
	}
}

// richChannel has an article with everything, and one with what is exclusive to
// that: a single image, a source without an address, another language, a
// summary that is made from the body.
func richChannel() *draft {
	c := emptyChannel()
	c.Items = []feed.Item{
		{
			URL:     "https://xt.news.example/content/2019/03/11/5207683.html",
			Title:   "雨湖工业集中区亮点纷呈：产值增长 12% & 就业 > 3000 人",
			Summary: "这一年，园区坚持“创新引领、开放崛起”，招商引资、项目建设各项工作有力推进。",
			Body: `<p>岁月不居，时节如流。A &amp; B &lt; C</p>` + "\n" +
				`<figure><img src="https://img.news.example/1.jpg?w=800&amp;h=600" alt="">` +
				`<figcaption>图为文艺汇演</figcaption></figure><p>𠮷野家 👨‍👩‍👧 ]]&gt; مرحبا</p>`,
			Authors:   []string{"张三", "李四"},
			Editor:    "王五",
			Source:    feed.Source{Name: "湘潭日报", URL: "https://paper.news.example/"},
			Published: time.Date(2019, 3, 11, 9, 30, 0, 0, shanghai),
			Updated:   time.Date(2019, 3, 11, 10, 0, 0, 0, shanghai),
			Images: []feed.Image{
				{URL: "https://img.news.example/1.jpg", Caption: "文艺汇演", Credit: "赵六 摄", Type: "image/jpeg", Width: 800, Height: 600, Bytes: 123456},
				{URL: "https://img.news.example/规划图.webp", Caption: "设计效果图"},
			},
			Enclosures: []feed.Enclosure{
				{URL: "https://media.news.example/5207683.pdf", Type: "application/pdf", Title: "全文", Bytes: 4096},
				{URL: "https://media.news.example/5207683.mp3", Type: "audio/mpeg", Title: "听新闻", Bytes: 2345678, Seconds: 95},
			},
			Categories:  []feed.Category{{Term: "moment", Scheme: "https://xt.news.example/", Label: "时刻新闻"}},
			Tags:        []string{"雨湖区", "招商引资"},
			Rights:      "© 湘潭日报",
			OriginalURL: "https://paper.news.example/2019/0311/a1.html",
			NextURL:     "https://xt.news.example/content/2019/03/11/5207684.html",
		},
		{
			URL:       "https://xt.news.example/content/2019/03/10/5207001.html",
			Title:     "Xiangtan opens <Lotus> line: \"R&D\" by rail",
			Body:      "<p>The line runs from 9.5 km north of town.</p><p>It costs 3 yuan.</p>",
			Source:    feed.Source{Name: "Xinhua"},
			Published: time.Date(2019, 3, 10, 18, 0, 0, 0, time.UTC),
			Images: []feed.Image{
				{URL: "https://img.news.example/2.png", Caption: "The first train", Credit: "R. Li", Bytes: 54321},
			},
			Language: "en",
		},
	}
	return c
}

// withdrawnChannel has an article, and in the places of two others that these were
// withdrawn, one with a guid that is no address.
func withdrawnChannel() *draft {
	c := bareChannel()
	c.Updated = time.Date(2019, 3, 11, 10, 0, 0, 0, shanghai)
	for i, guid := range []string{"", "news:2 & <3>"} {
		c.Items = append(c.Items, feed.Item{
			URL: fmt.Sprintf("https://xt.news.example/content/2019/03/11/%d.html?a=1&b=2", i+2), GUID: guid, Title: "本文已撤回", Language: "zh-CN", Withdrawn: true,
			Published: time.Date(2019, 3, 11, 9, 0, 0, 0, shanghai), Updated: c.Updated,
		})
	}
	return c
}

// document is one rendering.
type document struct {
	name  string
	write func(*feed.Feed) ([]byte, error)
}

// render prepares the items and writes them.
func (d document) render(c *draft) ([]byte, error) { return c.render(d.write) }

func documents() []document {
	return []document{
		{"rss", (*feed.Feed).RSS},
		{"atom", (*feed.Feed).Atom},
		{"json", (*feed.Feed).JSON},
	}
}
