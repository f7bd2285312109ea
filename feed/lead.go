package feed

import (
	"html"
	"strings"

	"feedstation/feed/internal/markup"
)

// A picture that tells that it is narrower or lower, in pixels, does not stand
// for an article.
const (
	minLeadWidth  = 200
	minLeadHeight = 100
)

// lead puts the item's first picture at the head of its body, with its caption
// and credit, unless the body has it, in whatever size: many readers show no
// picture that is not in the text. A body that is empty stays so.
func (it *Item) lead() {
	if it.Body == "" || len(it.Images) == 0 || markup.Shows(it.Body, it.Images[0].URL) {
		return
	}
	m := it.Images[0]
	caption := html.EscapeString(m.Caption)
	if m.Credit != "" {
		caption = strings.TrimSpace(caption + " <small>" + html.EscapeString(m.Credit) + "</small>")
	}
	it.Body = markup.Figure(m.URL, m.Width, m.Height, caption) + it.Body
}

// LeadImage returns the address of the first picture of a body of HTML that
// stands for the article where it names no pictures: one that is not small, nor
// in its own address. It is "" if there is none. Base is the article's address;
// one that is not absolute makes relative addresses nothing.
func LeadImage(body, base string) string {
	return leadOf(markup.Body(body, parsed(base))).URL
}

// leadOf returns that picture of a body that Prepare has made safe.
func leadOf(body string) Image {
	for p := range markup.Pictures(body) {
		if (p.Width == 0 || p.Width >= minLeadWidth) && (p.Height == 0 || p.Height >= minLeadHeight) && !p.IsSign() {
			return Image{URL: p.Address, Width: p.Width, Height: p.Height}
		}
	}
	return Image{}
}
