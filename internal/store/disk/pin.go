package disk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// pinned is what pinnedName holds.
type pinned struct {
	At        time.Time         `json:"at"`
	Watermark time.Time         `json:"watermark,omitzero"`
	Manifest  *edition.Manifest `json:"manifest,omitempty"`
	Number    int64             `json:"number,omitempty"` // of an edition of the version before, instead of both
}

// pin returns the pin. One of the version before has its number as the watermark,
// until the edition has been read.
func (p pinned) pin() store.Pin {
	if p.Number > 0 {
		return store.Pin{Watermark: time.UnixMilli(p.Number).UTC(), At: p.At}
	}
	return store.Pin{Watermark: p.Watermark, At: p.At}
}

// readPin returns what is pinned, zero where that can't be read.
func readPin(in *durable.Folder) (p pinned, err error) {
	text, err := readSealed(in, pinnedName)
	switch {
	case isAbsent(err):
		return pinned{}, nil
	case err != nil:
		return pinned{}, err
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return pinned{}, fmt.Errorf("%s: %w", in.Path(pinnedName), err)
	}
	return p, nil
}

// Pinned implements store.Store.
func (s *Store) Pinned(_ context.Context, station string, known *edition.Edition) (store.Pin, *edition.Edition, error) {
	in, err := s.station(station)
	if err != nil {
		return store.Pin{}, nil, err
	}
	defer in.Close()
	p, err := readPin(in)
	if err != nil {
		return store.Pin{}, nil, fmt.Errorf("cache: %w", err)
	}
	if !s.confirmed(in, station) {
		return store.Pin{}, nil, store.ErrNone
	}
	switch {
	case p.Manifest != nil && p.Manifest.Station != station:
		return p.pin(), nil, fmt.Errorf("cache: %s: %w", in.Path(pinnedName), edition.ErrDamaged)
	case p.Manifest != nil:
		e, err := s.openWhole(in, *p.Manifest, known)
		return p.pin(), e, err
	case p.Number > 0:
		e, err := fetch(in, station, numberName(p.Number), known, s.open)
		return p.pin(), e, err
	}
	return p.pin(), nil, nil
}
