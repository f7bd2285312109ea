package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

// benchmarkChannel has 50 articles of 4 KB of Chinese HTML.
func benchmarkChannel() *draft {
	c := emptyChannel()
	body := strings.Repeat("<p>这一年，园区坚持“创新引领、开放崛起”的战略，以招商引资和项目建设为着力点。</p>\n", 37)
	for i := range 50 {
		url := fmt.Sprintf("https://xt.news.example/content/2019/03/11/%d.html", 5207683-i)
		c.Items = append(c.Items, feed.Item{
			URL:       url,
			Title:     fmt.Sprintf("雨湖工业集中区亮点纷呈之%d", i),
			Summary:   "这一年，园区坚持“创新引领、开放崛起”，招商引资、项目建设各项工作有力推进。",
			Body:      body,
			Authors:   []string{"张三"},
			Editor:    "王五",
			Source:    feed.Source{Name: "湘潭日报", URL: "https://paper.news.example/"},
			Published: c.Updated.Add(-time.Duration(i) * time.Minute),
			Updated:   c.Updated.Add(-time.Duration(i) * time.Minute),
			Images: []feed.Image{
				{URL: url + ".1.jpg", Caption: "文艺汇演", Credit: "赵六 摄", Type: "image/jpeg", Bytes: 123456},
				{URL: url + ".2.jpg", Caption: "设计效果图", Type: "image/jpeg", Bytes: 123456},
			},
			Categories: []feed.Category{{Term: "moment", Scheme: "https://xt.news.example/", Label: "时刻新闻"}},
			Tags:       []string{"雨湖区", "招商引资"},
		})
	}
	return c
}

// BenchmarkPrepare prepares articles of 4 KB: plain text, and text that is half
// links.
func BenchmarkPrepare(b *testing.B) {
	it := benchmarkChannel().Items[0]
	linked := it
	linked.Body = ""
	for i := range 30 {
		linked.Body += fmt.Sprintf(`<li><a href="/content/2019/%d.html?a=1&amp;b=2" target="_blank">雨湖工业集中区</a> <b>亮点纷呈</b></li>`+"\n", i)
	}
	for _, article := range []struct {
		name string
		item feed.Item
	}{{"plain", it}, {"links", linked}} {
		b.Run(article.name, func(b *testing.B) {
			b.SetBytes(int64(len(article.item.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := feed.Prepare(article.item); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
