package edition

import "io"

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

// Variant is a document's body in one encoding, in memory.
type Variant struct {
	Body          []byte   // nil: without encoding, which WriteTo makes
	ContentLength []string // in the form of http.Header; it must not be written to
	gzip          []byte
}

// has reports whether a document can be had in an encoding.
func (d *Document) has(encoding Encoding) bool {
	switch encoding {
	case Identity:
		return true
	case Gzip:
		return !d.twin
	}
	return !d.twin && d.body.often
}

// Has reports whether the document can be had in the encoding; of those in which it
// is no smaller than without, only if any says so.
func (d *Document) Has(encoding Encoding, any bool) bool {
	return d.has(encoding) && (any || encoding == Identity || d.body.length < d.body.size)
}

// Variant returns the document in an encoding that it can be had in. Brotli and zstd
// are made for the first who asks; the error is ErrBusy where others are being made.
// Any other error is that of a body at rest that can't be read, which is ErrDamaged
// where it is not as it was stored.
func (d *Document) Variant(encoding Encoding) (Variant, error) {
	e, err := d.body.load()
	if err != nil {
		return Variant{}, err
	}
	v := Variant{Body: e.gzip, gzip: e.gzip}
	switch {
	case encoding == Identity && !d.twin:
		v.Body, v.ContentLength = nil, d.header().lengths[Identity][:]
	case encoding == Identity, encoding == Gzip:
		v.ContentLength = d.header().lengths[encoding][:]
	default:
		made, err := e.in(d.body, encoding)
		if err != nil {
			return Variant{}, err
		}
		v.Body, v.ContentLength = made.body, made.length
	}
	return v, nil
}

// WriteTo writes the body to w, in pieces where it has to be decompressed. It
// implements io.WriterTo.
func (v Variant) WriteTo(w io.Writer) (int64, error) {
	if v.Body == nil {
		return gunzip(w, v.gzip)
	}
	n, err := w.Write(v.Body)
	return int64(n), err
}
