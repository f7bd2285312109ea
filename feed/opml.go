package feed

import (
	"bytes"
	"encoding/xml"
	"fmt"

	"feedstation/feed/internal/text"
)

// OPMLType is the media type under which readers import lists of feeds. It has
// no registration; this is what they send and expect.
const OPMLType = "text/x-opml; charset=utf-8"

// Outlines is a list of feeds, in groups, for readers to import.
type Outlines struct {
	Title  string
	Groups []OutlineGroup
}

// OutlineGroup is a folder of feeds. Readers that keep an article in the first feed
// alone that has it, by its guid, want the more specific feeds first.
type OutlineGroup struct {
	Title string
	Feeds []Outline
}

// Outline is one feed of a list: its RSS address and the page for people.
type Outline struct {
	Title, Description, Language string
	HomeURL, RSSURL              string
}

type opml struct {
	XMLName xml.Name      `xml:"opml"`
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Groups  []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Text        string        `xml:"text,attr"`
	Title       string        `xml:"title,attr,omitempty"`
	Type        string        `xml:"type,attr,omitempty"`
	Description string        `xml:"description,attr,omitempty"`
	Language    string        `xml:"language,attr,omitempty"`
	HTMLURL     string        `xml:"htmlUrl,attr,omitempty"`
	XMLURL      string        `xml:"xmlUrl,attr,omitempty"`
	Feeds       []opmlOutline `xml:"outline"`
}

// OPML returns the list as OPML 2.0. A folder has its text alone: with more, some
// readers take it for a feed. Texts may hold HTML, of which only the text is
// written. Addresses must be absolute http(s): a feed without one can't
// be subscribed to and is left out.
func (o *Outlines) OPML() ([]byte, error) {
	document := opml{Version: "2.0", Title: plain(o.Title)}
	for _, group := range o.Groups {
		folder := opmlOutline{Text: plain(group.Title)}
		for _, f := range group.Feeds {
			address := text.Web(f.RSSURL)
			if address == "" {
				continue
			}
			title := plain(f.Title)
			folder.Feeds = append(folder.Feeds, opmlOutline{
				Text: title, Title: title, Type: "rss", Description: plain(f.Description),
				Language: text.Language(f.Language), HTMLURL: text.Web(f.HomeURL), XMLURL: address,
			})
		}
		document.Groups = append(document.Groups, folder)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	if err := xml.NewEncoder(&out).Encode(document); err != nil {
		return nil, fmt.Errorf("feed: opml: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
