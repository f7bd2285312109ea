package content

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feedstation/internal/article"
)

// FuzzDecoded holds that lists and objects are what encoding/json makes of them.
func FuzzDecoded(f *testing.F) {
	for _, text := range []string{
		``, `[]`, `{}`, `null`, ` [ ] `, `[1]`, `["a"`, `["张三","Li \"Si\""]`, `["a",null]`, `["a"]x`, `["a"]["b"]`, "[\"\xff\"]", `["\ud800"]`,
		`{"name":"湘潭日报","url":"https://paper.news.example/?a=1&b=2"}`, `{"name":"a","Name":"b"}`, `{"name":"a","name":"b"}`, `{"name":1}`,
		`[{"url":"1.jpg","caption":"开幕","credit":"赵六 摄","width":800,"height":600,"type":"image/jpeg","bytes":1099511627776}]`,
		`[{"url":"1.jpg","width":-0},{"url":"2.jpg","alt":"x"}]`, `[{"url":"1.jpg","width":1.5}]`, `[{"url":"1.jpg","width":1e2}]`,
		`[{"url":"1.jpg","bytes":9223372036854775808}]`, `[{"url":null,"width":null}]`, `[{"url":"1.jpg","url":"2.jpg"}]`, `[null]`, `[[]]`, `[{}]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compare(t, text, (*row).names, decoded[[]string])
		compare(t, text, (*row).source, decoded[article.Source])
		compare(t, text, (*row).images, decoded[[]article.Image])
	})
}

// compare reads a text in two ways, which have to find the same.
func compare[T any](t *testing.T, text string, got, want func(*row, string) T) {
	t.Helper()
	a, b := &row{values: []any{text}}, &row{values: []any{text}}
	x, y := got(a, "column"), want(b, "column")
	if a.fault != nil || b.fault != nil {
		if a.fault == nil || b.fault == nil || a.fault.Error() != b.fault.Error() {
			t.Errorf("%q: fault %v, want %v", text, a.fault, b.fault)
		}
		return
	}
	if diff := cmp.Diff(y, x, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%q (-want +got):\n%s", text, diff)
	}
}
