package article_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

type faultyLine struct {
	name string
	line string
	want string
}

// faulty lists every kind of fault with its message.
func faulty() []faultyLine {
	return []faultyLine{
		{"empty", ``, `broken JSON: the line ends in the middle of a value`},
		{"broken", `{"id":"1",}`, `broken JSON at byte 11: invalid character '}' looking for beginning of object key string`},
		{"broken inside", `{"id":"1","images":[{"url":}]}`, `broken JSON at byte 28: invalid character '}' looking for beginning of value`},
		{"broken in an unknown field", `{"x":{]}`, `broken JSON at byte 7: invalid character ']' looking for beginning of object key string`},
		{"a line break in a text", "{\"id\":\"a\nb\"}", `broken JSON at byte 9: invalid character '\n' in string literal`},
		{"truncated in a name", `{"id`, `broken JSON: the line ends in the middle of a value`},
		{"truncated in a value", least("")[:40], `broken JSON: the line ends in the middle of a value`},
		{"truncated at the end", strings.TrimSuffix(least(""), "}"), `broken JSON: the line ends in the middle of a value`},
		{"two values", least("") + least(""), `more than one JSON value on the line`},
		{"a bracket too many", least("") + `}`, `more than one JSON value on the line`},
		{"a list", `[1]`, `want a JSON object`},
		{"null", `null`, `want a JSON object`},
		{"GBK", "{\"id\":\"1\",\"title\":\"\xb4\xba\"}", `not UTF-8`},

		{"unknown field", least(`"expiry":"2020-01-01T00:00:00Z"`), `unknown field "expiry"`},
		{"unknown for its case", least(`"Expires":"2020-01-01T00:00:00Z"`), `unknown field "Expires"`},
		{"unknown with a line break", least(`"a\nb":1`), `unknown field "a\nb"`},
		{"unknown inside", least(`"images":[{"url":"1.jpg","alt":""}],"source":{"href":""}`), "unknown field \"images[0].alt\"\nunknown field \"source.href\""},
		{"twice", least(`"status":"withdrawn","status":"published"`), `field "status" is there twice`},

		{"id is a number", `{"id":5207683}`, lines(`id: want a string, got number`, `station: missing`, `title: missing`, `url: missing`, `published: missing`)},
		{"title is a list", least(`"summary":["a"]`), `summary: want a string, got array`},
		{"channels is a text", least(`"channels":"moment"`), `channels: want a list, got string`},
		{"an element of channels is a number", least(`"channels":["a",5]`), `channels[1]: want a string, got number`},
		{"source is a text", least(`"source":"湘潭日报"`), `source: want an object, got string`},
		{"a field of source is an object", least(`"source":{"name":{}}`), `source.name: want a string, got object`},
		{"published is a number", least(`"updated":1552300694`), `updated: want a string, got number`},
		{"images is an object", least(`"images":{"url":"1.jpg"}`), `images: want a list, got object`},
		{"an image is a text", least(`"images":["1.jpg"]`), `images[0]: want an object, got string`},
		{"width is a text", least(`"images":[{"url":"1.jpg"},{"url":"2.jpg","width":"800"}]`), `images[1].width: want a whole number, got string`},
		{"width is a fraction", least(`"images":[{"url":"1.jpg","width":8.5}]`), `images[0].width: want a whole number, got number 8.5`},
		{"bytes are too many", least(`"images":[{"url":"1.jpg","bytes":1e99}]`), `images[0].bytes: want a whole number, got number 1e99`},
		{"seconds is a text", least(`"enclosures":[{"url":"1.mp3","seconds":"95"}]`), `enclosures[0].seconds: want a whole number, got string`},
		{"alternates is an object", least(`"alternates":{"en":"https://en.news.example/1.html"}`), `alternates: want a list, got object`},
		{"an alternate is a text", least(`"alternates":["https://en.news.example/1.html"]`), `alternates[0]: want an object, got string`},
		{"lang is a list", least(`"alternates":[{"lang":["en"],"url":"https://en.news.example/1.html"}]`), `alternates[0].lang: want a string, got array`},
		{"an unknown field of an alternate", least(`"alternates":[{"hreflang":"en","lang":"en","url":"https://en.news.example/1.html"}]`), `unknown field "alternates[0].hreflang"`},
		{"noindex is a number", least(`"noindex":1`), `noindex: want true or false, got number`},
		{"tags has a bool", least(`"tags":[true]`), `tags[0]: want a string, got bool`},

		{"nothing", `{}`, lines(`id: missing`, `station: missing`, `title: missing`, `url: missing`, `published: missing`)},
		{"a blank title", strings.Replace(least(""), "春", ` \t\u3000`, 1), `title: missing`},
		{"an empty id", strings.Replace(least(""), `"1"`, `""`, 1), `id: missing`},
		{"an id of 191 letters", withID(strings.Repeat("a", 191)), `id: 191 bytes, at most 190 are allowed`},
		{"an id of 191 bytes in fewer characters", withID(strings.Repeat("长", 63) + "ab"), `id: 191 bytes, at most 190 are allowed`},
		{"bad status", least(`"status":"deleted"`), `status: want published, draft or withdrawn, got "deleted"`},

		{"url without scheme", withURL(`xt.news.example/1.html`), `url: not an absolute http(s) URL: "xt.news.example/1.html"`},
		{"url of another scheme", withURL(`ftp://xt.news.example/1`), `url: not an absolute http(s) URL: "ftp://xt.news.example/1"`},
		{"url without host", withURL(`https:///1.html`), `url: not an absolute http(s) URL: "https:///1.html"`},
		{"url with a port alone", withURL(`https://:443/1.html`), `url: not an absolute http(s) URL: "https://:443/1.html"`},
		{"url that can't be parsed", withURL(`https://xt.news.example/%zz`), `url: not an absolute http(s) URL: "https://xt.news.example/%zz"`},
		{"other addresses", least(`"source":{"name":"a","url":"a.example"},"original_url":"/b","next_url":"mailto:c@xt.news.example"`), lines(
			`source.url: not an absolute http(s) URL: "a.example"`,
			`original_url: not an absolute http(s) URL: "/b"`,
			`next_url: not an absolute http(s) URL: "mailto:c@xt.news.example"`)},
		{"a url that is too long", withURL("https://xt.news.example/" + strings.Repeat("1", 4073)), `url: an address of 4097 bytes, at most 4096 are allowed`},
		{"a host that is too long", withURL("https://" + strings.Repeat("a", 254) + "/1.html"), `url: a host of 254 bytes, at most 253 are allowed`},
		{"a host in another script that is too long", withURL("https://" + strings.Repeat("中", 85) + "/1.html"), `url: a host of 255 bytes, at most 253 are allowed`},
		{"other addresses that are too long", least(strings.Join([]string{
			`"images":[{"url":"` + strings.Repeat("1", 4097) + `"},{"url":"//` + strings.Repeat("a", 254) + `/1.jpg"}]`,
			`"enclosures":[{"url":"` + strings.Repeat("2", 4097) + `"}]`,
			`"alternates":[{"lang":"en","url":"https://` + strings.Repeat("b", 254) + `"}]`,
			`"source":{"name":"a","url":"https://` + strings.Repeat("c", 254) + `"}`,
			`"original_url":"https://` + strings.Repeat("d", 254) + `"`,
			`"next_url":"https://` + strings.Repeat("e", 254) + `"`,
		}, ",")), lines(
			`images[0].url: an address of 4097 bytes, at most 4096 are allowed`,
			`images[1].url: a host of 254 bytes, at most 253 are allowed`,
			`enclosures[0].url: an address of 4097 bytes, at most 4096 are allowed`,
			`alternates[0].url: a host of 254 bytes, at most 253 are allowed`,
			`source.url: a host of 254 bytes, at most 253 are allowed`,
			`original_url: a host of 254 bytes, at most 253 are allowed`,
			`next_url: a host of 254 bytes, at most 253 are allowed`)},
		{"images", least(`"images":[{"url":"1.jpg"},{"url":""},{"url":"javascript:alert(1)"},{"url":"data:image/png;base64,AA"},{"url":"http://"},{"url":"%zz"},null]`), lines(
			`images[1].url: not an http(s) URL: ""`,
			`images[2].url: not an http(s) URL: "javascript:alert(1)"`,
			`images[3].url: not an http(s) URL: "data:image/png;base64,AA"`,
			`images[4].url: not an http(s) URL: "http://"`,
			`images[6].url: not an http(s) URL: ""`)},
		{"enclosures", least(`"enclosures":[{"type":"audio/mpeg"},{"url":"file:///etc/passwd"}]`), lines(
			`enclosures[0].url: not an http(s) URL: ""`,
			`enclosures[1].url: not an http(s) URL: "file:///etc/passwd"`)},
		{"languages of alternates", least(alternates("en", "", "zh_CN", "chinese", "zh-CNN", "x-klingon", "X-default", "en ")), lines(
			notTag(1, ""), notTag(2, "zh_CN"), notTag(3, "chinese"), notTag(4, "zh-CNN"), notTag(5, "x-klingon"), notTag(6, "X-default"), notTag(7, "en "))},
		{"a language that is too long", least(alternates("en" + strings.Repeat("-aaaaaaaa", 12))), notTag(0, "en"+strings.Repeat("-aaaaaaaa", 12))},
		{"addresses of alternates", least(`"alternates":[{"lang":"en","url":"/en/1.html"},{"lang":"fr","url":"javascript:x"},{"lang":"_"},null]`), lines(
			`alternates[0].url: not an absolute http(s) URL: "/en/1.html"`,
			`alternates[1].url: not an absolute http(s) URL: "javascript:x"`,
			notTag(2, "_"),
			`alternates[2].url: not an absolute http(s) URL: ""`,
			notTag(3, ""),
			`alternates[3].url: not an absolute http(s) URL: ""`)},

		{"a day", least(`"updated":"2019-03-12"`), notTime("updated", "2019-03-12")},
		{"a time without zone", least(`"expires":"2019-03-12T00:00:00"`), notTime("expires", "2019-03-12T00:00:00")},
		{"the 30th of February", least(`"expires":"2019-02-30T00:00:00Z"`), notTime("expires", "2019-02-30T00:00:00Z")},
		{"published is no time", strings.Replace(least(""), "2019-03-11T", "2019/03/11 ", 1), notTime("published", "2019/03/11 18:38:14+08:00")},
		{"too long ago", least(`"expires":"1899-12-31T23:59:59Z"`), `expires: the year 1899 is not plausible`},
		{"too far ahead in UTC", least(`"expires":"9999-12-31T23:59:59-01:00"`), `expires: the year 10000 is not plausible`},
		{"a null date", strings.Replace(least(""), "2019-03-11T18:38:14+08:00", "0001-01-01T00:00:00Z", 1), `published: missing`},

		{"many at once", `{"url":"javascript:x","id":1,"images":[{"url":"javascript:y","width":"1"},2],"noindex":"no","x":0,"expires":"soon","status":"","title":"春","station":"` + strings.Repeat("x", 200) + `"}`, lines(
			`id: want a string, got number`,
			`images[0].width: want a whole number, got string`,
			`images[1]: want an object, got number`,
			`noindex: want true or false, got string`,
			`unknown field "x"`,
			notTime("expires", "soon"),
			`url: not an absolute http(s) URL: "javascript:x"`,
			`published: missing`,
			`images[0].url: not an http(s) URL: "javascript:y"`)},
	}
}

