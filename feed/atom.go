package feed

import (
	"cmp"
	"errors"
	"time"

	"github.com/gorilla/feeds"

	"feedstation/feed/internal/wire"
)

// atomFeed is an Atom 1.0 document. It implements feeds.XmlFeed.
type atomFeed struct {
	Language string `xml:"xml:lang,attr,omitempty"`
	NSDC     string `xml:"xmlns:dc,attr"`
	NSMedia  string `xml:"xmlns:media,attr"`
	NSFh     string `xml:"xmlns:fh,attr,omitempty"`
	feeds.AtomFeed
	Generator string          `xml:"generator,omitempty"`
	Archive   *struct{}       `xml:"fh:archive"`
	Links     []link          `xml:"link"`
	Entries   []*atomEntry    `xml:"entry"`
	Deleted   []*deletedEntry `xml:"at:deleted-entry"`
}

// The writers do not change once they are made.
var (
	atomWriter      = wire.NewXML(atomFeed{})
	atomEntryWriter = wire.NewXML(atomEntry{})
)

// FeedXml implements feeds.XmlFeed. Without it the embedded feed's would be
// promoted, and write only that.
func (f *atomFeed) FeedXml() any { return f }

// atomEntry leaves gorilla's Links, Category and Source empty: Links has no tag
// and would be written beside ours, the others are not valid as text.
type atomEntry struct {
	Language string   `xml:"xml:lang,attr,omitempty"`
	Title    rssTitle `xml:"title"`
	feeds.AtomEntry
	Summary      *atomSummary       `xml:"summary"`
	Links        []link             `xml:"link"`
	Authors      []feeds.AtomPerson `xml:"author"`
	Contributors []feeds.AtomPerson `xml:"contributor"`
	Publisher    string             `xml:"dc:publisher,omitempty"`
	Categories   []atomCategory     `xml:"category"`
	Content      *atomContent       `xml:"content"`
	media
}

type atomCategory struct {
	Term   string `xml:"term,attr"`
	Scheme string `xml:"scheme,attr,omitempty"`
	Label  string `xml:"label,attr,omitempty"`
}

// atomSummary holds plain text, with "&" and "<" in the form that titles have in
// RSS: any other is HTML to the W3C's validator, as in "Q&A1".
type atomSummary struct {
	Type string `xml:"type,attr"`
	XML  string `xml:",innerxml"`
}

