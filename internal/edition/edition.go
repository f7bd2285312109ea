package edition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// ErrStale is what an edition meets that was built from an older snapshot than
// the one that is published.
var ErrStale = errors.New("a later edition is published already")

// ErrUnsent is what a retraction meets that is in effect where it was asked for,
// and is stored nowhere yet where other processes, or this one after a restart,
// would learn of it.
var ErrUnsent = errors.New("in effect in this process only")

// Edition is all documents of one station, published together. It does not
// change: a reader who holds one never sees a mixture with the next.
type Edition struct {
	station   string
	watermark time.Time
	issued    time.Time // see Issued
	build     string
	url       string // see At
	zone      string // see InZone
	pending   []article.Month
	origin    Origin
	base      time.Time            // see Base
	documents map[string]*Document // by path within the station
	contents  map[string]*Document // by path; see WithContents
	digest    *digest
	archives  *archives
}

// digest is made when it is first asked for.
type digest struct {
	once sync.Once
	text string

	archives sync.Once
	volumes  []Volume
}

// New returns an edition. The map is taken over. Watermark is the content
// store's time of the snapshot that the documents were built from; build tells
// which configuration and which version of the program built them.
func New(station string, watermark time.Time, build string, documents map[string]*Document) *Edition {
	watermark = watermark.UTC().Truncate(time.Millisecond)
	return &Edition{
		station: station, watermark: watermark, issued: watermark, build: build, documents: documents, base: watermark, digest: new(digest), archives: new(archives),
	}
}

// At returns the same edition as one of a station at that address.
func (e *Edition) At(url string) *Edition {
	located := *e
	located.url, located.digest = url, new(digest)
	return &located
}

// Renamed returns the same edition as one of a station with another id.
func (e *Edition) Renamed(station string) *Edition {
	renamed := *e
	renamed.station, renamed.digest = station, new(digest)
	return &renamed
}

// InZone returns the same edition as one whose months are those of a time zone.
func (e *Edition) InZone(name string) *Edition {
	zoned := *e
	zoned.zone = name
	return &zoned
}

// Zone returns the time zone of the station when the edition was built; empty: not
// known.
func (e *Edition) Zone() string { return e.zone }

// WithContents returns the same edition with contents, which nobody is served: see
// [Contents]. The map is taken over.
func (e *Edition) WithContents(contents map[string]*Document) *Edition {
	known := *e
	known.contents, known.digest, known.archives = contents, new(digest), new(archives)
	return &known
}

// With returns the same edition with further documents.
func (e *Edition) With(documents map[string]*Document) *Edition {
	more := *e
	more.documents, more.digest = maps.Clone(e.documents), new(digest)
	maps.Copy(more.documents, documents)
	return &more
}

// WithPending returns the same edition with the months whose sitemaps have yet
// to be built: they are missing, or as they were before.
func (e *Edition) WithPending(months []article.Month) *Edition {
	pending := *e
	pending.pending, pending.digest = months, new(digest)
	return &pending
}

// Following returns the same edition as one that was made from another (nil:
// from none): until it is published it may replace that one or an older one,
// but none that is later, whose changes it does not have. Where no byte of a
// document is another, it is of the same issue.
func (e *Edition) Following(current *Edition) *Edition {
	following := *e
	following.base = time.UnixMilli(0)
	if current != nil {
		following.base = current.watermark
		if len(ChangedPaths(current, e)) == 0 {
			following.issued, following.digest = current.issued, new(digest)
		}
	}
	return &following
}

// Published returns the same edition as one that has been published: it may
// replace whatever was made from an earlier snapshot.
func (e *Edition) Published() *Edition {
	published := *e
	published.base = e.watermark
	return &published
}

// Instead returns the edition as one that is served instead of another from a
// moment on: what differs from what was served at its path changed then, and no
// time of modification goes back. The edition itself is returned where none does.
func (e *Edition) Instead(of *Edition, at time.Time) *Edition {
	changed := false
	documents := maps.Clone(e.documents)
	for path, d := range documents {
		documents[path] = d.Instead(of.documents[path], at)
		changed = changed || documents[path] != d
	}
	if !changed {
		return e
	}
	instead := *e
	instead.documents, instead.digest = documents, new(digest)
	return &instead
}

// Succeeding returns the same edition as one that replaces itself, a moment later.
func (e *Edition) Succeeding() *Edition {
	next := *e
	next.watermark, next.digest = e.watermark.Add(time.Millisecond), new(digest)
	return next.Following(e)
}

