package server_test

import (
	"errors"
	"maps"
	"sync/atomic"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/server"
	"feedstation/internal/testkit/doctest"
)

// objects are packed documents at rest.
type objects struct {
	packed map[edition.Hash][]byte
	fault  error // of those that are missing
	reads  atomic.Int64
}

func (o *objects) Read(hash edition.Hash) ([]byte, error) {
	o.reads.Add(1)
	if packed, ok := o.packed[hash]; ok {
		return packed, nil
	}
	return nil, o.fault
}

func (o *objects) Write(edition.Hash, []byte) error { return nil }

// TestUnreadable holds that a document at rest that can't be read is answered with 503,
// before any byte of it, whatever the reason and the form in which it is asked for;
// that whoever has it already is told so without it being read; and that the others are
// served, each read once.
func TestUnreadable(t *testing.T) {
	n, editions := portal(t)
	whole := editions["xt"]
	feed, _ := whole.Document("/rss.xml")
	damaged := &edition.DamagedError{Hash: feed.Hash()}
	for name, fault := range map[string]error{"damaged": damaged, "the disk does not answer": errors.New("late")} {
		t.Run(name, func(t *testing.T) {
			stored := &objects{packed: map[edition.Hash][]byte{}, fault: fault}
			for d := range whole.Objects() {
				stored.packed[d.Hash()] = doctest.Pack(t, d)
			}
			delete(stored.packed, feed.Hash())
			m := whole.Manifest()
			e, err := m.Edition(nil, edition.NewRest(stored, edition.NewRing(1<<20)).Open)
			if err != nil {
				t.Fatal(err)
			}
			address := listen(t, server.New(n, stands{"xt": e}, nil, nil))
			for _, accept := range []string{"identity", "gzip", "br", "zstd", "*, identity;q=0"} {
				for _, method := range []string{"GET", "HEAD"} {
					got := get(t, address, method, "/rss.xml", "Accept-Encoding: "+accept)
					body := string(bodyOf(t, got))
					if got.StatusCode != 503 || got.Header.Get("Retry-After") != "30" || got.Header.Get("Cache-Control") != "no-store" || got.Header["Content-Encoding"] != nil || got.Header["Etag"] != nil {
						t.Errorf("%s, %s: status %d, header %v", method, accept, got.StatusCode, got.Header)
					}
					if want := "This feed or sitemap can't be read at the moment. Try again in a moment.\n"; method == "GET" && body != want {
						t.Errorf("body %q", body)
					}
				}
				if got := get(t, address, "GET", "/rss.xml", "Accept-Encoding: "+accept, "If-None-Match: *"); got.StatusCode != 304 {
					t.Errorf("asked whether it has changed: status %d", got.StatusCode)
				}
			}
			stored.reads.Store(0)
			others := maps.Collect(whole.All())
			delete(others, "/rss.xml")
			for range 2 {
				for path := range others {
					if got := get(t, address, "GET", path); got.StatusCode != 200 {
						t.Errorf("%s: status %d", path, got.StatusCode)
					}
				}
			}
			if n := stored.reads.Load(); n != int64(len(others)) {
				t.Errorf("%d documents read, want %d", n, len(others))
			}
		})
	}
}
