package cache

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// path returns that of a file of a station.
func (l *Local) path(station, name string) string { return filepath.Join(l.dir, station, name) }

// writeFile writes a file as others would.
func writeFile(name string, data []byte) error { return os.WriteFile(name, data, 0o600) }

// lose puts a file in the place of the folder.
func lose(t *testing.T, l *Local) {
	t.Helper()
	if err := errors.Join(os.RemoveAll(l.dir), writeFile(l.dir, nil)); err != nil {
		t.Fatal(err)
	}
}
