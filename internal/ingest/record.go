package ingest

import (
	"encoding/json"
	"hash/fnv"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"golang.org/x/net/html"
)

// values are an article in the import format, as a source's item says it.
type values map[string]any

// entry is an item of a source.
type entry struct {
	id        string
	published time.Time
	modified  time.Time
	stamp     int64
	terms     []string
	article   values
}

// The fields that are read otherwise than as text.
var (
	timeFields   = map[string]bool{"published": true, "updated": true, "expires": true, "modified": true}
	listFields   = map[string]bool{"channels": true, "authors": true, "tags": true, "terms": true}
	objectFields = map[string]string{"images": "url", "enclosures": "url", "alternates": "", "source": "name"}
)

// entry reads an item.
func (k *Kind) entry(item gjson.Result, zone *time.Location) entry {
	e := entry{article: values{}}
	for name, path := range k.Fields {
		value := item.Get(path)
		switch {
		case !value.Exists() || value.Type == gjson.Null:
		case name == "terms":
			e.terms = termsOf(value)
		case timeFields[name]:
			at, ok := instant(value, zone)
			switch {
			case ok && name == "modified":
				e.modified = at
			case ok && !at.IsZero():
				e.article[name] = at.Format(time.RFC3339Nano)
			case !ok && name != "modified":
				e.article[name] = value.String() // for the import format's reader to refuse
			}
			if name == "published" {
				e.published = at.UTC().Truncate(time.Millisecond) // as the store has it
			}
		case listFields[name]:
			e.article[name] = texts(value)
		case name == "noindex":
			e.article[name] = value.Bool()
		default:
			if key, ok := objectFields[name]; ok {
				e.article[name] = objects(value, key, name != "source")
			} else {
				e.article[name] = value.String()
			}
		}
	}
	stamp := item
	if k.Stamp != "" {
		stamp = item.Get(k.Stamp)
	}
	e.stamp = sum(stamp.Get("@ugly").Raw)
	if k.Mend != nil {
		k.Mend(item, e.article)
	}
	e.id, _ = e.article["id"].(string)
	if e.modified.IsZero() {
		e.modified = e.published
	}
	return e
}

func sum(text string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // never fails
	return int64(h.Sum64())
}

// termsOf returns what an item is filed under: texts, and the slugs and names of
// objects. Names may be escaped for HTML, slugs for addresses.
func termsOf(value gjson.Result) (terms []string) {
	for _, v := range value.Array() {
		switch {
		case v.IsArray():
			terms = append(terms, termsOf(v)...)
		case v.IsObject():
			terms = append(terms, termsOf(v.Get("[slug,name,title]"))...)
		case v.Type != gjson.Null && v.String() != "":
			term := plain(v.String())
			if whole, err := url.PathUnescape(term); err == nil {
				term = whole
			}
			terms = append(terms, term)
		}
	}
	return terms
}

// texts returns the texts of a list, of lists within it, or of a single value.
func texts(value gjson.Result) (all []string) {
	for _, v := range value.Array() {
		switch {
		case v.IsArray():
			all = append(all, texts(v)...)
		case v.IsObject():
			if name := v.Get("name"); name.Exists() {
				all = append(all, name.String())
			}
		case v.Type != gjson.Null && strings.TrimSpace(v.String()) != "":
			all = append(all, v.String())
		}
	}
	return all
}

// objects returns the objects of a list, or a single one. A text is an object that has
// it under a key; one without that key is left out.
func objects(value gjson.Result, key string, list bool) any {
	var all []json.RawMessage
	for _, v := range value.Array() {
		switch {
		case v.IsObject() && (key == "" || v.Get(key).String() != ""):
			all = append(all, json.RawMessage(withoutNulls(v)))
		case v.Type == gjson.String && v.String() != "" && key != "":
			text, _ := json.Marshal(map[string]string{key: v.String()}) // texts always marshal
			all = append(all, text)
		}
	}
	switch {
	case list:
		return all
	case len(all) == 0:
		return nil
	}
	return all[0]
}

// withoutNulls returns an object without the members that are null or empty.
func withoutNulls(object gjson.Result) string {
	kept := map[string]json.RawMessage{}
	for key, v := range object.Map() {
		if v.Type != gjson.Null && v.Raw != `""` {
			kept[key] = json.RawMessage(v.Raw)
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		panic(err) // the values have been parsed
	}
	return string(text)
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly, time.RFC1123Z, time.RFC1123,
}

// instant reads a time: RFC 3339, the same without a zone, which is then zone, or Unix
// seconds or milliseconds. Zero dates are the zero time.
func instant(value gjson.Result, zone *time.Location) (time.Time, bool) {
	text := strings.TrimSpace(value.String())
	if text == "" || strings.HasPrefix(text, "0000-00-00") {
		return time.Time{}, true
	}
	if number := value.Int(); value.Type == gjson.Number || len(text) >= 9 && strings.Trim(text, "0123456789") == "" {
		const fromMillis = 100_000_000_000 // as seconds, after the year 5000
		switch {
		case number == 0:
			return time.Time{}, true
		case number > fromMillis:
			return time.UnixMilli(number).UTC(), true
		}
		return time.Unix(number, 0).UTC(), true
	}
	for _, layout := range layouts {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

var inBraces = regexp.MustCompile(`\{([^{}]+)\}`)

// link fills the values of an item into the address of its page; empty: one is
// missing.
func link(template string, item gjson.Result) string {
	missing := false
	address := inBraces.ReplaceAllStringFunc(template, func(name string) string {
		text := item.Get(strings.Trim(name, "{}")).String()
		missing = missing || text == ""
		return url.PathEscape(text)
	})
	if missing {
		return ""
	}
	return address
}

// plain returns the text of HTML, on one line.
func plain(markup string) string {
	if !strings.ContainsAny(markup, "<&") {
		return strings.Join(strings.Fields(markup), " ")
	}
	var text strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(markup))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(text.String()), " ")
		case html.TextToken:
			text.Write(tokens.Text())
		}
	}
}

// plain makes plain text of fields that are HTML in the source.
func (r values) plain(names ...string) {
	for _, name := range names {
		if markup, ok := r[name].(string); ok {
			r[name] = plain(markup)
		}
	}
}

// shownWords are what systems call what readers may see.
var shownWords = []string{"", "published", "publish", "live", "public", "active", "online", "visible", "true", "1"}

// mendStatus has everything that readers may see published, and the rest a draft.
func (r values) mendStatus() {
	status, ok := r["status"].(string)
	if !ok {
		return
	}
	if slices.Contains(shownWords, strings.ToLower(strings.TrimSpace(status))) {
		delete(r, "status")
	} else {
		r["status"] = "draft"
	}
}
