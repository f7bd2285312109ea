package feed_test

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rssDocument reads RSS strictly, by namespace.
type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title          string    `xml:"title"`
		Link           []xmlLink `xml:"link"` // RSS's own and Atom's
		Description    string    `xml:"description"`
		Language       string    `xml:"language"`
		Copyright      string    `xml:"copyright"`
		ManagingEditor string    `xml:"managingEditor"`
		PubDate        string    `xml:"pubDate"`
		LastBuildDate  string    `xml:"lastBuildDate"`
		Generator      string    `xml:"generator"`
		Docs           string    `xml:"docs"`
		TTL            int       `xml:"ttl"`
		Period         string    `xml:"http://purl.org/rss/1.0/modules/syndication/ updatePeriod"`
		Frequency      int       `xml:"http://purl.org/rss/1.0/modules/syndication/ updateFrequency"`
		Image          struct {
			URL   string `xml:"url"`
			Title string `xml:"title"`
			Link  string `xml:"link"`
		} `xml:"image"`
		Items []struct {
			Link        string   `xml:"link"`
			Title       string   `xml:"title"`
			Modified    string   `xml:"http://purl.org/dc/terms/ modified"`
			Creators    []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
			Contributor string   `xml:"http://purl.org/dc/elements/1.1/ contributor"`
			Publisher   string   `xml:"http://purl.org/dc/elements/1.1/ publisher"`
			Language    string   `xml:"http://purl.org/dc/elements/1.1/ language"`
			Rights      string   `xml:"http://purl.org/dc/elements/1.1/ rights"`
			Original    string   `xml:"http://purl.org/dc/terms/ isVersionOf"`
			Next        string   `xml:"http://purl.org/dc/elements/1.1/ relation"`
			Author      []string `xml:"author"`
			Description string   `xml:"description"`
			Content     string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			PubDate     string   `xml:"pubDate"`
			Enclosure   []struct {
				URL    string `xml:"url,attr"`
				Length int64  `xml:"length,attr"`
				Type   string `xml:"type,attr"`
			} `xml:"enclosure"`
			GUID struct {
				IsPermaLink bool   `xml:"isPermaLink,attr"`
				ID          string `xml:",chardata"`
			} `xml:"guid"`
			Category []struct {
				Domain string `xml:"domain,attr"`
				Label  string `xml:",chardata"`
			} `xml:"category"`
			Source []xmlSource `xml:"source"`
			xmlMedia
		} `xml:"item"`
	} `xml:"channel"`
}

type xmlSource struct {
	XMLName xml.Name
	URL     string `xml:"url,attr"`
	Name    string `xml:",chardata"`
}

type xmlLink struct {
	XMLName xml.Name
	Rel     string `xml:"rel,attr"`
	Type    string `xml:"type,attr"`
	Href    string `xml:"href,attr"`
	Title   string `xml:"title,attr"`
	Length  int64  `xml:"length,attr"`
	Text    string `xml:",chardata"`
}

type xmlMedia struct {
	Group struct {
		Content []xmlMediaContent `xml:"http://search.yahoo.com/mrss/ content"`
	} `xml:"http://search.yahoo.com/mrss/ group"`
	Media     []xmlMediaContent `xml:"http://search.yahoo.com/mrss/ content"`
	Thumbnail []struct {
		URL string `xml:"url,attr"`
	} `xml:"http://search.yahoo.com/mrss/ thumbnail"`
}

type xmlMediaContent struct {
	URL         string `xml:"url,attr"`
	Type        string `xml:"type,attr"`
	Medium      string `xml:"medium,attr"`
	Width       int    `xml:"width,attr"`
	Height      int    `xml:"height,attr"`
	Duration    int    `xml:"duration,attr"`
	FileSize    int64  `xml:"fileSize,attr"`
	Title       string `xml:"http://search.yahoo.com/mrss/ title"`
	Description string `xml:"http://search.yahoo.com/mrss/ description"`
	Credit      string `xml:"http://search.yahoo.com/mrss/ credit"`
}

// richMedia is the media of the first article of richChannel.
func richMedia() (pictures, files []xmlMediaContent) {
	pictures = []xmlMediaContent{
		{URL: "https://img.news.example/1.jpg", Type: "image/jpeg", Medium: "image", Width: 800, Height: 600, FileSize: 123456, Description: "文艺汇演", Credit: "赵六 摄"},
		{URL: "https://img.news.example/%E8%A7%84%E5%88%92%E5%9B%BE.webp", Type: "image/webp", Medium: "image", Description: "设计效果图"},
	}
	files = []xmlMediaContent{
		{URL: "https://media.news.example/5207683.pdf", Type: "application/pdf", Medium: "document", FileSize: 4096, Title: "全文"},
		{URL: "https://media.news.example/5207683.mp3", Type: "audio/mpeg", Medium: "audio", Duration: 95, FileSize: 2345678, Title: "听新闻"},
	}
	return pictures, files
}

