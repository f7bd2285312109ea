package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// packed documents begin with this. A packed document is the magic, then the
// hash of its content, the length of its body as a varint, a byte that is 1
// where it is worth more encodings, its body in gzip, then the SHA-256 of all
// that. The other encodings are made by whoever serves it.
const packMagic = "feedstation document 5\n"

// Pack returns the document in one piece, for storing under its hash. The error is
// that of a body at rest that can't be read.
func (d *Document) Pack() ([]byte, error) {
	e, err := d.body.load()
	if err != nil {
		return nil, err
	}
	length := len(packMagic) + len(d.body.hash) + binary.MaxVarintLen64 + 1 + len(e.gzip) + sha256.Size
	data := append(append(make([]byte, 0, length), packMagic...), d.body.hash[:]...)
	data = binary.AppendUvarint(data, uint64(d.body.size))
	often := byte(0)
	if d.body.often {
		often = 1
	}
	data = append(append(data, often), e.gzip...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...), nil
}

// Packed returns the length of the packed form of an entry's document, where that
// tells what it is like.
func (entry Entry) Packed() int64 {
	size := binary.AppendUvarint(nil, uint64(entry.Size))
	return int64(len(packMagic)+len(entry.Hash)+len(size)+1) + entry.Gzip + sha256.Size
}

// unseal returns what comes before the sum of packed data, and whether that is right.
func unseal(data []byte) (payload []byte, ok bool) {
	end := max(0, len(data)-sha256.Size)
	sum := sha256.Sum256(data[:end])
	return data[:end], bytes.Equal(sum[:], data[end:])
}

// Unpack returns the document of an entry from its packed form, which is taken
// over. The error is a DamagedError when they are not what was packed, or
// not that document's.
func Unpack(entry Entry, data []byte) (*Document, error) {
	b, err := unpackBody(entry.Hash, data)
	if err != nil {
		return nil, err
	}
	return entry.of(b), nil
}
