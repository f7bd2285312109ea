package websub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"feedstation/internal/durable"
)

const (
	fileSuffix = ".json"
	fileMode   = 0o600 // for secrets are in it
)

// errDamaged is what a file meets that is not as it was written.
var errDamaged = errors.New("damaged")

// Folder is where subscriptions are in the local copy, a file a station.
type Folder struct{ dir, name string }

// NewFolder returns the folder of that name in a local copy.
func NewFolder(dir, name string) *Folder { return &Folder{dir, name} }

// open opens the folder, which is made if that is asked for. It is opened for each use:
// the local copy may be removed, and another one be put in its place.
func (f *Folder) open(create bool) (*durable.Folder, error) {
	base, err := durable.Open(f.dir)
	if err != nil {
		return nil, err
	}
	in, err := base.Sub(f.name, create)
	return in, errors.Join(err, base.Close())
}

// stations returns the ids of the stations that there are subscriptions of.
func (f *Folder) stations() (ids []string, err error) {
	in, err := f.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("subscriptions: %w", err)
	}
	entries, err := in.Entries()
	for _, entry := range entries {
		if id, ok := strings.CutSuffix(entry.Name(), fileSuffix); ok && entry.Type().IsRegular() {
			ids = append(ids, id)
		}
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, fmt.Errorf("subscriptions: %w", err)
	}
	return ids, nil
}

// read returns the subscriptions of a station, by key.
func (f *Folder) read(station string) (map[string]Subscription, error) {
	in, err := f.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("subscriptions of %s: %w", station, err)
	}
	text, err := in.Read(station + fileSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = []byte("[]"), nil
	}
	if err = errors.Join(err, in.Close()); err != nil {
		return nil, fmt.Errorf("subscriptions of %s: %w", station, err)
	}
	var list []Subscription
	if json.Unmarshal(text, &list) != nil { // whose error may quote a secret
		return nil, fmt.Errorf("subscriptions of %s: %w", station, errDamaged)
	}
	all := map[string]Subscription{}
	for _, s := range list {
		all[keyOf(s.Topic, s.Callback)] = s
	}
	return all, nil
}

// write puts the subscriptions of a station in the place of those that were there; none
// removes the file.
func (f *Folder) write(station string, all map[string]Subscription) error {
	in, err := f.open(true)
	if err != nil {
		return fmt.Errorf("subscriptions of %s: %w", station, err)
	}
	if len(all) == 0 {
		err = in.Remove(station + fileSuffix)
	} else {
		list := make([]Subscription, 0, len(all))
		for _, key := range slices.Sorted(maps.Keys(all)) {
			list = append(list, all[key])
		}
		var text []byte
		if text, err = json.Marshal(list); err == nil {
			err = in.Write(station+fileSuffix, text, fileMode)
		}
	}
	if err = errors.Join(err, in.Sync(), in.Close()); err != nil {
		return fmt.Errorf("subscriptions of %s: %w", station, err)
	}
	return nil
}
