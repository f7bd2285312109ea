package wire_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"feedstation/feed/internal/wire"
)

// The types have every tag that the package knows.
type (
	document struct {
		XMLName xml.Name `xml:"document" json:"-"`
		Version string   `xml:"version,attr" json:"version"`
		Lang    string   `xml:"xml:lang,attr,omitempty" json:"lang,omitempty"`
		Title   raw      `xml:"title" json:"-"`
		base
		Count   int      `xml:"count,omitempty" json:"count,omitempty"`
		Open    bool     `xml:"open,attr" json:"open"`
		Skipped string   `xml:"-" json:"-"`
		Links   []link   `xml:"link" json:"links,omitempty"`
		Tags    []string `xml:"ns:tag" json:"tags"`
		Body    *body    `xml:"body" json:"body"`
		Untagged
		Items []*item `json:"items,omitempty"`
	}
	// base is shadowed: its title, its links and its count.
	base struct {
		XMLName xml.Name `xml:"base" json:"-"`
		Title   string   `xml:"title" json:"title"`
		Link    *link    `json:"links,omitempty"`
		Count   int64    `xml:"count" json:"count"`
		Size    int64    `xml:"size,omitempty" json:"size,omitempty"`
		Other   *other   `json:"other,omitempty"`
		Expired *bool    `xml:"-" json:"expired,omitempty"`
	}
	Untagged struct {
		Plain string
		None  *link
	}
	link struct {
		XMLName xml.Name `xml:"link" json:"-"`
		Href    string   `xml:"href,attr" json:"href"`
		Length  int64    `xml:"length,attr,omitempty" json:"length,omitempty"`
		Text    string   `xml:",chardata" json:"text,omitempty"`
	}
	raw struct {
		XML string `xml:",innerxml"`
	}
	other struct{ A, B string }
	body  struct {
		Type string `xml:"type,attr"`
		HTML string `xml:",cdata"`
	}
	item struct {
		XMLName xml.Name `xml:"item" json:"-"`
		Name    string   `xml:"name" json:"name"`
	}
)

// texts are strings with all that must be escaped, and nothing that can't be.
func texts() *rapid.Generator[string] {
	return rapid.StringOf(rapid.RuneFrom([]rune("a 湘“é𠮷\"'&<>]\\/\t\n\r\u2028\u2029\u2027\u202a\x7f\u200d👩\u00a0")))
}

func documents() *rapid.Generator[*document] {
	return rapid.Custom(func(t *rapid.T) *document {
		text := func() string { return texts().Draw(t, "text") }
		number := func() int64 { return rapid.Int64().Draw(t, "number") }
		d := &document{
			Version: text(), Lang: text(), Title: raw{"<b>&amp;</b>"}, Count: int(number()), Open: rapid.Bool().Draw(t, "open"), Skipped: text(),
			Tags:     rapid.SliceOf(texts()).Draw(t, "tags"),
			base:     base{Title: text(), Link: &link{Href: text()}, Count: number(), Size: number()},
			Untagged: Untagged{Plain: text()},
		}
		for range rapid.IntRange(0, 3).Draw(t, "links") {
			d.Links = append(d.Links, link{Href: text(), Length: number(), Text: text()})
		}
		if rapid.Bool().Draw(t, "body") {
			d.Body = &body{Type: text(), HTML: text() + rapid.SampledFrom([]string{"", "]]>", "]]>]]>", "]]]]>>"}).Draw(t, "end") + text()}
			d.base.Other = &other{text(), text()}
			d.Items = []*item{{Name: text()}, {Name: text()}}
			expired := rapid.Bool().Draw(t, "expired")
			d.Expired = &expired
		}
		return d
	})
}

func TestXML(t *testing.T) {
	writer := wire.NewXML((*document)(nil))
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		want, err := xml.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(writer.Append(nil, d))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestJSON(t *testing.T) {
	writer := wire.NewJSON(document{})
	rapid.Check(t, func(t *rapid.T) {
		d := documents().Draw(t, "document")
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(d); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(append(writer.Append(nil, *d), '\n'))); diff != "" {
			t.Error(diff)
		}
	})
}

// TestUnsupported holds that a type which can't be written is found when its
// writer is made.
func TestUnsupported(t *testing.T) {
	tests := []struct {
		name string
		make func()
	}{
		{"map in XML", func() { wire.NewXML(struct{ M map[string]string }{}) }},
		{"map in JSON", func() { wire.NewJSON(struct{ M map[string]string }{}) }},
		{"comment", func() {
			wire.NewXML(struct {
				C string `xml:",comment"`
			}{})
		}},
		{"another type in XML", func() { wire.NewXML(link{}).Append(nil, item{}) }},
		{"another type in JSON", func() { wire.NewJSON(link{}).Append(nil, item{}) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			test.make()
		})
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	d := &document{Version: "1", Links: []link{{Href: "a&b"}}, Body: &body{HTML: "<p>湘潭\u2028</p>]]>"}, Items: []*item{{Name: "x"}}}
	x, j := wire.NewXML(d), wire.NewJSON(d)
	b := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(10, func() { j.Append(x.Append(b, d), d) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
