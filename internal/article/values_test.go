package article_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// TestDecodeValues holds that what systems write for the same value is the same. The
// table is also that of the columns of databases.
func TestDecodeValues(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "values.json"))
	if err != nil {
		t.Fatal(err)
	}
	var table []struct {
		Field  string
		Want   json.RawMessage
		Values []json.RawMessage
	}
	if err := json.Unmarshal(data, &table); err != nil {
		t.Fatal(err)
	}
	decode := func(field string, value json.RawMessage) (article.Article, []article.Fault, error) {
		var line map[string]json.RawMessage
		if err := json.Unmarshal([]byte(least("")), &line); err != nil {
			t.Fatal(err)
		}
		line[field] = value
		text, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		return article.Decode(text)
	}
	for _, tt := range table {
		want, odd, err := decode(tt.Field, tt.Want)
		if err != nil || odd != nil {
			t.Errorf("%s: %s: %v, %v", tt.Field, tt.Want, odd, err)
		}
		for _, value := range tt.Values {
			got, odd, err := decode(tt.Field, value)
			if diff := cmp.Diff(want, got); diff != "" || err != nil || odd != nil {
				t.Errorf("%s: %s is not %s: %v, %v (-want +got):\n%s", tt.Field, value, tt.Want, odd, err, diff)
			}
		}
	}
}

func TestReaderZone(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	r := article.Reader{Zone: zone}
	for text, want := range map[string]string{
		"2019-03-11 18:38:14":            "2019-03-11T10:38:14Z",
		"2019-03-11T18:38:14":            "2019-03-11T10:38:14Z",
		"2019-03-11":                     "2019-03-10T16:00:00Z",
		"2019-03-11 18:38:14Z":           "2019-03-11T18:38:14Z",
		"2019-03-11T18:38:14+01:00":      "2019-03-11T17:38:14Z",
		"2019-03-11T18:38:14-0330":       "2019-03-11T22:08:14Z",
		"1552300694":                     "2019-03-11T10:38:14Z",
		"-1":                             "1969-12-31T23:59:59Z",
		"1970-01-01 00:00:00":            "0001-01-01T00:00:00Z", // a zero date in any zone
		"1970-01-01T00:00:00+08:00":      "1969-12-31T16:00:00Z",
		"0000-00-00 00:00:00":            "0001-01-01T00:00:00Z",
		"2016-12-31T23:59:60Z":           "2017-01-01T00:00:00Z",
		"2019-03-11t10:38:14z":           "2019-03-11T10:38:14Z",
		"2019-03-11T10:38:14,5Z":         "2019-03-11T10:38:14.5Z",
		"Mon, 11 Mar 2019 18:38:14 CST":  "2019-03-11T10:38:14Z", // China's, not America's
		"Mon, 11 Mar 2019 18:38:14 EDT":  "2019-03-11T22:38:14Z",
		"Mon, 11 Mar 2019 18:38:14 GMT":  "2019-03-11T18:38:14Z",
		"Mon, 4 Mar 2019 18:38:14 -0500": "2019-03-04T23:38:14Z",
		"1552300694.25":                  "2019-03-11T10:38:14.25Z",
		"1552300694123":                  "2019-03-11T10:38:14.123Z",
		"1552300694123456":               "2019-03-11T10:38:14.123456Z",
		"1552300694123456789":            "2019-03-11T10:38:14.123456789Z",
	} {
		got, err := r.Time(text)
		if got := got.UTC().Format(time.RFC3339Nano); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"soon", "2019", "2019-13-01", "2019-02-29", "2019-02-30T00:00:00Z", "2019-03-11T25:00:00Z", "2019-03-11T10:60:00Z", "2019-03-11T10:00:61Z", "2019-03-11T10:00:00+24:00", "11.3.2019", "2019-03-11T", "99999999999999999999", "1e9", "2019-00-01", "Mon, 11 Mar 2019 18:38:14 XYZ"} {
		if at, err := r.Time(text); err == nil {
			t.Errorf("%s: %v, want an error", text, at)
		}
	}
}

