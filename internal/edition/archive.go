package edition

import (
	"bytes"
	"hash/maphash"
	"slices"
	"sync"

	"feedstation/internal/network"
)

// Archives of feeds (RFC 5005 §4) have contents as feeds have. What an archive was made
// from stands in the headers of its contents, which nobody is served: so it is known
// after a restart and in every process, and is no part of what the contents say.
//
// Contents without a document are those of an archive that is yet to be written, or of
// the last one that there was before the depth ended: its cut is where the oldest begins.

// Made says what the archive of contents was made from; empty: it has to be made again,
// or for the first time.
func (d *Document) Made() string { return d.Headers().Link }

// MadeFrom returns contents of an archive that was made from that.
func (d *Document) MadeFrom(what string) *Document {
	headers := DefaultHeaders
	headers.Link = what
	return d.WithHeaders(headers)
}

// Beyond is what the contents of the cut say where the oldest archive begins.
const Beyond = "beyond"

// archives is what is asked of those of an edition, made when it is first asked for.
type archives struct {
	once       sync.Once
	oldest     map[string]network.Cut // by channel
	unfinished bool
}

func (e *Edition) archivesOf() *archives {
	e.archives.once.Do(func() {
		e.archives.oldest = map[string]network.Cut{}
		for path, contents := range e.contents {
			if !network.IsArchive(path) {
				continue
			}
			channel, cut, _, _ := network.ParseArchivePath(path)
			if contents.Made() == Beyond {
				continue
			}
			e.archives.unfinished = e.archives.unfinished || contents.Made() == ""
			if oldest, ok := e.archives.oldest[channel]; !ok || cut.Compare(oldest) < 0 {
				e.archives.oldest[channel] = cut
			}
		}
	})
	return e.archives
}

// Unfinished reports whether archives of feeds are yet to be made.
func (e *Edition) Unfinished() bool { return e.archivesOf().unfinished }

// Absence is what has become of an archive that an edition does not have at a path.
type Absence int

// The absences.
const (
	Never   Absence = iota // there was none, or it is not known
	Pending                // it is yet to be made
	Over                   // it is older than all that there are
)

// Absent says what has become of the archive at a path at which there is no document.
func (e *Edition) Absent(path string) Absence {
	channel, cut, _, ok := network.ParseArchivePath(path)
	if !ok {
		return Never
	}
	oldest, any := e.archivesOf().oldest[channel]
	contents := e.contents[network.ArchivePath(channel, cut, network.RSS)]
	switch {
	case any && cut.Compare(oldest) < 0:
		return Over
	case contents != nil:
		return Pending
	}
	return Never
}

// idSeed is that of the hashes of ids of bodies.
var idSeed = maphash.MakeSeed()

// MayHave is HasAny for contents that are asked often and do not have many articles:
// hashes of their ids stay in memory, 4 bytes an article. Of four thousand million other
// ids one is taken for another.
func MayHave(contents *Document, ids map[string]bool) bool {
	known := contents.body.ids.Load()
	if known == nil {
		text, err := contents.Body()
		if err != nil {
			return true // contents that can't be read may have it
		}
		var hashes []uint32
		for line := range bytes.Lines(text) {
			id, _, _ := bytes.Cut(line, []byte("\t"))
			hashes = append(hashes, idHash(unescaped(string(id))))
		}
		slices.Sort(hashes)
		known = &hashes
		contents.body.ids.Store(known)
	}
	for id := range ids {
		if _, found := slices.BinarySearch(*known, idHash(id)); found {
			return true
		}
	}
	return false
}

func idHash(id string) uint32 { return uint32(maphash.String(idSeed, id)) }