// Base returns the latest watermark that an edition may have which this one
// replaces.
func (e *Edition) Base() time.Time { return e.base }

// Pending returns the months whose sitemaps have yet to be built; whoever
// builds next goes on with them. The slice must not be written to.
func (e *Edition) Pending() []article.Month { return e.pending }

// Station returns the id of the station.
func (e *Edition) Station() string { return e.station }

// Watermark returns the content store's time of the snapshot that the documents
// were built from, in milliseconds. It names the edition: of two of a station, the
// later has the later one.
func (e *Edition) Watermark() time.Time { return e.watermark }

// Issued returns the watermark of the first edition that had these documents, which
// is when the station became as readers see it. Contents, headers and the build may
// have been stored anew since.
func (e *Edition) Issued() time.Time { return e.issued }

// Digest tells editions of one watermark apart, which processes can make that were
// apart: it is that of the manifest, 32 hexadecimal digits, without the origin and the
// time zone, which no reader sees, and without what follows from the hashes: the version
// before wrote none of them.
func (e *Edition) Digest() string {
	e.digest.once.Do(func() {
		m := e.Manifest()
		m.Origin, m.Zone = Origin{}, ""
		for _, entries := range []map[string]Entry{m.Documents, m.Contents} {
			for path, entry := range entries {
				entries[path] = entry.reduced()
			}
		}
		text, err := json.Marshal(m)
		if err != nil {
			panic(err) // it has no value that JSON lacks
		}
		sum := sha256.Sum256(text)
		e.digest.text = hex.EncodeToString(sum[:16])
	})
	return e.digest.text
}

// Build identifies the configuration and the version of the program.
func (e *Edition) Build() string { return e.build }

// URL returns the address that the station had when the edition was built; empty:
// not known.
func (e *Edition) URL() string { return e.url }

// Len returns the number of documents.
func (e *Edition) Len() int { return len(e.documents) }

// Document returns the document at a path. The twin of a sitemap is made for the
// call: few ask for it, and there are as many as sitemaps.
func (e *Edition) Document(path string) (*Document, bool) {
	if d, ok := e.documents[path]; ok {
		return d, true
	}
	path, twin := strings.CutSuffix(path, network.GzipSuffix)
	if d, ok := e.documents[path]; ok && twin && network.IsSitemap(path) {
		return d.Twin(), true
	}
	return nil, false
}

// All returns the documents by path, in the order of the paths, without the
// compressed twins.
func (e *Edition) All() iter.Seq2[string, *Document] { return inOrder(e.documents) }

// Contents returns the contents at a path.
func (e *Edition) Contents(path string) (*Document, bool) {
	d, ok := e.contents[path]
	return d, ok
}

// AllContents returns the contents by path, in the order of the paths.
func (e *Edition) AllContents() iter.Seq2[string, *Document] { return inOrder(e.contents) }

// Lost returns the documents and contents that were found missing or damaged where
// they are at rest and are not in memory, by path: they have to be made again, or
// fetched from elsewhere.
func (e *Edition) Lost() iter.Seq2[string, *Document] {
	return func(yield func(string, *Document) bool) {
		for _, part := range []map[string]*Document{e.documents, e.contents} {
			for path, d := range part {
				if d.Lost() && !d.Restored() && !yield(path, d) {
					return
				}
			}
		}
	}
}

// Objects returns what a store has to keep of the edition besides its manifest:
// the documents and the contents.
func (e *Edition) Objects() iter.Seq[*Document] {
	return func(yield func(*Document) bool) {
		for _, part := range []map[string]*Document{e.documents, e.contents} {
			for _, d := range inOrder(part) {
				if !yield(d) {
					return
				}
			}
		}
	}
}

func inOrder(documents map[string]*Document) iter.Seq2[string, *Document] {
	return func(yield func(string, *Document) bool) {
		for _, path := range slices.Sorted(maps.Keys(documents)) {
			if !yield(path, documents[path]) {
				return
			}
		}
	}
}

// Equal reports whether both editions have the same documents and contents at the
// same paths.
func (e *Edition) Equal(other *Edition) bool {
	same := func(a, b *Document) bool { return a.entry() == b.entry() }
	return maps.EqualFunc(e.documents, other.documents, same) && maps.EqualFunc(e.contents, other.contents, same)
}
