package sitemap_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
)

func TestAlternates(t *testing.T) {
	tests := []struct {
		name       string
		alternates []sitemap.Alternate
		want       []readLink
	}{
		{"none", nil, nil},
		{
			"languages, regions and all others",
			[]sitemap.Alternate{{"zh-Hans-CN", page}, {"en-GB", "https://en.news.example/1.html"}, {"x-default", "https://www.news.example/"}},
			[]readLink{{"alternate", "zh-Hans-CN", page}, {"alternate", "en-GB", "https://en.news.example/1.html"}, {"alternate", "x-default", "https://www.news.example/"}},
		},
		{
			"encoded and escaped",
			[]sitemap.Alternate{{"en", `https://湘潭.example/新?a='1'&b="2"<>`}},
			[]readLink{{"alternate", "en", "https://xn--p7w0w.example/%E6%96%B0?a='1'&b=%222%22%3C%3E"}},
		},
		{"case kept", []sitemap.Alternate{{"ZH-hant-tw", page}}, []readLink{{"alternate", "ZH-hant-tw", page}}},
		{"shorter than a loc may be", []sitemap.Alternate{{"en", "http://a/1"}}, []readLink{{"alternate", "en", "http://a/1"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := write(t, sitemap.Options{Alternates: true}, sitemap.URL{Loc: page, Alternates: tt.alternates}, sitemap.URL{Loc: page, Alternates: tt.alternates})
			for _, u := range read(t, doc).URLs {
				if diff := cmp.Diff(tt.want, u.Links); diff != "" {
					t.Errorf("links (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestAlternatesRefused(t *testing.T) {
	const tag = "neither a BCP 47 tag nor x-default"
	tests := []struct {
		name string
		lang string
		loc  string
		want string
	}{
		{"no language", "", page, `alternate "": ` + tag},
		{"POSIX locale", "zh_CN", page, `alternate "zh_CN": ` + tag},
		{"markup", `en"><x`, page, `alternate "en\"><x": ` + tag},
		{"endless", strings.Repeat("x", 1000), page, `alternate "` + strings.Repeat("x", 200) + `": ` + tag},
		{"other case of x-default", "X-Default", page, `alternate "X-Default": ` + tag},
		{"no address", "en", "", `alternate en: "": not an absolute http(s) URL`},
		{"relative", "en", "/en/1.html", `alternate en: "/en/1.html": not an absolute http(s) URL`},
		{"long", "en", page + strings.Repeat("x", 2048), `alternate en: "` + page + strings.Repeat("x", 200-len(page)) + `": longer than 2048 bytes`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := sitemap.NewWriter(io.Discard, sitemap.Options{Alternates: true})
			good := sitemap.Alternate{Lang: "zh", Loc: page}
			err := w.Add(sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{good, {tt.lang, tt.loc}}})
			if got, want := errorText(err), `url "`+page+`": `+tt.want; got != want {
				t.Errorf("Add: %s, want %s", got, want)
			}
			add(t, w, sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{good}})
		})
	}
}

func TestMaxAlternates(t *testing.T) {
	alternates := make([]sitemap.Alternate, 1_001)
	for i := range alternates {
		alternates[i] = sitemap.Alternate{Lang: "zh", Loc: fmt.Sprintf("https://s%d.news.example/", i)}
	}
	w := sitemap.NewWriter(io.Discard, sitemap.Options{Alternates: true})
	add(t, w, sitemap.URL{Loc: page, Alternates: alternates[:1_000]})
	if got, want := errorText(w.Add(sitemap.URL{Loc: page, Alternates: alternates})), `url "`+page+`": more than 1000 alternates`; got != want {
		t.Errorf("Add: %s, want %s", got, want)
	}
}

// acceptsLang reports whether a sitemap takes an alternate in the language.
func acceptsLang(tag string) bool {
	w := sitemap.NewWriter(io.Discard, sitemap.Options{Alternates: true})
	return w.Add(sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{{Lang: tag, Loc: page}}}) == nil
}

func TestLanguageTag(t *testing.T) {
	tests := []struct {
		tag  string
		want bool
	}{
		{"zh", true},
		{"yue", true},
		{"zh-CN", true},
		{"zh-cn", true},
		{"zh-Hans", true},
		{"zh-Hant-HK", true},
		{"zh-yue", true},
		{"zh-cmn-Hans-CN", true},
		{"es-419", true},
		{"de-CH-1901", true},
		{"sl-rozaj-biske-1994", true},
		{"hy-Latn-IT-arevela", true},
		{"en-a-bbb-x-a-ccc", true},
		{"de-DE-u-co-phonebk", true},
		{"zh-x-x", true},
		{"abcd", true},
		{"abcdefgh", true},
		{"x-default", true},

		{"", false},
		{"-", false},
		{"z", false},
		{"z1", false},
		{"123", false},
		{"abcdefghi", false},
		{"zh-", false},
		{"-zh", false},
		{"zh--CN", false},
		{"zh CN", false},
		{"中文", false},
		{"zh-中国", false},
		{"zh-ＣＮ", false},
		{"zh\x00", false},
		{"zh-CN-Hans", false},
		{"zh-CN-CN", false},
		{"zh-Hans-Hant", false},
		{"zh-a-b-c-d-e", false},
		{"zh-aaa-bbb-ccc-ddd", false},
		{"abcd-efg", false},
		{"zh-1", false},
		{"zh-12", false},
		{"zh-a12", false},
		{"de-1901-CH", false},
		{"de-190x", true},
		{"de-x901", false},
		{"en-u", false},
		{"en-x", false},
		{"en-u-x-a", false},
		{"en-u-a", false},
		{"x-private", false},
		{"i-klingon", false},
	}
	for _, tt := range tests {
		t.Run(tt.tag, func(t *testing.T) {
			if got := acceptsLang(tt.tag); got != tt.want {
				t.Errorf("alternate in %q accepted: %t, want %t", tt.tag, got, tt.want)
			}
		})
	}
}

// langtag is the rule of that name, RFC 5646 §2.1, and x-default.
var langtag = regexp.MustCompile(`^(?:(?i:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})` +
	`(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*` +
	`(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)|x-default)$`)

func TestLanguageTagGrammar(t *testing.T) {
	languages := []string{"zh", "EN", "yue", "abcd", "abcde", "abcdefgh"}
	subtags := []string{
		"Hans", "latn", "CN", "de", "419", "1901", "190x", "rozaj", "biske123", "yue", "cmn", "u", "x", "X", "a", "1", "co",
		"", "_", "default", "abcdefghi", "a1", "12", "a12", "a123", "1a", "中",
	}
	rng := rand.New(rand.NewPCG(9, 10))
	valid := 0
	for range 20_000 {
		parts := []string{languages[rng.IntN(len(languages))]}
		for range rng.IntN(6) {
			parts = append(parts, subtags[rng.IntN(len(subtags))])
		}
		tag := strings.Join(parts[rng.IntN(20)/19:], "-")
		want := langtag.MatchString(tag)
		if got := acceptsLang(tag); got != want {
			t.Errorf("alternate in %q accepted: %t, want %t", tag, got, want)
		}
		if want {
			valid++
		}
	}
	if valid < 2_000 {
		t.Errorf("only %d of the tags were valid", valid)
	}
}
