package feed_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

// shownArticle is what a reader shows of an article.
type shownArticle struct{ title, body, summary string }

// caseWants is what each line of the shared cases should become: how the title,
// the body and the summary read. A "" is not looked at; "-" is nothing.
func caseWants() map[string]shownArticle {
	const n = `<img src="https://img.news.example/n.jpg"`
	return map[string]shownArticle{
		"f01a": {"", "造成<s>5</s>3人", "事故造成3人死亡。"}, "f01b": {"", "<p>票价<del>100</del>80元。</p>", "票价80元。"},
		"f01c": {"票价80元", "", ""}, "f01d": {"", "", "The toll is 9."},
		"f02a": {"", "<h3>Opening hours</h3>", "Opening hours 9 to 5"}, "f02b": {"", "Press Apply to take part.", "Press Apply to take part."},
		"f02c": {"", `The report: <a href="https://xt.news.example/a.pdf">download</a>`, "The report: download"}, "f02d": {"", `<pre>print("hi")</pre>`, ""},
		"f02e": {"", `<p>互动长图第一屏</p><img src="https://img.news.example/1.jpg" alt="">`, "互动长图第一屏 结束"},
		"f02f": {"", "Sales rose by 4 %.", "Sales rose by 4 %. End"}, "f02g": {"", "Dear neighbours", "The letter: Dear neighbours"},
		"f03a": {"", `<a href="https://video.example/embed/abc123">A film</a>`, ""}, "f03b": {"", `<a href="https://video.example/embed/abc?feature=oembed">The speech</a></p><figcaption>The speech of the mayor`, ""},
		"f03c": {"", `<a href="https://video.example/watch?v=abc">video.example</a>`, ""}, "f03d": {"", `<img src="https://img.news.example/p.jpg"`, ""},
		"f03e": {"", `<a href="https://video.example/sid/XM/v.swf">`, ""}, "f03f": {"", `<a href="https://xt.news.example/v.mp4">The film</a>`, ""},
		"f04a": {"", "<p>First paragraph.</p>\n\n<p>Second paragraph<br>\nwith a second line.</p>\n\n<p>Third.</p>", "First paragraph. Second paragraph with a second line. Third."},
		"f04b": {"", `<img src="https://xt.news.example/u/1.jpg" alt="" width="300" height="200"><figcaption>The caption</figcaption>`, "a"},
		"f04c": {"", `<a href="https://video.example/watch?v=abc">`, ""}, "f04d": {"", `<p>Look:</p>`, "Look:"},
		"f05a": {"", "Line one<br>Line two", "Line one Line two"}, "f05b": {"", "1<br>地址", "聯絡電話：1 地址：2"}, "f05c": {"", "One<br><br>two", "One two"}, "f05d": {"", "a<br>b", "a b"},
		"f06a": {"", "<p>正文继续。</p>", "正文继续。"}, "f06b": {"", "<p>text</p>", "text"}, "f06c": {"", "<p>a</p>", "a"}, "f06d": {"", "<tr><td>shown</td></tr>", "shown"},
		"f07a": {"", `<img src="https://img.news.example/w.jpg" alt=""><p>正文</p>`, "正文"}, "f07b": {"", `<p>First</p></li></ul>`, "First"},
		"f08a": {"Why <script> tags are slow", "", ""}, "f08b": {"How to use the <video> element", "", ""}, "f08c": {"React <Button> patterns", "", ""},
		"f08d": {"<select> gets a facelift", "", ""}, "f08e": {"Firefox 23 without <blink>", "", ""}, "f08f": {"The <iframe> tag is dead", "", ""},
		"f08g": {"", "-", "Why <script> tags slow a page down. Read on."}, "f08h": {"x", "", ""},
		"f09a": {"", `src="https://img.news.example/q.jpg"`, ""}, "f09b": {"", `src="https://img.news.example/s.jpg"`, ""}, "f09c": {"", `src="https://img.news.example/p.jpg"`, ""},
		"f10a": {"", n, ""}, "f10b": {"", n, ""}, "f10c": {"", n, ""}, "f10d": {"", n, ""}, "f10e": {"", n, ""}, "f10f": {"", n, ""},
		"f11a": {"", `src="https://img.news.example/2026/pixel-9.png"`, ""}, "f11b": {"", `src="https://img.news.example/space.png"`, ""}, "f11c": {"", `src="https://img.news.example/a.jpg"`, ""},
		"f11d": {"", `src="https://img.news.example/loading.png"`, ""}, "f11e": {"", `src="https://img.news.example/b.jpg"`, ""},
		"f12a": {"", `<img src="https://img.news.example/r.webp" alt="x">`, ""}, "f12b": {"", `<img src="https://img.news.example/l.jpg" alt="P">`, ""},
		"f13a": {"", `<img src="https://img.news.example/2000.jpg" srcset="https://img.news.example/80.jpg 80w, https://img.news.example/2000.jpg 2000w"`, ""},
		"f14a": {"", "<p>E=mc^2</p>", "E=mc^2"}, "f14b": {"", `<div>x = \frac{-b}{2a}</div>`, ""}, "f14c": {"", "<p>So a^2+k.</p>", ""},
		"f15a": {"", "10<sup>6</sup>", "人口约10⁶。"}, "f15b": {"", "", "In 2019 the city grew."}, "f15c": {"Rare: 1 in 10⁷", "", ""},
		"f16a": {"", "<pre>if x:<b>\n    </b>y</pre>", ""}, "f16b": {"", "<div>a</div><div><br></div><div>b</div>", ""}, "f16c": {"", "a<em>   </em>b", ""},
		"f17a": {"", `<p dir="ltr">First paragraph.</p>`, "First paragraph. Bold one."}, "f18a": {"", "H<sub>2</sub>O, 5 m<sup>3</sup>", "H2O, 5 m³"},
		"f19a": {"Monday Tuesday", "第一行\nsecond line", "第一行 second line"}, "f19b": {"It’s here", "“We’re” – ok", "“We’re” – ok"}, "f19c": {"Page one Page two", "a\nb", "a b"},
		"f20a": {"", "Chart of sales", ""}, "f20b": {"", "so a+b holds", "so a+b holds"}, "f21a": {"", "one🎉two", "one🎉two"}, "f22a": {"", `referrerpolicy="no-referrer"`, ""},
		"f23a": {"x", "", ""}, "f23b": {"x", "", ""}, "f24a": {"x", "", ""}, "f24b": {"x", "", ""},
		"f25a": {"https://xt.news.example/t2/f25a.html", "", ""}, "f25b": {"标题", "", ""}, "f25c": {"标题", "", ""}, "f26a": {"Invoice gpj.exe", "", ""},
		"f27a": {"Donaudampfschiff", "Donau\u00addampf", "Donaudampf"}, "f28a": {"", "<p>b</p>", "b"}, "f29a": {"", "<rt>xiāng</rt>", "湘潭市"},
		"f30a": {"", "<li>☑ done</li><li>☐ open</li>", ""}, "f31a": {"", `<figure><img src="https://img.news.example/t.jpg" alt=""></figure>`, ""},
		"f32a": {"", "<h2>Section</h2>", "Section t"}, "f33a": {"", `<img src="https://img.news.example/c.jpg" alt=""><p>Cover</p>`, "Cover"},
		"f34a": {"x", "", ""}, "f34b": {"", `<figure><img src="https://img.news.example/lead.jpg" alt="" width="800" height="600"><figcaption>The lake</figcaption></figure><p>x</p>`, "x"},
	}
}