func lines(texts ...string) string { return strings.Join(texts, "\n") }

func withID(id string) string {
	return strings.Replace(least(""), `"1"`, strconv.Quote(id), 1)
}

func withURL(address string) string {
	return strings.Replace(least(""), "https://xt.news.example/1.html", address, 1)
}

func notTime(field, value string) string {
	return field + ": not an RFC 3339 time such as 2019-03-11T18:38:14+08:00: " + strconv.Quote(value)
}

// alternates returns the field with an alternate of each language.
func alternates(langs ...string) string {
	var list []string
	for _, lang := range langs {
		list = append(list, `{"lang":`+strconv.Quote(lang)+`,"url":"https://en.news.example/1.html"}`)
	}
	return `"alternates":[` + strings.Join(list, ",") + `]`
}

func notTag(i int, lang string) string {
	return fmt.Sprintf("alternates[%d].lang: want a language (BCP 47) such as zh-CN, or x-default, got %q", i, lang)
}

func TestDecodeFaults(t *testing.T) {
	for _, tt := range faulty() {
		t.Run(tt.name, func(t *testing.T) {
			for range 3 { // the order is stable
				a, err := article.Decode([]byte(tt.line))
				if err == nil {
					t.Fatalf("decoded: %+v", a)
				}
				if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestDecodeLongestID(t *testing.T) {
	id := strings.Repeat("a", article.MaxIDBytes)
	a, err := article.Decode([]byte(withID(id)))
	if err != nil || a.ID != id {
		t.Errorf("id of %d bytes: %v", len(a.ID), err)
	}
}

func TestValidate(t *testing.T) {
	at := time.Date(2019, 3, 11, 10, 38, 14, 0, time.UTC)
	sound := article.Article{ID: "1", Station: "xt", URL: "https://xt.news.example/1", Title: "春", Published: at, Updated: at, Status: article.Published}
	tests := []struct {
		name   string
		change func(*article.Article)
		want   string
	}{
		{"sound", func(*article.Article) {}, ""},
		{"no status", func(a *article.Article) { a.Status = "" }, `status: want published, draft or withdrawn, got ""`},
		{"a year before Christ", func(a *article.Article) { a.Updated = at.AddDate(-3000, 0, 0) }, `updated: the year -981 is not plausible`},
		{"zero", func(a *article.Article) { *a = article.Article{} }, lines(`id: missing`, `station: missing`, `title: missing`, `url: missing`,
			`published: missing`, `status: want published, draft or withdrawn, got ""`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := sound
			tt.change(&a)
			got := ""
			if err := a.Validate(); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
