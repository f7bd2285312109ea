package edition

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/article"
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
	Pending   []article.Month  `json:"pending,omitempty"`
	Documents map[string]Entry `json:"documents"`          // by path
	Contents  map[string]Entry `json:"contents,omitempty"` // by path
}

// Entry is one document of a manifest.
type Entry struct {
	Hash     Hash      `json:"hash"`
	Type     string    `json:"type"`
	Modified time.Time `json:"modified"`
	Items    int       `json:"items,omitempty"`

	MaxAge       int    `json:"max_age"` // seconds
	StaleIfError int    `json:"stale_if_error,omitempty"`
	Stale        int    `json:"stale_while_revalidate,omitempty"` // see Headers
	Link         string `json:"link,omitempty"`
}

// entry returns the document's line in a manifest.
func (d *Document) entry() Entry {
	return Entry{
		Hash: d.hash, Type: d.MediaType(), Modified: d.modified, Items: d.items,
		MaxAge: int(d.headers.MaxAge / time.Second), StaleIfError: int(d.headers.StaleIfError / time.Second), Link: d.headers.Link,
		Stale: int(d.headers.StaleWhileRevalidate / time.Second),
	}
}

func (entry Entry) headers() Headers {
	return Headers{
		MaxAge: time.Duration(entry.MaxAge) * time.Second, StaleIfError: time.Duration(entry.StaleIfError) * time.Second, Link: entry.Link,
		StaleWhileRevalidate: time.Duration(entry.Stale) * time.Second,
	}
}

// Manifest returns the edition's manifest.
func (e *Edition) Manifest() Manifest {
	m := Manifest{
		Format: manifestFormat, Station: e.station, Watermark: e.watermark, Build: e.build, URL: e.url,
		Pending: e.pending, Documents: entries(e.documents), Contents: entries(e.contents),
	}
	if !e.issued.Equal(e.watermark) {
		m.Issued = e.issued
	}
	return m
}

// IssuedAt is [Edition.Issued] of the manifest's edition.
func (m *Manifest) IssuedAt() time.Time { return cmp.Or(m.Issued, m.Watermark) }

func entries(documents map[string]*Document) map[string]Entry {
	named := make(map[string]Entry, len(documents))
	for path, d := range documents {
		named[path] = d.entry()
	}
	return named
}

// ParseManifest reads a manifest in JSON. One of another format is an error,
// but not ErrDamaged: the program that wrote it may still be running. One of the
// version before has no Build, so that the edition is built anew.
func ParseManifest(data []byte) (Manifest, error) {
	var head struct {
		Format int   `json:"format"`
		Number int64 `json:"number"` // the version before numbered its editions
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrDamaged, err)
	}
	if head.Format != manifestFormat {
		return Manifest{}, fmt.Errorf("manifest: its format is %d, this program reads %d", head.Format, manifestFormat)
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("manifest: %w: %w", ErrDamaged, err)
	}
	if head.Number != 0 {
		m.Build = ""
	}
	return m, nil
}

// Edition returns the edition that the manifest names, each document fetched
// with get, unless known has it already (known may be nil).
func (m *Manifest) Edition(known *Edition, get func(Hash) ([]byte, error)) (*Edition, error) {
	have := map[Hash]*Document{}
	if known != nil {
		for d := range known.Objects() {
			have[d.hash] = d
		}
	}
	documents, err := open(m.Documents, have, get)
	if err != nil {
		return nil, err
	}
	contents, err := open(m.Contents, have, get)
	if err != nil {
		return nil, err
	}
	e := New(m.Station, m.Watermark, m.Build, documents).At(m.URL).WithContents(contents).WithPending(m.Pending)
	e.issued = m.IssuedAt()
	return e, nil
}

func open(entries map[string]Entry, have map[Hash]*Document, get func(Hash) ([]byte, error)) (map[string]*Document, error) {
	documents := make(map[string]*Document, len(entries))
	for path, entry := range entries {
		d, err := entry.document(have[entry.Hash], get)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		documents[path] = d
	}
	return documents, nil
}

func (entry Entry) document(have *Document, get func(Hash) ([]byte, error)) (*Document, error) {
	if have != nil && have.entry() == entry {
		return have, nil
	}
	data, err := get(entry.Hash)
	if err != nil {
		return nil, err
	}
	return Unpack(entry, data)
}
