package disk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// leftName is the file in the folder of a station that tells which articles have
// left its editions: what an earlier one may not show that is served because the
// current one is damaged.
const leftName = "left.json"

// maxLeft is how many articles the file names. Where more have left, no edition
// from before is served in place of a damaged one.
const maxLeft = 10_000

// Departure is what an edition had no more.
type Departure struct {
	At      time.Time `json:"at"` // its watermark
	IDs     []string  `json:"ids,omitempty"`
	Unknown bool      `json:"unknown,omitempty"` // not all of them are named
}

// readLeft returns the departures, the oldest first.
func readLeft(in *durable.Folder) (left []Departure, err error) {
	text, err := readSealed(in, leftName)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &left)
	}
	return left, err
}

// Note is noteLeft for an edition that is published elsewhere first.
func (s *Store) Note(ctx context.Context, e *edition.Edition) error {
	in, unlock, err := s.lock(ctx, e.Station())
	if err != nil {
		return err
	}
	defer unlock()
	old, err := stored(in, e.Station())
	if err != nil {
		return err
	}
	return s.noteLeft(in, e, old)
}

// noteLeft notes what an edition has no more, before it is published in place of
// the stored one, and forgets what left before the oldest edition that is there.
func (s *Store) noteLeft(in *durable.Folder, e *edition.Edition, old stock) error {
	left, err := readLeft(in)
	if err != nil && !errors.Is(err, edition.ErrDamaged) {
		return fmt.Errorf("cache: %w", err)
	}
	now := Departure{At: e.Watermark(), Unknown: err != nil || old.Format == 0}
	if !now.Unknown {
		if now.IDs, err = s.leaving(in, old, e); err != nil {
			now.Unknown = true
		}
	}
	known := slices.ContainsFunc(left, func(d Departure) bool {
		return d.At.Equal(now.At) && slices.Equal(d.IDs, now.IDs) && d.Unknown == now.Unknown
	})
	if len(now.IDs) == 0 && !now.Unknown || known {
		return nil
	}
	marks, _, err := list(in)
	if err != nil || len(marks) == 0 { // there is none before
		return err
	}
	oldest := time.UnixMilli(marks[len(marks)-1]) // the number of one of the version before is earlier than all
	left = slices.DeleteFunc(left, func(d Departure) bool { return !d.At.After(oldest) })
	left = append(left, now)
	named := 0
	for i, d := range slices.Backward(left) {
		if named += len(d.IDs); named > maxLeft {
			left = slices.Concat([]Departure{{At: d.At, Unknown: true}}, left[i+1:])
			break
		}
	}
	return writeSealed(in, leftName, left)
}

// leaving returns the ids of the articles of the stored edition that another one
// does not have.
func (s *Store) leaving(in *durable.Folder, old stock, e *edition.Edition) (ids []string, err error) {
	if s.compared != nil {
		if left, ok := s.compared(e.Station(), old.current.version(), e); ok {
			return idsOf(left), nil
		}
	}
	stored, mine := old.Manifest, e.Manifest()
	differ := !slices.EqualFunc(stored.Volumes, mine.Volumes, func(a, b edition.Volume) bool { return a.Name == b.Name })
	for path, entry := range stored.Contents {
		differ = differ || mine.Contents[path].Hash != entry.Hash
	}
	if !differ {
		return nil, nil // as where a large build goes on: what is new need not be read
	}
	if err := readVolumes(in, &stored, e); err != nil {
		return nil, err
	}
	stored.Documents = nil // contents say it
	before, err := stored.Edition(e, s.unheld(e.Station()).Open)
	if err != nil {
		return nil, err
	}
	diff, err := edition.Diff(before, e)
	return idsOf(diff.Left), err
}

func idsOf(articles []edition.Article) (ids []string) {
	for _, a := range articles {
		ids = append(ids, a.ID)
	}
	return ids
}

// Left returns the departures of a station.
func (s *Store) Left(station string) ([]Departure, error) {
	in, err := s.station(station)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return readLeft(in)
}
