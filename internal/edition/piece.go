package edition

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

// Piece is a part of a text that has been compressed on its own, so that a
// document of many parts can be put together again when one of them changes
// without compressing the others. It does not change.
type Piece struct {
	deflated []byte // ends on a byte and refers to nothing before it
	sum      uint32 // CRC-32 of the text
	size     int64  // of the text
}

// NewPiece compresses a part of a text.
func NewPiece(text []byte) Piece {
	var out bytes.Buffer
	w := flateWriters.Get().(*flate.Writer)
	defer flateWriters.Put(w)
	w.Reset(&out)
	if _, err := w.Write(text); err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	if err := w.Flush(); err != nil { // ends on a byte (RFC 1951 §3.2.4)
		panic(err)
	}
	return Piece{bytes.Clone(out.Bytes()), crc32.ChecksumIEEE(text), int64(len(text))}
}

// Size returns the length of the text, in bytes.
func (p Piece) Size() int64 { return p.size }

// Text returns the text.
func (p Piece) Text() []byte {
	var text bytes.Buffer
	if _, err := gunzip(&text, join([]Piece{p})); err != nil {
		panic(err) // it was compressed here
	}
	return text.Bytes()
}

// Join returns the content of the pieces' texts one after the other, in gzip.
// Equal pieces give equal content.
func Join(mediaType string, pieces []Piece) *Content {
	var size int64
	for _, p := range pieces {
		size += p.size
	}
	return newGzipContent(mediaType, join(pieces), size)
}

// join writes one member of RFC 1952, since many clients stop after the first.
func join(pieces []Piece) []byte {
	const (
		head  = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" // deflate, no flags, no time, unknown system
		final = "\x01\x00\x00\xff\xff"                     // an empty block, the last (RFC 1951 §3.2.4)
	)
	data := []byte(head)
	var sum uint32
	var size int64
	for _, p := range pieces {
		data = append(data, p.deflated...)
		sum = joinedSum(sum, p.sum, p.size)
		size += p.size
	}
	data = append(data, final...)
	data = binary.LittleEndian.AppendUint32(data, sum)
	return binary.LittleEndian.AppendUint32(data, uint32(size))
}

// joinedSum returns the CRC-32 of two texts one after the other, from those of
// each and the length of the second: as many zero bits are shifted in behind
// the first as the second has bits, by squaring the shift of a single one.
func joinedSum(first, second uint32, size int64) uint32 {
	var shift [32]uint32 // a matrix over GF(2): what becomes of each bit
	shift[0] = crc32.IEEE
	for i := 1; i < len(shift); i++ {
		shift[i] = 1 << (i - 1)
	}
	for bits := size * 8; bits > 0; bits >>= 1 {
		if bits&1 == 1 {
			first = times(&shift, first)
		}
		var squared [32]uint32
		for i := range shift {
			squared[i] = times(&shift, shift[i])
		}
		shift = squared
	}
	return first ^ second
}

// times applies a matrix to a vector of bits.
func times(matrix *[32]uint32, vector uint32) (product uint32) {
	for i := 0; vector != 0; vector >>= 1 {
		if vector&1 == 1 {
			product ^= matrix[i]
		}
		i++
	}
	return product
}
