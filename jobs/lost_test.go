package jobs_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
)

// objects are packed documents at rest.
type objects map[edition.Hash][]byte

func (o objects) Read(hash edition.Hash) ([]byte, error) {
	if packed, ok := o[hash]; ok {
		return slices.Clone(packed), nil
	}
	return nil, &edition.DamagedError{Hash: hash}
}

func (o objects) Write(hash edition.Hash, packed []byte) error {
	o[hash] = packed
	return nil
}

// resting returns the shelf as a process finds it that has restarted, and what its
// editions are read from.
func (s *shelf) resting(t *testing.T) (*shelf, objects) {
	t.Helper()
	other, stored := newShelf(), objects{}
	for station, e := range s.current {
		for d := range e.Objects() {
			stored[d.Hash()] = doctest.Pack(t, d)
		}
		m := e.Manifest()
		again, err := m.Edition(nil, edition.NewRest(stored, edition.NewRing(0)).Open)
		if err != nil {
			t.Fatal(err)
		}
		other.current[station] = again
	}
	return other, stored
}

// TestLostIsBuiltAgain holds that documents and contents that are lost, of whichever
// kind, are built again by the next refresh, with the bytes that they had and without
// another edition being published.
func TestLostIsBuiltAgain(t *testing.T) {
	in(t, func(w *world) {
		for i := range 12 {
			w.put(newArticle("xt", i+1, time.Duration(i)*10*24*time.Hour))
		}
		s := w.whole(options)
		for path := range s.current["xt"].All() {
			for _, part := range []string{"document", "contents"} {
				other, stored := s.resting(w.t)
				e := other.current["xt"]
				d, ok := e.Document(path)
				if part == "contents" {
					d, ok = e.Contents(path)
				}
				if !ok {
					continue
				}
				packed := stored[d.Hash()]
				delete(stored, d.Hash())
				if _, err := d.Body(); !errors.Is(err, edition.ErrDamaged) {
					w.t.Fatalf("%s: %v", path, err)
				}
				if err := w.conduct(other, options, nil).Refresh(w.t.Context()); err != nil {
					w.t.Errorf("%s of %s: %v", part, path, err)
				}
				if again, err := d.Pack(); err != nil || !slices.Equal(again, packed) || other.current["xt"] != e {
					w.t.Errorf("%s of %s: %v; another edition: %t", part, path, err, other.current["xt"] != e)
				}
			}
		}
	})
}

// TestAllLost holds that an edition of which everything is lost, as when the local copy
// was removed, is whole again after a refresh or some.
func TestAllLost(t *testing.T) {
	in(t, func(w *world) {
		for i := range 12 {
			w.put(newArticle("xt", i+1, time.Duration(i)*10*24*time.Hour))
		}
		s := w.whole(options)
		other, stored := s.resting(w.t)
		clear(stored)
		e := other.current["xt"]
		for d := range e.Objects() {
			if _, err := d.Body(); !errors.Is(err, edition.ErrDamaged) {
				w.t.Fatal(err)
			}
		}
		c := w.conduct(other, options, nil)
		for more := true; more; more = c.More() {
			if err := c.Refresh(w.t.Context()); err != nil {
				w.t.Fatal(err)
			}
		}
		for d := range e.Objects() {
			if _, err := d.Body(); err != nil {
				w.t.Error(err)
			}
		}
		if _, ok := e.Document(network.IndexPath); !ok || other.current["xt"] != e {
			w.t.Error("another edition was published")
		}
	})
}