// caseItem reads a line of the import format as far as these tests need it.
func caseItem(t *testing.T, line []byte) (id string, it feed.Item) {
	t.Helper()
	var a struct {
		ID, URL, Title, Summary, Body string
		Original                      string `json:"original_url"`
		Published                     time.Time
		Images                        []feed.Image
		Enclosures                    []feed.Enclosure
		Tags                          []string
	}
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatal(err)
	}
	return a.ID, feed.Item{
		URL: a.URL, Title: a.Title, Summary: a.Summary, Body: a.Body, OriginalURL: a.Original, Published: a.Published,
		Images: a.Images, Enclosures: a.Enclosures, Tags: a.Tags, LeadInBody: true,
	}
}

// TestCases holds what each of the shared cases becomes, in all three formats.
func TestCases(t *testing.T) {
	wants := caseWants()
	seen := 0
	for line := range bytes.Lines(sharedFile(t, "cases-feeds.jsonl")) {
		id, it := caseItem(t, line)
		seen++
		t.Run(id, func(t *testing.T) {
			want, ok := wants[id]
			if !ok {
				t.Fatal("nobody says what becomes of it")
			}
			c := bareChannel()
			c.Items = []feed.Item{it}
			for format, got := range formatsOf(t, c) {
				if want.title != "" && got.title != want.title {
					t.Errorf("%s: title %q, want %q", format, got.title, want.title)
				}
				if want.body == "-" && got.body != "" || want.body != "-" && !strings.Contains(got.body, want.body) {
					t.Errorf("%s: body\n%s\nwant\n%s", format, got.body, want.body)
				}
				if want.summary != "" && got.summary != want.summary {
					t.Errorf("%s: summary %q, want %q", format, got.summary, want.summary)
				}
			}
			checkCase(t, id, c)
			checkChannel(t, id, c)
		})
	}
	if seen != len(wants) {
		t.Errorf("%d cases, %d expectations", seen, len(wants))
	}
}

