package edition_test

import (
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

// TestStaleWhileRevalidate holds how long proxies are allowed to serve what is
// old, also after the edition was read back.
func TestStaleWhileRevalidate(t *testing.T) {
	for _, tt := range []struct {
		bound time.Duration
		want  string
	}{
		{0, "public, max-age=300, stale-while-revalidate=300"},
		{15 * time.Minute, "public, max-age=300, stale-while-revalidate=300"},
		{time.Minute, "public, max-age=300, stale-while-revalidate=60"},
		{-time.Second, "public, max-age=300"},
	} {
		d := edition.NewDocument(xmlType, []byte("<a/>"), noon).WithHeaders(edition.Headers{MaxAge: 5 * time.Minute, StaleWhileRevalidate: tt.bound})
		m := edition.New("xt", noon, "4711", map[string]*edition.Document{"/a": d}).Manifest()
		e, err := m.Edition(nil, func(entry edition.Entry) (*edition.Document, error) { return edition.Unpack(entry, doctest.Pack(t, d)) })
		if err != nil {
			t.Fatal(err)
		}
		read, _ := e.Document("/a")
		for _, d := range []*edition.Document{d, read} {
			if got := d.CacheControl()[0]; got != tt.want {
				t.Errorf("bound %v: %q, want %q", tt.bound, got, tt.want)
			}
		}
	}
}
