package press

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestUsable holds that the short way, for addresses on a host that has been
// seen, gives what the long way gives.
func TestUsable(t *testing.T) {
	var bases []*url.URL
	for _, address := range []string{
		"https://xt.news.example/content/1.html", "https://img.news.example/2019/03/11/1.html", "https://img.news.example/", "https://img.news.example",
		"http://img.news.example/a?b=/c/d#/e/f", "https://img.news.example/a%3Fb/c%2Fd/1.html", "https://img.news.example/a%3Fb/1.html", "https://img.news.example/a%20b/1.html", "https://u@img.news.example/a/",
		"https://img.news.example//a/1.html", "https://img.news.example/a//b/1.html", "https://img.news.example/湘/1.html", "https://img.news.example/a/../b/./1.html", "https://IMG.news.example/a/",
		"mailto:img.news.example/a/b",
	} {
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		bases = append(bases, base)
	}
	address := rapid.Custom(func(t *rapid.T) string {
		scheme := rapid.SampledFrom([]string{"https://", "http://", "HTTPS://", "", "//", "ftp://", "data:"}).Draw(t, "scheme")
		var host strings.Builder
		host.WriteString(rapid.SampledFrom([]string{"img.news.example", "img.news.example", "IMG.news.example", "img.news.example:80", "u@img.news.example", "", "a b"}).Draw(t, "host"))
		parts := rapid.SliceOfN(rapid.OneOf(
			rapid.SampledFrom([]string{"/", "a", ".", "..", "/.", "%", "%41", "?", "#", "'", "\"", "湘", " ", "\x00", "[", "]", "\\", "|", "~", "*", ";", "&", "=", "+", ":", "@"}),
			rapid.StringN(0, 3, 9),
		), 0, 6).Draw(t, "parts")
		for _, part := range append([]string{"/"}, parts...) {
			host.WriteString(part)
		}
		name := rapid.StringMatching(`[.]?[0-9A-Za-z._:-]{0,6}`).Draw(t, "name")
		return rapid.SampledFrom([]string{scheme + host.String(), name}).Draw(t, "address")
	})
	rapid.Check(t, func(t *rapid.T) {
		base, given := rapid.SampledFrom(bases).Draw(t, "base"), address.Draw(t, "address")
		fresh, seen := &builder{}, &builder{usableHost: "img.news.example"}
		want, wantOK := fresh.usable(base, given)
		if got, ok := seen.usable(base, given); got != want || ok != wantOK {
			t.Errorf("usable(%s, %q) = %q, %t; on a host not seen before %q, %t", base, given, got, ok, want, wantOK)
		}
	})
}
