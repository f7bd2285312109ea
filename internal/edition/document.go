// Package edition is what is published: a Document is one file with its
// validators and encodings, an Edition is all documents of one station,
// published together as a newspaper is printed whole.
package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"
	"unique"
)

// Hash names the content of a document in every store: equal content has an
// equal hash. It is a SHA-256, for what of see [NewContent] and [Join].
type Hash [sha256.Size]byte

// String returns the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText returns the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads a hash in hexadecimal.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("edition: not a hash: %q", text)
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return fmt.Errorf("edition: not a hash: %q", text)
	}
	return nil
}

// hashOf binds media type and storage format to the bytes: equal bytes of
// another type are another document, and a store never mixes up formats.
func hashOf(mediaType string, data []byte) Hash {
	h := sha256.New()
	h.Write([]byte(packMagic))
	h.Write([]byte(mediaType))
	h.Write([]byte{0})
	h.Write(data)
	return Hash(h.Sum(nil))
}

// Document is one published file. It does not change; its bodies must not be
// written to.
//
// It is kept in gzip, in memory or at rest (see [Rest]), and what is known of it
// takes little: an archive has tens of thousands of documents, of which few are
// asked for. The other encodings are made when a client asks for them.
type Document struct {
	body     *body
	kind     unique.Handle[kind]
	modified int64 // Unix seconds
	items    int32
	twin     bool                   // its body is that in gzip
	fields   atomic.Pointer[fields] // nil: not asked for yet
}

// kind is what many documents have in common.
type kind struct {
	mediaType string
	headers   Headers
}

// NewDocument returns the document of a body, with DefaultHeaders. Modified is the moment
// at which the content last changed, in whole seconds since it is compared in the
// form of an HTTP date.
func NewDocument(mediaType string, body []byte, modified time.Time) *Document {
	return NewContent(mediaType, body).document(modified)
}

func (c *Content) document(modified time.Time) *Document {
	b := newBody(c.hash, c.size, c.gzip, c.often)
	return &Document{body: b, kind: unique.Make(kind{c.mediaType, DefaultHeaders}), modified: modified.Unix()}
}

// as returns a document of the same body.
func (d *Document) as(kind unique.Handle[kind], modified int64, items int) *Document {
	return &Document{body: d.body, kind: kind, modified: modified, items: int32(items), twin: d.twin}
}

// modifiedAt returns the document as one that changed at another moment. What it
// prints of that stays.
func (d *Document) modifiedAt(modified time.Time) *Document {
	return d.as(d.kind, modified.Unix(), d.Items())
}

// Instead returns the document as one that is served instead of another (nil: none) from
// a moment on, see [Edition.Instead].
func (d *Document) Instead(of *Document, at time.Time) *Document {
	modified := at
	if of != nil {
		modified = of.Modified()
		if of.Hash() != d.Hash() {
			modified = Later(at, modified.Add(time.Second))
		}
	}
	if !modified.After(d.Modified()) {
		return d
	}
	return d.modifiedAt(modified)
}

// MediaType returns the document's media type with its charset.
func (d *Document) MediaType() string { return d.kind.Value().mediaType }

// Hash returns the hash of the content.
func (d *Document) Hash() Hash { return d.body.hash }

// Modified returns the moment at which the content last changed, in UTC.
func (d *Document) Modified() time.Time { return time.Unix(d.modified, 0).UTC() }

// Size returns the length of the body without encoding, in bytes.
func (d *Document) Size() int64 {
	if d.twin {
		return d.body.length
	}
	return d.body.size
}

// Compressed returns the length of the body in gzip, in bytes.
func (d *Document) Compressed() int64 { return d.body.length }

// Items returns how many articles the document carries, of those documents that
// carry articles.
func (d *Document) Items() int { return int(d.items) }

// Carrying returns the document with that number of articles: itself if it has
// it already.
func (d *Document) Carrying(items int) *Document {
	if d.Items() == items {
		return d
	}
	return d.as(d.kind, d.modified, items)
}

// Lost reports whether the document was found missing or damaged where it is at
// rest, and has not been stored again.
func (d *Document) Lost() bool { return d.body.lost.Load() }

// Restored reports whether a lost document is in memory, to be stored again.
func (d *Document) Restored() bool { return d.Lost() && d.body.held.Load() != nil }

// Body returns the body without encoding, decompressed for the call. The error is
// that of a body at rest that can't be read, which is ErrDamaged where it is not as
// it was stored.
func (d *Document) Body() ([]byte, error) {
	e, err := d.body.load()
	if err != nil {
		return nil, err
	}
	if d.twin {
		return e.gzip, nil
	}
	body := bytes.NewBuffer(make([]byte, 0, d.body.size))
	if _, err := gunzip(body, e.gzip); err != nil {
		return nil, &DamagedError{d.body.hash}
	}
	return body.Bytes(), nil
}

// Brotli returns the body in Brotli, made for the call; the error is that of Body.
func (d *Document) Brotli() ([]byte, error) {
	body, err := d.Body()
	if err != nil {
		return nil, err
	}
	return compressBrotli(body), nil
}

// Twin returns the compressed body as a document of its own, for addresses that
// end in .gz: application/gzip, which has no further encoding.
func (d *Document) Twin() *Document {
	return &Document{
		body: d.body, kind: unique.Make(kind{"application/gzip", d.Headers()}), modified: d.modified, twin: true,
	}
}

// entry returns the document's line in a manifest.
func (d *Document) entry() Entry {
	k := d.kind.Value()
	return Entry{
		Hash: d.body.hash, Type: k.mediaType, Modified: d.Modified(), Items: d.Items(),
		Size: d.body.size, Gzip: d.body.length, Often: d.body.often,
		MaxAge: int(k.headers.MaxAge / time.Second), StaleIfError: int(k.headers.StaleIfError / time.Second), Link: k.headers.Link,
		Stale: int(k.headers.StaleWhileRevalidate / time.Second),
	}
}

// of returns the document of an entry that has a body.
func (entry Entry) of(b *body) *Document {
	k := unique.Make(kind{entry.Type, Headers{
		MaxAge: time.Duration(entry.MaxAge) * time.Second, StaleIfError: time.Duration(entry.StaleIfError) * time.Second, Link: entry.Link,
		StaleWhileRevalidate: time.Duration(entry.Stale) * time.Second,
	}})
	return &Document{body: b, kind: k, modified: entry.Modified.Unix(), items: int32(entry.Items)}
}
