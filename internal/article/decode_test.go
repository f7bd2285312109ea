package article_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/testkit/require"
)

// shanghai is the zone of most articles here.
var shanghai = time.FixedZone("", 8*60*60)

// least is a line with the required fields alone, and more of them.
func least(more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"id":"1","station":"xt","url":"https://xt.news.example/1.html","title":"春","published":"2019-03-11T18:38:14+08:00"` + more + `}`
}

func TestDecodeEveryField(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "full.json"))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err := article.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	want := article.Article{
		ID: "5207683", Station: "xt", Channels: []string{"moment", "culture"},
		URL:   "https://xt.news.example/content/2019/03/11/5207683.html",
		Title: "湘江之春 🌸 “三月三”", Summary: "<p>一句话</p>", Body: "<p>正文 &amp; more</p>",
		Authors: []string{"张三", "Li Si"}, Editor: "王五",
		Source:    article.Source{Name: "湘潭日报", URL: "https://paper.news.example/a1.html"},
		Published: time.Date(2019, 3, 11, 18, 38, 14, 0, shanghai),
		Updated:   time.Date(2019, 3, 11, 19, 0, 0, 250_000_000, shanghai),
		Expires:   time.Date(2029, 3, 11, 0, 0, 0, 0, time.UTC),
		Images: []article.Image{
			{URL: "1.jpg", Caption: "文艺汇演", Credit: "赵六 摄", Width: 800, Height: 600, Type: "image/jpeg", Bytes: 123456},
			{URL: "//img.news.example/2.png"},
		},
		Enclosures: []article.Enclosure{
			{URL: "https://media.news.example/1.mp3", Type: "audio/mpeg", Bytes: 2345678, Seconds: 95, Title: "听新闻"},
		},
		Tags: []string{"雨湖区", "招商引资"}, Language: "zh-CN", Rights: "© 湘潭日报",
		OriginalURL: "https://paper.news.example/2019/0311/a1.html",
		NextURL:     "https://xt.news.example/content/2019/03/11/5207684.html",
		Alternates: []article.Alternate{
			{Lang: "en", URL: "https://en.news.example/5207683.html"},
			{Lang: "zh-Hant-HK", URL: "https://hk.news.example/5207683.html"},
			{Lang: "x-default", URL: "https://xt.news.example/5207683.html"},
		},
		Status: article.Withdrawn, NoIndex: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("article (-want +got):\n%s", diff)
	}
}

func TestDecodeDefaults(t *testing.T) {
	published := time.Date(2019, 3, 11, 18, 38, 14, 0, shanghai)
	bare := article.Article{
		ID: "1", Station: "xt", URL: "https://xt.news.example/1.html", Title: "春",
		Published: published, Updated: published, Status: article.Published,
	}
	with := func(change func(*article.Article)) article.Article {
		a := bare
		change(&a)
		return a
	}
	tests := []struct {
		name string
		more string
		want article.Article
	}{
		{name: "required fields alone", want: bare},
		{
			name: "null is absent",
			more: `"channels":null,"source":null,"updated":null,"images":null,"alternates":null,"status":null,"noindex":null,"summary":null`,
			want: bare,
		},
		{name: "empty texts are absent", more: `"updated":"","expires":"","status":"","next_url":"","source":{"url":""}`, want: bare},
		{
			name: "updated later", more: `"updated":"2019-03-12T00:00:00Z"`,
			want: with(func(a *article.Article) { a.Updated = time.Date(2019, 3, 12, 0, 0, 0, 0, time.UTC) }),
		},
		{name: "updated is never before published", more: `"updated":"2019-03-11T10:38:13Z"`, want: bare},
		{
			name: "draft", more: `"status":"draft"`,
			want: with(func(a *article.Article) { a.Status = article.Draft }),
		},
		{
			name: "relative images", more: `"images":[{"url":"/a/1.jpg"},{"url":"?n=2"},{"url":"图.png"},{"url":"//img.news.example/3"}]`,
			want: with(func(a *article.Article) {
				a.Images = []article.Image{{URL: "/a/1.jpg"}, {URL: "?n=2"}, {URL: "图.png"}, {URL: "//img.news.example/3"}}
			}),
		},
		{
			name: "an alternate of a language that nobody writes", more: `"alternates":[{"url":"http://en.news.example:8080/?a=b","lang":"en-GB-oxendict"}]`,
			want: with(func(a *article.Article) {
				a.Alternates = []article.Alternate{{Lang: "en-GB-oxendict", URL: "http://en.news.example:8080/?a=b"}}
			}),
		},
		{
			name: "a year of the far future", more: `"expires":"9999-12-31T23:59:59Z"`,
			want: with(func(a *article.Article) { a.Expires = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC) }),
		},
		{
			name: "a null date of another system never expires", more: `"expires":"0001-01-01T00:00:00Z"`,
			want: bare,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := article.Decode([]byte(least(tt.more)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("article (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDecodeShared reads articles of a real newsroom.
func TestDecodeShared(t *testing.T) {
	data, err := os.ReadFile(require.Path(t, "data/articles-xt.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		a, _, err := article.Decode(line)
		if err != nil {
			t.Errorf("line %d: %v", n, err)
			continue
		}
		if a.Station != "xt" || a.Title == "" || len(a.Body) < 1000 || len(a.Images) == 0 || !a.VisibleAt(a.Published) {
			t.Errorf("line %d: station %q, title %q, a body of %d bytes, %d images", n, a.Station, a.Title, len(a.Body), len(a.Images))
		}
	}
	if n == 0 {
		t.Error("no line")
	}
}

// FuzzDecode holds that what is decoded is sound, and that each fault is told
// on a line of its own.
func FuzzDecode(f *testing.F) {
	full, err := os.ReadFile(filepath.Join("testdata", "full.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	for _, tt := range faulty() {
		f.Add([]byte(tt.line))
	}
	f.Add([]byte(least(`"updated":"2019-03-11T10:38:13Z","images":[null]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, _, err := article.Decode(data)
		if err != nil {
			if diff := cmp.Diff(article.Article{}, a); diff != "" {
				t.Errorf("an article beside the error %v:\n%s", err, diff)
			}
			for text := range strings.SplitSeq(err.Error(), "\n") {
				if text == "" || strings.ContainsAny(text, "\r\x00") {
					t.Errorf("a line of the error is %q", text)
				}
			}
			if !json.Valid(data) && bytes.HasPrefix(data, []byte("{")) && strings.Contains(err.Error(), "missing") {
				t.Errorf("broken JSON is reported as missing fields: %v", err)
			}
			return
		}
		if err := a.Validate(); err != nil {
			t.Errorf("decoded, but not valid: %v", err)
		}
		if !json.Valid(data) {
			t.Errorf("decoded, but not JSON: %q", data)
		}
		if a.Updated.Before(a.Published) {
			t.Errorf("updated %v, before it was published at %v", a.Updated, a.Published)
		}
	})
}

