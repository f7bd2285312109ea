package indexnow

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "[]", `"x"`, `{"errorCode":"KeyNotFound"}`, `{"errorCode":7}`, "{\"errorCode\":\"a\\u0000\\n\xff\"}",
		`{"errorCode":"UserForbiddedToAccessSite","message":"` + strings.Repeat("湘", 200) + `","details":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if code := parse(body); !utf8.ValidString(code) || len(code) > 3*len(body) {
			t.Errorf("parse(%q) = %q", body, code)
		}
	})
}
