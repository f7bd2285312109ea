package ingest

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// markdown makes HTML of Markdown as GitHub has it, with footnotes. HTML within it
// stays: feeds take out of every text what is not safe.
func markdown(text []byte) string {
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert(text, &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// markdownOrHTML makes HTML of a text that editors of HTML have not written: theirs
// begins with an element.
func markdownOrHTML(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text
	}
	return markdown([]byte(text))
}
