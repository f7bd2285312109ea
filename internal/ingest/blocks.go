package ingest

import (
	"fmt"
	"html"
	"strings"

	"github.com/tidwall/gjson"
)

// blocksHTML returns the HTML of a text that Strapi's editor of blocks has written, or
// of the texts in a dynamic zone. What is unknown is left out, its texts are not.
func blocksHTML(list gjson.Result) string {
	var b strings.Builder
	for _, block := range list.Array() {
		writeBlock(&b, block)
	}
	return b.String()
}

// elements are what the types of blocks and the marks of texts are in HTML.
var (
	elements = map[string]string{"paragraph": "p", "quote": "blockquote", "code": "pre", "list-item": "li"}
	marks    = []struct{ mark, element string }{
		{"code", "code"}, {"strikethrough", "s"}, {"underline", "u"}, {"italic", "em"}, {"bold", "strong"},
	}
)

func writeBlock(b *strings.Builder, block gjson.Result) {
	kind, open, element := block.Get("type").String(), "", ""
	switch kind {
	case "text":
		text := html.EscapeString(block.Get("text").String())
		for _, m := range marks {
			if block.Get(m.mark).Bool() {
				text = "<" + m.element + ">" + text + "</" + m.element + ">"
			}
		}
		b.WriteString(text)
		return
	case "image":
		image := block.Get("image")
		fmt.Fprintf(b, `<img src="%s" alt="%s">`, html.EscapeString(image.Get("url").String()), html.EscapeString(image.Get("alternativeText").String()))
		return
	case "heading":
		element = fmt.Sprintf("h%d", min(max(block.Get("level").Int(), 1), 6))
	case "list":
		if element = "ul"; block.Get("format").String() == "ordered" {
			element = "ol"
		}
	case "link":
		element, open = "a", fmt.Sprintf(`<a href="%s">`, html.EscapeString(block.Get("url").String()))
	default:
		element = elements[kind]
	}
	if open == "" && element != "" {
		open = "<" + element + ">"
	}
	b.WriteString(open)
	for _, child := range block.Get("children").Array() {
		writeBlock(b, child)
	}
	if body := block.Get("body"); body.Type == gjson.String { // a component of a dynamic zone
		b.WriteString(markdownOrHTML(body.String()))
	}
	if element != "" {
		b.WriteString("</" + element + ">")
	}
}
