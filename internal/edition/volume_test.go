package edition_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"feedstation/internal/edition"
)

// What an edition with archives has in its manifest does not grow with them, and a volume
// that is not one is damaged.
func TestVolumes(t *testing.T) {
	documents := map[string]*edition.Document{
		"/rss.xml": edition.NewDocument(textType, []byte("feed"), noon),
		"/archive/20260301T000000Z-00000001/rss.xml": edition.NewDocument(textType, []byte("a\tb"), noon).WithHeaders(edition.Headers{Link: "<a>\t\\n"}),
	}
	e := edition.New("xt", noon, "4711", documents)
	text, err := json.Marshal(e.Manifest())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "/archive/") {
		t.Errorf("the manifest is %s", text)
	}
	m, err := edition.ParseManifest(text)
	if err != nil || len(m.Volumes) != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	packed := map[edition.Hash][]byte{}
	written := e.Manifest()
	for object := range written.Objects(e, &edition.Manifest{}) {
		if packed[object.Hash()], err = object.Pack(); err != nil {
			t.Fatal(err)
		}
	}
	if len(packed) != 3 {
		t.Errorf("%d objects", len(packed))
	}
	for object := range written.Objects(e, &m) {
		if data := string(packed[object.Hash()]); object.Hash() != m.Volumes[0].Name && object.Hash() != documents["/rss.xml"].Hash() {
			t.Errorf("%q is stored again", data)
		}
	}
	read := func([]edition.Hash) (map[edition.Hash][]byte, error) { return packed, nil }
	if err := m.ReadVolumes(nil, read); err != nil {
		t.Fatal(err)
	}
	got, err := m.Edition(nil, func(entry edition.Entry) (*edition.Document, error) { return edition.Unpack(entry, packed[entry.Hash]) })
	if err != nil || !got.Equal(e) || got.Digest() != e.Digest() {
		t.Errorf("%v, %v", got, err)
	}
	name := m.Volumes[0].Name
	if err := m.ReadVolumes(e, func([]edition.Hash) (map[edition.Hash][]byte, error) { panic("read") }); err != nil {
		t.Error(err)
	}
	for what, data := range map[string][]byte{"nothing": nil, "a document": packed[documents["/rss.xml"].Hash()]} {
		if _, err := edition.UnpackVolume(name, data); !errors.Is(err, edition.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