func TestReadRSS(t *testing.T) {
	c := richChannel()
	doc, err := c.RSS()
	if err != nil {
		t.Fatal(err)
	}
	var d rssDocument
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	const atom = "http://www.w3.org/2005/Atom"
	wantLinks := []xmlLink{
		{XMLName: xml.Name{Local: "link"}, Text: c.HomeURL},
		{XMLName: xml.Name{Space: atom, Local: "link"}, Rel: "self", Type: "application/rss+xml", Href: c.RSSURL, Title: "RSS"},
		{XMLName: xml.Name{Space: atom, Local: "link"}, Rel: "alternate", Type: "application/atom+xml", Href: c.AtomURL, Title: "Atom"},
		{XMLName: xml.Name{Space: atom, Local: "link"}, Rel: "alternate", Type: "application/feed+json", Href: c.JSONURL, Title: "JSON Feed"},
	}
	if diff := cmp.Diff(wantLinks, d.Channel.Link); diff != "" {
		t.Errorf("links: %s", diff)
	}
	pictures, files := richMedia()
	rich, other := d.Channel.Items[0], d.Channel.Items[1]
	checks := []struct {
		name      string
		got, want any
	}{
		{"version", d.Version, "2.0"},
		{"copyright", d.Channel.Copyright, c.Rights},
		{"managingEditor", d.Channel.ManagingEditor, "editor@xt.news.example (湘江新闻网湘潭站)"},
		{"pubDate of the channel", d.Channel.PubDate, "Mon, 11 Mar 2019 09:30:00 +0800"},
		{"lastBuildDate", d.Channel.LastBuildDate, "Mon, 11 Mar 2019 10:05:00 +0800"},
		{"generator", d.Channel.Generator, "feedstation"},
		{"docs", d.Channel.Docs, "https://www.rssboard.org/rss-specification"},
		{"ttl", d.Channel.TTL, 15},
		{"sy:updatePeriod", d.Channel.Period, "hourly"},
		{"sy:updateFrequency", d.Channel.Frequency, 4},
		{"image url", d.Channel.Image.URL, c.Logo},
		{"image title", d.Channel.Image.Title, d.Channel.Title},
		{"image link", d.Channel.Image.Link, c.HomeURL},
		{"author", len(rich.Author), 0},
		{"dc:creator", rich.Creators, []string{"张三、李四"}},
		{"dc:creator, the publisher", other.Creators, []string{"湘江新闻网湘潭站"}},
		{"dc:contributor", rich.Contributor, "王五"},
		{"dc:publisher, source with an address", rich.Publisher, ""},
		{"dc:publisher", other.Publisher, "Xinhua"},
		{"dc:language, the channel's", rich.Language, ""},
		{"dc:language", other.Language, "en"},
		{"dc:rights", rich.Rights, "© 湘潭日报"},
		{"dcterms:modified", rich.Modified, "2019-03-11T10:00:00+08:00"},
		{"dcterms:modified, unknown", other.Modified, ""},
		{"pubDate", rich.PubDate, "Mon, 11 Mar 2019 09:30:00 +0800"},
		{"pubDate, UTC", other.PubDate, "Sun, 10 Mar 2019 18:00:00 +0000"},
		{"guid", rich.GUID.ID, c.Items[0].URL},
		{"isPermaLink", rich.GUID.IsPermaLink, true},
		{"source", rich.Source, []xmlSource{{XMLName: xml.Name{Local: "source"}, URL: "https://paper.news.example/", Name: "湘潭日报"}}},
		{"dcterms:isVersionOf", rich.Original, c.Items[0].OriginalURL},
		{"dc:relation", rich.Next, c.Items[0].NextURL},
		{"source without an address", len(other.Source), 0},
		{"categories", len(rich.Category), 3},
		{"category", rich.Category[0].Label, "时刻新闻"},
		{"category domain", rich.Category[0].Domain, "https://xt.news.example/"},
		{"tag", rich.Category[2].Label, "招商引资"},
		{"tag domain", rich.Category[2].Domain, ""},
		{"enclosures", len(rich.Enclosure), 1},
		{"enclosure", rich.Enclosure[0].URL, "https://media.news.example/5207683.mp3"},
		{"enclosure length", rich.Enclosure[0].Length, int64(2345678)},
		{"enclosure type", rich.Enclosure[0].Type, "audio/mpeg"},
		{"enclosure, none of the lead image", len(other.Enclosure), 0},
		{"media:group", len(rich.Group.Content), 0},
		{"media:content, and what is no enclosure", rich.Media, append(pictures, files[0])},
		{"media:content", len(other.Media), 1},
		{"media:description", other.Media[0].Description, "The first train"},
		{"media:credit", other.Media[0].Credit, "R. Li"},
		{"media:thumbnail", len(rich.Thumbnail), 0},
	}
	for _, check := range checks {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("%s: %s", check.name, diff)
		}
	}
	description := bytes.Index(doc, []byte("<description>这一年"))
	content := bytes.Index(doc, []byte("<content:encoded>"))
	if description < 0 || content < description {
		t.Errorf("description at %d, content:encoded at %d", description, content)
	}
}
