package edition_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"feedstation/internal/edition"
)

const packMagic = "feedstation document 2\n"

func entryOf(d *edition.Document) edition.Entry {
	return edition.Entry{Hash: d.Hash(), Type: d.MediaType(), Modified: d.Modified()}
}

// same fails unless both documents are equal in all that is served.
func same(t testing.TB, got, want *edition.Document) {
	t.Helper()
	if got.Hash() != want.Hash() || got.MediaType() != want.MediaType() || !got.Modified().Equal(want.Modified()) || got.LastModified()[0] != want.LastModified()[0] {
		t.Errorf("got %s %s %v, want %s %s %v", got.Hash(), got.MediaType(), got.Modified(), want.Hash(), want.MediaType(), want.Modified())
	}
	for _, encoding := range encodings {
		g, w := got.Variant(encoding), want.Variant(encoding)
		if !bytes.Equal(g.Body, w.Body) || !slices.Equal(g.ETag, w.ETag) || !slices.Equal(g.ContentLength, w.ContentLength) {
			t.Errorf("%s: got %d bytes %s, want %d bytes %s", encoding, len(g.Body), g.ETag, len(w.Body), w.ETag)
		}
	}
}

func TestPack(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			d := edition.NewDocument(xmlType, body, noon)
			packed := d.Pack()
			if !bytes.Equal(packed, d.Pack()) {
				t.Error("packed again, other bytes")
			}
			got, err := edition.Unpack(entryOf(d), packed)
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, d)
		})
	}
}

// seal makes a packed document of a payload, as a program would that packs
// wrongly or with ill will.
func seal(payload []byte) []byte {
	sum := sha256.Sum256(payload)
	return append(slices.Clone(payload), sum[:]...)
}

func payload(gzip, brotli, zstd []byte) []byte {
	data := []byte(packMagic)
	for _, body := range [][]byte{gzip, brotli, zstd} {
		data = binary.AppendUvarint(data, uint64(len(body)))
		data = append(data, body...)
	}
	return data
}

func TestUnpackDamaged(t *testing.T) {
	d := edition.NewDocument(xmlType, []byte("<title>湘江之春</title>"), noon)
	entry, packed := entryOf(d), d.Pack()
	gzip, br, zstd := d.Variant(edition.Gzip).Body, d.Variant(edition.Brotli).Body, d.Variant(edition.Zstd).Body
	if !bytes.Equal(packed, seal(payload(gzip, br, zstd))) {
		t.Fatal("the form of packed documents has changed: the magic must change too")
	}

	damaged := func(t *testing.T, entry edition.Entry, data []byte) {
		t.Helper()
		got, err := edition.Unpack(entry, data)
		var fault *edition.DamagedError
		if got != nil || !errors.As(err, &fault) || !errors.Is(err, edition.ErrDamaged) || fault.Hash != entry.Hash {
			t.Errorf("Unpack = %v, %v, want a DamagedError of %s", got, err, entry.Hash)
		}
	}
	t.Run("every bit", func(t *testing.T) {
		for bit := range len(packed) * 8 {
			flipped := slices.Clone(packed)
			flipped[bit/8] ^= 1 << (bit % 8)
			damaged(t, entry, flipped)
		}
	})
	t.Run("every truncation", func(t *testing.T) {
		for n := range packed {
			damaged(t, entry, packed[:n])
			damaged(t, entry, packed[len(packed)-n:])
		}
	})

	other := edition.NewDocument(xmlType, []byte("<title>湘江之夏</title>"), noon)
	tests := []struct {
		name  string
		entry edition.Entry
		data  []byte
	}{
		{"nothing", entry, nil},
		{"a byte more", entry, append(slices.Clone(packed), 0)},
		{"another document", entry, other.Pack()},
		{"another type", edition.Entry{Hash: entry.Hash, Type: textType, Modified: noon}, packed},
		{"another hash", edition.Entry{Hash: other.Hash(), Type: entry.Type, Modified: noon}, packed},
		{"sealed without magic", entry, seal(payload(gzip, br, zstd)[1:])},
		{"sealed with nothing inside", entry, seal([]byte(packMagic))},
		{"sealed with one body", entry, seal(binary.AppendUvarint([]byte(packMagic), 0))},
		{"sealed with an endless varint", entry, seal(append([]byte(packMagic), bytes.Repeat([]byte{0xff}, 20)...))},
		{"sealed with a body longer than the rest", entry, seal(binary.AppendUvarint([]byte(packMagic), 1<<63))},
		{"sealed with what is not gzip", entry, seal(payload([]byte("gzip"), br, zstd))},
		{"sealed with half a gzip", entry, seal(payload(gzip[:len(gzip)/2], br, zstd))},
		{"sealed with more behind", entry, seal(append(payload(gzip, br, zstd), "more"...))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { damaged(t, tt.entry, tt.data) })
	}
}

func TestDamagedErrorSaysWhat(t *testing.T) {
	var h edition.Hash
	h[0] = 0xab
	err := &edition.DamagedError{Hash: h}
	if got, want := err.Error(), "object "+h.String()+": damaged"; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	if errors.Is(err, errors.ErrUnsupported) {
		t.Error("is any error")
	}
}

// FuzzUnpack holds that Unpack returns the document that was asked for or a
// DamagedError, also for data whose checksum is right.
func FuzzUnpack(f *testing.F) {
	d := edition.NewDocument(xmlType, []byte("<title>湘江之春</title>"), noon)
	packed := d.Pack()
	f.Add(packed)
	f.Add(packed[:len(packed)-sha256.Size])
	f.Add(payload(d.Variant(edition.Gzip).Body, nil, nil))
	f.Add([]byte(packMagic + "\x00\x00\x00"))
	f.Add([]byte{})
	entry := edition.Entry{Hash: d.Hash(), Type: d.MediaType(), Modified: noon.Add(time.Hour)}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, seal(data)} {
			got, err := edition.Unpack(entry, data)
			if err != nil {
				if fault, ok := errors.AsType[*edition.DamagedError](err); !ok || fault.Hash != entry.Hash || got != nil {
					t.Errorf("Unpack = %v, %v, want a DamagedError", got, err)
				}
				continue
			}
			if !bytes.Equal(got.Body(), d.Body()) || !bytes.Equal(decode(t, edition.Gzip, got.Variant(edition.Gzip).Body), d.Body()) || !got.Modified().Equal(entry.Modified) {
				t.Errorf("Unpack made another document: %q", got.Body())
			}
		}
	})
}
