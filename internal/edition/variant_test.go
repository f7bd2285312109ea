package edition_test

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"sync"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

// TestVariantIsMadeOnce holds that an encoding is made for the first who asks, and
// for him alone: whoever asks meanwhile is not held up, and its documents of other
// advice have it too.
func TestVariantIsMadeOnce(t *testing.T) {
	for _, encoding := range []edition.Encoding{edition.Brotli, edition.Zstd} {
		t.Run(encoding.String(), func(t *testing.T) {
			d := edition.NewDocument(xmlType, bodies()["big"], noon)
			advised := d.WithHeaders(edition.Headers{MaxAge: time.Hour})
			var mu sync.Mutex
			made := map[*byte]bool{}
			var work sync.WaitGroup
			for i := range 8 {
				work.Go(func() {
					v, err := []*edition.Document{d, advised}[i%2].Variant(encoding)
					if errors.Is(err, edition.ErrBusy) {
						return
					}
					if err != nil || v.ContentLength[0] != strconv.Itoa(len(v.Body)) {
						t.Errorf("half a variant, %v", err)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					made[&v.Body[0]] = true
				})
			}
			work.Wait()
			v := doctest.Variant(t, advised, encoding)
			if made[&v.Body[0]] = true; len(made) != 1 {
				t.Errorf("made %d times", len(made))
			}
			if got := decode(t, encoding, v.Body); !bytes.Equal(got, bodies()["big"]) {
				t.Errorf("decodes to %d bytes", len(got))
			}
		})
	}
	if d := joined(bodies()["big"]); d.Has(edition.Brotli, true) || d.Has(edition.Zstd, true) {
		t.Error("a large document has other encodings")
	}
}

// TestDamagedGzip holds that what decompresses to nothing is damaged, not a panic.
func TestDamagedGzip(t *testing.T) {
	d := edition.NewDocument(xmlType, bodies()["big"], noon)
	broken, err := edition.Unpack(entryOf(d), seal(payload(d, []byte("no gzip"))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := broken.Body(); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("Body: %v", err)
	}
	if _, err := broken.Variant(edition.Brotli); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("Variant: %v", err)
	}
	if v, err := broken.Variant(edition.Identity); err == nil {
		if _, err = v.WriteTo(io.Discard); err == nil {
			t.Error("it was written")
		}
	}
}
