package feed

import (
	"encoding/xml"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"feedstation/feed/internal/text"
	"feedstation/feed/internal/wire"
)

// rssFeed is an RSS 2.0 document. It implements feeds.XmlFeed.
type rssFeed struct {
	XMLName   xml.Name   `xml:"rss"`
	Version   string     `xml:"version,attr"`
	NSAtom    string     `xml:"xmlns:atom,attr"`
	NSContent string     `xml:"xmlns:content,attr"`
	NSDC      string     `xml:"xmlns:dc,attr"`
	NSDCTerms string     `xml:"xmlns:dcterms,attr"`
	NSMedia   string     `xml:"xmlns:media,attr"`
	NSFh      string     `xml:"xmlns:fh,attr,omitempty"`
	NSSy      string     `xml:"xmlns:sy,attr"`
	Channel   rssChannel `xml:"channel"`
}

// The writers do not change once they are made.
var (
	rssWriter     = wire.NewXML(rssFeed{})
	rssItemWriter = wire.NewXML(rssItem{})
)

// FeedXml implements feeds.XmlFeed.
func (f *rssFeed) FeedXml() any { return f }

type rssChannel struct {
	Title rssTitle `xml:"title"`
	feeds.RssFeed
	UpdatePeriod    string     `xml:"sy:updatePeriod"`
	UpdateFrequency int        `xml:"sy:updateFrequency"`
	Archive         *struct{}  `xml:"fh:archive"`
	Links           []link     `xml:"atom:link"`
	Items           []*rssItem `xml:"item"`
}

// rssItem leaves gorilla's Author, Category and Source empty: RSS wants an
// e-mail address, several categories and an address there.
type rssItem struct {
	Title rssTitle `xml:"title"`
	feeds.RssItem
	Modified    string        `xml:"dcterms:modified,omitempty"`
	Creators    []string      `xml:"dc:creator"`
	Contributor string        `xml:"dc:contributor,omitempty"`
	Publisher   string        `xml:"dc:publisher,omitempty"`
	Language    string        `xml:"dc:language,omitempty"`
	Rights      string        `xml:"dc:rights,omitempty"`
	Original    string        `xml:"dcterms:isVersionOf,omitempty"`
	Next        string        `xml:"dc:relation,omitempty"`
	Categories  []rssCategory `xml:"category"`
	Source      *rssSource    `xml:"source"`
	media
}

// rssTitle is a title as XML. It is plain text where many readers expect HTML,
// so "&" and "<" have the form that the RSS Profile gives them there
// (https://www.rssboard.org/rss-profile#data-types-characterdata).
type rssTitle struct {
	XML string `xml:",innerxml"`
}

func newRSSTitle(s string) rssTitle {
	return rssTitle{titleEscaper.Replace(s)}
}

// Replacers do not change once they are made.
var (
	titleEscaper   = strings.NewReplacer("&", "&#x26;", "<", "&#x3C;", ">", "&#x3E;")
	htmlEscaper    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	commentEscaper = strings.NewReplacer("(", "[", ")", "]")
)

type rssCategory struct {
	Domain string `xml:"domain,attr,omitempty"`
	Label  string `xml:",chardata"`
}

type rssSource struct {
	URL  string `xml:"url,attr"`
	Name string `xml:",chardata"`
}

// RSS returns the feed as RSS 2.0 with the extensions content, Dublin Core,
// Media RSS, syndication and atom:link.
func (f *Feed) RSS() ([]byte, error) {
	doc, length := f.rss()
	return render(rssWriter, doc, length), nil
}

// rss returns the document and how long it is at most.
func (f *Feed) rss() (doc *rssFeed, length int) {
	d := f.tidy()
	entries, length := f.entries(d.headBytes())
	minutes := int(f.Rhythm() / time.Minute)
	doc = &rssFeed{
		Version:   "2.0",
		NSAtom:    nsAtom,
		NSContent: nsContent,
		NSDC:      nsDC,
		NSDCTerms: nsDCTerms,
		NSMedia:   nsMedia,
		NSSy:      nsSy,
		Channel: rssChannel{
			Title: newRSSTitle(d.Title),
			RssFeed: feeds.RssFeed{
				Link:           d.HomeURL,
				Description:    asHTML(d.Description),
				Language:       d.Language,
				Copyright:      d.Rights,
				ManagingEditor: d.managingEditor(),
				LastBuildDate:  stamp(d.Updated, time.RFC1123Z),
				Generator:      d.Generator,
				Docs:           "https://www.rssboard.org/rss-specification",
				Ttl:            minutes,
				Image:          d.rssImage(),
			},
			UpdatePeriod:    "hourly",
			UpdateFrequency: 60 / minutes,
			Items:           make([]*rssItem, 0, len(entries)),
		},
	}
	links := appendLink(nil, "self", RSSType, d.RSSURL)
	links = appendLink(links, "alternate", AtomType, d.AtomURL)
	links = appendLink(links, "alternate", JSONType, d.JSONURL)
	doc.Channel.Links = d.appendHistory(links, RSSType, func(a Addresses) string { return a.RSS })
	doc.NSFh, doc.Channel.Archive = archive(d.Current.RSS)
	for _, e := range entries {
		item := &e.rss
		if !e.full {
			item = item.bare()
		}
		doc.Channel.Items = append(doc.Channel.Items, item)
	}
	return doc, length
}

