package edition

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/network"
)

// Volume is the archives of one feed in a manifest, which names them by the hash of an
// object of its own. A station can have thousands, of which an edition changes a few or
// none: neither who publishes nor who follows pays for the others.
//
// The object has a line a document and a line a piece of contents, with tabs between a
// letter that tells which, path, hash, media type, the numbers of the [Entry] and its link.
type Volume struct {
	Name      Hash             `json:"volume"`
	Documents map[string]Entry `json:"-"` // by path; nil: not read, see [Manifest.ReadVolumes]
	Contents  map[string]Entry `json:"-"`
}

const (
	volumeType     = "text/plain; charset=utf-8"
	volumeDocument = "d"
	volumeContents = "c"
)

// Object is what a store keeps beside a manifest.
type Object interface {
	Hash() Hash
	Pack() ([]byte, error) // the form in which it is stored
	Lost() bool            // what is stored was found missing or damaged
}

// Hash implements Object.
func (v *Volume) Hash() Hash { return v.Name }

// Lost implements Object: a volume that can't be read is not part of an edition.
func (v *Volume) Lost() bool { return false }

// Pack implements Object.
func (v *Volume) Pack() ([]byte, error) {
	return v.content().document(Epoch).Pack()
}

func (v *Volume) content() *Content {
	c := NewContent(volumeType, v.text(true))
	c.hash = v.Name
	return c
}

// volumes returns those of an edition, in the order of their feeds.
func (e *Edition) volumes() []Volume {
	e.digest.archives.Do(func() {
		feeds := map[string]*Volume{} // by channel
		add := func(documents map[string]*Document, to func(*Volume) map[string]Entry) {
			for path, d := range documents {
				channel, _, _, archive := network.ParseArchivePath(path)
				if !archive {
					continue
				}
				if feeds[channel] == nil {
					feeds[channel] = &Volume{Documents: map[string]Entry{}, Contents: map[string]Entry{}}
				}
				to(feeds[channel])[path] = d.entry()
			}
		}
		add(e.documents, func(v *Volume) map[string]Entry { return v.Documents })
		add(e.contents, func(v *Volume) map[string]Entry { return v.Contents })
		for _, channel := range slices.Sorted(maps.Keys(feeds)) {
			v := feeds[channel]
			v.Name = hashOf(volumeType, v.text(false))
			e.digest.volumes = append(e.digest.volumes, *v)
		}
	})
	return slices.Clone(e.digest.volumes)
}

// whole returns the volumes of a manifest and, before them, what it names itself.
func (m *Manifest) whole() []Volume {
	return append([]Volume{{Documents: m.Documents, Contents: m.Contents}}, m.Volumes...)
}

// Entries yields all that a manifest names whose volumes have been read.
func (m *Manifest) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for _, v := range m.whole() {
			for _, entries := range []map[string]Entry{v.Documents, v.Contents} {
				for _, entry := range entries {
					if !yield(entry) {
						return
					}
				}
			}
		}
	}
}

// Objects yields what a store has to keep of an edition beside its manifest, which m is,
// but for what is there since a volume of the stored manifest names it.
func (m *Manifest) Objects(e *Edition, stored *Manifest) iter.Seq[Object] {
	same := map[Hash]bool{}
	for _, v := range stored.Volumes {
		same[v.Name] = true
	}
	there := map[Hash]bool{}
	for _, v := range m.Volumes {
		for _, entries := range []map[string]Entry{v.Documents, v.Contents} {
			for _, entry := range entries {
				there[entry.Hash] = same[v.Name]
			}
		}
	}
	return func(yield func(Object) bool) {
		for i := range m.Volumes {
			if !yield(&m.Volumes[i]) {
				return
			}
		}
		for d := range e.Objects() {
			if (d.Lost() || !there[d.Hash()]) && !yield(d) {
				return
			}
		}
	}
}

