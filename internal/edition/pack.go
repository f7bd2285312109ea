package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// packed documents begin with this. A packed document is the magic, then the
// hash of its content and the length of its body as a varint, then its bodies in
// gzip, Brotli and zstd, each behind its length as a varint, then the SHA-256
// of all that. The body without encoding is not stored.
const packMagic = "feedstation document 3\n"

var packed = [...]Encoding{Gzip, Brotli, Zstd}

// Pack returns the document's bodies in one piece, for storing under the
// document's hash.
func (d *Document) Pack() []byte {
	data := append([]byte(packMagic), d.hash[:]...)
	data = binary.AppendUvarint(data, uint64(d.size))
	for _, encoding := range packed {
		body := d.variants[encoding].Body
		data = binary.AppendUvarint(data, uint64(len(body)))
		data = append(data, body...)
	}
	sum := sha256.Sum256(data)
	return append(data, sum[:]...)
}

// Unpack returns the document of an entry from its packed bodies, which are
// taken over. The error is a DamagedError when they are not what was packed, or
// not that document's.
func Unpack(entry Entry, data []byte) (*Document, error) {
	payload, sum := data[:max(0, len(data)-sha256.Size)], data[max(0, len(data)-sha256.Size):]
	rest, ok := bytes.CutPrefix(payload, append([]byte(packMagic), entry.Hash[:]...))
	if want := sha256.Sum256(payload); !ok || !bytes.Equal(want[:], sum) {
		return nil, &DamagedError{entry.Hash}
	}
	content := Content{mediaType: entry.Type, hash: entry.Hash}
	size, n := binary.Uvarint(rest)
	if n <= 0 {
		return nil, &DamagedError{entry.Hash}
	}
	content.size, rest = int64(size), rest[n:]
	for _, encoding := range packed {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, &DamagedError{entry.Hash}
		}
		if size > 0 {
			content.bodies[encoding] = rest[n : n+int(size)]
		}
		rest = rest[n+int(size):]
	}
	if len(rest) > 0 {
		return nil, &DamagedError{entry.Hash}
	}
	if err := content.keepSmall(); err != nil {
		return nil, &DamagedError{entry.Hash}
	}
	return content.document(entry.Modified).Advised(entry.advice()), nil
}
