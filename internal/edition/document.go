// Package edition is what is published: a Document is one file with its
// validators and encodings, an Edition is all documents of one station,
// published together as a newspaper is printed whole.
package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Hash is the SHA-256 of a document's media type and body. It names the
// document in every store.
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

// hashOf binds the media type to the body: equal bytes of another type are
// another document.
func hashOf(mediaType string, body []byte) Hash {
	h := sha256.New()
	h.Write([]byte(mediaType))
	h.Write([]byte{0})
	h.Write(body)
	return Hash(h.Sum(nil))
}

// Encoding is a content coding (RFC 9110 §8.4.1).
type Encoding int

// The encodings that every document has.
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
type Document struct {
	contentType  []string // in the form of http.Header, as the next three
	lastModified []string
	cacheControl []string
	link         []string // nil: none
	tag          string
	hash         Hash
	modified     time.Time
	advice       Advice
	variants     [encodings]Variant
}

// Variant is a document in one encoding, with the values of its header fields
// made once, in the form of http.Header.
type Variant struct {
	Body          []byte
	ETag          []string // strong, one for each encoding (RFC 9110 §8.8.3)
	ContentLength []string
}

// NewDocument returns the document of a body, which is taken over, with all its
// encodings and DefaultAdvice. Modified is the moment at which the content last
// changed, in whole seconds since it is compared in the form of an HTTP date.
func NewDocument(mediaType string, body []byte, modified time.Time) *Document {
	bodies := [encodings][]byte{body, compressGzip(body), compressBrotli(body), compressZstd(body)}
	return newDocument(mediaType, hashOf(mediaType, body), modified, bodies)
}

func newDocument(mediaType string, hash Hash, modified time.Time, bodies [encodings][]byte) *Document {
	modified = modified.UTC().Truncate(time.Second)
	d := &Document{
		contentType: []string{mediaType}, lastModified: []string{modified.Format(http.TimeFormat)},
		hash: hash, modified: modified,
	}
	d.tag = hex.EncodeToString(hash[:16])
	d.advise(DefaultAdvice)
	for encoding, body := range bodies {
		suffix := ""
		if encoding != int(Identity) {
			suffix = "-" + Encoding(encoding).String()
		}
		d.variants[encoding] = Variant{
			Body:          body,
			ETag:          []string{`"` + d.tag + suffix + `"`},
			ContentLength: []string{strconv.Itoa(len(body))},
		}
	}
	return d
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

// Hash returns the hash of media type and body.
func (d *Document) Hash() Hash { return d.hash }

// Modified returns the moment at which the content last changed, in UTC.
func (d *Document) Modified() time.Time { return d.modified }

// Variant returns the document in an encoding.
func (d *Document) Variant(encoding Encoding) *Variant { return &d.variants[encoding] }

// Body returns the document's bytes as they are before any encoding.
func (d *Document) Body() []byte { return d.variants[Identity].Body }

// Twin returns the compressed body as a document of its own, for addresses that
// end in .gz: application/gzip, which has no further encoding.
func (d *Document) Twin() *Document {
	const gzipType = "application/gzip"
	body := d.variants[Gzip].Body
	return newDocument(gzipType, hashOf(gzipType, body), d.modified, [encodings][]byte{body}).Advised(d.advice)
}

// Has reports whether the document can be had in the encoding, and is smaller
// in it than without.
func (d *Document) Has(encoding Encoding) bool {
	body := d.variants[encoding].Body
	return encoding == Identity || body != nil && len(body) < len(d.Body())
}
