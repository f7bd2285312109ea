package edition_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/testkit/doctest"
)

// joined returns the document of a body that was joined from chunks.
func joined(body []byte) *edition.Document {
	var chunks []*gzjoin.Chunk
	for text := range slices.Chunk(body, 1000) {
		chunk := gzjoin.New(text)
		chunks = append(chunks, &chunk)
	}
	return edition.Revision{Newest: noon, AsOf: noon}.ReviseContent(edition.Join(xmlType, chunks), nil)
}

func TestJoin(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			d := joined(body)
			if !bytes.Equal(doctest.Body(t, d), body) || d.Size() != int64(len(body)) || d.MediaType() != xmlType || !d.Modified().Equal(noon) {
				t.Errorf("%s of %d bytes, size %d, modified %v", d.MediaType(), len(doctest.Body(t, d)), d.Size(), d.Modified())
			}
			if got := decode(t, edition.Gzip, doctest.Gzip(t, d)); !bytes.Equal(got, body) {
				t.Errorf("gzip decodes to %d bytes, want %d", len(got), len(body))
			}
			if d.Has(edition.Brotli, true) || d.Has(edition.Zstd, true) {
				t.Error("there is another encoding than gzip")
			}
			if twin := d.Twin(); !bytes.Equal(doctest.Body(t, twin), doctest.Gzip(t, d)) {
				t.Error("the twin is not the compressed body")
			}
			if again := joined(body); again.Hash() != d.Hash() {
				t.Error("the same again has another hash")
			}
			if rendered := edition.NewDocument(xmlType, body, noon); rendered.Hash() == d.Hash() && len(body) > 0 {
				t.Error("the hash is that of the body, which nobody has at hand")
			}
		})
	}
}

// TestReviseContent holds what TestRevise does, for content that is there already.
func TestReviseContent(t *testing.T) {
	asOf := noon.Add(time.Hour)
	reviseContent := func(previous *edition.Document, text string, newest time.Time) *edition.Document {
		return edition.Revision{Newest: newest, AsOf: asOf, Headers: edition.DefaultHeaders}.ReviseContent(edition.NewContent(textType, []byte(text)), previous)
	}
	first := reviseContent(nil, "a", noon)
	if !first.Modified().Equal(noon) {
		t.Errorf("first: modified %v", first.Modified())
	}
	if again := reviseContent(first, "a", noon.Add(time.Minute)); again != first {
		t.Error("unchanged: another document")
	}
	if next := reviseContent(first, "b", noon.Add(time.Minute)); !next.Modified().Equal(noon.Add(time.Minute)) || string(doctest.Body(t, next)) != "b" {
		t.Errorf("changed: %q, modified %v", doctest.Body(t, next), next.Modified())
	}
	if gone := reviseContent(first, "", time.Time{}); !gone.Modified().Equal(asOf) {
		t.Errorf("withdrawn: modified %v, want %v", gone.Modified(), asOf)
	}
	other := edition.Revision{Newest: noon, AsOf: asOf, Headers: edition.Headers{MaxAge: time.Hour}}.ReviseContent(edition.NewContent(textType, []byte("a")), first)
	if other.Headers().MaxAge != time.Hour || other.Hash() != first.Hash() || !other.Modified().Equal(noon) {
		t.Errorf("other headers: %+v, modified %v", other.Headers(), other.Modified())
	}
}
