package edition_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/doctest"
)

const (
	xmlType  = "application/xml; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

var (
	noon      = time.Date(2019, 3, 11, 12, 0, 0, 0, time.UTC)
	encodings = []edition.Encoding{edition.Identity, edition.Gzip, edition.Brotli, edition.Zstd}
)

// bodies are what documents are made of, by size and kind.
func bodies() map[string][]byte {
	noise := make([]byte, 4<<10) // what no encoding makes smaller
	for i := range len(noise) / sha256.Size {
		sum := sha256.Sum256([]byte(strconv.Itoa(i)))
		copy(noise[i*sha256.Size:], sum[:])
	}
	return map[string][]byte{
		"empty": {},
		"tiny":  []byte("湘潭"),
		"big":   []byte(strings.Repeat("<item><title>湘江之春 🌸 &amp; more</title></item>\n", 1_000)),
		"noise": noise,
	}
}

func decode(t testing.TB, encoding edition.Encoding, body []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case edition.Gzip:
		gz, err := stdgzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = gz
	case edition.Brotli:
		r = brotli.NewReader(r)
	case edition.Zstd:
		zr, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		defer zr.Close()
		r = zr
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("%s: %v", encoding, err)
	}
	return plain
}

func TestNewDocument(t *testing.T) {
	for name, body := range bodies() {
		t.Run(name, func(t *testing.T) {
			at := noon.Add(999 * time.Millisecond).In(time.FixedZone("CST", 8*60*60))
			d := edition.NewDocument(xmlType, body, at)
			sum := sha256.Sum256([]byte(packMagic + xmlType + "\x00" + string(body)))
			tag := hex.EncodeToString(sum[:16])
			want := map[edition.Encoding]string{edition.Identity: `"` + tag + `"`, edition.Gzip: `"` + tag + `-gzip"`, edition.Brotli: `"` + tag + `-br"`, edition.Zstd: `"` + tag + `-zstd"`}
			for _, encoding := range encodings {
				v := doctest.Variant(t, d, encoding)
				var sent bytes.Buffer
				if n, err := v.WriteTo(&sent); n != int64(sent.Len()) || err != nil {
					t.Errorf("%s: %d of %d bytes written, %v", encoding, n, sent.Len(), err)
				}
				kept := sent.Bytes()
				if got := decode(t, encoding, kept); !bytes.Equal(got, body) {
					t.Errorf("%s: decodes to %d bytes, want the %d of the body", encoding, len(got), len(body))
				}
				if diff := cmp.Diff([]string{want[encoding]}, d.ETag(encoding)); diff != "" {
					t.Errorf("%s: ETag (-want +got):\n%s", encoding, diff)
				}
				if diff := cmp.Diff([]string{strconv.Itoa(len(kept))}, v.ContentLength); diff != "" {
					t.Errorf("%s: Content-Length (-want +got):\n%s", encoding, diff)
				}
				if cap(v.Body) > len(v.Body)+len(v.Body)/4+64 {
					t.Errorf("%s: %d bytes hold on to %d", encoding, len(v.Body), cap(v.Body))
				}
			}
			// RFC 1952 §2.3: magic, deflate, no flags, no time.
			if head := doctest.Gzip(t, d)[:8]; !bytes.Equal(head, []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0}) {
				t.Errorf("gzip begins with % x, want neither name nor time", head)
			}
			if d.Hash() != edition.Hash(sum) || d.Hash().String() != hex.EncodeToString(sum[:]) {
				t.Errorf("hash %s, want %x", d.Hash(), sum)
			}
			if !d.Modified().Equal(noon) || d.Modified().Location() != time.UTC {
				t.Errorf("modified %v, want %v", d.Modified(), noon)
			}
			if got, err := http.ParseTime(d.LastModified()[0]); err != nil || !got.Equal(noon) {
				t.Errorf("Last-Modified %q, want %v", d.LastModified(), noon)
			}
			if d.MediaType() != xmlType || !slices.Equal(d.ContentType(), []string{xmlType}) || !bytes.Equal(doctest.Body(t, d), body) || d.Size() != int64(len(body)) {
				t.Errorf("type %q, %q, body of %d bytes", d.MediaType(), d.ContentType(), len(doctest.Body(t, d)))
			}
		})
	}
}

// TestNewDocumentIsStable holds that the same input gives the same bytes,
// whatever the compressors have been used for before.
func TestNewDocumentIsStable(t *testing.T) {
	first := map[string]*edition.Document{}
	for name, body := range bodies() {
		first[name] = edition.NewDocument(xmlType, body, noon)
	}
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for name, body := range bodies() {
				again := edition.NewDocument(xmlType, body, noon)
				for _, encoding := range encodings {
					got, want := doctest.Variant(t, again, encoding), doctest.Variant(t, first[name], encoding)
					if !bytes.Equal(got.Body, want.Body) || again.ETag(encoding)[0] != first[name].ETag(encoding)[0] {
						t.Errorf("%s, %s: other bytes or another ETag than the first time", name, encoding)
					}
				}
			}
		})
	}
	work.Wait()
}

