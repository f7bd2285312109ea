// Package export writes what is served as files, into a folder from which any web
// server serves them, or into a bucket of an object store:
//
//	{dir}/{station}/{path}              a document, modified when its content last changed
//	{dir}/{station}/{path}.gz           the same in gzip, {path}.br in Brotli
//	{dir}/{station}/.feedstation-files  the files that were written there, with their SHA-256: what sha256sum -c reads
//
// Files that are as they should be are left alone. What is gone from an edition, and
// all of a station that publishes no more, goes; files of others are neither
// replaced nor removed, and links are not followed.
//
// What is there of others' is theirs: a list of our own says what is ours.
package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Editions is where what is served comes from.
type Editions interface {
	// Served returns the edition of a station that clients are served.
	Served(station string) (*edition.Edition, bool)
}

// target is where stations are written.
type target interface {
	// station returns the place of a station, which is made if that is asked for. The
	// error is errNotOurs where it is not there, or nothing was written there.
	station(ctx context.Context, id string, create bool) (place, error)
	// stations returns the names of what may be places of stations.
	stations(ctx context.Context) ([]string, error)
	// leave removes the place of a station, if nothing is left there.
	leave(id string)
	close()
}

// place is where the files of one station are.
type place interface {
	// where is the place, for people.
	where() string
	// list returns the list of files as it was last kept; nil: none was.
	list(ctx context.Context) ([]byte, error)
	keep(ctx context.Context, list []byte) error
	unlist(ctx context.Context) error
	// tidy removes what an export that was killed has left, of files with these names.
	tidy(names map[string]bool) error
	// holds reports whether there is something of that name.
	holds(name string) (bool, error)
	// intact reports whether a file is there as it was written, with that SHA-256.
	intact(f file, sum string) bool
	write(ctx context.Context, f file, body []byte) error
	remove(ctx context.Context, name string) error
	close()
}

// errNotOurs is what a place meets where nothing was written.
var errNotOurs = errors.New("nothing was exported there")

// file is a document in one encoding.
type file struct {
	name     string // within the station, without a leading slash
	path     string // of the document
	document *edition.Document
	encoding edition.Encoding
	modified time.Time
}

// suffixes are those of the names, by encoding.
var suffixes = [...]string{edition.Identity: "", edition.Gzip: network.GzipSuffix, edition.Brotli: ".br"}

// filesOf returns a document's files. What is to change only later has changed now:
// no Last-Modified is a time to come (RFC 9110 §8.8.2.1).
func filesOf(path string, d *edition.Document, now time.Time) (files [len(suffixes)]file) {
	modified := d.Modified()
	if modified.After(now) {
		modified = now.Truncate(time.Second)
	}
	for encoding, suffix := range suffixes {
		files[encoding] = file{strings.TrimPrefix(path, "/") + suffix, path, d, edition.Encoding(encoding), modified}
	}
	return files
}

func (f file) body() ([]byte, error) {
	switch f.encoding {
	case edition.Gzip:
		return f.document.Twin().Body()
	case edition.Brotli:
		return f.document.Brotli()
	}
	return f.document.Body()
}

// Write writes the documents that are served of the stations to a folder, or a bucket
// with what the environment says of it, and removes those of stations that publish no
// more. The caller sees to it that no other process writes to a folder meanwhile.
func Write(ctx context.Context, where string, env func(string) string, n *network.Network, editions Editions) error {
	to, err := openTarget(where, env)
	if err != nil {
		return err
	}
	defer to.close()
	var faults []error
	for _, s := range n.Stations {
		if e, ok := editions.Served(s.ID); ok {
			faults = append(faults, writeStation(ctx, to, e))
		}
	}
	names, err := to.stations(ctx)
	faults = append(faults, err)
	for _, name := range names {
		if s, ok := n.Station(name); !ok || !s.Publishes() {
			faults = append(faults, emptyStation(ctx, to, name))
		}
	}
	return errors.Join(faults...)
}

func openTarget(where string, env func(string) string) (target, error) {
	if IsBucket(where) {
		return openBucket(where, env)
	}
	return openFolder(where)
}

