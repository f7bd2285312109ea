package feed

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"time"
)

// Remove returns a document that [Feed.RSS], [Feed.Atom] or [Feed.JSON]
// wrote without the items for whose address gone returns true, and how many these
// were. Updated is when the document changed, which RSS and Atom tell; RSS
// tells also when the newest item was published. In Atom what [Item].Withdrawn says of an
// item goes with it. What else is left is byte for byte what it was; without an item to be
// removed, that is the document itself.
//
// The error is that of a document of another media type, or that can't be read.
func Remove(mediaType string, document []byte, gone func(address string) bool, updated time.Time) (rest []byte, n int, err error) {
	return new(Feed).Replace(mediaType, document, func(address string) (*Prepared, bool) { return nil, gone(address) }, updated)
}

// Replace is Remove for a document of this feed that writes another item, without its
// full text, in the place of one that goes; nil: none.
func (f *Feed) Replace(mediaType string, document []byte, by func(address string) (item *Prepared, gone bool), updated time.Time) (rest []byte, n int, err error) {
	var cuts []cut
	deleted := map[string][]byte{}
	written := func(write func(p *Prepared) []byte) func(string) ([]byte, bool) {
		return func(guid string) ([]byte, bool) {
			item, gone := by(guid)
			if item == nil {
				return nil, gone
			}
			return write(item), gone
		}
	}
	switch mediaType {
	case RSSType:
		cuts, n, err = findXML(document, xmlNames{"channel", "item", "link", "lastBuildDate", "pubDate"},
			written(func(p *Prepared) []byte { return rssItemWriter.Append(nil, f.tidy().named(p.rss.bare())) }), updated.Format(time.RFC1123Z))
	case AtomType:
		cuts, n, err = findXML(document, xmlNames{"feed", "entry", "link", "updated", ""},
			written(func(p *Prepared) []byte {
				entry := atomEntryWriter.Append(nil, p.atom.bare())
				if id := entryID.FindSubmatch(entry); id != nil {
					deleted[string(id[1])] = p.appendDeleted(nil)
				}
				return entry
			}), updated.Format(time.RFC3339))
	case JSONType:
		cuts, n, err = findJSON(document, written(func(p *Prepared) []byte { return jsonItemWriter.Append(nil, p.json.bare()) }))
	default:
		err = errors.New("not a feed")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", mediaType, err)
	}
	if n == 0 {
		return document, 0, nil
	}
	at := int64(0)
	for _, c := range cuts {
		rest = append(append(rest, document[at:c.from]...), c.instead...)
		at = c.to
	}
	rest = append(rest, document[at:]...)
	if mediaType == AtomType {
		rest, err = redelete(rest, deleted)
	}
	return rest, n, err
}

// cut is a part of a document that has something else in its place.
type cut struct {
	from, to int64
	instead  string
}

// xmlNames are the local names of a format's elements: what has the items, an
// item, its address, when the feed changed, and when it or an item was published.
type xmlNames struct{ parent, item, link, updated, published string }

// findXML returns what is to be cut out, in the order of the document.
func findXML(document []byte, names xmlNames, by func(string) ([]byte, bool), updated string) (cuts []cut, n int, err error) {
	d := xml.NewDecoder(bytes.NewReader(document))
	var path []string // of the elements that are open
	var text []byte   // of the element, as far as it is asked for
	var from struct{ element, text, item int64 }
	var item struct{ link, published string } // of the current one
	var newest date
	published := -1 // the cut that tells when the newest item was published
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			if len(path) > 0 || before == 0 || before != int64(len(document)) {
				return nil, 0, err
			}
			if published >= 0 {
				cuts[published].instead = newest.element(names.published)
			}
			return cuts, n, nil
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			text, from.element, from.text = nil, before, d.InputOffset()
			switch {
			case ends(path, names.parent, names.item):
				from.item, item.link, item.published = before, "", ""
			case ends(path, names.parent, names.item, names.link) && attribute(token, "rel") == "alternate":
				item.link = attribute(token, "href")
			}
		case xml.CharData:
			text = append(text, token...)
		case xml.EndElement:
			switch {
			case ends(path, names.parent, names.item, names.link) && len(text) > 0:
				item.link = string(text)
			case ends(path, names.parent, names.item, names.published):
				item.published = string(text)
			case ends(path, names.parent, names.published):
				published, cuts = len(cuts), append(cuts, cut{from.element, d.InputOffset(), ""})
			case ends(path, names.parent, names.updated):
				cuts = append(cuts, cut{from.text, before, updated})
			case ends(path, names.parent, names.item):
				instead, gone := by(item.link)
				if gone {
					cuts = append(cuts, cut{from.item, d.InputOffset(), string(instead)})
					n++
				}
				if !gone || instead != nil { // which was published when what it replaces was
					newest.note(item.published)
				}
			}
			path = path[:len(path)-1]
		}
	}
}

// date is the latest of some dates as RSS has them.
type date struct {
	at   time.Time
	text string
}

func (d *date) note(text string) {
	if at, err := time.Parse(time.RFC1123Z, text); err == nil && at.After(d.at) {
		d.at, d.text = at, text
	}
}

// element returns the element of that name, none where there is no date.
func (d *date) element(name string) string {
	if d.text == "" {
		return ""
	}
	return "<" + name + ">" + d.text + "</" + name + ">"
}

func attribute(element xml.StartElement, name string) string {
	for _, attr := range element.Attr {
		if attr.Name.Local == name && attr.Name.Space == "" {
			return attr.Value
		}
	}
	return ""
}

// ends reports whether a path ends with names, the first of which is the root
// or the root's child: no item has feeds in it.
func ends(path []string, names ...string) bool {
	at := len(path) - len(names)
	if at != 0 && at != 1 {
		return false
	}
	for i, name := range names {
		if path[at+i] != name {
			return false
		}
	}
	return true
}

// findJSON returns what is to be cut out: the list of all items, if one is.
func findJSON(document []byte, by func(string) ([]byte, bool)) (cuts []cut, n int, err error) {
	var feed struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(document, &feed); err != nil {
		return nil, 0, err
	}
	whole := joined(feed.Items)
	var left []json.RawMessage
	for _, raw := range feed.Items {
		var item struct {
			URL string `json:"url"`
		}
		if err := json.Unmarshal(raw, &item); err != nil {
			return nil, 0, err
		}
		instead, gone := by(item.URL)
		switch {
		case !gone:
			left = append(left, raw)
			continue
		case instead != nil:
			left = append(left, instead)
		}
		n++
	}
	if n == 0 {
		return nil, 0, nil
	}
	from := bytes.LastIndex(document, append(append([]byte(`"items":[`), whole...), ']'))
	if from < 0 {
		return nil, 0, errors.New("not a document of this package")
	}
	from += len(`"items":[`)
	return []cut{{int64(from), int64(from + len(whole)), string(joined(left))}}, n, nil
}

func joined(items []json.RawMessage) []byte {
	parts := make([][]byte, len(items))
	for i, item := range items {
		parts[i] = item
	}
	return bytes.Join(parts, []byte(","))
}
