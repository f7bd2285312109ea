package disk

import (
	"errors"
	"io/fs"
	"sync"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/require"
)

// writeAll writes the documents of an edition before it is published, as who follows does,
// all at once.
func writeAll(t *testing.T, s *Store, e *edition.Edition) {
	t.Helper()
	var writing sync.WaitGroup
	for d := range e.Objects() {
		writing.Go(func() {
			packed, err := d.Pack()
			if err == nil {
				err = s.WriteObject("xt", d.Hash(), packed)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // of a draft that was collected
				t.Error(err)
			}
		})
	}
	writing.Wait()
}

// Documents are written while another process has the lock of their station.
func TestWriteObjectWaitsForNoLock(t *testing.T) {
	s := newStore(t)
	_, unlock, err := s.lock(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	e := storetest.Large(20, 0)
	writeAll(t, s, e)
	for d := range e.Objects() {
		packed, err := s.ReadObject("xt", d.Hash())
		if err == nil {
			_, err = edition.Unpack(edition.Entry{Hash: d.Hash()}, packed)
		}
		if err != nil {
			t.Error(err)
		}
	}
}

// Who publishes an edition whose documents were written before has all of them stored,
// whatever was collected meanwhile.
func TestWriteObjectBesideCollect(t *testing.T) {
	require.Time(t)
	s := newStore(t)
	for version := range 30 {
		e := storetest.Large(20, version)
		var collecting sync.WaitGroup
		collecting.Go(func() {
			if _, err := s.Collect(t.Context(), "xt"); err != nil {
				t.Error(err)
			}
		})
		writeAll(t, s, e)
		storetest.Publish(t, s, e)
		collecting.Wait()
		wantFolder(t, s, e, false)
	}
}
