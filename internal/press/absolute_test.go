package press

import (
	"net/url"
	"testing"

	"feedstation/internal/address"
	"feedstation/sitemap"
)

// TestAbsolute holds that what is told to be plain is what resolving makes of it.
func TestAbsolute(t *testing.T) {
	pages := []string{
		"https://xt.news.example/a/1.html", "https://xt.news.example:8443/1", "https://xt.news.example", "https://xt.news.example?next=/1", "https://xt.news.example#/1", "https://湘潭.example/1", "/1", "",
		"https://xt.news.example/a/b/", "https://xt.news.example/a//b/1", "https://xt.news.example/a/../b/1", "https://xt.news.example/a b/1", "https://xt.news.example/a/1?next=/b/2", "https://xt.news.example/a/1#/b",
	}
	addresses := []string{
		"/a.jpg", "/", "/a/b-c_d.JPG", "/a/", "/a..b", "/a.", "//cdn.news.example/a.jpg", "/a//b.jpg", "/./a", "/../a", "/a/../b", "/a/.", "/a/..", "/.a", "/a?b=c", "/a#b", "/a b", "/图.jpg", "/%41", "/a:b",
		"/~a", "a.jpg", "../a.jpg", "b/a.jpg", "a//b.jpg", "b/", "a..b", ".a", ".", "..", "b/./a", "b/../a", "a:b", "b/a:b", "?a", "#a", "", "mailto:a@news.example", "https://a.example/../b", "ftp://a.example/b",
	}
	for _, page := range pages {
		for _, path := range addresses {
			if got, want := absolute(page, path), resolved(page, path); got != want {
				t.Errorf("absolute(%q, %q) = %q, want %q", page, path, got, want)
			}
		}
	}
}

// FuzzAbsolute holds that the short way of plain paths is never another one.
func FuzzAbsolute(f *testing.F) {
	f.Add("https://xt.news.example/a/1.html", "b/1.jpg")
	f.Add("https://xt.news.example/a/../1.html?b=/c", "/1.jpg")
	f.Fuzz(func(t *testing.T, given, path string) {
		page, err := address.Normal(given)
		if err != nil || len(path) > sitemap.MaxLoc {
			t.Skip()
		}
		if got, want := absolute(page, path), resolved(page, path); got != want {
			t.Errorf("absolute(%q, %q) = %q, want %q", page, path, got, want)
		}
	})
}

// resolved is what absolute returns without a short way.
func resolved(page, address string) string {
	if len(address) > 8 && (address[:8] == "https://" || address[:7] == "http://") {
		return address
	}
	u, err := url.Parse(page)
	if err == nil {
		u, err = u.Parse(address)
	}
	if err != nil || u.User != nil || u.Opaque != "" || address == "" {
		return ""
	}
	address = u.Scheme + "://" + u.Host + u.EscapedPath()
	if u.RawQuery != "" {
		address += "?" + u.RawQuery
	}
	return address
}
