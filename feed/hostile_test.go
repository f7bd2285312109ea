package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"feedstation/feed"
)

// hostile lists what has broken feeds, and what merely looks as if it could.
func hostile() map[string]string {
	return map[string]string{
		"controls":      "前\x00\x01\x08\x0b\x0c\x0e\x1f\x7f后",
		"only controls": "\x00\x1b",
		"C1":            "前\u0080\u0085\u009f后",
		"not UTF-8":     "前\xff\xfe\xc0\x80后\xe6\xb9",
		"noncharacters": "前\ufffe\uffff\ufffd\U0001FFFE后",
		"surrogates":    "前\xed\xa0\xbd\xed\xb8\x80后",
		"CDATA end":     "前]]>]]]]>><![CDATA[后",
		"markup":        `<b a="1" c='2'>&amp;&#0;&nosuch;</title></item><!-- --><?x?>&`,
		"JSON":          "\"\\\b\u2028\u2029\\u0000\\",
		"line ends":     "前\r\n\r\t后\n",
		"emoji":         "👨‍👩‍👧🏳️‍🌈🇨🇳",
		"astral":        "𠮷𪚥\U0010FFFD",
		"right to left": "\u202eمرحبا שלום\u202c\u200f",
		"combining":     "ẛ̣" + strings.Repeat("\u0301", 300),
		"address":       "https://[::1]:x/%zz%e6图 \"<>\\^`{|}\x00?a=1&b=2#c#d",
		"template":      "%!s(<nil>) {{.}} %d",
	}
}

// stringFields calls f with every string of v and its place.
func stringFields(v reflect.Value, place string, f func(place string, s reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(place, v)
	case reflect.Slice:
		for i := range v.Len() {
			stringFields(v.Index(i), fmt.Sprintf("%s[%d]", place, i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				stringFields(v.Field(i), place+"."+field.Name, f)
			}
		}
	}
}

// TestHostileStrings puts each string into each field, one at a time, and then
// behind what is in all fields.
func TestHostileStrings(t *testing.T) {
	for name, s := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := archived(richChannel())
			c.Items = c.Items[:1]
			fields := 0
			stringFields(reflect.ValueOf(c).Elem(), "", func(place string, field reflect.Value) {
				fields++
				was := field.String()
				field.SetString(s)
				checkChannel(t, place, c)
				field.SetString(was)
			})
			if fields < 40 {
				t.Errorf("only %d fields", fields)
			}
			stringFields(reflect.ValueOf(c).Elem(), "", func(_ string, field reflect.Value) {
				field.SetString(field.String() + s)
			})
			checkChannel(t, "all fields", c)
		})
	}
}

// checkChannel renders c, which must succeed unless an article has lost its
// address, and checks the documents' form and titles.
func checkChannel(t *testing.T, place string, c *draft) {
	t.Helper()
	prepared, err := c.channel()
	if err != nil {
		if !strings.HasSuffix(place, "].URL") || !errors.Is(err, feed.ErrURL) {
			t.Errorf("%s: %v", place, err)
		}
		return
	}
	for _, p := range feed.Profiles() {
		doc, _ := prepared.ForProfile(p)
		checkForm(t, p.Name, doc)
		if p.Name == "msn" {
			checkElements(t, place, doc)
		}
	}
	for _, d := range documents() {
		doc, err := d.write(prepared)
		if err != nil {
			t.Errorf("%s: %s: %v", place, d.name, err)
			continue
		}
		checkForm(t, d.name, doc)
		var got []string
		switch d.name {
		case "rss":
			var f rssDocument
			err = xml.Unmarshal(doc, &f)
			for _, it := range f.Channel.Items {
				got = append(got, it.Title)
			}
		case "atom":
			var f atomDocument
			err = xml.Unmarshal(doc, &f)
			for _, it := range f.Entries {
				got = append(got, it.Title)
			}
		case "json":
			var f struct{ Items []struct{ Title string } }
			err = json.Unmarshal(doc, &f)
			for _, it := range f.Items {
				got = append(got, it.Title)
			}
		}
		if err != nil || len(got) != len(c.Items) {
			t.Errorf("%s: %s: read %d items: %v", place, d.name, len(got), err)
			continue
		}
		for i := range got {
			want := feed.PlainText(c.Items[i].Title)
			start, cut := strings.CutSuffix(got[i], "…")
			if want != "" && got[i] != want && (!cut || len(want) < 1000 || !strings.HasPrefix(want, start)) {
				t.Errorf("%s: %s: title %.200q, want %.200q", place, d.name, got[i], want)
			}
		}
	}
}

// checkElements fails if a text has an element that MSN does not allow, or a tag
// without its other one.
func checkElements(t *testing.T, place string, doc []byte) {
	t.Helper()
	allowed := strings.Fields("b i em strong sub sup small h1 h2 h3 h4 h5 a img table thead tbody tfoot tr td th col caption colgroup ul ol li p div span br blockquote")
	var d rssDocument
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	for _, it := range d.Channel.Items {
		var open []string
		z := html.NewTokenizer(strings.NewReader(it.Content))
		for z.Next() != html.ErrorToken {
			token := z.Token()
			switch {
			case token.Type != html.StartTagToken && token.Type != html.EndTagToken:
			case !slices.Contains(allowed, token.Data):
				t.Errorf("%s: %s in %s", place, token.Data, it.Content)
			case slices.Contains([]string{"img", "br", "col"}, token.Data):
			case token.Type == html.StartTagToken:
				open = append(open, token.Data)
			case len(open) == 0 || open[len(open)-1] != token.Data:
				t.Errorf("%s: </%s> in %s", place, token.Data, it.Content)
				return
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s: %v have no end in %s", place, open, it.Content)
		}
	}
}