// formatsOf returns what the three formats say of the only article of a channel.
func formatsOf(t *testing.T, c *draft) map[string]shownArticle {
	t.Helper()
	rss, atom := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
	item := readJSON(t, c)["items"].([]any)[0].(map[string]any)
	text := func(key string) string { s, _ := item[key].(string); return s }
	summary := text("summary")
	if summary == "" {
		summary = cmp.Or(text("content_text"), text("title"))
	}
	return map[string]shownArticle{
		"rss":  {rss.Title, rss.Content, feed.PlainText(rss.Description)},
		"atom": {atom.Title, atom.Content.Text, atom.Summary.Text},
		"json": {text("title"), text("content_html"), summary},
	}
}

// checkCase looks at what the table of wants has no column for.
func checkCase(t *testing.T, id string, c *draft) {
	t.Helper()
	rss, atom := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
	item := readJSON(t, c)["items"].([]any)[0].(map[string]any)
	all := fmt.Sprint(rss, atom, item)
	absent := map[string]string{
		"f04b": "[caption", "f04d": "[", "f06b": "Subscribe", "f06c": "draft", "f06d": "17", "f07b": "2.jpg", "f14a": "E=mc2", "f16b": "\n", "f17a": "<b>", "f25c": "\u200b",
		"f26a": "\u202e", "f28a": "-->", "f31a": "q=20", "f32a": "¶",
	}
	if s := absent[id]; s != "" && strings.Contains(strings.TrimSpace(rss.Content), s) {
		t.Errorf("%q in %s", s, rss.Content)
	}
	switch id {
	case "f08h":
		if rss.Media[0].Description != "The <button> on the wall" || !slices.Equal([]string{rss.Category[0].Label}, []string{"<canvas>"}) || atom.Categories[0].Term != "<canvas>" {
			t.Errorf("caption %q, tags %v", rss.Media[0].Description, rss.Category)
		}
	case "f23a":
		if !strings.Contains(all, "https://img.news.example/%E6%BB%A1100%25%E5%87%8F50.jpg") {
			t.Errorf("no picture: %s", all)
		}
	case "f23b":
		if rss.Original != "https://a.example/100%25" {
			t.Errorf("original %q", rss.Original)
		}
	case "f24a", "f24b":
		list, _ := item["attachments"].([]any)
		if len(list) != 1 || len(rss.Enclosure) != 1 || rss.Enclosure[0].Type != list[0].(map[string]any)["mime_type"] {
			t.Errorf("attachments %v, enclosures %v", list, rss.Enclosure)
		}
	case "f25c":
		if len(rss.Category) > 0 || item["tags"] != nil {
			t.Errorf("tags %v, %v", rss.Category, item["tags"])
		}
	case "f34a":
		if item["image"] != "https://img.news.example/body.jpg" || rss.Thumbnail[0].URL != item["image"] || atom.Thumbnail[0].URL != item["image"] {
			t.Errorf("image %v", item["image"])
		}
	}
}
