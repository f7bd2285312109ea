package edition_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"feedstation/internal/edition"
)

// streamed returns the document of a body that was written in a stream.
func streamed(t testing.TB, body []byte) *edition.Document {
	t.Helper()
	w := edition.NewWriter(xmlType)
	for len(body) > 0 {
		n := min(len(body), 1000)
		if _, err := w.Write(body[:n]); err != nil {
			t.Fatal(err)
		}
		body = body[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return edition.Revision{Newest: noon, AsOf: noon}.Settle(w.Content(), nil)
}

func TestWriter(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			d := streamed(t, body)
			if !bytes.Equal(d.Body(), body) || d.Size() != int64(len(body)) || d.MediaType() != xmlType || !d.Modified().Equal(noon) {
				t.Errorf("%s of %d bytes, size %d, modified %v", d.MediaType(), len(d.Body()), d.Size(), d.Modified())
			}
			if got := decode(t, edition.Gzip, d.Variant(edition.Gzip).Body); !bytes.Equal(got, body) {
				t.Errorf("gzip decodes to %d bytes, want %d", len(got), len(body))
			}
			if d.Has(edition.Brotli) || d.Has(edition.Zstd) || !d.Has(edition.Identity) {
				t.Error("there is another encoding than gzip, or no body without")
			}
			if twin := d.Twin(); !bytes.Equal(twin.Body(), d.Variant(edition.Gzip).Body) {
				t.Error("the twin is not the compressed body")
			}
			if again := streamed(t, body); again.Hash() != d.Hash() {
				t.Error("the same again has another hash")
			}
			if rendered := edition.NewDocument(xmlType, body, noon); rendered.Hash() == d.Hash() && len(body) > 0 {
				t.Error("the hash is that of the body, which nobody has at hand")
			}
		})
	}
}

// TestWriterMemory holds that what was written is not kept without compression.
func TestWriterMemory(t *testing.T) {
	w := edition.NewWriter(xmlType)
	line := bytes.Repeat([]byte("<url><loc>https://xt.news.example/</loc></url>\n"), 1000)
	for range 1000 {
		w.Write(line)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d := edition.Revision{AsOf: noon}.Settle(w.Content(), nil)
	if kept := cap(d.Variant(edition.Gzip).Body); d.Size() != 47_000_000 || kept > 1<<20 {
		t.Errorf("%d bytes are kept as %d", d.Size(), kept)
	}
	if n, err := d.WriteTo(io.Discard); n != d.Size() || err != nil {
		t.Errorf("wrote %d bytes: %v", n, err)
	}
}

// TestSettle holds what TestRevise does, for content that is there already.
func TestSettle(t *testing.T) {
	asOf := noon.Add(time.Hour)
	settle := func(previous *edition.Document, text string, newest time.Time) *edition.Document {
		return edition.Revision{Newest: newest, AsOf: asOf, Advice: edition.DefaultAdvice}.Settle(edition.NewContent(textType, []byte(text)), previous)
	}
	first := settle(nil, "a", noon)
	if !first.Modified().Equal(noon) {
		t.Errorf("first: modified %v", first.Modified())
	}
	if again := settle(first, "a", noon.Add(time.Minute)); again != first {
		t.Error("unchanged: another document")
	}
	if next := settle(first, "b", noon.Add(time.Minute)); !next.Modified().Equal(noon.Add(time.Minute)) || string(next.Body()) != "b" {
		t.Errorf("changed: %q, modified %v", next.Body(), next.Modified())
	}
	if gone := settle(first, "", time.Time{}); !gone.Modified().Equal(asOf) {
		t.Errorf("withdrawn: modified %v, want %v", gone.Modified(), asOf)
	}
	advised := edition.Revision{Newest: noon, AsOf: asOf, Advice: edition.Advice{MaxAge: time.Hour}}.Settle(edition.NewContent(textType, []byte("a")), first)
	if advised.Advice().MaxAge != time.Hour || advised.Hash() != first.Hash() || !advised.Modified().Equal(noon) {
		t.Errorf("advised: %+v, modified %v", advised.Advice(), advised.Modified())
	}
}
