package ingest

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// markdown makes HTML of a text that editors of HTML have not written: theirs begins
// with an element. HTML within it stays; feeds have a profile of their own of it.
func markdown(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "<") {
		return text
	}
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := md.Convert([]byte(text), &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}
