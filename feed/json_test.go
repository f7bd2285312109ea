package feed_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

func TestReadJSON(t *testing.T) {
	c := richChannel()
	doc, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(doc, []byte(`\u003c`)) || bytes.ContainsAny(doc, "\n") {
		t.Errorf("escaped or indented:\n%s", doc)
	}
	type object = map[string]any
	var got object
	if err := json.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	it, other := &c.Items[0], &c.Items[1]
	webp := "https://img.news.example/%E8%A7%84%E5%88%92%E5%9B%BE.webp"
	want := object{
		"version":       "https://jsonfeed.org/version/1.1",
		"title":         c.Title,
		"language":      "zh-CN",
		"home_page_url": c.HomeURL,
		"feed_url":      c.JSONURL,
		"description":   c.Description,
		"icon":          c.Icon,
		"favicon":       c.Icon,
		"authors":       []any{object{"name": c.Author}},
		"_feedstation":  object{"rights": c.Rights},
		"items": []any{
			object{
				"id":             it.URL,
				"url":            it.URL,
				"external_url":   it.OriginalURL,
				"title":          it.Title,
				"content_html":   it.Body,
				"summary":        it.Summary,
				"image":          "https://img.news.example/1.jpg",
				"banner_image":   "https://img.news.example/1.jpg",
				"date_published": it.Published.Format(time.RFC3339),
				"date_modified":  it.Updated.Format(time.RFC3339),
				"authors":        []any{object{"name": "张三"}, object{"name": "李四"}},
				"tags":           []any{"时刻新闻", "雨湖区", "招商引资"},
				"attachments": []any{
					object{"url": "https://media.news.example/5207683.pdf", "mime_type": "application/pdf", "title": "全文", "size_in_bytes": 4096.0},
					object{"url": "https://media.news.example/5207683.mp3", "mime_type": "audio/mpeg", "title": "听新闻", "size_in_bytes": 2345678.0, "duration_in_seconds": 95.0},
					object{"url": "https://img.news.example/1.jpg", "mime_type": "image/jpeg", "title": "文艺汇演", "size_in_bytes": 123456.0},
					object{"url": webp, "mime_type": "image/webp", "title": "设计效果图"},
				},
				"_feedstation": object{
					"editor":   "王五",
					"source":   object{"name": "湘潭日报", "url": "https://paper.news.example/"},
					"rights":   "© 湘潭日报",
					"next_url": it.NextURL,
					"images": []any{
						object{"url": "https://img.news.example/1.jpg", "caption": "文艺汇演", "credit": "赵六 摄", "width": 800.0, "height": 600.0},
						object{"url": webp, "caption": "设计效果图"},
					},
				},
			},
			object{
				"id":             other.URL,
				"url":            other.URL,
				"title":          other.Title,
				"content_html":   other.Body,
				"summary":        feed.PlainText(other.Body),
				"image":          "https://img.news.example/2.png",
				"date_published": other.Published.Format(time.RFC3339),
				"language":       "en",
				"attachments": []any{
					object{"url": "https://img.news.example/2.png", "mime_type": "image/png", "title": "The first train", "size_in_bytes": 54321.0},
				},
				"_feedstation": object{
					"source": object{"name": "Xinhua"},
					"images": []any{object{"url": "https://img.news.example/2.png", "caption": "The first train", "credit": "R. Li"}},
				},
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
