package feed

import (
	"iter"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Absolute returns the HTML body with the addresses in its src, href, poster
// and srcset attributes resolved against base, an absolute URL such as that of
// the article's page. Addresses that have a scheme already, and everything that
// is not an address, stay byte for byte, broken markup included; an unchanged
// body is returned itself. Without a base nothing is changed.
func Absolute(body string, base *url.URL) string {
	if base == nil || base.Scheme == "" || base.Host == "" {
		return body
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	pos, done := 0, 0 // read, written
	for {
		t := z.Next()
		if t == html.ErrorToken {
			break
		}
		tag := body[pos : pos+len(z.Raw())]
		if t == html.StartTagToken || t == html.SelfClosingTagToken {
			if tagName(tag) == "noscript" {
				z.NextIsNotRawText() // readers run no scripts: there are images in it
			}
			for a := range attributes(tag) {
				if v, changed := a.absolute(base); changed {
					b.WriteString(body[done : pos+a.start])
					b.WriteString(v)
					done = pos + a.end
				}
			}
		}
		pos += len(tag)
	}
	if done == 0 {
		return body
	}
	b.WriteString(body[done:])
	return b.String()
}

// attribute is an attribute with a value: its name, the value as written, and
// where that stands in the tag.
type attribute struct {
	name, raw  string
	quote      byte // 0: none
	start, end int
}

const htmlSpace = " \t\n\f\r"

// attributes yields those of a complete start tag that have a value. It reads
// as the tokenizer does, which does not tell positions (HTML §13.2.5.32 ff.).
func attributes(tag string) iter.Seq[attribute] {
	return func(yield func(attribute) bool) {
		n := len(tag) - len(">")
		skip := func(i int, set string) int {
			for i < n && strings.IndexByte(set, tag[i]) >= 0 {
				i++
			}
			return i
		}
		find := func(i int, set string) int {
			for i < n && strings.IndexByte(set, tag[i]) < 0 {
				i++
			}
			return i
		}
		for i := find(1, htmlSpace+"/"); i < n; {
			start := skip(i, htmlSpace+"/")
			i = find(min(start+1, n), htmlSpace+"/=") // a leading "=" belongs to the name
			a := attribute{name: tag[start:max(i, start)]}
			i = skip(i, htmlSpace)
			if i >= n || tag[i] != '=' {
				continue
			}
			i = skip(i+1, htmlSpace)
			if i < n && (tag[i] == '"' || tag[i] == '\'') {
				a.quote = tag[i]
				a.start = i + 1
				a.end = find(a.start, string(a.quote))
				i = a.end + 1
			} else {
				a.start = i
				a.end = find(i, htmlSpace)
				i = a.end
			}
			a.raw = tag[a.start:a.end]
			if !yield(a) {
				return
			}
		}
	}
}

// absolute returns the value with its addresses resolved, as it is to be
// written, and whether that differs.
func (a *attribute) absolute(base *url.URL) (string, bool) {
	value := decodeAttribute(a.raw)
	var v string
	switch strings.ToLower(a.name) {
	case "href":
		v = resolve(value, base)
	case "src", "poster":
		if strings.Trim(value, htmlSpace) == "" {
			return "", false // no image, rather than the page as one
		}
		v = resolve(value, base)
	case "srcset":
		v = resolveSet(value, base)
	default:
		return "", false
	}
	if v == value {
		return "", false
	}
	// What came before the old value is new, the rest stays as it was written.
	if prefix, ok := strings.CutSuffix(v, value); ok {
		v = html.EscapeString(prefix) + a.raw
	} else {
		v = html.EscapeString(v)
	}
	if a.quote == 0 {
		v = `"` + strings.ReplaceAll(v, `"`, "&#34;") + `"`
	}
	return v, true
}

// resolve returns ref made absolute, or ref itself if it has a scheme or is no
// address.
func resolve(ref string, base *url.URL) string {
	trimmed := strings.Trim(ref, htmlSpace)
	if scheme(trimmed) != "" {
		return ref
	}
	u, err := url.Parse(address(trimmed))
	if err != nil {
		return ref
	}
	return address(base.ResolveReference(u).String())
}

// resolveSet resolves the address of each candidate of a srcset and leaves the
// rest (HTML §4.8.4.2.2: an address ends with white space, and commas at its
// end are not part of it).
func resolveSet(set string, base *url.URL) string {
	var b strings.Builder
	for set != "" {
		n := len(set) - len(strings.TrimLeft(set, htmlSpace+","))
		b.WriteString(set[:n])
		set = set[n:]
		if n = strings.IndexAny(set, htmlSpace); n < 0 {
			n = len(set)
		}
		ref := strings.TrimRight(set[:n], ",")
		if ref != "" {
			b.WriteString(resolve(ref, base))
		}
		if len(ref) < n { // no descriptors
			set = set[len(ref):]
			continue
		}
		set = set[n:]
		if n = strings.IndexByte(set, ','); n < 0 {
			n = len(set)
		}
		b.WriteString(set[:n])
		set = set[n:]
	}
	return b.String()
}

// reference is a character reference. One without a semicolon is not counted:
// in an attribute "&copy=1" is none (HTML §13.2.5.73).
var reference = regexp.MustCompile(`&(#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);`)

func decodeAttribute(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return reference.ReplaceAllStringFunc(s, html.UnescapeString)
}
