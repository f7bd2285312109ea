package feed_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/feeds"
	"pgregory.net/rapid"
)

// TestSameAsGorilla holds that the documents are what encoding/xml, which
// gorilla writes with, and encoding/json make of the structs in which gorilla's
// are embedded: byte for byte, and from gorilla's own functions, which indent,
// the same tokens.
func TestSameAsGorilla(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := drafts().Draw(t, "channel").channel()
		if err != nil {
			t.Fatal(err)
		}
		c.Comment = "" // gorilla has no word for it
		for _, format := range []struct {
			name  string
			write func() ([]byte, error)
			model feeds.XmlFeed
		}{{"rss", c.RSS, c.RSSModel()}, {"atom", c.Atom, c.AtomModel()}} {
			got, err := format.write()
			if err != nil {
				t.Fatal(err)
			}
			want, err := xml.Marshal(format.model.FeedXml())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(xml.Header+string(want), string(got)); diff != "" {
				t.Errorf("%s: %s", format.name, diff)
			}
			indented, err := feeds.ToXML(format.model)
			if err != nil {
				t.Fatal(err)
			}
			if a, b := xmlTokens(t, indented), xmlTokens(t, string(got)); !reflect.DeepEqual(a, b) {
				t.Errorf("%s by gorilla: %s", format.name, cmp.Diff(a, b))
			}
		}
		got, err := c.JSON()
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(c.JSONModel()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSuffix(want.String(), "\n"), string(got)); diff != "" {
			t.Errorf("json: %s", diff)
		}
	})
}

// xmlTokens lists the tokens of a document, without the white space that
// indents it.
func xmlTokens(t interface{ Fatal(...any) }, doc string) (list []xml.Token) {
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(text)) > 0 {
			list = append(list, xml.CopyToken(token))
		}
	}
}

// TestAllocations holds the price of a feed: not more than one allocation for
// each item and format.
func TestAllocations(t *testing.T) {
	d := benchmarkChannel()
	c, err := d.channel()
	if err != nil {
		t.Fatal(err)
	}
	n := testing.AllocsPerRun(5, func() {
		for _, format := range documents() {
			if _, err := format.write(c); err != nil {
				t.Fatal(err)
			}
		}
	})
	if most := float64(len(d.Items) * len(documents())); n > most {
		t.Errorf("%v allocations, at most %v", n, most)
	}
}
