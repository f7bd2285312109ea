package edition

import (
	"sync"
	"sync/atomic"
)

// late are the encodings that a document gets after it is served.
type late struct {
	making sync.Once
	made   atomic.Bool
	brotli Variant
	zstd   Variant
}

// none is a variant that a document does not have.
var none Variant

func (l *late) variant(encoding Encoding) *Variant {
	switch {
	case l == nil || !l.made.Load():
		return &none
	case encoding == Brotli:
		return &l.brotli
	}
	return &l.zstd
}

// Encode makes the encodings that a document lacks and clients have use for, and
// reports whether it lacked any. It may be called while the document is served,
// and again.
func (d *Document) Encode() (made bool) {
	if d.late == nil {
		return false
	}
	d.late.making.Do(func() {
		body := d.Body()
		d.late.brotli = d.variant(Brotli, compressBrotli(body))
		d.late.zstd = d.variant(Zstd, compressZstd(body))
		d.late.made.Store(true)
		made = true
	})
	return made
}
