package feed

import (
	"crypto/sha1"
	"fmt"

	"feedstation/feed/internal/text"
)

// guidNamespace is the namespace of the UUIDs that stand for guids: the UUID of
// the name "guid" in the namespace of object identifiers (RFC 9562 §6.6).
const guidNamespace = "\xd9\xb7\x2f\xa8\xad\xc9\x56\x96\x92\x95\x64\xd8\xb8\x2f\xb6\xf0"

// guid returns the item's GUID as RSS and JSON Feed have it, whose address is
// given: a web address in ASCII, as that is.
func (it *Item) guid(address string) string {
	s := text.Trim(text.Clean(it.GUID))
	if text.IsWeb(s) {
		s = text.Address(s)
	}
	if s == "" || len(s) > text.MaxAddress {
		return address
	}
	return s
}

// AtomID returns the atom:id of a guid, see [Item.GUID].
func AtomID(guid string) string {
	if text.Scheme(guid) != "" && text.Address(guid) == guid {
		return guid
	}
	sum := sha1.Sum([]byte(guidNamespace + guid))
	u := sum[:16]
	u[6] = u[6]&0x0f | 5<<4 // version
	u[8] = u[8]&0x3f | 2<<6 // variant
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
