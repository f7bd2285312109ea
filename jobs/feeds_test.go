package jobs

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"feedstation/feed"
)

// TestFormats holds that items begin as it is said, which is what their being
// compressed once rests on.
func TestFormats(t *testing.T) {
	c := feed.Channel{Title: "<item> <entry {\"id\":\"", HomeURL: "https://xt.news.example/", Updated: noon}
	for i := range 3 {
		item, err := feed.Prepare(feed.Item{
			URL: fmt.Sprintf("https://xt.news.example/%d.html", i), Title: "<item> <entry {\"id\":\"", Body: "<p>&lt;item> &lt;entry {\"id\":\"</p>",
			Published: noon.Add(time.Duration(i) * time.Minute), Authors: []string{"作者"},
			Enclosures: []feed.Enclosure{{URL: "https://xt.news.example/1.mp3", Type: "audio/mpeg", Bytes: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		c.Items = append(c.Items, item)
	}
	for _, format := range formats {
		body, err := format.render(&c)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(body, []byte(format.item)); n != len(c.Items) {
			t.Errorf("%s: %d begin with %s, want %d:\n%s", format.name, n, format.item, len(c.Items), body)
		}
	}
}