func TestReaderStatus(t *testing.T) {
	words, err := article.NewWords([]string{"Freigegeben", "2"}, []string{"zurückgezogen"}, []string{"", "LIVE"})
	if err != nil {
		t.Fatal(err)
	}
	r := article.Reader{Status: words}
	for text, want := range map[string]article.Status{
		"freigegeben": article.Published, "FREIGEGEBEN\n": article.Published, "2": article.Published, "publish": article.Published,
		"Zurückgezogen": article.Withdrawn, "": article.Draft, "live": article.Draft,
	} {
		if got, err := r.ParseStatus(text); got != want || err != nil {
			t.Errorf("%q: %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"3", "frei", "approved", "published!", strings.Repeat("x", 1000)} {
		if got, err := r.ParseStatus(text); err == nil {
			t.Errorf("%q: %s, want an error", text, got)
		}
	}
	if _, err := article.NewWords([]string{"x"}, nil, []string{" X "}); err == nil || err.Error() != `" X " is both published and draft` {
		t.Errorf("a word twice: %v", err)
	}
	for _, status := range []article.Status{article.Published, article.Draft, article.Withdrawn} {
		for _, word := range r.Words(status) {
			if got, err := r.ParseStatus(word); got != status || err != nil {
				t.Errorf("%q of %s is %s, %v", word, status, got, err)
			}
		}
	}
}

// TestDecodeHidden holds that what nobody sees needs no more than to be known.
func TestDecodeHidden(t *testing.T) {
	for _, line := range []string{
		`{"id":7,"station":"xt","status":"draft"}`,
		`{"id":"7","station":"xt","status":"auto-draft","title":"","url":"","published":"0000-00-00 00:00:00"}`,
		`{"id":"7","station":"xt","status":"scheduled","url":"?p=7","published":"soon","expires":"later","title":{}}`,
		`{"id":"7","station":"xt","status":0,"published":"0999-01-01T00:00:00Z"}`,
	} {
		a, _, err := article.Decode([]byte(line))
		want := article.Article{ID: "7", Station: "xt", Status: article.Draft}
		if diff := cmp.Diff(want, a); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", line, err, diff)
		}
		if err := a.Validate(); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func TestBeginning(t *testing.T) {
	long := strings.Repeat("湘江之春", 30)
	for _, tt := range []struct {
		texts []string
		want  string
	}{
		{nil, ""},
		{[]string{"", " \n ", "<p></p>"}, ""},
		{[]string{"", "<p>读书节今天在湖边开幕。</p><p>明天</p>"}, "读书节今天在湖边开幕"},
		{[]string{"<p>一句话</p>", "正文"}, "一句话"},
		{[]string{"<img src=1.jpg alt=a>", "<style>p{}</style><script>x()</script><h2>标题</h2><p>正文"}, "标题 正文"},
		{[]string{"<p>死亡<del>5</del><s>4<b>0</b></s>3人</p>"}, "死亡3人"},
		{[]string{`死亡<span style="text-decoration: Line-Through">5<span>0</span></span>3人<font color=red style='display: none'>x</font>。`}, "死亡3人"},
		{[]string{`<div hidden>a<div>b</div></div><p style="display:none">c<p>d <img hidden>e`}, "c d e"},
		{[]string{"<ruby>湘<rp>(</rp><rt>xiāng</rt></ruby>江<select><option>x</select>"}, "湘江"},
		{[]string{`In 2019<sup><a href="#1">1</a></sup> rund 3 × 10<sup>6</sup> t, 5 m<sup>2</sup>, 10<sup>-3</sup>, 1<sup>st</sup><sup></sup>`}, "In 2019 rund 3 × 10^6 t, 5 m2, 10^-3, 1st"},
		{[]string{"A &amp; B met. They talked."}, "A & B met. They talked"},
		{[]string{"The reading festival began. Many came."}, "The reading festival began"},
		{[]string{"Is it?  Yes!"}, "Is it? Yes!"},
		{[]string{long}, string([]rune(long)[:50]) + "…"},
		{[]string{"<p>" + strings.Repeat("many words ", 20) + "</p>"}, "many words many words many words many words many…"},
	} {
		if got := article.Beginning(tt.texts...); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.texts, got, tt.want)
		}
	}
	for _, title := range []string{"", "\u200b\ufeff", "\u3164 \u2800", "\u00a0\u00ad"} {
		a, _, err := article.Decode([]byte(strings.Replace(least(`"body":"<p>读书节今天开幕。</p>"`), "春", title, 1)))
		if err != nil || a.Title != "读书节今天开幕" {
			t.Errorf("%q: title %q, %v", title, a.Title, err)
		}
	}
	if a, _, err := article.Decode([]byte(strings.Replace(least(`"body":"<p> </p>"`), "春", "\u200b", 1))); err != nil || a.Title != "\u200b" {
		t.Errorf("a title that nobody sees and no text: %q, %v", a.Title, err)
	}
}

func ExampleReader_Time() {
	r := article.Reader{Zone: shanghai}
	for _, text := range []string{"2019-03-11 18:38:14", "1552300694", "0000-00-00 00:00:00"} {
		at, err := r.Time(text)
		fmt.Println(at.UTC().Format(time.RFC3339), err)
	}
	// Output:
	// 2019-03-11T10:38:14Z <nil>
	// 2019-03-11T10:38:14Z <nil>
	// 0001-01-01T00:00:00Z <nil>
}
