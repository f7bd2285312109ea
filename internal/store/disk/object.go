package disk

import (
	"errors"
	"io/fs"
	"syscall"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// ReadObject returns a packed document of a station. The error is edition.ErrDamaged
// where it is not there, or the disk can't read it.
func (s *Store) ReadObject(station string, hash edition.Hash) ([]byte, error) {
	data, err := s.readObject(station, hash)
	if errors.Is(err, store.ErrNone) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, durable.ErrNotOurs) || errors.Is(err, syscall.EIO) {
		return nil, &edition.DamagedError{Hash: hash}
	}
	return data, err
}

func (s *Store) readObject(station string, hash edition.Hash) ([]byte, error) {
	in, err := s.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return in.Read(objectName(hash))
}

// WriteObject writes a packed document of a station, before the manifest that names
// it, or again. It waits for no lock, since many are written at once: what is collected
// meanwhile is missed by who publishes the manifest, and written then.
func (s *Store) WriteObject(station string, hash edition.Hash, packed []byte) error {
	in, err := s.claim(station)
	if err != nil {
		return err
	}
	defer in.Close()
	return in.Write(objectName(hash), packed, fileMode)
}

// objects are the documents of a station; it implements edition.Source.
type objects struct {
	*Store
	station string
}

func (o objects) Read(hash edition.Hash) ([]byte, error) { return o.ReadObject(o.station, hash) }

func (o objects) Write(hash edition.Hash, packed []byte) error {
	return o.WriteObject(o.station, hash, packed)
}

// unheld returns the rest of a station's documents that keeps nothing in memory.
func (s *Store) unheld(station string) *edition.Rest {
	return edition.NewRest(objects{s, station}, edition.NewRing(0))
}
