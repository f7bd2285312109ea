package network_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"feedstation/internal/network"
)

func TestNormalizeHost(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	longest := strings.Join([]string{label63, label63, label63, strings.Repeat("a", 61)}, ".")
	tests := []struct {
		name string
		host string
		want string // "": can't be a host
	}{
		{"as it is", "xt.news.example", "xt.news.example"},
		{"upper case", "XT.News.Example", "xt.news.example"},
		{"port", "xt.news.example:8080", "xt.news.example"},
		{"highest port", "xt.news.example:65535", "xt.news.example"},
		{"empty port", "xt.news.example:", "xt.news.example"},
		{"trailing dot", "xt.news.example.", "xt.news.example"},
		{"trailing dot and port", "XT.News.Example.:80", "xt.news.example"},
		{"one label", "localhost", "localhost"},
		{"underscore", "xt_test.news.example", "xt_test.news.example"},
		{"hyphen", "xt-1.news.example", "xt-1.news.example"},
		{"international", "中文.example", "xn--fiq228c.example"},
		{"international with port", "中文.example:8080", "xn--fiq228c.example"},
		{"international in ASCII", "xn--fiq228c.example", "xn--fiq228c.example"},
		{"international in upper case ASCII", "XN--FIQ228C.EXAMPLE", "xn--fiq228c.example"},
		{"international in upper case", "BÜCHER.EXAMPLE", "xn--bcher-kva.example"},
		{"ideographic full stops", "中文。example。", "xn--fiq228c.example"},
		{"full-width letters", "ｘｔ.news.example", "xt.news.example"},
		{"sharp s is not ss", "faß.example", "xn--fa-hia.example"},
		{"right to left", "א.example", "xn--4db.example"},
		{"IPv4", "127.0.0.1", "127.0.0.1"},
		{"IPv4 with port", "127.0.0.1:8080", "127.0.0.1"},
		{"IPv6", "[::1]", "[::1]"},
		{"IPv6 with port", "[::1]:8080", "[::1]"},
		{"IPv6 with empty port", "[::1]:", "[::1]"},
		{"IPv6 in another form", "[2001:DB8:0:0:0::1]:80", "[2001:db8::1]"},
		{"longest label", label63 + ".example", label63 + ".example"},
		{"longest name", longest, longest},
		{"longest name with a dot and a port", longest + ".:65535", longest},

		{"empty", "", ""},
		{"a dot", ".", ""},
		{"a port alone", ":80", ""},
		{"a space", " ", ""},
		{"space inside", "a b", ""},
		{"space before", " xt.news.example", ""},
		{"path", "evil/../", ""},
		{"backslash", `evil\xt.news.example`, ""},
		{"user", "user@xt.news.example", ""},
		{"query", "xt.news.example?", ""},
		{"markup", `a"><script>`, ""},
		{"percent", "a%41.example", ""},
		{"NUL", "a\x00.example", ""},
		{"line break", "xt.news.example\r\n", ""},
		{"not UTF-8", "a\xff.example", ""},
		{"two trailing dots", "xt.news.example..", ""},
		{"leading dot", ".news.example", ""},
		{"empty label", "xt..example", ""},
		{"empty label behind Punycode's prefix", "xn--.example", ""},
		{"broken Punycode", "xn--a.example", ""},
		{"hyphen first", "-xt.example", ""},
		{"hyphen last", "xt-.example", ""},
		{"mixed directions", "1א.example", ""},
		{"label too long", label63 + "a.example", ""},
		{"name too long", longest + "a", ""},
		{"name too long as it is written", strings.Repeat("ａ.", 63) + "example", ""},
		{"name too long in another script", strings.Repeat("中", 5000), ""},
		{"label too long in Punycode", "xn--" + strings.Repeat("a", 5000), ""},
		{"address too long", "[" + strings.Repeat("0", 5000) + "::1]", ""},
		{"port too long", "xt.news.example:" + strings.Repeat("0", 5000) + "x", ""},
		{"port too high", "xt.news.example:65536", ""},
		{"port with sign", "xt.news.example:+80", ""},
		{"port in words", "xt.news.example:http", ""},
		{"two ports", "xt.news.example:80:80", ""},
		{"IPv6 without brackets", "::1", ""},
		{"IPv6 not closed", "[::1", ""},
		{"IPv6 closed twice", "[::1]]", ""},
		{"text behind IPv6", "[::1]x:80", ""},
		{"IPv6 with zone", "[fe80::1%eth0]", ""},
		{"IPv4 in brackets", "[127.0.0.1]", ""},
		{"empty brackets", "[]", ""},
		{"empty brackets with port", "[]:80", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := network.NormalizeHost(tt.host)
			if got != tt.want || ok != (tt.want != "") {
				t.Errorf("NormalizeHost(%q) = %q, %t, want %q", tt.host, got, ok, tt.want)
			}
		})
	}
}

// FuzzNormalizeHost holds that a normalised host is one that stays as it is,
// with and without a port, and that a URL can be made with.
func FuzzNormalizeHost(f *testing.F) {
	for _, host := range []string{
		"XT.News.Example.:80", "中文。EXAMPLE。", "xn--fiq228c.example", "[2001:DB8::1]:80", "a_b", "xn--.x", "a..b", "faß.example:", "１２７.0.0.1", "\u00ad.a",
	} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		normal, ok := network.NormalizeHost(host)
		if !ok {
			if normal != "" {
				t.Errorf("NormalizeHost(%q) = %q, false", host, normal)
			}
			return
		}
		for _, again := range []string{normal, normal + ":8080", normal + ":"} {
			if got, ok := network.NormalizeHost(again); !ok || got != normal {
				t.Errorf("NormalizeHost(%q) = %q, then NormalizeHost(%q) = %q, %t", host, normal, again, got, ok)
			}
		}
		if normal == "" || len(normal) > 253 || strings.ContainsFunc(normal, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`/\?#@%"<>`, r) }) {
			t.Errorf("NormalizeHost(%q) = %q", host, normal)
		}
		if u, err := url.Parse("https://" + normal + "/rss.xml"); err != nil || u.Host != normal || u.Path != "/rss.xml" {
			t.Errorf("a URL with the host %q: %v, %v", normal, u, err)
		}
	})
}

func ExampleNormalizeHost() {
	fmt.Println(network.NormalizeHost("中文.Example.:8080"))
	fmt.Println(network.NormalizeHost("[2001:DB8:0::1]:443"))
	fmt.Println(network.NormalizeHost("user@xt.news.example"))
	// Output:
	// xn--fiq228c.example true
	// [2001:db8::1] true
	//  false
}