func TestETagsDiffer(t *testing.T) {
	seen := map[string]string{}
	for name, d := range map[string]*edition.Document{
		"first":         edition.NewDocument(xmlType, []byte("湘潭"), noon),
		"another body":  edition.NewDocument(xmlType, []byte("湘乡"), noon),
		"another type":  edition.NewDocument(textType, []byte("湘潭"), noon),
		"type and body": edition.NewDocument(xmlType+"湘", []byte("潭"), noon),
	} {
		for _, encoding := range encodings {
			tag := d.ETag(encoding)[0]
			if strings.HasPrefix(tag, "W/") || len(tag) < 34 || tag[0] != '"' || tag[len(tag)-1] != '"' {
				t.Errorf("%s, %s: %s is no strong ETag", name, encoding, tag)
			}
			if other, ok := seen[tag]; ok {
				t.Errorf("%s, %s: has the ETag of %s", name, encoding, other)
			}
			seen[tag] = name + ", " + encoding.String()
		}
	}
	if a, b := edition.NewDocument(xmlType, []byte("a"), noon), edition.NewDocument(xmlType, []byte("a"), noon.Add(time.Hour)); a.ETag(edition.Gzip)[0] != b.ETag(edition.Gzip)[0] {
		t.Error("the time of modification changes the ETag")
	}
}

func TestHas(t *testing.T) {
	tests := []struct {
		name               string
		document           *edition.Document
		wantGzip, wantBrot bool
		twin               bool
	}{
		{"big", edition.NewDocument(xmlType, bodies()["big"], noon), true, true, false},
		{"tiny", edition.NewDocument(xmlType, bodies()["tiny"], noon), false, false, false},
		{"empty", edition.NewDocument(xmlType, nil, noon), false, false, false},
		{"noise", edition.NewDocument(xmlType, bodies()["noise"], noon), false, false, false},
		{"twin of big", edition.NewDocument(xmlType, bodies()["big"], noon).Twin(), false, false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			gzip, brot := tt.document.Has(edition.Gzip, false), tt.document.Has(edition.Brotli, false)
			if !tt.document.Has(edition.Identity, false) || gzip != tt.wantGzip || brot != tt.wantBrot {
				t.Errorf("Has: gzip %t, br %t; want %t, %t", gzip, brot, tt.wantGzip, tt.wantBrot)
			}
			if gzip, brot := tt.document.Has(edition.Gzip, true), tt.document.Has(edition.Brotli, true); gzip == tt.twin || brot == tt.twin {
				t.Errorf("Has any: gzip %t, br %t", gzip, brot)
			}
		})
	}
}

func TestTwin(t *testing.T) {
	d := edition.NewDocument(xmlType, bodies()["big"], noon)
	twin := d.Twin()
	if twin.MediaType() != "application/gzip" || !twin.Modified().Equal(noon) {
		t.Errorf("twin of type %q, modified %v", twin.MediaType(), twin.Modified())
	}
	if !bytes.Equal(doctest.Body(t, twin), doctest.Gzip(t, d)) {
		t.Error("the twin's body is not the compressed body")
	}
	if got := decode(t, edition.Gzip, doctest.Body(t, twin)); !bytes.Equal(got, doctest.Body(t, d)) {
		t.Error("the twin does not decompress to the document")
	}
	for _, encoding := range encodings {
		if tag := d.ETag(encoding)[0]; twin.ETag(edition.Identity)[0] == tag {
			t.Errorf("the twin has the ETag of its document in %s", encoding)
		}
	}
}

func TestHashText(t *testing.T) {
	good := strings.Repeat("0a", 32)
	tests := []struct {
		name string
		text string
		want string
	}{
		{"good", good, ""},
		{"empty", "", `edition: not a hash: ""`},
		{"short", good[:62], `edition: not a hash: "` + good[:62] + `"`},
		{"long", good + "0a", `edition: not a hash: "` + good + `0a"`},
		{"odd", good + "0", `edition: not a hash: "` + good + `0"`},
		{"not hexadecimal", good[:62] + "0x", `edition: not a hash: "` + good[:62] + `0x"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var h edition.Hash
			err := h.UnmarshalText([]byte(tt.text))
			if tt.want != "" {
				if err == nil || err.Error() != tt.want {
					t.Errorf("error %v, want %s", err, tt.want)
				}
				return
			}
			text, again := h.MarshalText()
			if err != nil || again != nil || string(text) != tt.text {
				t.Errorf("%s became %s: %v, %v", tt.text, text, err, again)
			}
		})
	}
}

func ExampleNewDocument() {
	body := []byte(strings.Repeat("湘江之春\n", 1000))
	d := edition.NewDocument("text/plain; charset=utf-8", body, time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC))
	fmt.Println(d.LastModified()[0])
	for _, encoding := range []edition.Encoding{edition.Identity, edition.Gzip, edition.Brotli} {
		v, err := d.Variant(encoding)
		fmt.Println(encoding, v.Body != nil, err, d.ETag(encoding)[0])
	}
	// Output:
	// Mon, 11 Mar 2019 10:38:14 GMT
	// identity false <nil> "9a2366ffa75e2644bfb1cbc90e287fd6"
	// gzip true <nil> "9a2366ffa75e2644bfb1cbc90e287fd6-gzip"
	// br true <nil> "9a2366ffa75e2644bfb1cbc90e287fd6-br"
}
