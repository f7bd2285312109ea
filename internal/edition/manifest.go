package edition

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// manifestFormat is raised when an older program could not read a manifest.
const manifestFormat = 4

// ErrDamaged is what a manifest or an object is that was not stored as it is
// read back.
var ErrDamaged = errors.New("damaged")

// DamagedError is ErrDamaged for the object of one document.
type DamagedError struct{ Hash Hash }

func (e *DamagedError) Error() string { return fmt.Sprintf("object %s: %s", e.Hash, ErrDamaged) }

// Is makes the error an ErrDamaged.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// Manifest names the documents of an edition: the small mutable part beside
// the immutable documents.
type Manifest struct {
	Format    int              `json:"format"`
	Station   string           `json:"station"`
	Watermark time.Time        `json:"watermark"`
	Issued    time.Time        `json:"issued,omitzero"` // zero: the watermark
	Build     string           `json:"build"`
	URL       string           `json:"url,omitempty"`
	Zone      string           `json:"zone,omitempty"`
	Pending   []article.Month  `json:"pending,omitempty"`
	Origin    Origin           `json:"origin,omitzero"`    // zero: not known
	Documents map[string]Entry `json:"documents"`          // by path; those of archives are in volumes
	Contents  map[string]Entry `json:"contents,omitempty"` // by path
	Volumes   []Volume         `json:"volumes,omitempty"`  // the version before has none, and does without archives
}

// Entry is one document of a manifest.
type Entry struct {
	Hash     Hash      `json:"hash"`
	Type     string    `json:"type"`
	Modified time.Time `json:"modified"`
	Items    int       `json:"items,omitempty"`

	// What the object has as well, so that it need not be read to serve the others.
	Size  int64 `json:"size,omitempty"`  // without encoding
	Gzip  int64 `json:"gzip,omitempty"`  // in gzip; 0: not known, as a former version has written it
	Often bool  `json:"often,omitempty"` // it is worth more encodings

	MaxAge       int    `json:"max_age"` // seconds
	StaleIfError int    `json:"stale_if_error,omitempty"`
	Stale        int    `json:"stale_while_revalidate,omitempty"` // see Headers
	Link         string `json:"link,omitempty"`
}

// Manifest returns the edition's manifest.
func (e *Edition) Manifest() Manifest {
	m := Manifest{
		Format: manifestFormat, Station: e.station, Watermark: e.watermark, Build: e.build, URL: e.url, Zone: e.zone,
		Pending: e.pending, Origin: e.origin, Documents: entries(e.documents), Contents: entries(e.contents), Volumes: e.volumes(),
	}
	if !e.issued.Equal(e.watermark) {
		m.Issued = e.issued
	}
	return m
}

// IssuedAt is [Edition.Issued] of the manifest's edition.
func (m *Manifest) IssuedAt() time.Time { return cmp.Or(m.Issued, m.Watermark) }

// entries returns those of documents that are no archives.
func entries(documents map[string]*Document) map[string]Entry {
	named := map[string]Entry{}
	for path, d := range documents {
		if !network.IsArchive(path) {
			named[path] = d.entry()
		}
	}
	return named
}

// reduced returns the entry without what follows from its hash.
func (entry Entry) reduced() Entry {
	entry.Size, entry.Gzip, entry.Often = 0, 0, false
	return entry
}

// ParseManifest reads a manifest in JSON. One of another format is an error,
// but not ErrDamaged: the program that wrote it may still be running. One of the
// version before has no Build, so that the edition is built anew.
func ParseManifest(data []byte) (Manifest, error) {
	var m struct {
		Manifest
		Number int64 `json:"number"` // the version before numbered its editions
	}
	err := json.Unmarshal(data, &m)
	format := m.Format
	if err != nil { // as where the fields of another format are others
		var head struct {
			Format int `json:"format"`
		}
		if err := json.Unmarshal(data, &head); err != nil {
			return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrDamaged, err)
		}
		format = head.Format
	}
	if format != manifestFormat {
		return Manifest{}, fmt.Errorf("manifest: its format is %d, this program reads %d", format, manifestFormat)
	}
	if err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrDamaged, err)
	}
	if m.Number != 0 {
		m.Build = ""
	}
	return m.Manifest, nil
}

// Edition returns the edition that the manifest names, whose volumes have been read.
// Documents that known (which may be nil) has are taken from it, the others are opened,
// each content once.
func (m *Manifest) Edition(known *Edition, open func(Entry) (*Document, error)) (*Edition, error) {
	have := map[Hash]*Document{}
	if known != nil {
		for d := range known.Objects() {
			have[d.body.hash] = d
		}
	}
	documents, contents := map[string]*Document{}, map[string]*Document{}
	for _, v := range m.whole() {
		if err := openAll(documents, v.Documents, have, open); err != nil {
			return nil, err
		}
		if err := openAll(contents, v.Contents, have, open); err != nil {
			return nil, err
		}
	}
	e := New(m.Station, m.Watermark, m.Build, documents).At(m.URL).WithContents(contents).WithPending(m.Pending).From(m.Origin).InZone(m.Zone)
	e.issued = m.IssuedAt()
	return e, nil
}

func openAll(documents map[string]*Document, entries map[string]Entry, have map[Hash]*Document, open func(Entry) (*Document, error)) error {
	for path, entry := range entries {
		d, ok := have[entry.Hash]
		switch {
		case !ok:
			var err error
			if d, err = open(entry); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			have[entry.Hash] = d
		case !d.is(entry):
			d = entry.of(d.body)
		}
		documents[path] = d
	}
	return nil
}

// is reports whether a document of the same content is that of an entry.
func (d *Document) is(entry Entry) bool {
	entry.Size, entry.Gzip, entry.Often = d.body.size, d.body.length, d.body.often
	return d.entry() == entry
}