func ExampleDecode() {
	a, _, err := article.Decode([]byte(`{"id": "1", "station": "xt", "url": "https://xt.news.example/1.html",
		"title": "湘江之春", "published": "2019-03-11T18:38:14+08:00"}`))
	fmt.Println(a.Title, a.Status, a.Updated.Format(time.RFC3339), err)

	_, _, err = article.Decode([]byte(`{"id": "2", "station": "xt", "url": "xt.news.example/2.html", "expiry": "2020-01-01T00:00:00Z"}`))
	fmt.Println(err)
	// Output:
	// 湘江之春 published 2019-03-11T18:38:14+08:00 <nil>
	// unknown field "expiry"
	// title: missing
	// url: not an absolute http(s) URL: "xt.news.example/2.html"
	// published: missing
}

// TestDecodePercent holds that a percent sign which begins no escape costs
// nothing in an address that feeds repair, nor in that of the article.
func TestDecodePercent(t *testing.T) {
	a, odd, err := article.Decode([]byte(withURL("https://xt.news.example/满100%减50.html")))
	if want := "https://xt.news.example/%E6%BB%A1100%25%E5%87%8F50.html"; a.URL != want || odd != nil || err != nil {
		t.Errorf("url %q, %v, %v, want %q", a.URL, odd, err, want)
	}
	for _, more := range []string{
		`"images":[{"url":"https://img.news.example/满100%减50.jpg"}]`,
		`"images":[{"url":"/100%.jpg"},{"url":"a%2"},{"url":"%zz"},{"url":"ok%20.jpg"}]`,
		`"enclosures":[{"url":"https://media.news.example/50%off.mp3"}]`,
		`"original_url":"https://a.example/100%"`,
		`"next_url":"https://a.example/?q=100%&p=%E6%B9%98"`,
		`"next_url":"/100%.html"`,
		`"alternates":[{"lang":"en","url":"https://en.news.example/50%off"}]`,
		`"source":{"name":"a","url":"https://a.example/%%%"}`,
	} {
		if _, odd, err := article.Decode([]byte(least(more))); err != nil || odd != nil {
			t.Errorf("%s: %v, %v", more, odd, err)
		}
	}
}
