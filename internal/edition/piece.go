package edition

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// Piece is a part of a text that has been compressed on its own, so that a
// document of many parts can be put together again when one of them changes
// without compressing the others. What it says does not change; where its bytes
// are does, see [Document.Share].
type Piece struct {
	deflated []byte // ends on a byte
	sum      uint32 // CRC-32 of the text
	shift    uint32 // of its size, see shiftOf
	size     int64  // of the text
}

// NewPiece compresses a part of a text.
func NewPiece(text []byte) Piece {
	var out bytes.Buffer
	w := pieceWriters.Get().(*flate.Writer)
	defer pieceWriters.Put(w)
	w.Reset(&out)
	if _, err := w.Write(text); err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	if err := w.Flush(); err != nil { // ends on a byte (RFC 1951 §3.2.4)
		panic(err)
	}
	size := int64(len(text))
	return Piece{bytes.Clone(out.Bytes()), crc32.ChecksumIEEE(text), shiftOf(size), size}
}

// Size returns the length of the text, in bytes.
func (p Piece) Size() int64 { return p.size }

// Text returns the text.
func (p Piece) Text() []byte {
	var text bytes.Buffer
	if _, err := gunzip(&text, join([]*Piece{&p})); err != nil {
		panic(err) // it was compressed here
	}
	return text.Bytes()
}

// Join returns the content of the pieces' texts one after the other, in gzip.
// Equal pieces give equal content.
func Join(mediaType string, pieces []*Piece) *Content {
	var size int64
	for _, p := range pieces {
		size += p.size
	}
	return newGzipContent(mediaType, join(pieces), size)
}

// Share has the pieces that a document was joined from refer to its bytes, so that
// they take no memory of their own. Another document's stay as they are.
func (d *Document) Share(pieces ...*Piece) {
	share(d.gzip.Body, pieces)
}

// share has pieces refer to what was joined from them.
func share(data []byte, pieces []*Piece) {
	rest := data[min(len(gzipHead), len(data)):]
	for _, p := range pieces {
		n := len(p.deflated)
		if !bytes.HasPrefix(rest, p.deflated) {
			return
		}
		p.deflated, rest = rest[:n:n], rest[n:]
	}
}

// Own ends what Share began: the piece has bytes of its own.
func (p *Piece) Own() { p.deflated = bytes.Clone(p.deflated) }

// gzipHead begins what is joined: deflate, no flags, no time, an unknown system.
const gzipHead = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// join writes one member of RFC 1952, since many clients stop after the first.
func join(pieces []*Piece) []byte {
	const final = "\x01\x00\x00\xff\xff" // an empty block, the last (RFC 1951 §3.2.4)
	length := len(gzipHead) + len(final) + 8
	for _, p := range pieces {
		length += len(p.deflated)
	}
	data := append(make([]byte, 0, length), gzipHead...) // which is kept
	var sum uint32
	var size int64
	for _, p := range pieces {
		data = append(data, p.deflated...)
		sum = product(p.shift, sum) ^ p.sum // of both texts
		size += p.size
	}
	data = append(data, final...)
	data = binary.LittleEndian.AppendUint32(data, sum)
	return binary.LittleEndian.AppendUint32(data, uint32(size))
}

// shiftOf returns what the CRC-32 of a text has to be multiplied by to become that
// of the text with as many zero bytes behind it: a power of x (RFC 1952 §8 has the
// polynomial). The sum of two texts, one after the other, is that of the first so
// shifted plus that of the second.
func shiftOf(size int64) uint32 {
	shift := uint32(1 << 31) // 1: sums have their highest power in the lowest bit
	for n, square := size*8, uint32(1<<30); n > 0; n >>= 1 {
		if n&1 == 1 {
			shift = product(shift, square)
		}
		square = product(square, square)
	}
	return shift
}

// product multiplies two polynomials over GF(2) modulo that of CRC-32.
func product(a, b uint32) (p uint32) {
	for bit := uint32(1 << 31); bit > 0; bit >>= 1 {
		if a&bit != 0 {
			p ^= b
		}
		carry := b & 1
		b >>= 1
		if carry == 1 {
			b ^= crc32.IEEE
		}
	}
	return p
}
