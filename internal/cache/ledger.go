package cache

import (
	"errors"
	"fmt"
	"slices"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
)

// ledger is what this process knows of a station's folder since it has published
// there: the next publication need not read what is there. It holds for as long
// as no other process has published or pinned.
type ledger struct {
	manifest, pinned seen
	version          Version
	digest           string
	numbers          []int64                // of the manifests beside the current one's, the highest first
	newest           map[edition.Hash]int64 // number of the newest edition that names an object
	pin              Pin
}

// takeLedger returns the ledger of a station if it holds, or nil. Whoever is done
// with the folder, which is locked, without a fault, keeps it again.
func (l *Local) takeLedger(in *durable.Folder, station string) *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.of(station)
	book := k.ledger
	k.ledger = nil
	if book == nil || k.suspect {
		return nil
	}
	_, published, err := book.manifest.look(in, manifestName)
	_, pinned, pinErr := book.pinned.look(in, pinnedName)
	if published || pinned || err != nil || pinErr != nil {
		return nil
	}
	return book
}

// keepLedger makes a ledger that of the station as it is now.
func (l *Local) keepLedger(in *durable.Folder, station string, book *ledger) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var err, pinErr error
	book.manifest, _, err = seen{}.look(in, manifestName)
	book.pinned, _, pinErr = seen{}.look(in, pinnedName)
	if err := errors.Join(err, pinErr); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	l.of(station).ledger = book
	return nil
}

// enter notes that an edition is the current one.
func (book *ledger) enter(m edition.Manifest, digest string) {
	book.version = Version{m.Number, m.Watermark.UnixMilli()}
	book.digest = digest
	book.numbers = slices.Insert(book.numbers, 0, m.Number)
	for _, entries := range []map[string]edition.Entry{m.Documents, m.Contents} {
		for _, entry := range entries {
			book.newest[entry.Hash] = max(book.newest[entry.Hash], m.Number)
		}
	}
}

// collectKnown removes what neither the current edition nor a kept one names, as
// far as the ledger knows of it.
func (l *Local) collectKnown(in *durable.Folder, book *ledger) error {
	kept := l.keptOf(book.numbers, book.version.Number, book.pin)
	for _, number := range book.numbers { // manifests first: none is ever there without its documents
		if !slices.Contains(kept, number) {
			if err := remove(in, numberName(number)); err != nil {
				return err
			}
		}
	}
	book.numbers = kept
	oldest := slices.Min(slices.DeleteFunc(slices.Clone(kept), func(number int64) bool { return number == book.pin.Number }))
	for hash, number := range book.newest {
		if number >= oldest {
			continue
		}
		if err := remove(in, objectName(hash)); err != nil {
			return err
		}
		delete(book.newest, hash)
	}
	return nil
}

func remove(in *durable.Folder, name string) error {
	if err := in.Remove(name); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