// bare returns the item without its full text.
func (it *rssItem) bare() *rssItem {
	d := *it
	d.Content = nil
	return &d
}

func (it *Item) rss() rssItem {
	enclosure, others := it.rssEnclosure()
	d := rssItem{
		Title: newRSSTitle(it.Title),
		RssItem: feeds.RssItem{
			Link:        it.URL,
			Description: asHTML(it.description()),
			Enclosure:   enclosure,
			Guid:        &feeds.RssGuid{Id: it.URL, IsPermaLink: strconv.FormatBool(text.IsWeb(it.URL))},
			PubDate:     stamp(it.Published, time.RFC1123Z),
		},
		Modified:    stamp(it.Updated, time.RFC3339),
		Creators:    it.Authors,
		Contributor: it.Editor,
		Language:    it.Language,
		Rights:      it.Rights,
		Original:    it.OriginalURL,
		Next:        it.NextURL,
		media:       it.media(others),
	}
	if it.Body != "" {
		d.Content = &feeds.RssContent{Content: it.Body}
	}
	if it.Source.URL != "" {
		d.Source = &rssSource{URL: it.Source.URL, Name: it.Source.Name}
	} else {
		d.Publisher = it.Source.Name
	}
	for _, c := range it.Categories {
		d.Categories = append(d.Categories, rssCategory{Domain: c.Scheme, Label: c.label()})
	}
	for _, tag := range it.Tags {
		d.Categories = append(d.Categories, rssCategory{Label: tag})
	}
	return d
}

// rssEnclosure returns the one enclosure that readers of RSS expect, a recording
// before any other file, and the files besides. RSS requires a length; 0 says that
// it is not known.
func (it *Item) rssEnclosure() (one *feeds.RssEnclosure, others []Enclosure) {
	if len(it.Enclosures) == 0 {
		return nil, nil
	}
	best := max(0, slices.IndexFunc(it.Enclosures, func(e Enclosure) bool {
		kind := medium(e.Type)
		return kind == "audio" || kind == "video"
	}))
	e := it.Enclosures[best]
	one = &feeds.RssEnclosure{Url: e.URL, Type: e.Type, Length: strconv.FormatInt(e.Bytes, 10)}
	return one, slices.Delete(slices.Clone(it.Enclosures), best, best+1)
}

// managingEditor returns "address (name)", or "" without an address: RSS
// allows no bare name.
func (f *Feed) managingEditor() string {
	if f.Email == "" {
		return ""
	}
	return f.Email + " (" + commentEscaper.Replace(f.Author) + ")"
}

// rssImage returns the logo, or the icon, in one of the formats that RSS allows.
// Title and link are the feed's, as RSS requires.
func (f *Feed) rssImage() *feeds.RssImage {
	for _, uri := range []string{f.Logo, f.Icon} {
		switch text.Extension(uri) {
		case "", ".png", ".jpg", ".jpeg", ".gif":
			if uri != "" {
				return &feeds.RssImage{Url: uri, Title: f.Title, Link: f.HomeURL}
			}
		}
	}
	return nil
}

// asHTML escapes plain text that readers of an RSS description, which is HTML,
// would otherwise read as markup. Text without any stays as it is.
func asHTML(s string) string {
	if !strings.ContainsAny(s, "<&") || !strings.Contains(s, "<") && html.UnescapeString(s) == s {
		return s
	}
	return htmlEscaper.Replace(s)
}

// render writes an XML document in one line after its declaration.
func render(w *wire.XML, f feeds.XmlFeed, length int) []byte {
	b := make([]byte, 0, length)
	b = append(b, xml.Header...)
	return w.Append(b, f.FeedXml())
}
