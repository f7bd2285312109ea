package disk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Heads implements store.Store.
func (s *Store) Heads(_ context.Context, stations []string) ([]store.Head, error) {
	heads := make([]store.Head, len(stations))
	for i, station := range stations {
		head, err := s.head(station)
		if err != nil {
			head = store.Head{Err: fmt.Errorf("cache: %w", err)}
		}
		heads[i] = head
	}
	return heads, nil
}

// head reads a file only when it is another one than last time.
func (s *Store) head(station string) (store.Head, error) {
	in, err := s.station(station)
	if errors.Is(err, store.ErrNone) {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.known, station)
		return store.Head{}, nil
	}
	if err != nil {
		return store.Head{}, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return store.Head{Unconfirmed: true}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.of(station)
	current, changed, err := k.current.look(in, currentName)
	former, other, formerErr := k.former.look(in, formerName)
	if err := errors.Join(err, formerErr); err != nil {
		return store.Head{}, err
	}
	if changed || other {
		p, err := readPointer(in, station)
		if err != nil {
			return store.Head{}, err
		}
		k.head.Version, k.current, k.former, k.name, k.manifest = p.version(), current, former, p.name(), seen{}
	}
	if err := k.check(in, changed || other); err != nil {
		return store.Head{}, err
	}
	now, changed, err := k.pinned.look(in, pinnedName)
	if err != nil {
		return store.Head{}, err
	}
	if changed {
		p, err := readPin(in)
		if err != nil {
			return store.Head{}, err
		}
		k.head.Pin, k.pinned = p.pin(), now
	}
	return k.head, nil
}

// check looks whether the current edition's manifest is whole, where it is another
// one than last time.
func (k *known) check(in *durable.Folder, another bool) error {
	if k.head.Version == (store.Version{}) {
		return nil
	}
	now, changed, err := k.manifest.look(in, k.name)
	if err != nil || !changed && !another {
		return err
	}
	_, err = readSealed(in, k.name)
	if err != nil && !isAbsent(err) {
		return err
	}
	k.manifest, k.head.Damaged = now, errors.Is(err, store.ErrNone) || errors.Is(err, edition.ErrDamaged)
	return nil
}

// pointer is what currentName holds of the current edition.
type pointer struct {
	Station   string    `json:"station"`
	Watermark time.Time `json:"watermark"`
	Digest    string    `json:"digest,omitempty"`
	Number    int64     `json:"number,omitempty"` // of an edition of the version before, instead of the digest
}

// name returns the name of the manifest.
func (p pointer) name() string {
	if p.Number > 0 {
		return numberName(p.Number)
	}
	return manifestName(p.Watermark.UnixMilli())
}

// version returns that of the edition; zero: there is none.
func (p pointer) version() store.Version {
	if p.Watermark.IsZero() {
		return store.Version{}
	}
	return store.Version{Watermark: p.Watermark.UnixMilli(), Digest: p.Digest}
}

// readPointer returns the pointer to the current edition, zero where there is none or
// it is damaged. Where the version before has published since, or published last, it
// is that one's.
func readPointer(in *durable.Folder, station string) (p pointer, err error) {
	for _, name := range []string{currentName, formerName} {
		text, err := readSealed(in, name)
		if isAbsent(err) {
			continue
		}
		if err != nil {
			return pointer{}, err
		}
		var one pointer
		if json.Unmarshal(text, &one) == nil && one.Station == station && (p.Station == "" || one.Watermark.After(p.Watermark)) {
			p = one
		}
	}
	return p, nil
}