// writeStation writes first what others lead to: the months of a sitemap, then its
// index.
func writeStation(ctx context.Context, to target, e *edition.Edition) error {
	p, err := to.station(ctx, e.Station(), true)
	if err != nil {
		return err
	}
	defer p.close()
	old, err := readList(ctx, p)
	if err != nil {
		return err
	}
	sums, changed, err := compare(p, e, old)
	if err != nil {
		return err
	}
	if err := foreign(p, changed, old); err != nil {
		return err
	}
	during := maps.Clone(old)
	maps.Copy(during, sums)
	if err := p.tidy(names(during)); err != nil {
		return err
	}
	if maps.Equal(old, sums) && len(changed) == 0 {
		return nil
	}
	if err := p.keep(ctx, format(during)); err != nil {
		return err
	}
	for _, f := range changed {
		body, err := f.body()
		if err == nil {
			err = p.write(ctx, f, body)
		}
		if err != nil {
			return err
		}
		sums[f.name] = sumOf(body)
	}
	for name := range old {
		if _, ok := sums[name]; !ok {
			if err := p.remove(ctx, name); err != nil {
				return err
			}
		}
	}
	return p.keep(ctx, format(sums))
}

// compare returns the files that an edition has, with their sums, and those that
// have to be written, whose sum is unwritten.
func compare(p place, e *edition.Edition, old map[string]string) (sums map[string]string, changed []file, err error) {
	sums, now := map[string]string{}, time.Now()
	for path, d := range e.All() {
		body, err := d.Body()
		if err != nil {
			return nil, nil, err
		}
		files := filesOf(path, d, now)
		// What was written beside a body is that body in another encoding.
		same := old[files[edition.Identity].name] == sumOf(body)
		for _, f := range files {
			sum := old[f.name]
			same = same && sum != "" && p.intact(f, sum)
		}
		for _, f := range files {
			sums[f.name] = old[f.name]
			if !same {
				sums[f.name] = unwritten
				changed = append(changed, f)
			}
		}
	}
	slices.SortStableFunc(changed, func(a, b file) int { return strings.Count(b.name, "/") - strings.Count(a.name, "/") })
	return sums, changed, nil
}

// foreign fails where a file that is to be written is there, but not one of ours:
// the folder may be that of a web server, with a robots.txt of its own.
func foreign(p place, changed []file, ours map[string]string) error {
	var found []string
	for _, f := range changed {
		if _, ok := ours[f.name]; ok {
			continue
		}
		there, err := p.holds(f.name)
		if err != nil {
			return err
		}
		if there {
			found = append(found, f.name)
		}
	}
	if found == nil {
		return nil
	}
	slices.Sort(found)
	return fmt.Errorf("%s has files that feedstation did not write (%s): move them away, or choose another folder", p.where(), strings.Join(found, ", "))
}

// emptyStation removes what was once written for a station.
func emptyStation(ctx context.Context, to target, id string) error {
	p, err := to.station(ctx, id, false)
	if errors.Is(err, errNotOurs) {
		return nil
	}
	if err != nil {
		return err
	}
	defer p.close()
	old, err := readList(ctx, p)
	if err != nil {
		return err
	}
	if err := p.tidy(names(old)); err != nil {
		return err
	}
	for name := range old {
		if err := p.remove(ctx, name); err != nil {
			return err
		}
	}
	if err := p.unlist(ctx); err != nil {
		return err
	}
	to.leave(id)
	return nil
}

// listName is the file in which a station's place keeps the names of what was
// written into it: what is gone from the edition goes from the place, and nothing
// else does. It has a name before there is a file of that name.
const listName = ".feedstation-files"

// unwritten is the sum of a file that may be there in part, or not yet.
var unwritten = strings.Repeat("0", hex.EncodedLen(sha256.Size))

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// readList returns the sums of what was written before, by name. Former versions
// listed names alone, whose sum is empty.
func readList(ctx context.Context, p place) (map[string]string, error) {
	text, err := p.list(ctx)
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name := strings.TrimSuffix(line, "\n")
		sum := ""
		if before, after, ok := strings.Cut(name, "  "); ok && len(before) == len(unwritten) {
			sum, name = before, after
		}
		if validName(name) {
			sums[name] = sum
		}
	}
	return sums, nil
}

func format(sums map[string]string) []byte {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		sum := sums[name]
		if sum == "" {
			sum = unwritten
		}
		fmt.Fprintf(&text, "%s  %s\n", sum, name)
	}
	return []byte(text.String())
}

func names(sums map[string]string) map[string]bool {
	all := map[string]bool{}
	for name := range sums {
		all[name] = true
	}
	return all
}
