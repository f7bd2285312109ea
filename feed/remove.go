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
// wrote without the items for whose guid gone returns true, and how many these
// were. Updated is when the document changed, which RSS and Atom tell. What is
// left is byte for byte what it was; without an item to be removed, that is the
// document itself.
//
// The error is that of a document of another media type, or that can't be read.
func Remove(mediaType string, document []byte, gone func(guid string) bool, updated time.Time) (rest []byte, n int, err error) {
	var cuts []cut
	switch mediaType {
	case RSSType:
		cuts, n, err = findXML(document, xmlNames{"channel", "item", "guid", "lastBuildDate"}, gone, updated.Format(time.RFC1123Z))
	case AtomType:
		cuts, n, err = findXML(document, xmlNames{"feed", "entry", "id", "updated"}, gone, updated.Format(time.RFC3339))
	case JSONType:
		cuts, n, err = findJSON(document, gone)
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
	return append(rest, document[at:]...), n, nil
}

// cut is a part of a document that has something else in its place.
type cut struct {
	from, to int64
	instead  string
}

// xmlNames are the local names of a format's elements: what has the items, an
// item, what identifies it, and when the feed changed.
type xmlNames struct{ parent, item, guid, updated string }

// findXML returns what is to be cut out, in the order of the document.
func findXML(document []byte, names xmlNames, gone func(string) bool, updated string) (cuts []cut, n int, err error) {
	d := xml.NewDecoder(bytes.NewReader(document))
	var path []string // of the elements that are open
	var item int64    // where the current one begins
	var text []byte   // of the element, as far as it is asked for
	var textFrom int64
	guid := ""
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if err != nil {
			if len(path) == 0 && before > 0 && before == int64(len(document)) {
				return cuts, n, nil
			}
			return nil, 0, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			text, textFrom = nil, d.InputOffset()
			if ends(path, names.parent, names.item) {
				item, guid = before, ""
			}
		case xml.CharData:
			text = append(text, token...)
		case xml.EndElement:
			switch {
			case ends(path, names.parent, names.item, names.guid):
				guid = string(text)
			case ends(path, names.parent, names.updated):
				cuts = append(cuts, cut{textFrom, before, updated})
			case ends(path, names.parent, names.item) && gone(guid):
				cuts = append(cuts, cut{item, d.InputOffset(), ""})
				n++
			}
			path = path[:len(path)-1]
		}
	}
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
func findJSON(document []byte, gone func(string) bool) (cuts []cut, n int, err error) {
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
			ID string `json:"id"`
		}
		if err := json.Unmarshal(raw, &item); err != nil {
			return nil, 0, err
		}
		if !gone(item.ID) {
			left = append(left, raw)
		}
	}
	n = len(feed.Items) - len(left)
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
