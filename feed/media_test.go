package feed_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

// TestMedia holds how pictures and files stand in the three formats: each
// picture once and without a group, sound and film as enclosures alone.
func TestMedia(t *testing.T) {
	const folder = "https://xt.news.example/content/2019/03/11/"
	type media struct {
		Group, Contents, Thumbnails, Enclosures []string // names of files
		Image                                   string
		Attachments                             []string
	}
	picture, sound, film, paper := feed.Image{URL: "1.jpg", Caption: "图", Credit: "摄", Width: 800}, feed.Enclosure{URL: "a.mp3"}, feed.Enclosure{URL: "b.mp4"}, feed.Enclosure{URL: "c.docx"}
	tests := []struct {
		name       string
		images     []feed.Image
		enclosures []feed.Enclosure
		body       string
		rss, atom  media // their parts
		json       media
	}{
		{name: "nothing"},
		{
			name: "one picture", images: []feed.Image{picture},
			rss: media{Contents: []string{"1.jpg"}}, atom: media{Contents: []string{"1.jpg"}},
			json: media{Image: "1.jpg", Attachments: []string{"1.jpg"}},
		},
		{
			name: "two pictures", images: []feed.Image{picture, {URL: "2.webp"}},
			rss: media{Contents: []string{"1.jpg", "2.webp"}}, atom: media{Contents: []string{"1.jpg", "2.webp"}},
			json: media{Image: "1.jpg", Attachments: []string{"1.jpg", "2.webp"}},
		},
		{
			name: "a picture twice", images: []feed.Image{picture, {URL: folder + "1.jpg"}},
			rss: media{Contents: []string{"1.jpg"}}, atom: media{Contents: []string{"1.jpg"}},
			json: media{Image: "1.jpg", Attachments: []string{"1.jpg"}},
		},
		{
			name: "sound", enclosures: []feed.Enclosure{sound},
			rss: media{Enclosures: []string{"a.mp3"}}, atom: media{Enclosures: []string{"a.mp3"}},
			json: media{Attachments: []string{"a.mp3"}},
		},
		{
			name: "a picture and a film", images: []feed.Image{picture}, enclosures: []feed.Enclosure{film},
			rss: media{Contents: []string{"1.jpg"}, Enclosures: []string{"b.mp4"}}, atom: media{Contents: []string{"1.jpg"}, Enclosures: []string{"b.mp4"}},
			json: media{Image: "1.jpg", Attachments: []string{"b.mp4", "1.jpg"}},
		},
		{
			name: "more files than RSS has enclosures", enclosures: []feed.Enclosure{paper, sound, film},
			rss: media{Contents: []string{"c.docx", "b.mp4"}, Enclosures: []string{"a.mp3"}}, atom: media{Enclosures: []string{"c.docx", "a.mp3", "b.mp4"}},
			json: media{Attachments: []string{"c.docx", "a.mp3", "b.mp4"}},
		},
		{
			name: "a paper", enclosures: []feed.Enclosure{paper},
			rss: media{Enclosures: []string{"c.docx"}}, atom: media{Enclosures: []string{"c.docx"}},
			json: media{Attachments: []string{"c.docx"}},
		},
		{
			name: "a picture among the enclosures", images: []feed.Image{picture}, enclosures: []feed.Enclosure{{URL: "2.png"}, {URL: "1.jpg"}, sound},
			rss: media{Contents: []string{"1.jpg", "2.png"}, Enclosures: []string{"a.mp3"}}, atom: media{Contents: []string{"1.jpg", "2.png"}, Enclosures: []string{"a.mp3"}},
			json: media{Image: "1.jpg", Attachments: []string{"a.mp3", "1.jpg", "2.png"}},
		},
		{
			name: "a picture of the body", body: `<p>a<img src="b.jpg"></p>`,
			rss: media{Thumbnails: []string{"b.jpg"}}, atom: media{Thumbnails: []string{"b.jpg"}}, json: media{Image: "b.jpg"},
		},
		{
			name: "a picture of the body and of its own", images: []feed.Image{picture}, body: `<p>a<img src="1.jpg"></p>`,
			rss: media{Contents: []string{"1.jpg"}}, atom: media{Contents: []string{"1.jpg"}},
			json: media{Image: "1.jpg", Attachments: []string{"1.jpg"}},
		},
	}
	name := func(address string) string {
		if address == "" {
			return ""
		}
		return address[len(folder):]
	}
	mediaOf := func(m xmlMedia) (d media) {
		for _, c := range m.Group.Content {
			d.Group = append(d.Group, name(c.URL))
		}
		for _, c := range m.Media {
			d.Contents = append(d.Contents, name(c.URL))
		}
		for _, c := range m.Thumbnail {
			d.Thumbnails = append(d.Thumbnails, name(c.URL))
		}
		return d
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			c.Items[0].Images, c.Items[0].Enclosures, c.Items[0].Body = test.images, test.enclosures, test.body
			rssItem, entry := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
			rss, atom := mediaOf(rssItem.xmlMedia), mediaOf(entry.xmlMedia)
			for _, e := range rssItem.Enclosure {
				rss.Enclosures = append(rss.Enclosures, name(e.URL))
			}
			for _, l := range entry.Links {
				if l.Rel == "enclosure" {
					atom.Enclosures = append(atom.Enclosures, name(l.Href))
				}
			}
			item := readJSON(t, c)["items"].([]any)[0].(map[string]any)
			image, _ := item["image"].(string)
			json := media{Image: name(image)}
			attachments, _ := item["attachments"].([]any)
			for _, a := range attachments {
				json.Attachments = append(json.Attachments, name(a.(map[string]any)["url"].(string)))
			}
			for format, diff := range map[string]string{"rss": cmp.Diff(test.rss, rss), "atom": cmp.Diff(test.atom, atom), "json": cmp.Diff(test.json, json)} {
				if diff != "" {
					t.Errorf("%s: %s", format, diff)
				}
			}
		})
	}
}
