package text_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"feedstation/feed/internal/text"
)

func parse(tb testing.TB, s string) *url.URL {
	tb.Helper()
	u, err := url.Parse(s)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// references are what an article links to, and what that is in its feed.
func references() []struct{ name, in, want string } {
	const dir = "https://xt.news.example/content/2019/"
	return []struct{ name, in, want string }{
		{"relative", "1.jpg", dir + "1.jpg"},
		{"rooted", "/about", "https://xt.news.example/about"},
		{"upwards", "../2018/1.jpg", "https://xt.news.example/content/2018/1.jpg"},
		{"above the root", "../../../../1.jpg", "https://xt.news.example/1.jpg"},
		{"other host", "//img.news.example/1.jpg", "https://img.news.example/1.jpg"},
		{"query", "?p=2", dir + "1.html?p=2"},
		{"fragment", "#note", dir + "1.html?p=1#note"},
		{"nothing", "", dir + "1.html?p=1"},
		{"absolute", "http://a.example/x?y=1&z=2#w", "http://a.example/x?y=1&z=2#w"},
		{"white space around", " \n\tx.html\r\n", dir + "x.html"},
		{"line ends inside", "x\n\ty.html", dir + "xy.html"},
		{"controls inside", "x\x00\x01y.html", dir + "xy.html"},
		{"Chinese and space", "图 1.jpg", dir + "%E5%9B%BE%201.jpg"},
		{"percent-encoded already", "%E5%9B%BE%201.jpg", dir + "%E5%9B%BE%201.jpg"},
		{"lone percent sign", "100%.jpg", dir + "100%25.jpg"},
		{"Chinese query", "s?q=湘潭&p=1", dir + "s?q=%E6%B9%98%E6%BD%AD&p=1"},
		{"Chinese host", "https://新闻.example/图", "https://xn--efvy88h.example/%E5%9B%BE"},
		{"full-width host", "https://ｘｔ.news.example/", "https://xt.news.example/"},
		{"port", "https://a.example:8443/", "https://a.example:8443/"},
		{"IPv6", "http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"},
		{"backslashes", `\upload\2019\1.jpg`, "https://xt.news.example/upload/2019/1.jpg"},
		{"backslashes in the query stay", `a?b=\c`, dir + "a?b=%5Cc"},
		{"colon in a name", "12:30 的图.jpg", dir + "12:30%20%E7%9A%84%E5%9B%BE.jpg"},
		{"mail", "mailto:a@b.example?subject=问", "mailto:a@b.example?subject=%E9%97%AE"},
		{"telephone", "TEL:+86-731-5555", "tel:+86-731-5555"},
		{"upper case", "HTTPS://A.example/", "https://A.example/"},

		{"the longest host", "https://" + strings.Repeat("a.", 126) + "a/", "https://" + strings.Repeat("a.", 126) + "a/"},

		{"a host that is too long", "https://" + strings.Repeat("a.", 126) + "ab/", ""},
		{"a host in another script that is too long", "https://" + strings.Repeat("中", 1000) + "/", ""},
		{"a host too long beside the page's", "//" + strings.Repeat("中", 1000) + "/", ""},
		{"telephone with a host", "tel://E}/", ""},
		{"mail without an address", "mailto:", ""},
		{"script", "javascript:alert(1)", ""},
		{"script in pieces", " java\n\tscript:alert(1)", ""},
		{"script with controls", "\x01java\x00script:alert(1)", ""},
		{"script in upper case", "JaVaScRiPt:alert(1)", ""},
		{"VBScript", "vbscript:x", ""},
		{"data", "data:text/html,<script>", ""},
		{"file", "file:///etc/passwd", ""},
		{"Windows path", `C:\x.jpg`, ""},
		{"custom scheme", "weixin://dl/x", ""},
		{"web without slashes", "https:a.example", ""},
		{"no host", "https:///x", ""},
		{"broken host", "https://%zz/", ""},
		{"host that is none", "https://a b/", ""},
		{"percent-encoded host", "https://%E6%B9%98.example/", ""},
		{"colons in a host", "//a:b:", ""},
		{"IPv6 without brackets", "//a::b:", ""},
		{"IPv6 zone", "http://[fe80::1%25eth0]/", ""},
		{"broken port", "https://a.example:x/", ""},
		{"too long", strings.Repeat("a", text.MaxAddress), ""},
		{"much too long", strings.Repeat("a", 10*text.MaxAddress), ""},
	}
}

func TestResolve(t *testing.T) {
	base := parse(t, "https://xt.news.example/content/2019/1.html?p=1")
	for _, test := range references() {
		t.Run(test.name, func(t *testing.T) {
			got := text.Resolve(base, test.in)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if again := text.Resolve(base, got); got != "" && again != got {
				t.Errorf("again: %q", again)
			}
		})
	}
	for _, base := range []*url.URL{nil, {}, {Path: "/content/"}} {
		for _, ref := range []string{"1.jpg", "/1.jpg", "//a.example/1.jpg", "", "#x"} {
			if got := text.Resolve(base, ref); got != "" {
				t.Errorf("%q without a base: %q", ref, got)
			}
		}
		if got := text.Resolve(base, "https://a.example/"); got != "https://a.example/" {
			t.Errorf("absolute without a base: %q", got)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, test := range references() {
		f.Add(test.in)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		got := text.Resolve(parse(t, "https://xt.news.example/content/2019/1.html?p=1"), ref)
		if got == "" {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" && u.Scheme != "tel" {
			t.Fatalf("%q: %q: %v", ref, got, err)
		}
		if web := strings.HasPrefix(u.Scheme, "http"); text.IsWeb(got) != web || web && u.Host == "" {
			t.Errorf("%q: %q: host %q", ref, got, u.Host)
		}
		for i := range len(got) {
			if got[i] <= ' ' || got[i] >= utf8.RuneSelf || strings.IndexByte("<>\"`\\^{}|", got[i]) >= 0 {
				t.Errorf("%q: %q: %q", ref, got, got[i])
			}
		}
		if again := text.Resolve(nil, got); again != got {
			t.Errorf("%.200q: %.200q, again: %.200q", ref, got, again)
		}
	})
}

func TestWeb(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/图": "https://a.example/%E5%9B%BE",
		"mailto:a@b.example":  "",
		"/a":                  "",
		"":                    "",
		"urn:x:1":             "",
	} {
		if got := text.Web(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
