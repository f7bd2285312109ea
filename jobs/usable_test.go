package jobs

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestUsable holds that the short way, for addresses on a host that has been
// seen, gives what the long way gives.
func TestUsable(t *testing.T) {
	base, err := url.Parse("https://xt.news.example/content/1.html")
	if err != nil {
		t.Fatal(err)
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
		return scheme + host.String()
	})
	rapid.Check(t, func(t *rapid.T) {
		given := address.Draw(t, "address")
		fresh, seen := &builder{}, &builder{usableHost: "img.news.example"}
		want, wantOK := fresh.usable(base, given)
		if got, ok := seen.usable(base, given); got != want || ok != wantOK {
			t.Errorf("usable(%q) = %q, %t; on a host not seen before %q, %t", given, got, ok, want, wantOK)
		}
	})
}
