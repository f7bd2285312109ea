package feed

import (
	"encoding/xml"
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
	NSAtom    string     `xml:"xmlns:atom,attr,omitempty"`
	NSContent string     `xml:"xmlns:content,attr"`
	NSDC      string     `xml:"xmlns:dc,attr"`
	NSDCTerms string     `xml:"xmlns:dcterms,attr,omitempty"`
	NSMedia   string     `xml:"xmlns:media,attr"`
	NSFh      string     `xml:"xmlns:fh,attr,omitempty"`
	NSSy      string     `xml:"xmlns:sy,attr,omitempty"`
	NSMi      string     `xml:"xmlns:mi,attr,omitempty"`  // of a profile
	NSSnf     string     `xml:"xmlns:snf,attr,omitempty"` // of a profile
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
	Title       rssTitle `xml:"title"`
	Description rssHTML  `xml:"description"`
	feeds.RssFeed
	UpdatePeriod    string     `xml:"sy:updatePeriod,omitempty"`
	UpdateFrequency int        `xml:"sy:updateFrequency,omitempty"`
	Logo            *snfLogo   `xml:"snf:logo"`
	Archive         *struct{}  `xml:"fh:archive"`
	Links           []link     `xml:"atom:link"`
	Items           []*rssItem `xml:"item"`
}

// rssItem leaves gorilla's Author, Category and Source empty: RSS wants an
// e-mail address, several categories and an address there.
type rssItem struct {
	Title rssTitle `xml:"title"`
	feeds.RssItem
	ShortTitle  string  `xml:"mi:shortTitle,omitempty"`
	Description rssHTML `xml:"description"`
	Content     *feeds.RssContent
	Modified    string        `xml:"dcterms:modified,omitempty"`
	Creator     string        `xml:"dc:creator,omitempty"` // empty: as the feed has it, see creator
	Contributor string        `xml:"dc:contributor,omitempty"`
	Publisher   string        `xml:"dc:publisher,omitempty"`
	Language    string        `xml:"dc:language,omitempty"`
	Rights      string        `xml:"dc:rights,omitempty"`
	Original    string        `xml:"dcterms:isVersionOf,omitempty"`
	Next        string        `xml:"dc:relation,omitempty"`
	Categories  []rssCategory `xml:"category"`
	Source      *rssSource    `xml:"source"`
	media

	authors []string
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

// rssHTML is plain text as an element whose content is HTML, escaped once by a CDATA
// section: escaped twice, it is shown with its escapes by those who expect text.
type rssHTML struct {
	XML string `xml:",innerxml"`
}

func newRSSHTML(s string) rssHTML {
	if strings.ContainsAny(s, "<&>") {
		s = "<![CDATA[" + htmlEscaper.Replace(s) + "]]>" // which does not end early: > is escaped
	}
	return rssHTML{s}
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
	return render(rssWriter, comment(f.Comment), doc, length), nil
}

// rss returns the document and how long it is at most.
func (f *Feed) rss() (doc *rssFeed, length int) {
	d := f.tidy()
	entries, length := f.entries(d.headBytes(len(f.Items)))
	doc = d.rssHead(entries, f.Rhythm())
	for i := range entries {
		doc.Channel.Items = append(doc.Channel.Items, d.rssItem(&entries[i]))
	}
	return doc, length
}

// rssHead returns the document of a tidied feed without its items.
func (f *Feed) rssHead(entries []entry, rhythm time.Duration) *rssFeed {
	minutes := int(rhythm / time.Minute)
	doc := &rssFeed{
		Version:   "2.0",
		NSAtom:    nsAtom,
		NSContent: nsContent,
		NSDC:      nsDC,
		NSDCTerms: nsDCTerms,
		NSMedia:   nsMedia,
		NSSy:      nsSy,
		Channel: rssChannel{
			Title:       newRSSTitle(f.Title),
			Description: newRSSHTML(f.Description),
			RssFeed: feeds.RssFeed{
				Link:           f.HomeURL,
				Language:       f.Language,
				Copyright:      f.Rights,
				ManagingEditor: f.managingEditor(),
				PubDate:        stamp(newest(entries), time.RFC1123Z),
				LastBuildDate:  stamp(f.Updated, time.RFC1123Z),
				Generator:      f.Generator,
				Docs:           "https://www.rssboard.org/rss-specification",
				Ttl:            minutes,
				Image:          f.rssImage(),
			},
			UpdatePeriod:    "hourly",
			UpdateFrequency: 60 / minutes,
			Items:           make([]*rssItem, 0, len(entries)),
		},
	}
	links := appendFeed(nil, "self", RSSType, f.RSSURL)
	links = appendFeed(links, "alternate", AtomType, f.AtomURL)
	links = appendFeed(links, "alternate", JSONType, f.JSONURL)
	doc.Channel.Links = f.appendHistory(links, RSSType, func(a Addresses) string { return a.RSS })
	doc.NSFh, doc.Channel.Archive = archive(f.Current.RSS)
	return doc
}

// rssItem returns an entry as a tidied feed has it.
func (f *Feed) rssItem(e *entry) *rssItem {
	item := &e.rss
	if !e.full {
		item = item.bare()
	}
	return f.named(item)
}

// named returns an item with the name that stands for its author in this feed.
func (f *Feed) named(item *rssItem) *rssItem {
	if item.Creator != "" {
		return item
	}
	named := *item
	named.Creator = f.creator(item)
	return &named
}

// creator returns who stands for the author of an item: all authors in one name,
// because most readers show the first or the last dc:creator alone, and else the
// publisher, in whose place they show the address of managingEditor.
func (f *Feed) creator(it *rssItem) string {
	if len(it.authors) == 0 {
		return f.Author
	}
	return joinNames(it.authors, f.Language)
}

// newest returns when the newest of the entries was published.
func newest(list []entry) (at time.Time) {
	for _, e := range list {
		at = later(at, e.published)
	}
	return at
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
			Link:      it.URL,
			Enclosure: enclosure,
			Guid:      &feeds.RssGuid{Id: it.GUID, IsPermaLink: strconv.FormatBool(it.GUID == it.URL && text.IsWeb(it.URL))},
			PubDate:   stamp(it.Published, time.RFC1123Z),
		},
		Description: newRSSHTML(it.description()),
		Modified:    stamp(it.Updated, time.RFC3339),
		Contributor: it.Editor,
		Language:    it.Language,
		Rights:      it.Rights,
		Original:    it.OriginalURL,
		Next:        it.NextURL,
		media:       it.media(others),
		authors:     it.Authors,
	}
	switch {
	case len(it.Authors) == 0:
		d.Creator = it.Publisher
	case len(it.Authors) == 1 || it.Language != "":
		d.Creator = joinNames(it.Authors, it.Language)
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

// render writes an XML document in one line after its declaration and a comment.
func render(w *wire.XML, about string, f feeds.XmlFeed, length int) []byte {
	b := make([]byte, 0, length)
	b = append(b, xml.Header...)
	if about != "" {
		b = append(append(append(b, "<!-- "...), about...), " -->\n"...)
	}
	return w.Append(b, f.FeedXml())
}
