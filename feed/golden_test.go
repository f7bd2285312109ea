package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	channels := []struct {
		name    string
		channel *draft
	}{
		{"rich", richChannel()},
		{"bare", bareChannel()},
		{"empty", emptyChannel()},
		{"archive", archived(emptyChannel())},
		{"withdrawn", withdrawnChannel()},
	}
	for _, c := range channels {
		list := documents()
		if c.name != "archive" { // which is for readers
			for _, p := range feed.Profiles() {
				list = append(list, document{p.Name, func(f *feed.Feed) ([]byte, error) {
					doc, _ := f.ForProfile(p)
					return doc, nil
				}})
			}
		}
		for _, d := range list {
			t.Run(c.name+"/"+d.name, func(t *testing.T) {
				got, err := d.render(c.channel)
				if err != nil {
					t.Fatal(err)
				}
				checkGolden(t, c.name+"."+d.name, got)
				checkForm(t, d.name, got)
				again, err := d.render(c.channel)
				if err != nil || !bytes.Equal(got, again) {
					t.Errorf("the second rendering differs: %v", err)
				}
			})
		}
	}
}

// checkGolden compares a document with a golden file and looks for traces of
// mistakes in it.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>", "CST"} {
		if bytes.Contains(got, []byte(bad)) {
			t.Errorf("%q in the document", bad)
		}
	}
}

// checkForm fails unless doc is well-formed, compact and in clean UTF-8.
func checkForm(t *testing.T, format string, doc []byte) {
	t.Helper()
	for i, r := range string(doc) {
		if r < 0x20 && r != '\t' && r != '\n' || 0x80 <= r && r <= 0x9f || 0xfffd <= r && r <= 0xffff {
			t.Errorf("%U at %d does not belong in a document:\n%s", r, i, doc)
		}
	}
	if format == "json" {
		if !json.Valid(doc) {
			t.Errorf("not JSON:\n%s", doc)
		}
		return
	}
	if !bytes.HasPrefix(doc, []byte(xml.Header)) {
		t.Errorf("no XML declaration on a line of its own:\n%s", doc)
	}
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("not XML: %v\n%s", err, doc)
			return
		}
	}
}
