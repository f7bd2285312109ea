package sitemap_test

import (
	"io"
	"strings"
	"testing"

	"feedstation/sitemap"
)

func TestLoc(t *testing.T) {
	long := "https://xt.news.example/" + strings.Repeat("x", 2048-len("https://xt.news.example/"))
	tests := []struct {
		name string
		loc  string
		want string // as a reader of the XML finds it
	}{
		{"plain", page, page},
		{"http", "http://xt.news.example/1.html", "http://xt.news.example/1.html"},
		{"upper-case scheme and host", "HTTPS://XT.News.Example/A", "HTTPS://XT.News.Example/A"},
		{"no path", "https://xt.news.example", "https://xt.news.example"},
		{"query behind the host", "https://xt.news.example?id=1", "https://xt.news.example?id=1"},
		{"fragment behind the host", "https://xt.news.example#top", "https://xt.news.example#top"},
		{"port", "https://xt.news.example:8443/1", "https://xt.news.example:8443/1"},
		{"IPv4", "http://192.0.2.7/1", "http://192.0.2.7/1"},
		{"IPv6", "http://[2001:db8::7]/1", "http://[2001:db8::7]/1"},
		{"IPv6 and port", "http://[2001:db8::7]:8080/1", "http://[2001:db8::7]:8080/1"},
		{"underscore in the host", "https://dev_1.news.example/", "https://dev_1.news.example/"},
		{"root dot", "https://xt.news.example./", "https://xt.news.example./"},
		{"one label", "http://localhost/1.html", "http://localhost/1.html"},

		{"every byte that a URI allows", "https://a.example/-._~!$&'()*+,;=:@/aZ09?-._~!$&'()*+,;=:@/?#-._~!$&'()*+,;=:@/?", "https://a.example/-._~!$&'()*+,;=:@/aZ09?-._~!$&'()*+,;=:@/?#-._~!$&'()*+,;=:@/?"},
		{"every ASCII byte that it forbids", "https://a.example/\x00\x1f \"<>[\\]^`{|}\x7f", "https://a.example/%00%1F%20%22%3C%3E%5B%5C%5D%5E%60%7B%7C%7D%7F"},
		{"Chinese", "https://a.example/专题?栏目=文化#评论", "https://a.example/%E4%B8%93%E9%A2%98?%E6%A0%8F%E7%9B%AE=%E6%96%87%E5%8C%96#%E8%AF%84%E8%AE%BA"},
		{"emoji", "https://a.example/🌸", "https://a.example/%F0%9F%8C%B8"},
		{"GBK, not UTF-8", "https://a.example/\xd0\xc2\xce\xc5", "https://a.example/%D0%C2%CE%C5"},
		{"escapes kept", "https://a.example/%E4%b8%93%2f%00", "https://a.example/%E4%b8%93%2f%00"},
		{"percent alone", "https://a.example/100%", "https://a.example/100%25"},
		{"percent and one digit", "https://a.example/%4", "https://a.example/%254"},
		{"percent before no digit", "https://a.example/%zz%4g%%41", "https://a.example/%25zz%254g%25%41"},
		{"percent before multi-byte", "https://a.example/%专", "https://a.example/%25%E4%B8%93"},
		{"second number sign", "https://a.example/#a#b", "https://a.example/#a%23b"},
		{"line break", "https://a.example/1\n2", "https://a.example/1%0A2"},
		{"markup", "https://a.example/</loc><script>&lt;&amp;", "https://a.example/%3C/loc%3E%3Cscript%3E&lt;&amp;"},

		{"host in Chinese", "https://湘潭.example/1", "https://xn--p7w0w.example/1"},
		{"host in Chinese with ideographic stops", "https://湘潭。example/1", "https://xn--p7w0w.example/1"},
		{"host in Chinese with port", "https://湘潭.example:8443/1", "https://xn--p7w0w.example:8443/1"},
		{"host in upper-case German", "https://BÜCHER.example/1", "https://xn--bcher-kva.example/1"},
		{"host with eszett, not transitional", "https://straße.example/1", "https://xn--strae-oqa.example/1"},
		{"host in ASCII form", "https://xn--p7w0w.example/1", "https://xn--p7w0w.example/1"},

		{"shortest", "http://ab.de", "http://ab.de"},
		{"longest", long, long},
		{"longest before escaping", long[:2040] + "&&&&''''", long[:2040] + "&&&&''''"},
		{"longest after encoding", long[:2039] + "新", long[:2039] + "%E6%96%B0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := build(t, sitemap.Options{Images: true}, sitemap.URL{Loc: tt.loc, Images: []string{tt.loc}})
			got := read(t, doc).URLs[0]
			if got.Loc != tt.want {
				t.Errorf("loc of %q\n got %s\nwant %s", tt.loc, got.Loc, tt.want)
			}
			if got.Images[0].Loc != tt.want {
				t.Errorf("image:loc of %q\n got %s\nwant %s", tt.loc, got.Images[0].Loc, tt.want)
			}
		})
	}
}

func TestLocEscaping(t *testing.T) {
	doc := string(build(t, sitemap.Options{}, sitemap.URL{Loc: `https://a.example/?a=1&b='2'&c="<3>"&amp;`}))
	want := "<loc>https://a.example/?a=1&amp;b=&apos;2&apos;&amp;c=%22%3C3%3E%22&amp;amp;</loc>"
	if !strings.Contains(doc, want) {
		t.Errorf("sitemap lacks %s:\n%s", want, doc)
	}
}

