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
	size      int64  // without encoding
	plain     []byte // nil: not kept
	gzip      []byte
	popular   bool // worth more encodings
}

// NewContent returns the content of a body. Its hash is that of media type and
// body.
func NewContent(mediaType string, body []byte) *Content {
	c := &Content{mediaType: mediaType, hash: hashOf(mediaType, body), size: int64(len(body)), gzip: compressGzip(body), popular: true}
	c.mustKeepSmall()
	return c
}

// Join returns the content of the chunks' texts, one after the other, in gzip only,
// which whoever asks for such documents accepts. Its hash is that of media type and
// compressed body: nobody has the whole body at hand. Equal chunks give equal
// content.
func Join(mediaType string, chunks []*gzjoin.Chunk) *Content {
	compressed := gzjoin.Join(chunks)
	c := &Content{mediaType: mediaType, hash: hashOf(mediaType, compressed), size: gzjoin.Size(chunks), gzip: compressed}
	c.mustKeepSmall()
	return c
}

// Share has the chunks that a document was joined from refer to its bytes, see
// [gzjoin.Share].
func (d *Document) Share(chunks ...*gzjoin.Chunk) { gzjoin.Share(d.gzip.Body, chunks) }

// keepSmall keeps a body without encoding that is no larger than what gzip made
// of it, as that of a line or two. The error is that of broken gzip.
func (c *Content) keepSmall() error {
	if c.size > int64(len(c.gzip)) {
		return nil
	}
	var body bytes.Buffer
	if _, err := gunzip(&body, c.gzip); err != nil {
		return err
	}
	c.plain = body.Bytes()
	return nil
}

func (c *Content) mustKeepSmall() {
	if err := c.keepSmall(); err != nil {
		panic(err) // it was compressed here
	}
}

// sameAs reports whether d has the same media type and the same body.
func (c *Content) sameAs(d *Document) bool {
	if c.hash == d.hash {
		return true
	}
	return c.mediaType == d.MediaType() && c.size == d.size && bytes.Equal(trailer(c.gzip), trailer(d.gzip.Body)) &&
		bodySum(c.gzip) == bodySum(d.gzip.Body)
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
