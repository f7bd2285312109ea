package edition_test

import (
	"bytes"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
)

// encode makes all encodings that a document can have.
func encode(d *edition.Document) {
	for popular := d.Encode() || d.Variant(edition.Brotli).Body != nil; popular && d.Variant(edition.Zstd).Body == nil; {
		runtime.Gosched()
	}
}

// TestEncode holds that a document can be encoded while it is served, by several
// and again, and that its copies have what it has.
func TestEncode(t *testing.T) {
	d := edition.NewDocument(xmlType, bodies()["big"], noon)
	other := d.WithHeaders(edition.Headers{MaxAge: time.Hour})
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() { d.Encode() })
		work.Go(func() {
			for _, encoding := range []edition.Encoding{edition.Brotli, edition.Zstd} {
				if v := d.Variant(encoding); v.Body != nil && v.ContentLength[0] != strconv.Itoa(len(v.Body)) {
					t.Errorf("%s: half a variant", encoding)
				}
			}
		})
	}
	work.Wait()
	encode(other)
	for _, encoding := range []edition.Encoding{edition.Brotli, edition.Zstd} {
		if !d.Has(encoding) || !other.Has(encoding) {
			t.Errorf("%s is not there", encoding)
		}
	}
	if d.Encode() {
		t.Error("encoded again")
	}
	if d := joined(bodies()["big"]); d.Encode() || d.Has(edition.Brotli) {
		t.Error("a large document has got other encodings")
	}
}

// TestZstd holds that zstd is made when it is first asked for, of a document that
// has Brotli, and that nobody waits for it.
func TestZstd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := edition.NewDocument(xmlType, bodies()["big"], noon)
		other := d.WithHeaders(edition.Headers{MaxAge: time.Hour})
		asked := func(d *edition.Document) bool {
			first := d.Has(edition.Zstd)
			synctest.Wait()
			return !first && d.Has(edition.Zstd)
		}
		if asked(d) {
			t.Error("zstd is there before Brotli, which most prefer")
		}
		d.Encode()
		if !asked(other) || !d.Has(edition.Zstd) {
			t.Error("zstd is there before it is asked for, or not a moment later")
		}
		if got := decode(t, edition.Zstd, d.Variant(edition.Zstd).Body); !bytes.Equal(got, bodies()["big"]) {
			t.Errorf("zstd decodes to %d bytes", len(got))
		}
		if asked(joined(bodies()["big"])) {
			t.Error("a large document has got zstd")
		}
	})
}
