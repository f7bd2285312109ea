package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
)

// leftName is the file in the folder of a station that tells which articles have
// left its editions: what an earlier one may not show that is served because the
// current one is damaged.
const leftName = "left.json"

// maxLeft is how many articles the file names. Where more have left, no edition
// from before is served in place of a damaged one.
const maxLeft = 10_000

// departure is what an edition had no more.
type departure struct {
	At      time.Time `json:"at"` // its watermark
	IDs     []string  `json:"ids,omitempty"`
	Unknown bool      `json:"unknown,omitempty"` // not all of them are named
}

// errLeft is what an earlier edition meets of which is not known what it may not
// show.
var errLeft = errors.New("which articles have left since is not known")

// readLeft returns the departures, the oldest first.
func readLeft(in *durable.Folder) (left []departure, err error) {
	text, err := readSealed(in, leftName)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &left)
	}
	return left, err
}

// noteLeft notes what an edition has no more, before it is published in place of
// the stored one, and forgets what left before the oldest edition that is there.
func noteLeft(in *durable.Folder, e *edition.Edition, old stock) error {
	if len(old.numbers) == 0 {
		return nil // there is none before
	}
	left, err := readLeft(in)
	if err != nil && !errors.Is(err, edition.ErrDamaged) {
		return fmt.Errorf("cache: %w", err)
	}
	now := departure{At: e.Watermark(), Unknown: err != nil || old.Format == 0}
	if !now.Unknown {
		if now.IDs, err = leaving(in, old.Manifest, e); err != nil {
			now.Unknown = true
		}
	}
	if len(now.IDs) == 0 && !now.Unknown {
		return nil
	}
	left = slices.DeleteFunc(left, func(d departure) bool { return !d.At.After(old.oldest) })
	left = append(left, now)
	named := 0
	for i, d := range slices.Backward(left) {
		if named += len(d.IDs); named > maxLeft {
			left = slices.Concat([]departure{{At: d.At, Unknown: true}}, left[i+1:])
			break
		}
	}
	return writeSealed(in, leftName, left)
}

// leaving returns the ids of the articles of the stored edition that another one
// does not have.
func leaving(in *durable.Folder, stored edition.Manifest, e *edition.Edition) (ids []string, err error) {
	stored.Documents = nil // contents say it
	before, err := open(in, stored, e)
	if err != nil {
		return nil, err
	}
	diff, err := edition.Diff(before, e)
	for _, a := range diff.Left {
		ids = append(ids, a.ID)
	}
	return ids, err
}

// left returns the departures of a station.
func (l *Local) left(station string) ([]departure, error) {
	in, err := l.station(station)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return readLeft(in)
}

// withoutLeft returns an edition of a station without what later ones had no more,
// as far as the local copy tells. The error of one that is known to be earlier is
// errLeft where it does not tell.
func (c *Cache) withoutLeft(e *edition.Edition, earlier bool) (*edition.Edition, error) {
	left, err := c.disk.left(e.Station())
	if err != nil && earlier {
		return nil, fmt.Errorf("%w: %w", errLeft, err)
	}
	gone := edition.Retractions{}
	for _, d := range left {
		if !d.At.After(e.Watermark()) {
			continue
		}
		if d.Unknown && earlier {
			return nil, errLeft
		}
		for _, id := range d.IDs {
			gone[id] = edition.Retraction{Station: e.Station(), ID: id, At: d.At, State: edition.Held}
		}
	}
	return c.without(e, gone), nil
}

// without returns the edition that is to be served instead of e.
func (c *Cache) without(e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	a := c.amend(e, retractions)
	if a != e && a.Number() <= e.Number() {
		a = a.Numbered(e.Number() + 1)
	}
	return a
}