func TestLocRefused(t *testing.T) {
	const absolute = "not an absolute http(s) URL"
	long := "https://xt.news.example/" + strings.Repeat("x", 2049-len("https://xt.news.example/"))
	label := strings.Repeat("x", 63)
	host := strings.Repeat(label+".", 4)[:254]
	tests := []struct {
		name string
		loc  string
		want string
	}{
		{"empty", "", absolute},
		{"path", "/content/1.html", absolute},
		{"no scheme", "//xt.news.example/1.html", absolute},
		{"host alone", "xt.news.example", absolute},
		{"ftp", "ftp://xt.news.example/1.html", absolute},
		{"javascript", "javascript:alert(1)", absolute},
		{"one slash", "https:/xt.news.example/1.html", absolute},
		{"scheme alone", "https:", absolute},
		{"space in front", " https://xt.news.example/", absolute},

		{"no host", "https:///content/1.html", "no host"},
		{"nothing behind the scheme", "https://", "no host"},
		{"query for a host", "https://?id=1", "no host"},
		{"port for a host", "https://:443/1.html", "no host"},
		{"user", "https://editor@xt.news.example/", "user information in a public address"},
		{"user and password", "https://editor:secret@xt.news.example/", "user information in a public address"},

		{"empty port", "https://xt.news.example:/", `bad port ""`},
		{"port zero", "https://xt.news.example:0/", `bad port "0"`},
		{"port too large", "https://xt.news.example:65536/", `bad port "65536"`},
		{"port with a sign", "https://xt.news.example:+80/", `bad port "+80"`},
		{"port of letters", "https://xt.news.example:http/", `bad port "http"`},

		{"space in the host", "https://xt news.example/", `bad host "xt news.example"`},
		{"backslash behind the host", `https://xt.news.example\1.html`, `bad host "xt.news.example\\1.html"`},
		{"escape in the host", "https://xt%2enews.example/", `bad host "xt%2enews.example"`},
		{"markup in the host", "https://<b>.example/", `bad host "<b>.example"`},
		{"ampersand in the host", "https://a&b.example/", `bad host "a&b.example"`},
		{"colon in the host", "https://a:b:80/", `bad host "a:b"`},
		{"empty label", "https://xt..example/", `bad host "xt..example"`},
		{"two root dots", "https://xt.news.example../", `bad host "xt.news.example.."`},
		{"leading dot", "https://.news.example/", `bad host ".news.example"`},
		{"dot alone", "https://./", `bad host "."`},
		{"label of 64 bytes", "https://x" + label + ".example/", `bad host "x` + label + `.example"`},
		{"host of 254 bytes", "https://" + host + "/", `bad host "` + host[:200] + `"`},
		{"host in Chinese with a space", "https://湘 潭.example/", `bad host "湘 潭.example"`},
		{"host in Chinese with a slash look-alike", "https://湘潭.example／1/", `bad host "湘潭.example／1"`},
		{"host in Chinese with an underscore", "https://湘_潭.example/", `bad host "湘_潭.example"`},
		{"host not in UTF-8", "https://\xd0\xc2\xce\xc5.example/", `bad host "\xd0\xc2\xce\xc5.example"`},
		{"invisible host", "https://\u00ad/1.html", `bad host "\u00ad"`},
		{"IPv6 not closed", "http://[2001:db8::7/1", `bad host "[2001:db8:"`},
		{"IPv6 with a zone", "http://[fe80::7%25eth0]/1", `bad host "[fe80::7%25eth0]"`},
		{"IPv4 in brackets", "http://[192.0.2.7]/1", `bad host "[192.0.2.7]"`},
		{"nothing in brackets", "http://[]/1", `bad host "[]"`},
		{"bracket alone", "http://[/1", `bad host "["`},

		{"shorter than the schema's minimum", "http://a.de", "shorter than 12 bytes"},
		{"too long", long, "longer than 2048 bytes"},
		{"too long once encoded", long[:2039] + "新x", "longer than 2048 bytes"},
		{"endless", "https://xt.news.example/" + strings.Repeat("新", 1<<20), "longer than 2048 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := sitemap.NewWriter(io.Discard, sitemap.Options{})
			// A host that is known must not vouch for the next.
			add(t, w, sitemap.URL{Loc: page})
			got := errorText(w.Add(sitemap.URL{Loc: tt.loc}))
			if !strings.HasSuffix(got, `": `+tt.want) {
				t.Errorf("Add(%.80q): %s, want %s", tt.loc, got, tt.want)
			}
			if len(got) > 1500 {
				t.Errorf("message of %d bytes", len(got))
			}
			// Nor may one that was refused.
			if again := errorText(w.Add(sitemap.URL{Loc: tt.loc})); again != got {
				t.Errorf("second Add: %s, want %s", again, got)
			}
			add(t, w, sitemap.URL{Loc: page})
		})
	}
}

// An origin is remembered between addresses; it must be taken for another only
// where it ends.
func TestLocOrigins(t *testing.T) {
	locs := []string{
		"https://xt.news.example/1",
		"https://xt.news.example/2",
		"https://xt.news.example.de/3",
		"https://xt.news.example:8443/4",
		"https://xt.news.example",
		"https://湘潭.example/5",
		"https://湘潭.example?6",
		"https://湘潭.examples/7",
		"http://xt.news.example/8",
	}
	want := []string{
		"https://xt.news.example/1",
		"https://xt.news.example/2",
		"https://xt.news.example.de/3",
		"https://xt.news.example:8443/4",
		"https://xt.news.example",
		"https://xn--p7w0w.example/5",
		"https://xn--p7w0w.example?6",
		"https://xn--p7w0w.examples/7",
		"http://xt.news.example/8",
	}
	urls := make([]sitemap.URL, len(locs))
	for i, loc := range locs {
		urls[i].Loc = loc
	}
	for i, got := range read(t, write(t, sitemap.Options{}, urls...)).URLs {
		if got.Loc != want[i] {
			t.Errorf("loc of %q = %q, want %q", locs[i], got.Loc, want[i])
		}
	}
}
