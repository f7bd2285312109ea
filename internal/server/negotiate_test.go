package server_test

import (
	"bytes"
	"strings"
	"testing"

	"feedstation/internal/testkit/doctest"
)

func TestNegotiation(t *testing.T) {
	tests := []struct {
		name   string
		fields []string // Accept-Encoding, field by field
		want   string   // "": none of the encodings is acceptable
	}{
		{"no field", nil, "identity"},
		{"empty field", []string{""}, "identity"},
		{"gzip", []string{"gzip"}, "gzip"},
		{"br", []string{"br"}, "br"},
		{"identity", []string{"identity"}, "identity"},
		{"any", []string{"*"}, "br"},
		{"both, smallest first", []string{"gzip, br"}, "br"},
		{"both without a space", []string{"br,gzip"}, "br"},
		{"as browsers ask", []string{"gzip, deflate, br, zstd"}, "br"},
		{"as old crawlers ask", []string{"gzip,deflate"}, "gzip"},
		{"unknown ones", []string{"deflate, compress"}, "identity"},
		{"zstd", []string{"zstd"}, "zstd"},
		{"zstd preferred", []string{"br;q=0.9, zstd, gzip;q=0.8"}, "zstd"},
		{"zstd before gzip", []string{"gzip, zstd"}, "zstd"},
		{"not zstd", []string{"gzip, zstd;q=0"}, "gzip"},
		{"x-gzip", []string{"x-gzip"}, "gzip"},
		{"upper case", []string{"GZIP"}, "gzip"},
		{"mixed case", []string{"Br;Q=1"}, "br"},
		{"like gzip", []string{"gzipped, sgzip"}, "identity"},
		{"several fields", []string{"identity;q=0.1", "gzip;q=0.2", "br;q=0.1"}, "gzip"},
		{"several fields, an empty one", []string{"", "gzip"}, "gzip"},
		{"tabs and spaces", []string{"\tgzip ;\tq = 0.5 , br ; q=0.4"}, "gzip"},
		{"empty elements", []string{",, gzip ,,"}, "gzip"},
		{"another parameter", []string{"gzip;level=9;q=0.5, br;q=0.4"}, "gzip"},

		{"gzip preferred", []string{"gzip;q=1.0, br;q=0.5"}, "gzip"},
		{"gzip preferred by a thousandth", []string{"gzip;q=0.502, br;q=0.501"}, "gzip"},
		{"equal", []string{"gzip;q=0.5, br;q=0.5, identity;q=0.5"}, "br"},
		{"equal in other words", []string{"gzip;q=1.000, br;q=1.0"}, "br"},
		{"identity preferred", []string{"gzip;q=0.5, identity;q=1"}, "identity"},
		{"identity preferred, without a quality", []string{"gzip;q=0.5, identity"}, "identity"},
		{"any, but gzip less", []string{"gzip;q=0.5, *"}, "br"},
		{"any, but each of ours less", []string{"gzip;q=0.5, br;q=0.4, zstd;q=0.3, *"}, "gzip"},
		{"any, but not br", []string{"*, br;q=0"}, "zstd"},
		{"any less than gzip", []string{"*;q=0.1, gzip"}, "gzip"},
		{"any but little", []string{"*;q=0.001"}, "br"},

		{"not gzip", []string{"gzip;q=0"}, "identity"},
		{"not gzip, in full", []string{"gzip;q=0.000"}, "identity"},
		{"neither", []string{"gzip;q=0, br;q=0"}, "identity"},
		{"not identity", []string{"identity;q=0"}, ""},
		{"not identity, but gzip", []string{"gzip, identity;q=0"}, "gzip"},
		{"not identity, but any", []string{"*, identity;q=0"}, "br"},
		{"nothing", []string{"*;q=0"}, ""},
		{"nothing, in full", []string{"*;q=0.0, gzip;q=0"}, ""},
		{"nothing but gzip", []string{"gzip;q=0.1, *;q=0"}, "gzip"},
		{"nothing but identity", []string{"identity;q=0.5, *;q=0"}, "identity"},

		{"quality in words", []string{"gzip;q=high"}, "gzip"},
		{"empty quality", []string{"gzip;q="}, "gzip"},
		{"quality without a value", []string{"gzip;q"}, "gzip"},
		{"quality above 1", []string{"gzip;q=5, br;q=0.9"}, "gzip"},
		{"quality just above 1", []string{"gzip;q=1.001, br"}, "br"},
		{"negative quality", []string{"gzip;q=-1, br;q=0.9"}, "gzip"},
		{"negative zero", []string{"gzip;q=-0, br;q=0.9"}, "gzip"},
		{"not a number", []string{"gzip;q=NaN, br;q=0.9"}, "gzip"},
		{"infinite", []string{"gzip;q=Inf, br;q=0.9"}, "gzip"},
		{"exponent", []string{"gzip;q=1e-3, br;q=0.9"}, "gzip"},
		{"hexadecimal", []string{"gzip;q=0x0p0, br;q=0.9"}, "gzip"},
		{"too many decimals", []string{"gzip;q=0.0000, br;q=0.9"}, "gzip"},
		{"a point alone", []string{"gzip;q=., br;q=0.9"}, "gzip"},
		{"a comma for a point", []string{"gzip;q=0,5"}, "identity"},
		{"a point and no decimals", []string{"gzip;q=0."}, "identity"},
		{"very long", []string{strings.Repeat("x,", 4000) + "gzip"}, "gzip"},
	}
	address := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var fields []string
			for _, field := range tt.fields {
				fields = append(fields, "Accept-Encoding: "+field)
			}
			got := get(t, address, "GET", "/rss.xml", fields...)
			if vary := got.Header["Vary"]; len(vary) != 1 || vary[0] != "Accept-Encoding" {
				t.Errorf("Vary %q", vary)
			}
			if tt.want == "" {
				if body := string(bodyOf(t, got)); got.StatusCode != 406 || body != "None of the accepted encodings is available; identity, gzip, br and zstd are.\n" || got.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("status %d, header %v, body %q", got.StatusCode, got.Header, body)
				}
				return
			}
			encoding := got.Header.Get("Content-Encoding")
			if encoding == "" {
				encoding = "identity"
			}
			if got.StatusCode != 200 || encoding != tt.want {
				t.Errorf("status %d, encoding %q, want %q", got.StatusCode, encoding, tt.want)
			}
			if body := decoded(t, got); !bytes.Equal(body, feedBody) {
				t.Errorf("another body, of %d bytes", len(body))
			}
		})
	}
}

