package ingest

import (
	"encoding/json"
	"hash/fnv"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"
	"golang.org/x/net/html"

	"feedstation/internal/article"
)

// values are an article in the import format, as a source's item says it.
type values map[string]any

// entry is an item of a source.
type entry struct {
	id        string
	as        string // the id of its article; empty: it is made of id
	page      string // the key of the page that it is, of one from a sitemap
	published time.Time
	modified  time.Time
	stamp     int64
	terms     []string
	filed     gjson.Result // terms as they are written
	article   values
	fault     string // why it can't be read
	made      bool   // published is when it was made
}

// entry reads an item. Values are left as the source writes them, for the reader of the
// import format.
func (k *Kind) entry(item gjson.Result, r article.Reader) entry {
	e := entry{article: values{}}
	for name, path := range k.Fields {
		value, ok := pick(item, path)
		switch {
		case !ok:
		case name == "terms":
			e.terms, e.filed = termsOf(value), value
		case name == "modified":
			for _, v := range value.Array() { // the last; without one, the publication has to do
				if at, err := r.Time(v.String()); err == nil && at.After(e.modified) {
					e.modified = at
				}
			}
		case value.Type == gjson.String:
			e.article[name] = value.String()
		default:
			e.article[name] = json.RawMessage(value.Raw)
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
	e.id, e.fault = e.article.text("id"), item.Get("_fault").String()
	e.made = k.Made != "" && e.article.text("published") == item.Get(k.Made).String()
	if at, err := r.Time(e.article.text("published")); err == nil {
		e.published = at.UTC().Truncate(time.Millisecond) // as the store has it
	}
	if e.modified.IsZero() {
		e.modified = e.published
	}
	return e
}

// publish has an item published at a moment, whatever it says.
func (e *entry) publish(at time.Time) {
	e.published, e.article["published"] = at, at.Format(time.RFC3339Nano)
}

// pick returns the first value that is something, of paths with || between.
func pick(item gjson.Result, paths string) (gjson.Result, bool) {
	for path := range strings.SplitSeq(paths, " || ") {
		value := item.Get(path)
		if value.Exists() && value.Type != gjson.Null && value.Raw != `""` && value.Raw != "[]" {
			return value, true
		}
	}
	return gjson.Result{}, false
}

// text returns a text or a number; empty: there is neither.
func (r values) text(name string) string {
	switch value := r[name].(type) {
	case string:
		return value
	case json.RawMessage:
		return gjson.ParseBytes(value).String()
	}
	return ""
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

var inBraces = regexp.MustCompile(`\{([^{}]+)\}`)

// link fills the values of an item into the address of its page; empty: one is
// missing.
func link(template string, item gjson.Result) string {
	missing := false
	address := inBraces.ReplaceAllStringFunc(template, func(name string) string {
		text := item.Get(strings.Trim(name, "{}")).String()
		missing = missing || text == ""
		return strings.ReplaceAll(url.PathEscape(text), "%2F", "/") // it may be a path
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

// plain makes plain text of fields that are HTML in the source, texts or lists of them.
func (r values) plain(names ...string) {
	for _, name := range names {
		switch value := r[name].(type) {
		case string:
			r[name] = plain(value)
		case json.RawMessage:
			var list []string
			for _, v := range gjson.ParseBytes(value).Array() {
				list = append(list, plain(v.String()))
			}
			r[name] = list
		}
	}
}
