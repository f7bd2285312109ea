package press

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestWellFormed(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	tests := []struct {
		name, document string
		want           bool
	}{
		{"a root", head + `<rss version="2.0"></rss>`, true},
		{"an empty root", head + `<rss/>`, true},
		{"nested", head + `<rss><channel><title>A &amp; B &#x4e2d;</title><atom:link href="a>b"></atom:link></channel></rss>` + "\n", true},
		{"CDATA", head + `<a><![CDATA[<b> & ]]></a>`, true},
		{"nothing", "", false},
		{"no root", head, false},
		{"no declaration", `<rss></rss>`, false},
		{"two roots", head + `<a></a><b></b>`, false},
		{"cut off", head + `<rss><channel>`, false},
		{"cut off in a tag", head + `<rss><chan`, false},
		{"another end", head + `<a><b></a></b>`, false},
		{"an end too many", head + `<a></a></a>`, false},
		{"text behind", head + `<a></a>text`, false},
		{"a bare ampersand", head + `<a>A & B</a>`, false},
		{"in an attribute", head + `<a b="A & B"></a>`, false},
		{"an entity of HTML", head + `<a>&nbsp;</a>`, false},
		{"no UTF-8", head + "<a>\xff</a>", false},
		{"CDATA without an end", head + `<a><![CDATA[ </a>`, false},
		{"a bare bracket", head + `<a>1 < 2</a>`, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := wellFormed([]byte(tt.document)); (err == nil) != tt.want {
				t.Errorf("wellFormed: %v, want %t", err, tt.want)
			}
			if got := parses([]byte(tt.document)); got != tt.want && !strings.Contains(tt.name, "declaration") {
				t.Errorf("a parser reads it: %t", got)
			}
		})
	}
}

// parses reports whether a parser reads the document, with one root.
func parses(document []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(document))
	depth, roots := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return roots == 1
		}
		if err != nil {
			return false
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			if depth == 0 && len(bytes.TrimSpace(token)) > 0 {
				return false
			}
		}
	}
}

// FuzzWellFormed holds that whatever is cut off or put into a document, what is
// published a parser can read, but for what this program never writes.
func FuzzWellFormed(f *testing.F) {
	f.Add("title", "text &amp; more", 10, "<")
	f.Add("a:b", "<![CDATA[x]]>", 60, "&")
	f.Add("x", `<y z="1"/>`, 45, "</x>")
	f.Fuzz(func(t *testing.T, name, text string, at int, put string) {
		document := `<?xml version="1.0" encoding="UTF-8"?><` + name + ">" + text + "</" + name + ">"
		if at >= 0 && at < len(document) {
			document = document[:at] + put + document[at:]
		}
		if strings.ContainsAny(document, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\ufffe\uffff") {
			t.Skip("feeds clean texts of these")
		}
		if wellFormed([]byte(document)) == nil && !parses([]byte(document)) && plainNames(document) {
			t.Errorf("%q is published, and no parser reads it", document)
		}
	})
}

// plainNames reports whether the tags of a document are of the kind that this
// program writes; what a name may be is not looked at before publishing.
func plainNames(document string) bool {
	_, rest, _ := strings.Cut(document, "?>")
	for i := strings.IndexByte(rest, '<'); i >= 0; i = strings.IndexByte(rest, '<') {
		rest = rest[i+1:]
		tag, _, _ := strings.Cut(rest, ">")
		name, attributes, _ := strings.Cut(strings.Trim(tag, "/"), " ")
		for _, c := range name {
			if !nameStart(byte(c)) || c > 'z' {
				return false
			}
		}
		if attributes != "" {
			return false
		}
	}
	return !strings.Contains(rest, "]]>") && !strings.Contains(rest, "&#")
}

func BenchmarkWellFormed(b *testing.B) {
	document := []byte(xmlDeclaration + `<rss><channel>` + strings.Repeat(`<item><title>年度读书节开幕 &amp; 更多</title><guid isPermaLink="true">https://xt.news.example/1</guid><content:encoded>`+
		strings.Repeat("&lt;p&gt;读书节今天在湖边开幕，市民带着孩子来听作家讲故事。&lt;/p&gt;", 60)+`</content:encoded></item>`, 50) + `</channel></rss>`)
	b.SetBytes(int64(len(document)))
	for b.Loop() {
		if err := wellFormed(document); err != nil {
			b.Fatal(err)
		}
	}
}
