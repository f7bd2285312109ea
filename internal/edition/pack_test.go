package edition_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

const packMagic = "feedstation document 5\n"

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
		if !want.Has(encoding, true) {
			continue
		}
		g, w := doctest.Variant(t, got, encoding), doctest.Variant(t, want, encoding)
		if !bytes.Equal(g.Body, w.Body) || !slices.Equal(got.ETag(encoding), want.ETag(encoding)) || !slices.Equal(g.ContentLength, w.ContentLength) {
			t.Errorf("%s: got %d bytes %s, want %d bytes %s", encoding, len(g.Body), got.ETag(encoding), len(w.Body), want.ETag(encoding))
		}
	}
}

func TestPack(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			d := edition.NewDocument(xmlType, body, noon)
			packed := doctest.Pack(t, d)
			if !bytes.Equal(packed, doctest.Pack(t, d)) {
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

func payload(d *edition.Document, gzip []byte) []byte {
	hash := d.Hash()
	data := append([]byte(packMagic), hash[:]...)
	data = binary.AppendUvarint(data, uint64(d.Size()))
	return append(append(data, 1), gzip...)
}

func TestUnpackDamaged(t *testing.T) {
	d := edition.NewDocument(xmlType, []byte("<title>湘江之春</title>"), noon)
	entry, packed := entryOf(d), doctest.Pack(t, d)
	gzip := doctest.Gzip(t, d)
	if !bytes.Equal(packed, seal(payload(d, gzip))) {
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
	hash := d.Hash()
	raw := string(hash[:])
	tests := []struct {
		name  string
		entry edition.Entry
		data  []byte
	}{
		{"nothing", entry, nil},
		{"a byte more", entry, append(slices.Clone(packed), 0)},
		{"another document", entry, doctest.Pack(t, other)},
		{"another hash", edition.Entry{Hash: other.Hash(), Type: entry.Type, Modified: noon}, packed},
		{"sealed without magic", entry, seal(payload(d, gzip)[1:])},
		{"sealed with nothing inside", entry, seal([]byte(packMagic))},
		{"sealed with a hash only", entry, seal([]byte(packMagic + raw))},
		{"sealed with a size only", entry, seal([]byte(packMagic + raw + "\x05"))},
		{"sealed with an endless size", entry, seal([]byte(packMagic + raw + strings.Repeat("\xff", 20)))},
		{"sealed with an unknown kind", entry, seal([]byte(packMagic + raw + "\x05\x02gzip"))},
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

// TestPackStream is TestPack for documents that are there in gzip only.
func TestPackStream(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			d := joined(body)
			got, err := edition.Unpack(entryOf(d), doctest.Pack(t, d))
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, d)
			if !bytes.Equal(doctest.Body(t, got), body) || got.Size() != int64(len(body)) {
				t.Errorf("body of %d bytes, size %d, want %d", len(doctest.Body(t, got)), got.Size(), len(body))
			}
		})
	}
}

// FuzzUnpack holds that Unpack returns the document that was asked for or a
// DamagedError, and one of the two also for data whose checksum somebody has
// made right.
func FuzzUnpack(f *testing.F) {
	d := edition.NewDocument(xmlType, []byte("<title>湘江之春</title>"), noon)
	packed := doctest.Pack(f, d)
	f.Add(packed)
	f.Add(packed[:len(packed)-sha256.Size])
	f.Add(payload(d, doctest.Gzip(f, d)))
	f.Add([]byte(packMagic + "\x00\x00\x00"))
	f.Add([]byte{})
	entry := edition.Entry{Hash: d.Hash(), Type: d.MediaType(), Modified: noon.Add(time.Hour)}
	f.Fuzz(func(t *testing.T, data []byte) {
		for sealed, data := range [][]byte{data, seal(data)} {
			got, err := edition.Unpack(entry, data)
			if err != nil {
				if fault, ok := errors.AsType[*edition.DamagedError](err); !ok || fault.Hash != entry.Hash || got != nil {
					t.Errorf("Unpack = %v, %v, want a DamagedError", got, err)
				}
				continue
			}
			if sealed == 1 {
				_, _ = got.Body() // an error is all right, a panic is not
				continue
			}
			if !bytes.Equal(doctest.Body(t, got), doctest.Body(t, d)) || !bytes.Equal(decode(t, edition.Gzip, doctest.Gzip(t, got)), doctest.Body(t, d)) || !got.Modified().Equal(entry.Modified) {
				t.Errorf("Unpack made another document: %q", doctest.Body(t, got))
			}
		}
	})
}
