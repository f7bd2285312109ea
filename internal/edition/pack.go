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

// Pack returns the document in one piece, for storing under its hash.
func (d *Document) Pack() []byte {
	length := len(packMagic) + len(d.hash) + binary.MaxVarintLen64 + 1 + len(d.gzip.Body) + sha256.Size
	data := append(append(make([]byte, 0, length), packMagic...), d.hash[:]...)
	data = binary.AppendUvarint(data, uint64(d.size))
	popular := byte(0)
	if d.late != nil {
		popular = 1
	}
	data = append(append(data, popular), d.gzip.Body...)
	sum := sha256.Sum256(data)
	return append(data, sum[:]...)
}

// Unpack returns the document of an entry from its packed form, which is taken
// over. The error is a DamagedError when they are not what was packed, or
// not that document's.
func Unpack(entry Entry, data []byte) (*Document, error) {
	payload, sum := data[:max(0, len(data)-sha256.Size)], data[max(0, len(data)-sha256.Size):]
	rest, ok := bytes.CutPrefix(payload, append([]byte(packMagic), entry.Hash[:]...))
	if want := sha256.Sum256(payload); !ok || !bytes.Equal(want[:], sum) {
		return nil, &DamagedError{entry.Hash}
	}
	size, n := binary.Uvarint(rest)
	if n <= 0 || len(rest) == n || rest[n] > 1 {
		return nil, &DamagedError{entry.Hash}
	}
	content := Content{mediaType: entry.Type, hash: entry.Hash, size: int64(size), popular: rest[n] == 1, gzip: rest[n+1:]}
	if err := content.keepSmall(); err != nil {
		return nil, &DamagedError{entry.Hash}
	}
	return content.document(entry.Modified).Carrying(entry.Items).WithHeaders(entry.headers()), nil
}
