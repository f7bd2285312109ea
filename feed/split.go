package feed

import (
	"bytes"
	"errors"
	"fmt"
)

// Split returns the parts of a document that [Feed.RSS] or [Feed.Atom] wrote: what is
// before its items, these, in the order of the document, and what is behind them.
// Joined they are the document, whose bytes they are. Without some of the items it is
// the same document of fewer, as for readers that ask for what is new (RFC 3229).
//
// The error is that of a document of another media type, or that has no end.
func Split(mediaType string, document []byte) (head []byte, items [][]byte, tail []byte, err error) {
	begin, end := "<item>", "</item>"
	switch mediaType {
	case RSSType:
	case AtomType:
		begin, end = "<entry", "</entry>"
	default:
		return nil, nil, nil, fmt.Errorf("%s: no XML of a feed", mediaType)
	}
	first := markupAt(document, begin)
	if first < 0 {
		return document, nil, nil, nil
	}
	head, tail = document[:first], document[first:]
	for bytes.HasPrefix(tail, []byte(begin)) {
		last := markupAt(tail, end)
		if last < 0 {
			return nil, nil, nil, errors.New(mediaType + ": an item without an end")
		}
		last += len(end)
		items, tail = append(items, tail[:last:last]), tail[last:]
	}
	return head, items, tail, nil
}

// markupAt returns where a document has a tag, outside of comments and of CDATA
// sections; -1: nowhere. In values of attributes and in texts "<" is escaped.
func markupAt(document []byte, tag string) int {
	for at := 0; ; {
		next := bytes.IndexByte(document[at:], '<')
		if next < 0 {
			return -1
		}
		at += next
		rest, end := document[at:], ""
		switch {
		case bytes.HasPrefix(rest, []byte(tag)):
			return at
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			end = "]]>"
		case bytes.HasPrefix(rest, []byte("<!--")):
			end = "-->"
		default:
			at++
			continue
		}
		if next = bytes.Index(rest, []byte(end)); next < 0 {
			return -1
		}
		at += next
	}
}
