package config

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// place is where a value was written: in the file or in the environment.
type place struct {
	line     int    // from 1; 0: nowhere in the file
	variable string // goes before the line
}

// within names the place beside the file's own name.
func (p place) within() string {
	if p.variable != "" {
		return p.variable
	}
	return fmt.Sprintf("line %d", p.line)
}

// fault is something wrong at a place; path is the key, as in stations[2].url.
type fault struct {
	at   place
	path string
	err  error
}

// report collects faults and warnings, and knows the place of every value.
type report struct {
	file     string
	places   map[string]place // of values by their path
	faulty   map[string]bool  // paths of values that have their fault
	files    map[string][sha256.Size]byte
	faults   []fault
	warnings []fault
}

func newReport(file string) *report {
	return &report{file: file, places: map[string]place{}, faulty: map[string]bool{}, files: map[string][sha256.Size]byte{}}
}

// add reports something about the way the configuration is written.
func (r *report) add(at place, path string, err error) {
	r.faults = append(r.faults, fault{at, path, err})
}

// value reports that the value at path is wrong or missing. One mistake has one
// line: it is not said twice, nor of the parts of something that is wrong as a
// whole.
func (r *report) value(path, format string, args ...any) {
	for at := path; ; at = parent(at) {
		if r.faulty[at] {
			return
		}
		if at == "" {
			break
		}
	}
	r.faulty[path] = true
	r.add(r.place(path), path, fmt.Errorf(format, args...))
}

// warn notes what is allowed, but hardly meant.
func (r *report) warn(path, format string, args ...any) {
	r.warnings = append(r.warnings, fault{r.place(path), path, fmt.Errorf(format, args...)})
}

// place returns where the value at path was written, or, for what is missing,
// the innermost mapping that lacks it.
func (r *report) place(path string) place {
	for ; path != ""; path = parent(path) {
		if at, ok := r.places[path]; ok {
			return at
		}
	}
	return r.places[""]
}

// parent returns the path of what holds the value at path.
func parent(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// join returns the path of a mapping's key.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// err returns all faults, first those of the file by their lines.
func (r *report) err() error {
	return errors.Join(r.sorted(r.faults)...)
}

func (r *report) sorted(faults []fault) []error {
	slices.SortStableFunc(faults, func(a, b fault) int {
		return cmp.Or(strings.Compare(a.at.variable, b.at.variable), a.at.line-b.at.line)
	})
	errs := make([]error, len(faults))
	for i, f := range faults {
		where := cmp.Or(f.at.variable, r.file)
		if f.at.variable == "" && f.at.line > 0 {
			where = fmt.Sprintf("%s:%d", r.file, f.at.line)
		}
		if f.path != "" {
			where += ": " + f.path
		}
		errs[i] = fmt.Errorf("%s: %w", where, f.err)
	}
	return errs
}
