package feed_test

import (
	"testing"

	"feedstation/feed"
)

// TestLeadInBody holds where the lead image is put into the text.
func TestLeadInBody(t *testing.T) {
	const figure = `<figure><img src="https://img.news.example/a/lead.jpg" alt="" width="800" height="600"><figcaption>The &lt;lake&gt; <small>R. Li</small></figcaption></figure>`
	lead := feed.Image{URL: "https://img.news.example/a/lead.jpg", Caption: "The &lt;lake>", Credit: "R. Li", Width: 800, Height: 600}
	tests := []struct {
		name, body string
		image      feed.Image
		want       string
	}{
		{"a body without it", "<p>x</p>", lead, figure + "<p>x</p>"},
		{"a body with another", `<p>x</p><img src="https://img.news.example/b.jpg">`, lead, figure + `<p>x</p><img src="https://img.news.example/b.jpg" alt="">`},
		{"no caption", "<p>x</p>", feed.Image{URL: "1.jpg"}, `<figure><img src="https://xt.news.example/content/2019/03/11/1.jpg" alt=""></figure><p>x</p>`},
		{"a body that has it", `<img src="https://img.news.example/a/lead.jpg">`, lead, `<img src="https://img.news.example/a/lead.jpg" alt="">`},
		{"in another size", `<img src="http://img.news.example/a/lead-300x200.jpg?w=3">`, lead, `<img src="http://img.news.example/a/lead-300x200.jpg?w=3" alt="">`},
		{"in another format", `<img src="https://img.news.example/a/lead.webp">`, lead, `<img src="https://img.news.example/a/lead.webp" alt="">`},
		{"among the sources", `<img src="https://img.news.example/c.jpg" srcset="https://img.news.example/a/lead.jpg 800w">`, lead, `<img src="https://img.news.example/c.jpg" srcset="https://img.news.example/a/lead.jpg 800w" alt="">`},
		{"before a film", `<video src="https://img.news.example/v.mp4" poster="https://img.news.example/a/lead.jpg" controls=""></video>`, lead, `<video src="https://img.news.example/v.mp4" poster="https://img.news.example/a/lead.jpg" controls=""></video>`},
		{"a program that makes pictures", `<img src="https://img.news.example/p.php?id=2">`, feed.Image{URL: "https://img.news.example/p.php?id=1"}, `<figure><img src="https://img.news.example/p.php?id=1" alt=""></figure><img src="https://img.news.example/p.php?id=2" alt="">`},
		{"no body", "", lead, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			it := &c.Items[0]
			it.Body, it.Images, it.LeadInBody = test.body, []feed.Image{test.image}, true
			if got := readRSS(t, c).Channel.Items[0].Content; got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			if got := readAtom(t, c).Entries[0].Content.Text; got != test.want {
				t.Errorf("Atom: %s", got)
			}
			it.LeadInBody = false
			if got := readRSS(t, c).Channel.Items[0].Content; test.want != "" && got == figure+"<p>x</p>" {
				t.Errorf("not asked for: %s", got)
			}
		})
	}
}

// TestLeadOfBody holds which picture of the text stands for the article where
// it names none.
func TestLeadOfBody(t *testing.T) {
	const big = "https://img.news.example/big.jpg"
	tests := []struct{ name, body, want string }{
		{"the first", `<img src="` + big + `"><img src="https://img.news.example/2.jpg">`, big},
		{"with its size", `<img src="` + big + `" width="800" height="600">`, big},
		{"behind small ones", `<img src="1.png" width="32" height="32"><img src="2.jpg" width="600" height="60"><img src="` + big + `">`, big},
		{"behind signs", `<img src="/i/site-logo.png"><img src="/i/qrcode_1.jpg"><img src="x.svg"><img src="` + big + `">`, big},
		{"behind a smiley of an editor", `<img src="/ueditor/dialogs/emotion/images/jx2/j_0001.gif"><img src="/plugins/emoticons/images/0.gif"><img src="/static/image/smiley/default/lol.gif"><img src="` + big + `">`, big},
		{"behind a formula", `<img src="/latex/1f3a.png" alt="x^2"><img src="` + big + `">`, big},
		{"of a name that is like one", `<img src="https://img.news.example/expressions/emotion.jpg">`, "https://img.news.example/expressions/emotion.jpg"},
		{"behind one in its address", `<img src="data:image/gif;base64,R0lGODlh8AB4AAAAADsAAAAA"><img src="` + big + `">`, big},
		{"lazy", `<img data-src="` + big + `" src="blank.gif">`, big},
		{"none", "<p>x</p>", ""},
		{"nothing but signs", `<img src="/i/logo.png">`, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Items[0].Body = test.body
			if got := feed.LeadImage(test.body, c.Items[0].URL); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			got, _ := readJSON(t, c)["items"].([]any)[0].(map[string]any)["image"].(string)
			if got != test.want {
				t.Errorf("JSON: %q", got)
			}
			thumbnail := ""
			if list := readRSS(t, c).Channel.Items[0].Thumbnail; len(list) > 0 {
				thumbnail = list[0].URL
			}
			if thumbnail != test.want {
				t.Errorf("RSS: %q", thumbnail)
			}
			if media := readRSS(t, c).Channel.Items[0].Media; len(media) > 0 {
				t.Errorf("media:content: %v", media)
			}
			c.Items[0].Images = []feed.Image{{URL: "own.jpg"}}
			if got := readJSON(t, c)["items"].([]any)[0].(map[string]any)["image"]; got != "https://xt.news.example/content/2019/03/11/own.jpg" {
				t.Errorf("with a picture of its own: %v", got)
			}
		})
	}
}
