package feed_test

import (
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// atomDocument reads Atom strictly, by namespace.
type atomDocument struct {
	XMLName   xml.Name     `xml:"http://www.w3.org/2005/Atom feed"`
	Lang      string       `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID        string       `xml:"id"`
	Title     string       `xml:"title"`
	Subtitle  string       `xml:"subtitle"`
	Updated   string       `xml:"updated"`
	Rights    string       `xml:"rights"`
	Icon      string       `xml:"icon"`
	Logo      string       `xml:"logo"`
	Generator string       `xml:"generator"`
	Links     []xmlLink    `xml:"link"`
	Authors   []atomPerson `xml:"author"`
	Entries   []struct {
		Lang         string       `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		ID           string       `xml:"http://www.w3.org/2005/Atom id"`
		Title        string       `xml:"http://www.w3.org/2005/Atom title"`
		Updated      string       `xml:"updated"`
		Published    string       `xml:"published"`
		Rights       string       `xml:"rights"`
		Links        []xmlLink    `xml:"link"`
		Authors      []atomPerson `xml:"author"`
		Contributors []atomPerson `xml:"contributor"`
		Publisher    string       `xml:"http://purl.org/dc/elements/1.1/ publisher"`
		Categories   []struct {
			Term   string `xml:"term,attr"`
			Scheme string `xml:"scheme,attr"`
			Label  string `xml:"label,attr"`
			Text   string `xml:",chardata"`
		} `xml:"category"`
		Summary atomText `xml:"summary"`
		Content atomText `xml:"http://www.w3.org/2005/Atom content"`
		xmlMedia
	} `xml:"entry"`
}

type atomPerson struct {
	Name  string `xml:"name"`
	Email string `xml:"email"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

func TestReadAtom(t *testing.T) {
	c := richChannel()
	doc, err := c.Atom()
	if err != nil {
		t.Fatal(err)
	}
	var d atomDocument
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	link := func(l xmlLink) xmlLink {
		l.XMLName = xml.Name{Space: "http://www.w3.org/2005/Atom", Local: "link"}
		return l
	}
	pictures, _ := richMedia()
	rich, other := d.Entries[0], d.Entries[1]
	checks := []struct {
		name      string
		got, want any
	}{
		{"xml:lang", d.Lang, "zh-CN"},
		{"id", d.ID, c.AtomURL},
		{"subtitle", d.Subtitle, c.Description},
		{"updated", d.Updated, "2019-03-11T10:05:00+08:00"},
		{"rights", d.Rights, c.Rights},
		{"icon", d.Icon, c.Icon},
		{"logo", d.Logo, c.Logo},
		{"generator", d.Generator, "feedstation"},
		{"author", d.Authors, []atomPerson{{Name: c.Author, Email: c.Email}}},
		{"links", d.Links, []xmlLink{
			link(xmlLink{Rel: "self", Type: "application/atom+xml", Href: c.AtomURL, Title: "Atom"}),
			link(xmlLink{Rel: "alternate", Type: "text/html", Href: c.HomeURL}),
			link(xmlLink{Rel: "alternate", Type: "application/rss+xml", Href: c.RSSURL, Title: "RSS"}),
			link(xmlLink{Rel: "alternate", Type: "application/feed+json", Href: c.JSONURL, Title: "JSON Feed"}),
		}},
		{"entry id", rich.ID, c.Items[0].URL},
		{"entry xml:lang, the feed's", rich.Lang, ""},
		{"entry xml:lang", other.Lang, "en"},
		{"entry updated", rich.Updated, "2019-03-11T10:00:00+08:00"},
		{"entry updated, only published", other.Updated, "2019-03-10T18:00:00Z"},
		{"entry published", rich.Published, "2019-03-11T09:30:00+08:00"},
		{"entry rights", rich.Rights, "© 湘潭日报"},
		{"entry authors", rich.Authors, []atomPerson{{Name: "张三"}, {Name: "李四"}}},
		{"entry authors, the feed's", len(other.Authors), 0},
		{"contributor", rich.Contributors, []atomPerson{{Name: "王五"}}},
		{"dc:publisher, source in via", rich.Publisher, ""},
		{"dc:publisher", other.Publisher, "Xinhua"},
		{"categories", len(rich.Categories), 3},
		{"category term", rich.Categories[0].Term, "moment"},
		{"category scheme", rich.Categories[0].Scheme, "https://xt.news.example/"},
		{"category label", rich.Categories[0].Label, "时刻新闻"},
		{"category text", rich.Categories[0].Text, ""},
		{"tag", rich.Categories[1].Term, "雨湖区"},
		{"summary", rich.Summary, atomText{"text", c.Items[0].Summary}},
		{"content", rich.Content, atomText{"html", c.Items[0].Body}},
		{"entry links", rich.Links, []xmlLink{
			link(xmlLink{Rel: "alternate", Type: "text/html", Href: c.Items[0].URL}),
			link(xmlLink{Rel: "via", Href: c.Items[0].OriginalURL, Title: "湘潭日报"}),
			link(xmlLink{Rel: "via", Href: c.Items[0].Source.URL, Title: "湘潭日报"}),
			link(xmlLink{Rel: "related", Type: "text/html", Href: c.Items[0].NextURL}),
			link(xmlLink{Rel: "enclosure", Type: "application/pdf", Href: "https://media.news.example/5207683.pdf", Title: "全文", Length: 4096}),
			link(xmlLink{Rel: "enclosure", Type: "audio/mpeg", Href: "https://media.news.example/5207683.mp3", Title: "听新闻", Length: 2345678}),
		}},
		{"media:group", len(rich.Group.Content), 0},
		{"media:content", rich.Media, pictures},
		{"media:content, one image", other.Media[0].Description, "The first train"},
	}
	for _, check := range checks {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("%s: %s", check.name, diff)
		}
	}
}
