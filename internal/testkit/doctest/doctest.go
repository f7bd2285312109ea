// Package doctest reads documents for tests, which fail where they can't be read.
//
// It is a test helper: no production package may import it.
package doctest

import (
	"errors"
	"runtime"

	"feedstation/internal/edition"
)

// T is a *testing.T, or one of package rapid.
type T interface {
	Helper()
	Fatal(args ...any)
}

// Body returns the body of a document without encoding.
func Body(t T, d *edition.Document) []byte {
	t.Helper()
	body, err := d.Body()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Variant returns a document in an encoding, once other encodings are made that are
// being made.
func Variant(t T, d *edition.Document, encoding edition.Encoding) edition.Variant {
	t.Helper()
	for {
		v, err := d.Variant(encoding)
		if err == nil {
			return v
		}
		if !errors.Is(err, edition.ErrBusy) {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
}

// Gzip returns the body of a document in gzip.
func Gzip(t T, d *edition.Document) []byte {
	t.Helper()
	return Variant(t, d, edition.Gzip).Body
}

// Pack returns a document in its packed form.
func Pack(t T, d *edition.Document) []byte {
	t.Helper()
	packed, err := d.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

// Held returns the body of a document that is in memory.
func Held(d *edition.Document) []byte {
	body, err := d.Body()
	if err != nil {
		panic(err)
	}
	return body
}
