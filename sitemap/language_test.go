package sitemap_test

import (
	"io"
	"testing"

	"feedstation/sitemap"
)

func TestNewsLanguage(t *testing.T) {
	tests := []struct{ tag, want string }{
		{"zh", "zh-cn"},
		{"zh-CN", "zh-cn"},
		{"zh-cn", "zh-cn"},
		{"ZH-cn", "zh-cn"},
		{"zh_CN", "zh-cn"},
		{"zh-SG", "zh-cn"},
		{"zh-Hans", "zh-cn"},
		{"zh-Hans-CN", "zh-cn"},
		{"zh-Hans-HK", "zh-cn"},
		{"zh-Hans-TW", "zh-cn"},
		{"zh-cmn-Hans-CN", "zh-cn"},
		{"cmn", "zh-cn"},
		{"zho", "zh-cn"},
		{"zh-TW", "zh-tw"},
		{"zh-tw", "zh-tw"},
		{"zh-HK", "zh-tw"},
		{"zh-MO", "zh-tw"},
		{"zh-Hant", "zh-tw"},
		{"zh-Hant-CN", "zh-tw"},
		{"zh-hant-hk", "zh-tw"},
		{"zh-cmn-Hant", "zh-tw"},
		{"cmn-Hant-TW", "zh-tw"},
		{"chi-TW", "zh-tw"},
		{"zh-CN-x-tw", "zh-cn"},
		{"zh-u-rg-twzzzz", "zh-cn"},
		{"zh-x-hant", "zh-cn"},
		{"en", "en"},
		{"en-US", "en"},
		{"EN-gb", "en"},
		{"pt-BR", "pt"},
		{"sr-Latn-RS", "sr"},
		{"bo", "bo"},
		{"yue", "yue"},
		{"yue-Hant-HK", "yue"},
		{"eng", "eng"},
		{"", ""},
		{"-", ""},
		{"x-private", ""},
		{"i-klingon", ""},
		{"chinese", ""},
		{"中文", ""},
		{"z1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.tag, func(t *testing.T) {
			got := sitemap.NewsLanguage(tt.tag)
			if got != tt.want {
				t.Errorf("NewsLanguage(%q) = %q, want %q", tt.tag, got, tt.want)
			}
			// What it returns is what a sitemap takes.
			w := sitemap.NewWriter(io.Discard, sitemap.Options{News: true})
			err := w.Add(sitemap.URL{Loc: page, News: &sitemap.News{Name: "n", Language: got, Title: "t", Published: published}})
			if (err == nil) != (tt.want != "") {
				t.Errorf("Add with language %q: %v", got, err)
			}
		})
	}
}
