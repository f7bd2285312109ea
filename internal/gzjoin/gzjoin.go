// Package gzjoin puts gzip files together from chunks that were compressed one by
// one: when one chunk changes, the others need not be compressed again. The result
// is one member of RFC 1952, since many clients stop after the first.
package gzjoin

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// level is the fastest: an archive of sitemaps is 200 times a feed. The bytes
// depend on the library's version, so equal builds need equal versions.
const level = 1

// head is deflate, no flags, no time, an unknown system.
const head = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// final is an empty block, the last (RFC 1951 §3.2.4).
const final = "\x01\x00\x00\xff\xff"

// Compressors hold a megabyte each.
var writers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(nil, level)
	if err != nil {
		panic(err) // only a level that does not exist is an error
	}
	return w
}}

// Chunk is a compressed part of a file. Its text does not change; where its bytes
// are does, see [Share].
type Chunk struct {
	deflated []byte // ends on a byte; nil: dropped
	length   int    // of that
	sum      uint32 // CRC-32 of the text
	shift    uint32 // of its size, see shiftOf
	size     int64  // of the text
}

// New compresses a text.
func New(text []byte) Chunk {
	var out bytes.Buffer
	w := writers.Get().(*flate.Writer)
	defer writers.Put(w)
	w.Reset(&out)
	if _, err := w.Write(text); err != nil {
		panic(err) // a bytes.Buffer takes every write
	}
	if err := w.Flush(); err != nil { // ends on a byte (RFC 1951 §3.2.4)
		panic(err)
	}
	size := int64(len(text))
	return Chunk{bytes.Clone(out.Bytes()), out.Len(), crc32.ChecksumIEEE(text), shiftOf(size), size}
}

// Size returns the length of the text, in bytes.
func (c *Chunk) Size() int64 { return c.size }

// Text returns the text.
func (c *Chunk) Text() []byte {
	text, err := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(c.deflated), strings.NewReader(final))))
	if err != nil {
		panic(err) // it was compressed here
	}
	return text
}

// Join returns the texts of the chunks, one after the other, in gzip. Equal chunks
// give equal bytes.
func Join(chunks []*Chunk) []byte {
	length := len(head) + len(final) + 8
	for _, c := range chunks {
		length += len(c.deflated)
	}
	data := append(make([]byte, 0, length), head...) // which is kept
	var sum uint32
	for _, c := range chunks {
		data = append(data, c.deflated...)
		sum = product(c.shift, sum) ^ c.sum // of both texts
	}
	data = append(data, final...)
	data = binary.LittleEndian.AppendUint32(data, sum)
	return binary.LittleEndian.AppendUint32(data, uint32(Size(chunks)))
}

// Size returns the length of the texts of all chunks, in bytes.
func Size(chunks []*Chunk) (size int64) {
	for _, c := range chunks {
		size += c.size
	}
	return size
}

// Share has chunks refer to the data that [Join] made of them, so that they take no
// memory of their own, also those that were dropped. It reports whether the data can
// be of them; where it is not they stay as they are.
func Share(data []byte, chunks []*Chunk) bool {
	rest := data[min(len(head), len(data)):]
	for _, c := range chunks {
		if len(rest) < c.length || !bytes.HasPrefix(rest, c.deflated) {
			return false
		}
		rest = rest[c.length:]
	}
	if len(rest) != len(final)+8 {
		return false
	}
	rest = data[len(head):]
	for _, c := range chunks {
		c.deflated, rest = rest[:c.length:c.length], rest[c.length:]
	}
	return true
}

// Own ends what Share began: the chunk has bytes of its own.
func (c *Chunk) Own() { c.deflated = bytes.Clone(c.deflated) }

// Drop has the chunk forget its bytes, until Share gives them back.
func (c *Chunk) Drop() { c.deflated = nil }

// Dropped reports whether the chunk has no bytes.
func (c *Chunk) Dropped() bool { return c.deflated == nil }

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
