package text

import (
	"net/url"
	"testing"
)

// plainReferences are addresses, and whether they resolve without being parsed.
func plainReferences() map[string]bool {
	return map[string]bool{
		"/": true, "/a": true, "/a/b-1_2~.html?a=1&b=/../2": true, "/a.b/": true, "https://a.example/": true, "http://a-1.example/a?b": true, "/?a": true,

		"": false, "a": false, "?a": false, "#a": false, "//a.example/": false, "/a//b": false, "/./a": false, "/a/../b": false, "/a/.b": false, "/a#b": false,
		"/a?": false, "/a?b?c": false, "/a b": false, "/湘": false, "/%41": false, "/a\\b": false, "/a:b": false, "/a\n": false, " /a": false, "/a?b=\x00": false,
		"https://a.example": false, "https://A.example/": false, "HTTPS://a.example/": false, "https:///a": false, "https://a.example:80/": false, "https://b@a.example/": false,
		"https:/a.example/": false, "mailto:a@b.example": false, "ftp://a.example/": false, "https://a.example/a//b": false, "https://[::1]/": false,
	}
}

// plainBases are those that references are resolved against.
func plainBases(tb testing.TB) []*url.URL {
	list := []*url.URL{nil, {}, {Path: "/content/"}, {Host: "a.example"}}
	for _, s := range []string{"https://xt.news.example/content/1.html?p=1#c", "http://a:b@a.example/", "https://A.example:80/", "https://[2001:db8::1]/", "https://a.example"} {
		base, err := url.Parse(s)
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, base)
	}
	return list
}

// TestResolvePlain holds that what is not parsed resolves as what is.
func TestResolvePlain(t *testing.T) {
	bases := plainBases(t)
	for ref, want := range plainReferences() {
		if got := resolvePlain(bases[4], ref); (got != "") != want {
			t.Errorf("%q: %q", ref, got)
		}
	}
}

func FuzzResolvePlain(f *testing.F) {
	for ref := range plainReferences() {
		f.Add(ref)
	}
	bases := plainBases(f)
	f.Fuzz(func(t *testing.T, ref string) {
		for _, base := range bases {
			if got := resolvePlain(base, ref); got != "" && got != resolve(base, ref) {
				t.Errorf("%q against %v: %q, and parsed %q", ref, base, got, resolve(base, ref))
			}
		}
	})
}