// atomContent holds HTML in a CDATA section: escaped once only, and shorter
// than with gorilla's character data.
type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",cdata"`
}

// Atom returns the feed as Atom 1.0 (RFC 4287) with the extensions Dublin
// Core and Media RSS, and of items that are Withdrawn with deleted entries (RFC
// 6721).
//
// The feed's atom:id is AtomURL, or HomeURL without one. AtomURL is the better
// name: it is fixed by configuration, never shared by two feeds (several may
// have one HomeURL, and HomeURL may be an article's or a section's own
// address), and it is what subscribers hold, so that a publisher who keeps them
// keeps it. An archive document has the id of Current, the feed that it belongs
// to.
//
// It fails if there is neither AtomURL nor HomeURL, and if no moment of change
// is known: Updated is zero and there is no item to tell it.
func (f *Feed) Atom() ([]byte, error) {
	doc, length := f.atom()
	switch {
	case doc.Id == "":
		return nil, errors.New("feed: atom: neither AtomURL nor HomeURL is set")
	case doc.Updated == "":
		return nil, errors.New("feed: atom: Updated is zero and there is no item")
	}
	return render(atomWriter, comment(f.Comment), doc, length), nil
}

// atom returns the document and how long it is at most.
func (f *Feed) atom() (doc *atomFeed, length int) {
	d := f.tidy()
	entries, length := f.entries(d.headBytes(len(f.Items)))
	doc = &atomFeed{
		Language: d.Language,
		NSDC:     nsDC,
		NSMedia:  nsMedia,
		AtomFeed: feeds.AtomFeed{
			Xmlns:    nsAtom,
			Title:    d.Title,
			Id:       cmp.Or(d.Current.Atom, d.AtomURL, d.HomeURL),
			Updated:  stamp(d.Updated, time.RFC3339),
			Icon:     d.Icon,
			Logo:     d.Logo,
			Rights:   d.Rights,
			Subtitle: d.Description,
			Author:   &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: d.Author, Email: d.Email}},
		},
		Generator: d.Generator,
		Entries:   make([]*atomEntry, 0, len(entries)),
	}
	links := appendFeed(nil, "self", AtomType, d.AtomURL)
	links = appendLink(links, "alternate", "text/html", d.HomeURL)
	links = appendFeed(links, "alternate", RSSType, d.RSSURL)
	links = appendFeed(links, "alternate", JSONType, d.JSONURL)
	doc.Links = d.appendHistory(links, AtomType, func(a Addresses) string { return a.Atom })
	doc.NSFh, doc.Archive = archive(d.Current.Atom)
	for _, e := range entries {
		entry := &e.atom
		if !e.full {
			entry = entry.bare()
		}
		if e.publisher != d.Author {
			entry = entry.by(e.publisher)
		}
		doc.Entries = append(doc.Entries, entry)
		if d := e.deleted(); d != nil {
			doc.Deleted = append(doc.Deleted, d)
		}
	}
	return doc, length
}

// by returns an entry without an author as one of a publisher: otherwise it has the
// author of the feed (RFC 4287 §4.2.1).
func (e *atomEntry) by(publisher string) *atomEntry {
	if publisher == "" {
		return e
	}
	d := *e
	d.Authors = []feeds.AtomPerson{{Name: publisher}}
	return &d
}

// bare returns the entry without its full text.
func (e *atomEntry) bare() *atomEntry {
	d := *e
	d.Content = nil
	return &d
}

func (it *Item) atom() atomEntry {
	d := atomEntry{
		Language: it.Language,
		AtomEntry: feeds.AtomEntry{
			Id:        AtomID(it.GUID),
			Updated:   cmp.Or(stamp(it.Updated, time.RFC3339), stamp(it.Published, time.RFC3339)),
			Published: stamp(it.Published, time.RFC3339),
			Rights:    it.Rights,
		},
		Title:   newRSSTitle(it.Title),
		Summary: &atomSummary{Type: "text", XML: titleEscaper.Replace(it.description())},
		Links:   it.atomLinks(),
		media:   it.media(nil),
	}
	for _, name := range it.Authors {
		d.Authors = append(d.Authors, feeds.AtomPerson{Name: name})
	}
	if it.Editor != "" {
		d.Contributors = []feeds.AtomPerson{{Name: it.Editor}}
	}
	if it.OriginalURL == "" && it.Source.URL == "" {
		d.Publisher = it.Source.Name
	}
	for _, c := range it.Categories {
		d.Categories = append(d.Categories, atomCategory(c))
	}
	for _, tag := range it.Tags {
		d.Categories = append(d.Categories, atomCategory{Term: tag})
	}
	if it.Body != "" {
		d.Content = &atomContent{Type: "html", HTML: it.Body}
	}
	return d
}

// relNext is the relation of the next article.
const relNext = "related"

// atomLinks returns the article, where it came from (via: the original, with
// the outlet's name, and the outlet), the next article (related) and its files.
// atom:source is not for the outlet: it describes a feed (RFC 4287 §4.2.11).
func (it *Item) atomLinks() []link {
	links := []link{{Rel: "alternate", Type: "text/html", Href: it.URL}}
	via := link{Rel: "via", Title: it.Source.Name}
	for _, via.Href = range []string{it.OriginalURL, it.Source.URL} {
		if via.Href != "" {
			links = append(links, via)
		}
	}
	links = appendLink(links, relNext, "text/html", it.NextURL)
	for _, e := range it.Enclosures {
		links = append(links, link{Rel: "enclosure", Type: e.Type, Href: e.URL, Title: e.Title, Length: e.Bytes})
	}
	return links
}
