package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/export"
	"feedstation/internal/server"
	"feedstation/internal/store/disk"
)

// exports are the places to which `build --out` has written from this local copy: a
// take-down reaches them as well. They are kept in the local copy, and one process at
// a time writes to them.
type exports struct {
	cfg      *config.Config
	editions *cache.Cache
}

// Served implements export.Editions: what is served, with the files of keys.
func (x *exports) Served(id string) (*edition.Edition, bool) {
	e, ok := x.editions.Served(id)
	if station, known := x.cfg.Network.Station(id); ok && known {
		e = e.With(keyFiles(station))
	}
	return e, ok
}

// write writes to a place, which take-downs reach from then on.
func (x *exports) write(ctx context.Context, where string) error {
	return x.locked(ctx, func(in *durable.Folder, known []string) error {
		if !export.IsBucket(where) {
			var err error
			if where, err = filepath.Abs(where); err != nil {
				return err
			}
		}
		if !slices.Contains(known, where) { // before it is written: from then on something may be there
			if err := writeKnown(in, append(known, where)); err != nil {
				return err
			}
		}
		return export.Write(ctx, where, os.Getenv, x.cfg.Network, x)
	})
}

// again writes to all places, after a take-down. Folders that are gone are forgotten.
func (x *exports) again(ctx context.Context) (written []string, err error) {
	if _, err := os.Stat(filepath.Join(x.cfg.Cache.Dir, disk.ExportsName)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was ever written
	}
	err = x.locked(ctx, func(in *durable.Folder, known []string) error {
		var there []string
		var faults []error
		for _, where := range known {
			if _, err := os.Stat(where); !export.IsBucket(where) && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			there = append(there, where)
			if err := export.Write(ctx, where, os.Getenv, x.cfg.Network, x); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", where, err))
				continue
			}
			written = append(written, where)
		}
		if len(there) < len(known) {
			faults = append(faults, writeKnown(in, there))
		}
		return errors.Join(faults...)
	})
	return written, err
}

// locked runs what is done with the places. What was taken down while another process
// wrote to them is known then.
func (x *exports) locked(ctx context.Context, run func(in *durable.Folder, known []string) error) error {
	in, err := durable.Open(x.cfg.Cache.Dir)
	if err != nil {
		return err
	}
	defer in.Close()
	lock, err := in.Lock(ctx, disk.ExportsLockName)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	defer lock.Close()
	_ = x.editions.Sync(ctx) // the command says itself what it could not do
	var known []string
	text, err := in.Read(disk.ExportsName)
	if err == nil {
		err = json.Unmarshal(text, &known)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", in.Path(disk.ExportsName), err)
	}
	return run(in, known)
}

func writeKnown(in *durable.Folder, known []string) error {
	text, err := json.Marshal(known)
	if err != nil {
		return err
	}
	return in.Write(disk.ExportsName, text, 0o644)
}

// notExported is the condition of a process whose take-down has not reached all places.
var notExported = condition.Kind{
	Level: slog.LevelError, Component: "files", State: "not written", Errors: true,
	Began: "files of build --out may still show what was taken down, run feedstation build --out again", Cleared: "files of build --out written again",
}

// exportTime bounds how long files are written after a take-down: a process that ends
// waits for it.
const exportTime = time.Minute

// exporting has take-downs reach the files as well, after they are answered.
type exporting struct {
	*takeDowns
	host    *host
	exports *exports
}

// TakeDown implements server.TakeDowns.
func (e *exporting) TakeDown(ctx context.Context, wish server.TakeDown) (edition.Retraction, error) {
	r, err := e.takeDowns.TakeDown(ctx, wish)
	if err != nil && !errors.Is(err, edition.ErrUnsent) {
		return r, err
	}
	e.host.group.Go(func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
		defer cancel()
		_, err := e.exports.again(ctx)
		e.host.conditions.Note(notExported, "", err)
		return nil
	})
	return r, err
}
