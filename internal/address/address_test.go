package address_test

import (
	"strings"
	"testing"

	"feedstation/internal/address"
)

func TestReadable(t *testing.T) {
	for normal, want := range map[string]string{
		"https://xt.news.example/1.html":                                "https://xt.news.example/1.html",
		"https://xt.news.example/%E6%96%B0%E9%97%BB/1.html?q=%E4%B8%AD": "https://xt.news.example/新闻/1.html?q=中",
		"https://xt.news.example/%F0%9F%8C%B8":                          "https://xt.news.example/🌸",
		"https://xt.news.example/a%20b%2Fc%25%E4%B8%AD":                 "https://xt.news.example/a%20b%2Fc%25中",
		"https://xt.news.example/%D0%C2%CE%C5":                          "https://xt.news.example/%D0%C2%CE%C5", // GBK
		"https://xt.news.example/50%25":                                 "https://xt.news.example/50%25",
	} {
		got := address.Readable(normal)
		if got != want {
			t.Errorf("Readable(%q) = %q, want %q", normal, got, want)
		}
		if again, err := address.Normal(got); err != nil || again != normal {
			t.Errorf("Normal(%q) = %q, %v; want %q", got, again, err, normal)
		}
	}
}

func TestNormal(t *testing.T) {
	tests := []struct {
		name, address string
		want          string // "": refused
	}{
		{"normal", "https://xt.news.example/content/1001.html", "https://xt.news.example/content/1001.html"},
		{"normal with everything", "http://xt.news.example/a-b_c~d/%E6%96%B0;v=1,2?q=a+b&c=%2F:@!$'()*", "http://xt.news.example/a-b_c~d/%E6%96%B0;v=1,2?q=a+b&c=%2F:@!$'()*"},
		{"scheme in capitals", "HTTPS://xt.news.example/1.html", "https://xt.news.example/1.html"},
		{"host in capitals", "https://XT.News.Example/A.html", "https://xt.news.example/A.html"},
		{"default port of https", "https://xt.news.example:443/1.html", "https://xt.news.example/1.html"},
		{"default port of http", "http://xt.news.example:80/1.html", "http://xt.news.example/1.html"},
		{"port of the other scheme", "https://xt.news.example:80/1.html", "https://xt.news.example:80/1.html"},
		{"port of the other scheme, http", "http://xt.news.example:443/1.html", "http://xt.news.example:443/1.html"},
		{"another port", "https://xt.news.example:8443/1.html", "https://xt.news.example:8443/1.html"},
		{"default port with zeros", "https://xt.news.example:0443/1.html", "https://xt.news.example/1.html"},
		{"empty port", "https://xt.news.example:/1.html", "https://xt.news.example/1.html"},
		{"trailing dot", "https://xt.news.example./1.html", "https://xt.news.example/1.html"},
		{"trailing dot and port", "https://xt.news.example.:443/1.html", "https://xt.news.example/1.html"},
		{"http is not https", "http://xt.news.example/1.html", "http://xt.news.example/1.html"},

		{"tilde encoded", "https://xt.news.example/%7Eeditor/", "https://xt.news.example/~editor/"},
		{"letters, digits, hyphen, dot, underscore encoded", "https://xt.news.example/%41%62%33%2D%2E%5F", "https://xt.news.example/Ab3-._"},
		{"small hexadecimal", "https://xt.news.example/%e4%b8%ad", "https://xt.news.example/%E4%B8%AD"},
		{"mixed hexadecimal", "https://xt.news.example/%e4%B8%aD", "https://xt.news.example/%E4%B8%AD"},
		{"text in another script", "https://xt.news.example/中", "https://xt.news.example/%E4%B8%AD"},
		{"half encoded", "https://xt.news.example/新%E9%97%BB.html", "https://xt.news.example/%E6%96%B0%E9%97%BB.html"},
		{"an encoded slash stays", "https://xt.news.example/a%2fb", "https://xt.news.example/a%2Fb"},
		{"an encoded slash beside text in another script stays", "https://xt.news.example/a%2fb/中", "https://xt.news.example/a%2Fb/%E4%B8%AD"},
		{"an encoded slash beside a space stays", "https://xt.news.example/a%2Fb c", "https://xt.news.example/a%2Fb%20c"},
		{"an encoded question mark beside text in another script stays", "https://xt.news.example/a%3Fb/中", "https://xt.news.example/a%3Fb/%E4%B8%AD"},
		{"an encoded question mark stays", "https://xt.news.example/a%3fb", "https://xt.news.example/a%3Fb"},
		{"an encoded percent sign stays", "https://xt.news.example/100%25.html", "https://xt.news.example/100%25.html"},
		{"an encoded escape stays", "https://xt.news.example/%2541", "https://xt.news.example/%2541"},
		{"an encoded space", "https://xt.news.example/a%20b", "https://xt.news.example/a%20b"},
		{"a space", "https://xt.news.example/a b", "https://xt.news.example/a%20b"},
		{"what a path can't hold", `https://xt.news.example/a"<>\^{|}[]`, "https://xt.news.example/a%22%3C%3E%5C%5E%7B%7C%7D%5B%5D"},

		{"dot segments", "https://xt.news.example/a/./b/../c.html", "https://xt.news.example/a/c.html"},
		{"encoded dot segments", "https://xt.news.example/a/%2e/b/%2E%2e/c.html", "https://xt.news.example/a/c.html"},
		{"a dot segment last", "https://xt.news.example/a/b/..", "https://xt.news.example/a/"},
		{"a single dot last", "https://xt.news.example/a/b/.", "https://xt.news.example/a/b/"},
		{"above the root", "https://xt.news.example/../../a", "https://xt.news.example/a"},
		{"a dot segment alone", "https://xt.news.example/..", "https://xt.news.example/"},
		{"dots that are names", "https://xt.news.example/.well-known/a..b/...", "https://xt.news.example/.well-known/a..b/..."},
		{"two slashes stay", "https://xt.news.example//a//b/", "https://xt.news.example//a//b/"},
		{"a trailing slash stays", "https://xt.news.example/a/", "https://xt.news.example/a/"},
		{"dots in a query stay", "https://xt.news.example/?a=/../b", "https://xt.news.example/?a=/../b"},

		{"no path", "https://xt.news.example", "https://xt.news.example/"},
		{"no path and a query", "https://xt.news.example?id=1", "https://xt.news.example/?id=1"},
		{"an empty query", "https://xt.news.example/?", "https://xt.news.example/?"},
		{"a query", "https://xt.news.example/?b=%7e%c3&a= ä", "https://xt.news.example/?b=~%C3&a=%20%C3%A4"},
		{"bare percent signs in a path", "https://xt.news.example/满100%减50%.html", "https://xt.news.example/%E6%BB%A1100%25%E5%87%8F50%25.html"},
		{"a bare percent sign at the end", "https://xt.news.example/100%", "https://xt.news.example/100%25"},
		{"a bare percent sign before an escape", "https://xt.news.example/%%20", "https://xt.news.example/%25%20"},
		{"half an escape", "https://xt.news.example/%e4%b", "https://xt.news.example/%E4%25b"},
		{"a bare percent sign in a fragment", "https://xt.news.example/1#100%", "https://xt.news.example/1"},
		{"a bare percent sign in a host", "https://xt%news.example/1", ""},
		{"a bare percent sign in a port", "https://xt.news.example:80%/1", ""},
		{"a bare percent sign in a query", "https://xt.news.example/?off=50%", "https://xt.news.example/?off=50%25"},
		{"the order of a query stays", "https://xt.news.example/?b=1&a=2&b=0", "https://xt.news.example/?b=1&a=2&b=0"},
		{"a fragment", "https://xt.news.example/1.html#top", "https://xt.news.example/1.html"},
		{"an empty fragment", "https://xt.news.example/1.html#", "https://xt.news.example/1.html"},
		{"a fragment with a query in it", "https://xt.news.example#?a", "https://xt.news.example/"},

		{"international host", "https://中文.example/1", "https://xn--fiq228c.example/1"},
		{"international host in Punycode", "https://xn--fiq228c.example/1", "https://xn--fiq228c.example/1"},
		{"Punycode in capitals", "https://XN--FIQ228C.example/1", "https://xn--fiq228c.example/1"},
		{"international host, encoded", "https://%E4%B8%AD%E6%96%87.example/1", "https://xn--fiq228c.example/1"},
		{"international host in capitals", "https://BÜCHER.example/1", "https://xn--bcher-kva.example/1"},
		{"ideographic full stops", "https://中文。example/1", "https://xn--fiq228c.example/1"},
		{"full width", "https://ｘｔ.news.example/1", "https://xt.news.example/1"},
		{"underscore", "https://xt_test.news.example/1", "https://xt_test.news.example/1"},
		{"IPv4", "http://127.0.0.1:8080/1", "http://127.0.0.1:8080/1"},
		{"IPv6", "http://[2001:DB8:0:0::1]:80/1", "http://[2001:db8::1]/1"},
		{"IPv6 and a port", "http://[::1]:8080/1", "http://[::1]:8080/1"},
		{"a host that the DNS can't have", "https://-XT.news.example/1", "https://-xt.news.example/1"},

		{"userinfo", "https://editor@xt.news.example/1", ""},
		{"a password", "https://editor:secret@xt.news.example/1", ""},
		{"empty userinfo", "https://@xt.news.example/1", ""},
		{"another scheme", "ftp://xt.news.example/1", ""},
		{"no scheme", "xt.news.example/1", ""},
		{"the scheme of a page", "//xt.news.example/1", ""},
		{"no host", "https:///1", ""},
		{"a port alone", "https://:443/1", ""},
		{"opaque", "https:1", ""},
		{"a control", "https://xt.news.example/\x01", ""},
		{"white space around", " https://xt.news.example/1", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := address.Normal(tt.address)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("Normal(%q) = %q, %v, want %q", tt.address, got, err, tt.want)
			}
		})
	}
}

// FuzzNormal holds that what is normal stays so, is found to be so without being
// copied where it has the usual form, and is ASCII.
func FuzzNormal(f *testing.F) {
	for _, s := range []string{
		"HTTPS://XT.News.example:443/a/../%7e%e4?b#c", "http://[::1]:80", "https://中文。example/中", "https://a/%2E%2e/.", "https://a..b/", "https://x/?%", "https://x/..//..",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		normal, err := address.Normal(s)
		if err != nil {
			return
		}
		again, err := address.Normal(normal)
		if err != nil || again != normal {
			t.Errorf("Normal(%q) = %q, then %q, %v", s, normal, again, err)
		}
		if strings.ContainsFunc(normal, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
			t.Errorf("Normal(%q) = %q", s, normal)
		}
	})
}

func BenchmarkNormal(b *testing.B) {
	for _, s := range []string{"https://xt.news.example/content/2026/11/1001.html", "https://xt.news.example:443/%E6%96%b0#top"} {
		b.Run(s[23:27], func(b *testing.B) {
			for b.Loop() {
				if _, err := address.Normal(s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
