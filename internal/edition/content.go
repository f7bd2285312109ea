package edition

import (
	"bytes"
	"crypto/sha256"

	"feedstation/internal/gzjoin"
)

// Content is what a document says, before it is known since when it has said
// that.
type Content struct {
	mediaType string
	hash      Hash
	size      int64 // without encoding
	gzip      []byte
	often     bool // it is asked for often enough to be worth more encodings
}

// NewContent returns the content of a body. Its hash is that of media type and
// body.
func NewContent(mediaType string, body []byte) *Content {
	return &Content{mediaType, hashOf(mediaType, body), int64(len(body)), compressGzip(body), true}
}

// Join returns the content of the chunks' texts, one after the other, in gzip only,
// which whoever asks for such documents accepts. Its hash is that of media type and
// compressed body: nobody has the whole body at hand. Equal chunks give equal
// content.
func Join(mediaType string, chunks []*gzjoin.Chunk) *Content {
	compressed := gzjoin.Join(chunks)
	return &Content{mediaType, hashOf(mediaType, compressed), gzjoin.Size(chunks), compressed, false}
}

// Hash returns what names the content.
func (c *Content) Hash() Hash { return c.hash }

// Share has chunks that the content was joined from refer to its bytes, see
// [gzjoin.Share].
func (c *Content) Share(chunks ...*gzjoin.Chunk) { gzjoin.Share(c.gzip, chunks) }

// sameAs reports whether d has the same media type and the same body. What of d
// can't be read is another one.
func (c *Content) sameAs(d *Document) bool {
	if c.hash == d.body.hash {
		return true
	}
	if c.mediaType != d.MediaType() || c.size != d.body.size {
		return false
	}
	e, err := d.body.load()
	return err == nil && bytes.Equal(trailer(c.gzip), trailer(e.gzip)) && bodySum(c.gzip) == bodySum(e.gzip)
}

// trailer returns the CRC-32 and the size of what was compressed (RFC 1952
// §2.3.1): where one line has taken the place of another of its length, it
// spares decompressing both.
func trailer(compressed []byte) []byte { return compressed[max(0, len(compressed)-8):] }

// bodySum returns a digest of what was compressed.
func bodySum(compressed []byte) [sha256.Size]byte {
	h := sha256.New()
	if _, err := gunzip(h, compressed); err != nil {
		return [sha256.Size]byte{} // damage is the like of nothing that can be read
	}
	return [sha256.Size]byte(h.Sum(nil))
}
