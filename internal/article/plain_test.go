package article

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainLines are lines, and whether nothing is otherwise than it should be.
var plainLines = []struct {
	name, line string
	want       bool
}{
	{"nothing", `{}`, true},
	{"white space", " {\t\"id\" : \"1\" ,\r\n\"tags\" : [ \"a\" , \"b\" ] } \n", true},
	{"every kind", `{"id":"1","noindex":true,"news":false,"images":[{"url":"a","width":640}],"source":{"name":"n"},"tags":[],"alternates":[{},{"lang":"en"}]}`, true},
	{"null", `{"expires":null,"images":null,"noindex":null,"source":{"url":null}}`, true},
	{"null in a list", `{"tags":[null]}`, false},
	{"escapes", `{"body":"\"\\\/\b\f\n\r\t\u4e2D\ud83c\udf38"}`, true},
	{"a zero character", `{"body":"\u0000"}`, true},
	{"half a pair", `{"body":"\ud83c"}`, false},
	{"half a pair and another character", `{"body":"\ud83c\u4e2d"}`, false},
	{"the other half", `{"body":"\udf38"}`, false},
	{"half an escape", `{"body":"\u4e2"}`, false},
	{"an unknown escape", `{"body":"\x"}`, false},
	{"no hexadecimal digits", `{"body":"\u00g0"}`, false},
	{"a control character", "{\"body\":\"\t\"}", false},
	{"an escape in a name", `{"\u0069d":"1"}`, false},
	{"a name in upper case", `{"ID":"1"}`, false},
	{"an unknown name", `{"expiry":"1"}`, false},
	{"twice", `{"id":"1","id":"2"}`, false},
	{"twice, once null", `{"id":null,"id":"2"}`, false},
	{"another name", `{"images":[{"src":"a"}]}`, false},
	{"a number for a text", `{"id":1}`, false},
	{"a text for a list", `{"tags":"a,b"}`, false},
	{"a text for a number", `{"images":[{"width":"640"}]}`, false},
	{"a number with a fraction", `{"images":[{"width":1.5}]}`, false},
	{"an exponent", `{"images":[{"width":1e3}]}`, false},
	{"less than nothing", `{"images":[{"width":-1}]}`, false},
	{"zero", `{"images":[{"width":0}]}`, true},
	{"a leading zero", `{"images":[{"width":01}]}`, false},
	{"many digits", `{"images":[{"bytes":999999999999999999}]}`, true},
	{"too many digits", `{"images":[{"bytes":9999999999999999999}]}`, false},
	{"no number", `{"images":[{"width":}]}`, false},
	{"a comma too many", `{"id":"1",}`, false},
	{"a comma too many in a list", `{"tags":["a",]}`, false},
	{"no comma", `{"id":"1" "url":"2"}`, false},
	{"no colon", `{"id" "1"}`, false},
	{"another sign", `{"tags":["a"}`, false},
	{"cut off", `{"id":"1"`, false},
	{"cut off in a text", `{"id":"1`, false},
	{"cut off behind a backslash", `{"id":"1\`, false},
	{"two values", `{"id":"1"}{"id":"2"}`, false},
	{"a zero byte behind", "{}\x00", false},
	{"a word and more", `{"noindex":trues}`, false},
	{"deep", strings.Repeat(`{"tags":[`, 100_000), false},
}

func TestPlain(t *testing.T) {
	for _, tt := range plainLines {
		t.Run(tt.name, func(t *testing.T) {
			p := plain{data: []byte(tt.line)}
			if got := p.line(new(line)); got != tt.want {
				t.Errorf("plain reads it: %t, want %t", got, tt.want)
			}
			comparePlain(t, []byte(tt.line))
		})
	}
}

// comparePlain holds that what plain reads, strict reads as the same, without a fault.
func comparePlain(t *testing.T, data []byte) {
	got, want := line{News: true}, line{News: true}
	if p := (plain{data: data}); !p.line(&got) {
		return
	}
	var s strict
	if err := s.line(data, &want); err != nil || s.err() != nil || len(s.odd) > 0 {
		t.Fatalf("plain reads what strict does not: %v, %v, %v", err, s.err(), s.odd)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plain reads it otherwise (-strict +plain):\n%s", diff)
	}
}

func FuzzPlain(f *testing.F) {
	full, err := os.ReadFile(filepath.Join("testdata", "full.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	for _, tt := range plainLines {
		f.Add([]byte(tt.line))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.ToValidUTF8(string(data), "") == string(data) { // others are refused before
			comparePlain(t, data)
		}
	})
}