// TestNegotiationOfSmallDocuments holds that a document which no encoding makes
// smaller has none, unless the client wants it so.
func TestNegotiationOfSmallDocuments(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		accept string
		want   string
		status int
	}{
		{"tiny", "/robots.txt", "gzip, br", "", 200},
		{"tiny, but not as it is", "/robots.txt", "gzip, identity;q=0", "gzip", 200},
		{"tiny, anything but as it is", "/robots.txt", "*, identity;q=0", "br", 200},
		{"tiny, and nothing", "/robots.txt", "*;q=0", "", 406},
		{"a twin", "/sitemap.xml.gz", "gzip, br", "", 200},
		{"a twin, but not as it is", "/sitemap.xml.gz", "gzip, br, identity;q=0", "", 406},
	}
	address := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := get(t, address, "GET", tt.path, "Accept-Encoding: "+tt.accept)
			if got.StatusCode != tt.status || got.Header.Get("Content-Encoding") != tt.want {
				t.Fatalf("status %d, encoding %q, want %d, %q", got.StatusCode, got.Header.Get("Content-Encoding"), tt.status, tt.want)
			}
			if body := decoded(t, got); tt.status == 200 && !bytes.Equal(body, doctest.Body(t, served()[tt.path])) {
				t.Errorf("another body: %q", body)
			}
		})
	}
}

func TestTwin(t *testing.T) {
	address := start(t)
	for _, accept := range []string{"", "gzip", "br"} {
		got := get(t, address, "GET", "/sitemap.xml.gz", "Accept-Encoding: "+accept)
		if got.Header.Get("Content-Type") != "application/gzip" || got.Header["Content-Encoding"] != nil {
			t.Errorf("accepting %q: header %v", accept, got.Header)
		}
		body := bodyOf(t, got)
		if !bytes.Equal(body, doctest.Gzip(t, documents()["/sitemap.xml"])) {
			t.Errorf("accepting %q: not the compressed sitemap", accept)
		}
		whole := get(t, address, "GET", "/sitemap.xml", "Accept-Encoding: "+accept)
		if tag := got.Header.Get("Etag"); tag == "" || tag == whole.Header.Get("Etag") {
			t.Errorf("accepting %q: ETag %q, want one of its own", accept, tag)
		}
	}
	if got := get(t, address, "GET", "/rss.xml.gz"); got.StatusCode != 404 {
		t.Errorf("a feed's twin: status %d, want 404", got.StatusCode)
	}
}
