package statistics

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"feedstation/internal/durable"
)

const (
	partSuffix = ".json"
	saltSuffix = ".salt"
	fileMode   = 0o600
)

// Folder is where the statistics are in the local copy.
type Folder struct{ dir, name string }

// NewFolder returns the folder of that name in a local copy.
func NewFolder(dir, name string) *Folder { return &Folder{dir, name} }

// open opens the folder, which is made if that is asked for. It is opened for each use: the
// local copy may be removed, and another one be put in its place.
func (f *Folder) open(create bool) (*durable.Folder, error) {
	if _, err := os.Stat(f.dir); err != nil && !create {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	base, err := durable.Open(f.dir)
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	defer base.Close()
	in, err := base.Sub(f.name, create)
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	return in, nil
}

// keep writes the part of a run: what each station has, as it is encoded.
func (f *Folder) keep(day, run string, stations map[string][]byte) error {
	whole := map[string]json.RawMessage{}
	for id, station := range stations {
		whole[id] = station
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	in, err := f.open(true)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := in.WriteDated(day+"."+run+partSuffix, text, fileMode, time.Now()); err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	return nil
}

// parts returns the parts of a day, by run and station. One that can't be read is left out:
// it was written while the power failed.
func (f *Folder) parts(day string) (map[string]map[string]*Station, error) {
	in, err := f.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	entries, err := in.Entries()
	if err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	all := map[string]map[string]*Station{}
	for _, entry := range entries {
		of, run, ok := partOf(entry.Name())
		if !ok || of != day {
			continue
		}
		text, err := in.Read(entry.Name())
		if err != nil {
			return nil, fmt.Errorf("statistics: %w", err)
		}
		var part map[string]*Station
		if json.Unmarshal(text, &part) == nil {
			all[run] = part
		}
	}
	return all, nil
}

// partOf returns of which day and run a file is.
func partOf(name string) (day, run string, ok bool) {
	name, part := strings.CutSuffix(name, partSuffix)
	day, run, cut := strings.Cut(name, ".")
	_, err := time.Parse(time.DateOnly, day)
	return day, run, part && cut && err == nil && run != "" && !strings.Contains(run, ".")
}

// salt returns the salt of a day: that which is there, or the one that is proposed, which
// is kept from now on.
func (f *Folder) salt(day string, proposed []byte, replace bool) ([]byte, error) {
	in, err := f.open(true)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !replace {
		if text, err := in.Read(day + saltSuffix); err == nil {
			secret, err := base64.StdEncoding.DecodeString(string(text))
			if err == nil && checkSecret(secret) == nil {
				return secret, nil
			}
		}
	}
	if err := in.Write(day+saltSuffix, []byte(base64.StdEncoding.EncodeToString(proposed)), fileMode); err != nil {
		return nil, fmt.Errorf("statistics: %w", err)
	}
	return proposed, nil
}

// tidy removes the parts of days before one, and salts of days up to another; and what was
// being written when a process was killed.
func (f *Folder) tidy(parts, salts string) error {
	in, err := f.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	entries, err := in.Entries()
	for _, entry := range entries {
		name := entry.Name()
		whole := name
		if of, ok := durable.DraftOf(name); ok {
			whole = of
		}
		day, _, part := partOf(whole)
		saltDay, salt := strings.CutSuffix(whole, saltSuffix)
		draft := whole != name && olderThanHour(entry)
		if part && (day < parts || draft) || salt && (saltDay <= salts || draft) {
			err = errors.Join(err, in.Remove(name))
		}
	}
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	return nil
}

func olderThanHour(entry fs.DirEntry) bool {
	info, err := entry.Info()
	return err == nil && time.Since(info.ModTime()) > time.Hour
}
