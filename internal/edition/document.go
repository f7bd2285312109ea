// Package edition is what is published: a Document is one file with its
// validators and encodings, an Edition is all documents of one station,
// published together as a newspaper is printed whole.
package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
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

// Encoding is a content coding (RFC 9110 §8.4.1).
type Encoding int

// The encodings that a document can have.
const (
	Identity Encoding = iota
	Gzip
	Brotli
	Zstd
	encodings
)

// String returns the coding's registered name.
func (e Encoding) String() string {
	return [...]string{"identity", "gzip", "br", "zstd"}[e]
}

// Document is one published file. It does not change; its bodies must not be
// written to.
//
// It is kept in gzip. Its body without encoding is made from that for the rare
// client that asks, and kept only where it is the smaller one. A feed gets
// Brotli by [Document.Encode], which takes longer than all the rest, and then
// zstd when the first client wants that: until then it is served in gzip.
type Document struct {
	contentType  []string // in the form of http.Header, as the next three
	lastModified []string
	cacheControl []string
	link         []string // nil: none
	tag          string
	hash         Hash
	size         int64 // of the body without encoding
	modified     time.Time
	items        int
	headers      Headers
	plain, gzip  Variant
	late         *late // nil: it has no other encodings
}

// Variant is a document in one encoding, with the values of its header fields
// made once, in the form of http.Header.
type Variant struct {
	Body          []byte   // nil: not kept
	ETag          []string // strong, one for each encoding (RFC 9110 §8.8.3)
	ContentLength []string
}

// NewDocument returns the document of a body, with DefaultHeaders. Modified is the moment
// at which the content last changed, in whole seconds since it is compared in the
// form of an HTTP date.
func NewDocument(mediaType string, body []byte, modified time.Time) *Document {
	return NewContent(mediaType, body).document(modified)
}

func (c *Content) document(modified time.Time) *Document {
	modified = modified.UTC().Truncate(time.Second)
	d := &Document{
		contentType: []string{c.mediaType}, lastModified: []string{modified.Format(http.TimeFormat)},
		hash: c.hash, size: c.size, modified: modified,
	}
	d.tag = hex.EncodeToString(c.hash[:16])
	d.setHeaders(DefaultHeaders)
	d.plain = d.variant(Identity, c.plain)
	d.plain.ContentLength = []string{strconv.FormatInt(c.size, 10)}
	d.gzip = d.variant(Gzip, c.gzip)
	if c.popular {
		d.late = new(late)
	}
	return d
}

// modifiedAt returns the document as one that changed at another moment. What it
// prints of that stays.
func (d *Document) modifiedAt(modified time.Time) *Document {
	other := *d
	other.modified = modified.UTC().Truncate(time.Second)
	other.lastModified = []string{other.modified.Format(http.TimeFormat)}
	return &other
}

func (d *Document) variant(encoding Encoding, body []byte) Variant {
	suffix := ""
	if encoding != Identity {
		suffix = "-" + encoding.String()
	}
	return Variant{Body: body, ETag: []string{`"` + d.tag + suffix + `"`}, ContentLength: []string{strconv.Itoa(len(body))}}
}

// MediaType returns the document's media type with its charset.
func (d *Document) MediaType() string { return d.contentType[0] }

// ContentType returns the media type in the form of http.Header. It must not
// be written to.
func (d *Document) ContentType() []string { return d.contentType }

// LastModified returns the time of modification as an HTTP date, in the form
// of http.Header. It must not be written to.
func (d *Document) LastModified() []string { return d.lastModified }

// Tag returns what the ETags of all encodings begin with, without quotes.
func (d *Document) Tag() string { return d.tag }

// Hash returns the hash of the content.
func (d *Document) Hash() Hash { return d.hash }

// Modified returns the moment at which the content last changed, in UTC.
func (d *Document) Modified() time.Time { return d.modified }

// Size returns the length of the body without encoding, in bytes.
func (d *Document) Size() int64 { return d.size }

// Items returns how many articles the document carries, of those documents that
// carry articles.
func (d *Document) Items() int { return d.items }

// Carrying returns the document with that number of articles: itself if it has
// it already.
func (d *Document) Carrying(items int) *Document {
	if d.items == items {
		return d
	}
	counted := *d
	counted.items = items
	return &counted
}

// Variant returns the document in an encoding; without a body if it can't be
// had in that, or not yet. A feed that has been encoded gets zstd a moment after
// it was first asked for.
func (d *Document) Variant(encoding Encoding) *Variant {
	switch encoding {
	case Identity:
		return &d.plain
	case Gzip:
		return &d.gzip
	}
	v := d.late.variant(encoding)
	if encoding == Zstd && v.Body == nil {
		d.wantZstd()
	}
	return v
}

// Has reports whether the document can be had in the encoding, and is smaller
// in it than without.
func (d *Document) Has(encoding Encoding) bool {
	body := d.Variant(encoding).Body
	return encoding == Identity || body != nil && int64(len(body)) < d.size
}

// WriteTo writes the body without encoding to w, in pieces where it has to be
// decompressed. It implements io.WriterTo; the error is that of w.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	if body := d.plain.Body; body != nil {
		n, err := w.Write(body)
		return int64(n), err
	}
	return gunzip(w, d.gzip.Body)
}

// Body returns the body without encoding, decompressed for the call.
func (d *Document) Body() []byte {
	body := bytes.NewBuffer(make([]byte, 0, d.size))
	if _, err := d.WriteTo(body); err != nil {
		panic(err) // what is kept has been compressed here or verified
	}
	return body.Bytes()
}

// twinSuffix tells the ETag of a twin from that of the document in gzip.
const twinSuffix = "-gz"

// Twin returns the compressed body as a document of its own, for addresses that
// end in .gz: application/gzip, which has no further encoding.
func (d *Document) Twin() *Document {
	body := d.gzip.Body
	twin := (&Content{mediaType: "application/gzip", hash: d.hash, size: int64(len(body)), plain: body}).document(d.modified)
	twin.tag += twinSuffix
	twin.plain = twin.variant(Identity, body)
	return twin.WithHeaders(d.headers)
}
