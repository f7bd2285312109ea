package feed

import "strings"

// Namespaces of the extensions in RSS and Atom.
const (
	nsAtom    = "http://www.w3.org/2005/Atom"
	nsContent = "http://purl.org/rss/1.0/modules/content/"
	nsDC      = "http://purl.org/dc/elements/1.1/"
	nsDCTerms = "http://purl.org/dc/terms/"
	nsHistory = "http://purl.org/syndication/history/1.0"
	nsMedia   = "http://search.yahoo.com/mrss/"
	nsSy      = "http://purl.org/rss/1.0/modules/syndication/"
)

// link is atom:link, in Atom and as an extension of RSS. gorilla's lacks the
// title and can't have another prefix.
type link struct {
	Rel    string `xml:"rel,attr,omitempty"`
	Type   string `xml:"type,attr,omitempty"`
	Href   string `xml:"href,attr"`
	Title  string `xml:"title,attr,omitempty"`
	Length int64  `xml:"length,attr,omitempty"`
}

// appendLink appends a link unless its address is empty.
func appendLink(list []link, rel, typ, href string) []link {
	if href == "" {
		return list
	}
	typ, _, _ = strings.Cut(typ, ";")
	return append(list, link{Rel: rel, Type: typ, Href: href})
}

// formatNames are what people call the formats, by media type. It does not change.
var formatNames = map[string]string{RSSType: "RSS", AtomType: "Atom", JSONType: "JSON Feed"}

// appendFeed appends a link to the feed in a format, which the title names, unless
// its address is empty.
func appendFeed(list []link, rel, typ, href string) []link {
	n := len(list)
	if list = appendLink(list, rel, typ, href); len(list) > n {
		list[n].Title = formatNames[typ]
	}
	return list
}

// appendHistory appends the hubs and the other documents of an archive, whose
// addresses in the format at hand of returns.
func (f *Feed) appendHistory(list []link, typ string, of func(Addresses) string) []link {
	for _, hub := range f.Hubs {
		list = append(list, link{Rel: "hub", Href: hub})
	}
	list = appendLink(list, "current", typ, of(f.Current))
	list = appendLink(list, "prev-archive", typ, of(f.PrevArchive))
	return appendLink(list, "next-archive", typ, of(f.NextArchive))
}

// archive marks a document as an archive, with the namespace of its element
// (RFC 5005 §4); both are empty where it is none.
func archive(current string) (namespace string, mark *struct{}) {
	if current == "" {
		return "", nil
	}
	return nsHistory, &struct{}{}
}

// media is what Media RSS says of an item. The elements are embedded in an item
// of RSS and an entry of Atom.
type media struct {
	Contents  []mediaContent  `xml:"media:content"`
	Thumbnail *mediaThumbnail `xml:"media:thumbnail"`
	Status    string          `xml:"media:status,omitempty"` // as SmartNews has it: text, not Media RSS's attribute
}

type mediaContent struct {
	URL         string `xml:"url,attr"`
	Type        string `xml:"type,attr,omitempty"`
	Medium      string `xml:"medium,attr,omitempty"`
	Width       int    `xml:"width,attr,omitempty"`
	Height      int    `xml:"height,attr,omitempty"`
	Duration    int    `xml:"duration,attr,omitempty"`
	FileSize    int64  `xml:"fileSize,attr,omitempty"`
	Title       string `xml:"media:title,omitempty"`
	Description string `xml:"media:description,omitempty"`
	Credit      string `xml:"media:credit,omitempty"`
}

type mediaThumbnail struct {
	URL    string `xml:"url,attr"`
	Width  int    `xml:"width,attr,omitempty"`
	Height int    `xml:"height,attr,omitempty"`
}

// media returns the item's pictures, each once and directly in the item. A
// media:group is for one content in several forms (Media RSS 1.5.1,
// <media:group>), and readers take the first of it alone; they show a picture
// twice that is an enclosure or a thumbnail as well. So only a picture of the
// body that stands for the article, which is no content here, is a thumbnail.
//
// The files besides are those for which the format has no enclosure left.
func (it *Item) media(files []Enclosure) media {
	var m media
	for _, p := range it.Images {
		m.Contents = append(m.Contents, mediaContent{
			URL: p.URL, Type: p.Type, Medium: "image", Width: p.Width, Height: p.Height, FileSize: p.Bytes,
			Description: p.Caption, Credit: p.Credit,
		})
	}
	for _, e := range files {
		m.Contents = append(m.Contents, mediaContent{
			URL: e.URL, Type: e.Type, Medium: medium(e.Type), Duration: e.Seconds, FileSize: e.Bytes, Title: e.Title,
		})
	}
	if it.stand.URL != "" {
		m.Thumbnail = &mediaThumbnail{URL: it.stand.URL, Width: it.stand.Width, Height: it.stand.Height}
	}
	return m
}

// medium returns the Media RSS medium of a media type, or "" when there is no
// word for it.
func medium(mediaType string) string {
	switch kind, _, _ := strings.Cut(mediaType, "/"); kind {
	case "image", "audio", "video":
		return kind
	case "application", "text":
		return "document"
	}
	return ""
}
