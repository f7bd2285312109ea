package article_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// TestDecodeOdd holds that an odd value of a field that an article can do without
// costs that value, or the element of a list that has it, and is told.
func TestDecodeOdd(t *testing.T) {
	published := time.Date(2019, 3, 11, 18, 38, 14, 0, shanghai)
	long := func(n int) string { return strings.Repeat("1", n) }
	same := func(*article.Article) {}
	tests := []struct {
		name, more string
		want       func(*article.Article)
		odd        string
	}{
		{"guid with white space", `"guid":" \n a b \t"`, func(a *article.Article) { a.GUID = "a b" }, ""},
		{"guid of 400 bytes", `"guid":"` + long(400) + `"`, func(a *article.Article) { a.GUID = long(400) }, ""},
		{"guid of 401 bytes", `"guid":"` + long(401) + `"`, same, `guid: 401 bytes, at most 400 are allowed`},
		{"guid with a control", `"guid":"a\u0007b"`, same, `guid: control characters: "a\ab"`},
		{"guid with a line separator", `"guid":"a\u2028b"`, same, `guid: control characters: "a\u2028b"`},
		{"guid with no character", `"guid":"a\ufffeb"`, same, `guid: control characters: "a\ufffeb"`},
		{"guid is a number", `"guid":7`, func(a *article.Article) { a.GUID = "7" }, ""},
		{"guid is a fraction", `"guid":7.5`, same, `guid: want a string, got number`},
		{"guid is blank", `"guid":" "`, same, ""},

		{"summary is a list", `"summary":["a"]`, same, `summary: want a string, got array`},
		{"body is an object", `"body":{}`, same, `body: want a string, got object`},
		{"editor is a number", `"editor":5`, func(a *article.Article) { a.Editor = "5" }, ""},
		{"rights are true", `"rights":true`, same, `rights: want a string, got bool`},
		{"an element of channels is a list", `"channels":["a",["c"],"b"]`, func(a *article.Article) { a.Channels = []string{"a", "b"} }, `channels[1]: want a string, got array`},
		{"authors is an object without a name", `"authors":{"id":"张三"}`, same, `authors: want a list, got object`},
		{"authors is true", `"authors":true`, same, `authors: want a list, got bool`},
		{"an author without a name", `"authors":[{"id":7},"李四"]`, func(a *article.Article) { a.Authors = []string{"李四"} }, `authors[0]: want a string, got object`},
		{"tags has a bool", `"tags":["a",true,null,""]`, func(a *article.Article) { a.Tags = []string{"a"} }, `tags[1]: want a string, got bool`},
		{"source is a number", `"source":5`, same, `source: want an object, got number`},
		{"a field of source is an object", `"source":{"name":{},"url":"https://a.example/"}`, func(a *article.Article) { a.Source.URL = "https://a.example/" }, `source.name: want a string, got object`},
		{"an unknown field of source", `"source":{"address":""}`, same, `unknown field "source.address"`},
		{"a field of source twice", `"source":{"name":"a","name":"b"}`, func(a *article.Article) { a.Source.Name = "a" }, `field "source.name" is there twice`},
		{"noindex is a list", `"noindex":[0]`, func(a *article.Article) { a.NoIndex = true }, `noindex: want true or false, got array`},
		{"news is a list", `"news":[0]`, func(a *article.Article) { a.NotNews = true }, `news: want true or false, got array`},
		{"news is a text", `"news":"sponsored"`, func(a *article.Article) { a.NotNews = true }, `news: want true or false, got string`},
		{"noindex is a text", `"noindex":"nofollow"`, func(a *article.Article) { a.NoIndex = true }, `noindex: want true or false, got string`},

		{"updated is a word", `"updated":"yesterday"`, same, notTime("updated", "yesterday")},
		{"updated too long ago", `"updated":"1899-12-31T23:59:59Z"`, same, `updated: the year 1899 is not plausible`},
		{"updated too far ahead", `"updated":"9999-12-31T23:59:59-01:00"`, same, `updated: the year 10000 is not plausible`},

		{"language with an underscore", `"language":" zh_CN"`, func(a *article.Article) { a.Language = "zh-CN" }, ""},
		{"language in words", `"language":"chinese"`, same, `language: want a language (BCP 47) such as zh-CN, got "chinese"`},
		{"language x-default", `"language":"x-default"`, same, `language: want a language (BCP 47) such as zh-CN, got "x-default"`},
		{"language is a list", `"language":["zh"]`, same, `language: want a string, got array`},

		{"original_url of another scheme", `"original_url":"ftp://a.example/1"`, same, `original_url: not an absolute http(s) URL: "ftp://a.example/1"`},
		{"other addresses", `"source":{"name":"a","url":"paper"},"original_url":"/b","next_url":"mailto:c@xt.news.example"`, func(a *article.Article) { a.Source.Name = "a" }, lines(
			`source.url: not an absolute http(s) URL: "paper"`,
			`original_url: not an absolute http(s) URL: "/b"`,
			`next_url: not an absolute http(s) URL: "mailto:c@xt.news.example"`)},
		{"addresses with white space around", `"original_url":" https://a.example/1\n","next_url":"\thttps://a.example/2"`, func(a *article.Article) {
			a.OriginalURL, a.NextURL = "https://a.example/1", "https://a.example/2"
		}, ""},
		{"a host with a percent sign", `"images":[{"url":"https://%zz/1.jpg"}],"original_url":"https://a%b.example/"`, same, lines(
			`images[0].url: not an http(s) URL: "https://%zz/1.jpg"`,
			`original_url: not an absolute http(s) URL: "https://a%b.example/"`)},
		{"addresses that are too long", strings.Join([]string{
			`"images":[{"url":"` + long(4097) + `"},{"url":"//` + strings.Repeat("a", 254) + `/1.jpg"}]`,
			`"enclosures":[{"url":"` + long(4097) + `"}]`,
			`"alternates":[{"lang":"en","url":"https://` + strings.Repeat("b", 254) + `"}]`,
			`"source":{"name":"a","url":"https://` + strings.Repeat("c", 254) + `"}`,
			`"original_url":"https://` + strings.Repeat("d", 254) + `"`,
			`"next_url":"https://` + strings.Repeat("e", 254) + `"`,
		}, ","), func(a *article.Article) { a.Source.Name = "a" }, lines(
			`images[0].url: an address of 4097 bytes, at most 4096 are allowed`,
			`images[1].url: a host of 254 bytes, at most 253 are allowed`,
			`enclosures[0].url: an address of 4097 bytes, at most 4096 are allowed`,
			`alternates[0].url: a host of 254 bytes, at most 253 are allowed`,
			`source.url: a host of 254 bytes, at most 253 are allowed`,
			`original_url: a host of 254 bytes, at most 253 are allowed`,
			`next_url: a host of 254 bytes, at most 253 are allowed`)},

		{"images is a number", `"images":7`, same, `images: want a list, got number`},
		{"an image is a number", `"images":[7,{"url":"2.jpg"}]`, images(article.Image{URL: "2.jpg"}), lines(`images[0]: want an object, got number`)},
		{
			"addresses of images", `"images":[{"url":" 1.jpg"},{"url":""},{"url":"javascript:alert(1)"},{"url":"data:image/png;base64,AA"},{"url":"http://"},{"url":"%zz"},null]`,
			images(article.Image{URL: "1.jpg"}, article.Image{URL: "%zz"}), lines(
				`images[2].url: not an http(s) URL: "javascript:alert(1)"`,
				`images[3].url: not an http(s) URL: "data:image/png;base64,AA"`,
				`images[4].url: not an http(s) URL: "http://"`),
		},
		{"an unknown field of an image", `"images":[{"url":"1.jpg","captoin":""}]`, images(article.Image{URL: "1.jpg"}), `unknown field "images[0].captoin"`},
		{
			"sizes of images", `"images":[{"url":"1.jpg","width":"wide","height":-5},{"url":"2.jpg","width":[8],"bytes":1e99},{"url":"3.jpg","width":-1,"bytes":-7,"height":9}]`,
			images(article.Image{URL: "1.jpg"}, article.Image{URL: "2.jpg"}, article.Image{URL: "3.jpg", Height: 9}), lines(
				`images[0].width: want a whole number, got string`,
				`images[1].width: want a whole number, got array`,
				`images[1].bytes: want a whole number, got number 1e99`,
				`images[0].height: less than nothing: -5`,
				`images[2].width: less than nothing: -1`,
				`images[2].bytes: less than nothing: -7`),
		},
		{
			"types of images", `"images":[{"url":"1","type":"image"},{"url":"2","type":"image/ png"},{"url":"3","type":" image/png; a=b "}]`,
			images(article.Image{URL: "1"}, article.Image{URL: "2"}, article.Image{URL: "3", Type: "image/png; a=b"}), lines(
				`images[0].type: not a media type such as image/jpeg: "image"`,
				`images[1].type: not a media type such as image/jpeg: "image/ png"`),
		},
		{
			"enclosures", `"enclosures":[{"type":"audio/mpeg"},{"url":"file:///etc/passwd"},{"url":"1.mp3","seconds":"long","bytes":-1,"type":"mp3","title":{}}]`,
			func(a *article.Article) { a.Enclosures = []article.Enclosure{{URL: "1.mp3"}} }, lines(
				`enclosures[2].seconds: want a whole number, got string`,
				`enclosures[2].title: want a string, got object`,
				`enclosures[0].url: not an http(s) URL: ""`,
				`enclosures[1].url: not an http(s) URL: "file:///etc/passwd"`,
				`enclosures[2].type: not a media type such as image/jpeg: "mp3"`,
				`enclosures[2].bytes: less than nothing: -1`),
		},
		{"alternates is a text", `"alternates":"https://en.news.example/1.html"`, same, `alternates: want a list, got string`},
		{"an alternate is a text", `"alternates":["https://en.news.example/1.html"]`, same, `alternates[0]: want an object, got string`},
		{"lang is a list", `"alternates":[{"lang":["en"],"url":"https://en.news.example/1.html"}]`, same, `alternates[0].lang: want a string, got array`},
		{"an unknown field of an alternate", `"alternates":[{"region":"en","lang":"en","url":"HTTPS://en.news.example/1.html#a"}]`, func(a *article.Article) {
			a.Alternates = []article.Alternate{{Lang: "en", URL: "https://en.news.example/1.html"}}
		}, `unknown field "alternates[0].region"`},
		{"languages of alternates", alternates("en", "", "zh_CN", "chinese", "zh-CNN", "x-klingon", "X-default", "en "), func(a *article.Article) {
			a.Alternates = []article.Alternate{{Lang: "en", URL: "https://en.news.example/1.html"}}
		}, lines(
			notTag(1, ""), notTag(2, "zh_CN"), notTag(3, "chinese"), notTag(4, "zh-CNN"), notTag(5, "x-klingon"), notTag(6, "X-default"), notTag(7, "en "))},
		{"a language that is too long", alternates("en" + strings.Repeat("-aaaaaaaa", 12)), same, notTag(0, "en"+strings.Repeat("-aaaaaaaa", 12))},
		{"addresses of alternates", `"alternates":[{"lang":"en","url":"/en/1.html"},{"lang":"fr","url":"javascript:x"},{"lang":"_"},null]`, same, lines(
			`alternates[0].url: not an absolute http(s) URL: "/en/1.html"`,
			`alternates[1].url: not an absolute http(s) URL: "javascript:x"`,
			notTag(2, "_"),
			`alternates[2].url: not an absolute http(s) URL: ""`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := article.Article{
				ID: "1", Station: "xt", URL: "https://xt.news.example/1.html", Title: "春",
				Published: published, Updated: published, Status: article.Published,
			}
			tt.want(&want)
			got, odd, err := article.Decode([]byte(least(tt.more)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("article (-want +got):\n%s", diff)
			}
			var told []string
			for _, err := range odd {
				told = append(told, err.Error())
			}
			if diff := cmp.Diff(tt.odd, lines(told...)); diff != "" {
				t.Errorf("odd values (-want +got):\n%s", diff)
			}
		})
	}
}

func images(list ...article.Image) func(*article.Article) {
	return func(a *article.Article) { a.Images = list }
}

// TestDecodeURL holds that the address of an article is in its one spelling.
func TestDecodeURL(t *testing.T) {
	a, odd, err := article.Decode([]byte(withURL("HTTPS://XT.news.example:443/a/../%7eb#c")))
	if want := "https://xt.news.example/~b"; a.URL != want || odd != nil || err != nil {
		t.Errorf("url %q, %v, %v, want %q", a.URL, odd, err, want)
	}
}
