package feed

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"time"

	"feedstation/feed/internal/wire"
)

// deletedEntry says that an entry was removed (RFC 6721 §3). It declares its own
// namespace: few feeds have one.
type deletedEntry struct {
	XMLName xml.Name `xml:"at:deleted-entry"`
	NSAt    string   `xml:"xmlns:at,attr"`
	Ref     string   `xml:"ref,attr"`
	When    string   `xml:"when,attr"`
}

var (
	deletedWriter = wire.NewXML(deletedEntry{})
	deletedForm   = regexp.MustCompile(`<at:deleted-entry [^<>]*ref="([^"]*)"[^<>]*></at:deleted-entry>`)
	entryID       = regexp.MustCompile(`<id>([^<]*)</id>`) // the first one of an entry is its own
)

// DeletedEntry returns the element that says in an Atom feed that the item of a guid was
// removed at a moment, which is not before its last change (RFC 6721 §3).
func DeletedEntry(guid string, when time.Time) []byte {
	return deletedWriter.Append(nil, newDeleted(AtomID(guid), when))
}

func newDeleted(ref string, when time.Time) *deletedEntry {
	return &deletedEntry{NSAt: "http://purl.org/atompub/tombstones/1.0", Ref: ref, When: stamp(when, time.RFC3339)}
}

// deleted returns what an Atom feed says of the article in whose place the item is; nil:
// it is in no other's place. The item itself is later, and so not deleted.
func (p *Prepared) deleted() *deletedEntry {
	if !p.withdrawn {
		return nil
	}
	at := p.updated
	if at.IsZero() {
		at = p.published
	}
	return newDeleted(p.atom.Id, at.Add(-time.Second))
}

// appendDeleted appends that to an entry.
func (p *Prepared) appendDeleted(b []byte) []byte {
	if d := p.deleted(); d != nil {
		return deletedWriter.Append(b, d)
	}
	return b
}

// redelete returns an Atom document whose deleted entries are those of the entries that it
// has, in their order: new ones, by what XML has for the id, or those that it had.
func redelete(document []byte, deleted map[string][]byte) ([]byte, error) {
	if len(deleted) == 0 && !bytes.Contains(document, []byte("<at:deleted-entry ")) {
		return document, nil
	}
	head, entries, tail, err := Split(AtomType, document)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		head, tail = nil, head
	}
	had := map[string][]byte{}
	for _, found := range deletedForm.FindAllSubmatch(tail, -1) {
		had[string(found[1])] = found[0]
	}
	text := bytes.Clone(head)
	var now []byte
	for _, entry := range entries {
		text = append(text, entry...)
		id := entryID.FindSubmatch(entry)
		if id == nil {
			continue
		}
		if one, ok := deleted[string(id[1])]; ok {
			now = append(now, one...)
		} else {
			now = append(now, had[string(id[1])]...)
		}
	}
	return append(append(text, now...), deletedForm.ReplaceAll(tail, nil)...), nil
}
