package disk

import (
	"path/filepath"
	"testing"

	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return newStore(t) }, func(s store.Store) error { _, err := s.(*Store).Collect(t.Context(), "xt"); return err })
}

func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// path returns that of a file of a station.
func (s *Store) path(station, name string) string { return filepath.Join(s.dir, station, name) }
