package edition

import (
	"bytes"
	"crypto/sha256"
)

// Content is what a document says, before it is known since when it has said
// that.
type Content struct {
	mediaType string
	hash      Hash
	size      int64 // without encoding
	bodies    [encodings][]byte
}

// NewContent returns the content of a body in all encodings. Its hash is that
// of media type and body.
func NewContent(mediaType string, body []byte) *Content {
	c := &Content{
		mediaType: mediaType, hash: hashOf(mediaType, body), size: int64(len(body)),
		bodies: [encodings][]byte{Gzip: compressGzip(body), Brotli: compressBrotli(body), Zstd: compressZstd(body)},
	}
	c.mustKeepSmall()
	return c
}

// newGzipContent returns the content of a body that is there in gzip only. Its
// hash is that of media type and compressed body: nobody has the whole body at
// hand.
func newGzipContent(mediaType string, compressed []byte, size int64) *Content {
	c := &Content{mediaType: mediaType, hash: hashOf(mediaType, compressed), size: size}
	c.bodies[Gzip] = compressed
	c.mustKeepSmall()
	return c
}

// keepSmall keeps a body without encoding that is no larger than what gzip made
// of it, as that of a line or two. The error is that of broken gzip.
func (c *Content) keepSmall() error {
	if c.size > int64(len(c.bodies[Gzip])) {
		return nil
	}
	var body bytes.Buffer
	if _, err := gunzip(&body, c.bodies[Gzip]); err != nil {
		return err
	}
	c.bodies[Identity] = body.Bytes()
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
	return c.mediaType == d.MediaType() && c.size == d.size && bodySum(c.bodies[Gzip]) == bodySum(d.variants[Gzip].Body)
}

// bodySum returns a digest of what was compressed.
func bodySum(compressed []byte) [sha256.Size]byte {
	h := sha256.New()
	if _, err := gunzip(h, compressed); err != nil {
		return [sha256.Size]byte{} // damage is the like of nothing that can be read
	}
	return [sha256.Size]byte(h.Sum(nil))
}
