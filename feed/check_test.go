package feed

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// parseXML is what checkXML foretells: what a parser says of an element.
func parseXML(element string) error {
	d := xml.NewDecoder(strings.NewReader(element))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// What a parser can't read is not published.
func TestCheckXML(t *testing.T) {
	for _, tt := range []struct {
		name, element string
		want          bool
	}{
		{"an element", `<rss version="2.0"></rss>`, true},
		{"nested", `<rss><title>A &amp; B &#x4e2d;</title><atom:link href="a>b"></atom:link></rss>`, true},
		{"CDATA", `<a><![CDATA[<b> & ]]></a>`, true},
		{"cut off", `<rss><channel>`, false},
		{"cut off in a tag", `<rss><chan`, false},
		{"another end", `<a><b></a></b>`, false},
		{"an end too many", `<a></a></a>`, false},
		{"a bare ampersand", `<a>A & B</a>`, false},
		{"in an attribute", `<a b="A & B"></a>`, false},
		{"an entity of HTML", `<a>&nbsp;</a>`, false},
		{"no UTF-8", "<a>\xff</a>", false},
		{"a control character", "<a>\x01</a>", false},
		{"CDATA without an end", `<a><![CDATA[ </a>`, false},
		{"a bare bracket", `<a>1 < 2</a>`, false},
		{"a bare bracket in an attribute", `<a b="<"></a>`, false},
		{"references", `<a b="&#34;&#x9;">&quot;&apos;&lt;&gt;&#x10fffd;</a>`, true},
		{"a reference to nothing", `<a>&#0;</a>`, false},
		{"a reference to a surrogate", `<a>&#xD800;</a>`, false},
		{"a reference without a number", `<a>&#;</a>`, false},
		{"a reference without an end", `<a>&amp</a>`, false},
		{"the end of CDATA", `<a>]]></a>`, false},
		{"two CDATA", `<a><![CDATA[a]]]]><![CDATA[>b]]></a>`, true},
		{"a control character in CDATA", "<a><![CDATA[\x01]]></a>", false},
		{"no UTF-8 in CDATA", "<a><![CDATA[\xff]]></a>", false},
		{"no character", "<a>\ufffe</a>", false},
		{"no character in an attribute", "<a b=\"\uffff\"></a>", false},
		{"an attribute without quotes", `<a b=c></a>`, false},
		{"an attribute without a value", `<a b></a>`, false},
		{"an attribute without an end", `<a b="c></a>`, false},
		{"no name", `<></>`, false},
		{"a number as a name", `<1></1>`, false},
	} {
		if err := checkXML(tt.element); (err == nil) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err := parseXML(tt.element); err != nil && tt.want {
			t.Errorf("%s: a parser says %v", tt.name, err)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	for object, want := range map[string]bool{`{"id":"湘"}`: true, `{"id":`: false, "{\"id\":\"\xff\"}": false, "": false} {
		if err := checkJSON([]byte(object)); (err == nil) != want {
			t.Errorf("%q: %v", object, err)
		}
	}
}

// An item of which a format can't be read is refused, whichever it is.
func TestWeighRefuses(t *testing.T) {
	for name, p := range map[string]*Prepared{
		"RSS":  {rss: rssItem{Title: rssTitle{XML: "<b"}}},
		"Atom": {atom: atomEntry{Language: "\xff"}},
		"JSON": {json: jsonItem{Language: "\xff"}},
	} {
		if _, err := p.weigh(0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := new(Prepared).weigh(0); err != nil {
		t.Error(err)
	}
	if !strings.Contains((&ItemError{"https://xt.news.example/1", ErrMalformed}).Error(), "well-formed") {
		t.Error("the error does not say what is wrong")
	}
}

// FuzzCheckXML holds that a parser reads what passes.
func FuzzCheckXML(f *testing.F) {
	f.Add(`<a b="&#34;"><atom:link href="a>b"></atom:link>A &amp; B<![CDATA[<b> & ]]></a>`)
	f.Fuzz(func(t *testing.T, element string) {
		if err := parseXML(element); err != nil && checkXML(element) == nil {
			t.Errorf("%q passes: %v", element, err)
		}
	})
}
