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
		{"twice", least(`"status":"withdrawn","status":"published"`), `field "status" is there twice`},

		{"id is a number", `{"id":5207683}`, lines(`station: missing`, `title: missing`, `url: missing`, `published: missing`)},

		{"nothing", `{}`, lines(`id: missing`, `station: missing`, `title: missing`, `url: missing`, `published: missing`)},
		{"a blank title", strings.Replace(least(""), "春", ` \t\u3000`, 1), `title: missing`},
		{"an empty id", strings.Replace(least(""), `"1"`, `""`, 1), `id: missing`},
		{"an id of 191 letters", withID(strings.Repeat("a", 191)), `id: 191 bytes, at most 190 are allowed`},
		{"an id of 191 bytes in fewer characters", withID(strings.Repeat("长", 63) + "ab"), `id: 191 bytes, at most 190 are allowed`},
		{"bad status", least(`"status":"embargo"`), `status: want published, draft or withdrawn, or a word of content.status, got "embargo"`},
		{"a fraction as id", `{"id":1.5,"status":"draft","station":"xt"}`, `id: want a string, got number`},
		{"a list as status", least(`"status":["published"]`), `status: want a string, got array`},

		{"url without scheme", withURL(`xt.news.example/1.html`), `url: not an absolute http(s) URL: "xt.news.example/1.html"`},
		{"url of another scheme", withURL(`ftp://xt.news.example/1`), `url: not an absolute http(s) URL: "ftp://xt.news.example/1"`},
		{"url without host", withURL(`https:///1.html`), `url: not an absolute http(s) URL: "https:///1.html"`},
		{"url with a port alone", withURL(`https://:443/1.html`), `url: not an absolute http(s) URL: "https://:443/1.html"`},
		{"url that can't be parsed", withURL(`https://xt.news.%zz/1`), `url: not a valid host: "https://xt.news.%zz/1"`},
		{"url with a user", withURL(`https://a:b@xt.news.example/1`), `url: user information in a public address: "https://a:b@xt.news.example/1"`},
		{"url with a host that is none", withURL(`https://a\"b/1`), `url: not a valid host: "https://a\"b/1"`},
		{"a url that is too long", withURL("https://xt.news.example/" + strings.Repeat("1", 4073)), `url: an address of 4097 bytes, at most 4096 are allowed`},
		{"a host that is too long", withURL("https://" + strings.Repeat("a", 254) + "/1.html"), `url: a host of 254 bytes, at most 253 are allowed`},
		{"a host in another script that is too long", withURL("https://" + strings.Repeat("中", 85) + "/1.html"), `url: a host of 255 bytes, at most 253 are allowed`},

		{"the 61st second", least(`"expires":"2019-03-12T00:00:61Z"`), notTime("expires", "2019-03-12T00:00:61Z")},
		{"the 30th of February", least(`"expires":"2019-02-30T00:00:00Z"`), notTime("expires", "2019-02-30T00:00:00Z")},
		{"published is no time", strings.Replace(least(""), "2019-03-11T", "11.3.2019 ", 1), notTime("published", "11.3.2019 18:38:14+08:00")},
		{"too long ago", least(`"expires":"1899-12-31T23:59:59Z"`), `expires: the year 1899 is not plausible`},
		{"too far ahead in UTC", least(`"expires":"9999-12-31T23:59:59-01:00"`), `expires: the year 10000 is not plausible`},
		{"a null date", strings.Replace(least(""), "2019-03-11T18:38:14+08:00", "0001-01-01T00:00:00Z", 1), `published: missing`},

		{"many at once", `{"url":"javascript:x","id":1,"images":[{"url":"javascript:y","width":"1"},2],"noindex":"no","x":0,"expires":"soon","status":"","title":"春","station":"` + strings.Repeat("x", 200) + `"}`, lines(
			`unknown field "x"`,
			notTime("expires", "soon"),
			`url: not an absolute http(s) URL: "javascript:x"`,
			`published: missing`)},
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
	return field + ": not a time such as 2019-03-11T18:38:14+08:00: " + strconv.Quote(value)
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
				a, _, err := article.Decode([]byte(tt.line))
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
	a, _, err := article.Decode([]byte(withID(id)))
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
		{"zero", func(a *article.Article) { *a = article.Article{} }, lines(`id: missing`, `station: missing`, `status: want published, draft or withdrawn, got ""`,
			`title: missing`, `url: missing`, `published: missing`)},
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