// ReadVolumes reads what the volumes name. Those that known (which may be nil) has are taken
// from it, the others are read, packed. The error is a DamagedError where one is not what
// was stored.
func (m *Manifest) ReadVolumes(known *Edition, read func([]Hash) (map[Hash][]byte, error)) error {
	if len(m.Volumes) == 0 {
		return nil
	}
	have := map[Hash]Volume{}
	if known != nil {
		for _, v := range known.Manifest().Volumes {
			have[v.Name] = v
		}
	}
	var missing []Hash
	for _, v := range m.Volumes {
		if _, ok := have[v.Name]; !ok {
			missing = append(missing, v.Name)
		}
	}
	if len(missing) > 0 {
		packed, err := read(missing)
		if err != nil {
			return fmt.Errorf("volume: %w", err)
		}
		for _, name := range missing {
			if have[name], err = UnpackVolume(name, packed[name]); err != nil {
				return fmt.Errorf("volume: %w", err)
			}
		}
	}
	for i, v := range m.Volumes {
		m.Volumes[i] = have[v.Name]
	}
	return nil
}

// UnpackVolume returns the volume of a name from its packed form, which is taken over. The
// error is a DamagedError where it is not that one's.
func UnpackVolume(name Hash, packed []byte) (Volume, error) {
	d, err := Unpack(Entry{Hash: name, Type: volumeType}, packed)
	if err != nil {
		return Volume{}, err
	}
	text, err := d.Body()
	if err != nil {
		return Volume{}, err
	}
	v := Volume{Name: name, Documents: map[string]Entry{}, Contents: map[string]Entry{}}
	for line := range bytes.Lines(text) {
		kind, path, entry, ok := parseEntry(string(bytes.TrimSuffix(line, []byte("\n"))))
		switch {
		case ok && kind == volumeDocument:
			v.Documents[path] = entry
		case ok && kind == volumeContents:
			v.Contents[path] = entry
		default:
			return Volume{}, &DamagedError{name}
		}
	}
	return v, nil
}

// text returns the lines. Without what follows from the hashes they give the volume its
// name: another version of the program may compress in another way.
func (v *Volume) text(all bool) (text []byte) {
	add := func(kind string, entries map[string]Entry) {
		for _, path := range slices.Sorted(maps.Keys(entries)) {
			entry := entries[path]
			if !all {
				entry = entry.reduced()
			}
			text = entry.appendTo(text, kind, path)
		}
	}
	add(volumeDocument, v.Documents)
	add(volumeContents, v.Contents)
	return text
}

// entryFields is how many fields a line has.
const entryFields = 13

// appendTo appends the line of an entry.
func (entry Entry) appendTo(text []byte, kind, path string) []byte {
	text = append(append(append(text, kind...), '\t'), escaped(path)...)
	text = hex.AppendEncode(append(text, '\t'), entry.Hash[:])
	text = append(append(text, '\t'), escaped(entry.Type)...)
	often := int64(0)
	if entry.Often {
		often = 1
	}
	for _, n := range []int64{
		entry.Modified.Unix(), int64(entry.Items), entry.Size, entry.Gzip, often,
		int64(entry.MaxAge), int64(entry.StaleIfError), int64(entry.Stale),
	} {
		text = strconv.AppendInt(append(text, '\t'), n, 10)
	}
	return append(append(append(text, '\t'), escaped(entry.Link)...), '\n')
}

// parseEntry reads such a line without its end.
func parseEntry(line string) (kind, path string, entry Entry, ok bool) {
	fields := strings.Split(line, "\t")
	if len(fields) != entryFields || entry.Hash.UnmarshalText([]byte(fields[2])) != nil {
		return "", "", Entry{}, false
	}
	var n [8]int64
	for i := range n {
		var err error
		if n[i], err = strconv.ParseInt(fields[4+i], 10, 64); err != nil {
			return "", "", Entry{}, false
		}
	}
	entry.Type, entry.Link, entry.Modified = unescaped(fields[3]), unescaped(fields[entryFields-1]), time.Unix(n[0], 0).UTC()
	entry.Items, entry.Size, entry.Gzip, entry.Often = int(n[1]), n[2], n[3], n[4] == 1
	entry.MaxAge, entry.StaleIfError, entry.Stale = int(n[5]), int(n[6]), int(n[7])
	return fields[0], unescaped(fields[1]), entry, true
}
