package edition

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/gzip"
)

// packed documents begin with this. A packed document is the magic, then its
// bodies in gzip, Brotli and zstd, each behind its length as a varint, then the
// SHA-256 of all that. The body without encoding is not stored.
const packMagic = "feedstation document 2\n"

var packed = [...]Encoding{Gzip, Brotli, Zstd}

// Pack returns the document's bodies in one piece, for storing under the
// document's hash.
func (d *Document) Pack() []byte {
	data := []byte(packMagic)
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
	rest, ok := bytes.CutPrefix(payload, []byte(packMagic))
	if want := sha256.Sum256(payload); !ok || !bytes.Equal(want[:], sum) {
		return nil, &DamagedError{entry.Hash}
	}
	var bodies [encodings][]byte
	for _, encoding := range packed {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil, &DamagedError{entry.Hash}
		}
		bodies[encoding], rest = rest[n:n+int(size)], rest[n+int(size):]
	}
	body, err := gunzip(bodies[Gzip])
	if err != nil || len(rest) > 0 || hashOf(entry.Type, body) != entry.Hash {
		return nil, &DamagedError{entry.Hash}
	}
	bodies[Identity] = body
	return newDocument(entry.Type, entry.Hash, entry.Modified, bodies).Advised(entry.advice()), nil
}

func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
