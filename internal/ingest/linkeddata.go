package ingest

import (
	"bytes"
	"strings"

	"github.com/tidwall/gjson"
)

// linkedData is what a page says of itself in JSON-LD, in the words of schema.org.
type linkedData struct {
	nodes []gjson.Result
	ids   map[string]gjson.Result
}

// maxLinkedData bounds one script, and maxNested how deep lists in it are read.
const (
	maxLinkedData = 1 << 20
	maxNested     = 8
)

// add adds a script. Many have line breaks within texts, or are wrapped in comments; one
// that is broken otherwise says nothing.
func (d *linkedData) add(script []byte) {
	script = bytes.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, script)
	script = bytes.TrimSpace(script)
	for _, wrap := range [][2]string{{"<!--", "-->"}, {"//<![CDATA[", "//]]>"}, {"/*<![CDATA[*/", "/*]]>*/"}} {
		script = bytes.TrimSuffix(bytes.TrimPrefix(script, []byte(wrap[0])), []byte(wrap[1]))
	}
	if script = bytes.TrimRight(script, "; "); len(script) <= maxLinkedData && gjson.ValidBytes(script) {
		d.walk(gjson.ParseBytes(script), maxNested)
	}
}

// walk notes the objects of a list, of a graph and of what a page is about.
func (d *linkedData) walk(value gjson.Result, depth int) {
	switch {
	case depth == 0:
	case value.IsArray():
		for _, v := range value.Array() {
			d.walk(v, depth-1)
		}
	case value.IsObject():
		d.nodes = append(d.nodes, value)
		if id := value.Get(`\@id`).String(); id != "" && len(value.Map()) > 1 {
			if d.ids == nil {
				d.ids = map[string]gjson.Result{}
			}
			d.ids[id] = value
		}
		for _, name := range []string{`\@graph`, "mainEntity"} {
			d.walk(value.Get(name), depth-1)
		}
	}
}

// node is an object, whose members may be others by their ids.
type node struct {
	value gjson.Result
	data  *linkedData
}

// article returns the article that a page is: of several that whose address it has.
func (d *linkedData) article(page string) (found node) {
	for _, v := range d.nodes {
		n := node{v, d}
		if !n.isArticle() {
			continue
		}
		for _, name := range []string{"url", "mainEntityOfPage", `mainEntityOfPage.\@id`, `\@id`} {
			if address := v.Get(name); address.Type == gjson.String && addressKey(address.String()) == addressKey(page) {
				return n
			}
		}
		if !found.exists() {
			found = n
		}
	}
	return found
}

func (n node) exists() bool { return n.data != nil }

// isArticle reports whether a node is an article of one of the types that there are, or
// as Baidu has it, which names no type.
func (n node) isArticle() bool {
	for _, kind := range typesOf(n.value) {
		if strings.HasSuffix(kind, "Article") || strings.HasSuffix(kind, "Posting") && kind != "JobPosting" || kind == "Report" {
			return true
		}
	}
	return n.value.Get("pubDate").Exists()
}

func typesOf(value gjson.Result) (kinds []string) {
	for _, kind := range value.Get(`\@type`).Array() {
		text := kind.String()
		kinds = append(kinds, text[strings.LastIndexAny(text, "/:#")+1:])
	}
	return kinds
}

// kind returns the first type that is named.
func (d *linkedData) kind() string {
	for _, n := range d.nodes {
		if kinds := typesOf(n); len(kinds) > 0 {
			return kinds[0]
		}
	}
	return ""
}

// resolve returns what stands for a value that is only an id.
func (n node) resolve(value gjson.Result) gjson.Result {
	if whole, ok := n.data.ids[value.Get(`\@id`).String()]; ok && value.IsObject() {
		return whole
	}
	return value
}

// texts returns the texts of members.
func (n node) texts(names ...string) (texts []string) {
	for _, name := range names {
		for _, v := range n.value.Get(name).Array() {
			if v.IsObject() {
				v = v.Get(`\@value`)
			}
			if text := strings.TrimSpace(v.String()); text != "" && !v.IsArray() {
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// text returns the first text of members.
func (n node) text(names ...string) string { return append(n.texts(names...), "")[0] }

// names returns the names of a member: texts, and those of objects.
func (n node) names(name string) (names []string) {
	for _, v := range n.value.Get(name).Array() {
		if v = n.resolve(v); v.IsObject() {
			v = v.Get("name")
		}
		for _, one := range v.Array() {
			if text := strings.TrimSpace(one.String()); text != "" && !one.IsObject() {
				names = append(names, text)
			}
		}
	}
	return names
}

// pictures returns the pictures of a node.
func (n node) pictures() (pictures []map[string]any) {
	for _, name := range []string{"image", "images"} {
		for _, v := range n.value.Get(name).Array() {
			v = n.resolve(v)
			picture := map[string]any{"url": v.String()}
			if v.IsObject() {
				for _, size := range []string{"width", "height"} {
					picture[size] = v.Get(size).Int()
				}
				picture["caption"], picture["url"] = v.Get("caption").String(), v.Get("url").String()
				if picture["url"] == "" {
					picture["url"] = v.Get("contentUrl").String()
				}
			}
			if picture["url"] != "" {
				pictures = append(pictures, picture)
			}
		}
	}
	return pictures
}
