package pages

import (
	"bytes"
	"html/template"
	"strings"
)

// What a page has many times is written without a template, which takes ten times as
// long: a feed is rendered within milliseconds. All texts go through escape.

func escape(s string) string { return template.HTMLEscapeString(s) }

// anchor returns a link.
func anchor(href, name string, attributes template.HTMLAttr) template.HTML {
	return template.HTML(`<a href="` + escape(href) + `"` + string(attributes) + ">" + escape(name) + "</a>")
}

// list returns a list of that class, a line each. HTML needs no end of an item.
func list(class string, attributes template.HTMLAttr, items []template.HTML) template.HTML {
	if len(items) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<ul class="` + class + `"` + string(attributes) + ">")
	for _, item := range items {
		b.WriteString("\n<li>" + string(item))
	}
	b.WriteString("\n</ul>")
	return template.HTML(b.String())
}

// Characters that a page shows of a text at most.
const (
	maxTitle   = 120
	maxSummary = 100
)

// title returns an article's title as a link to it, if its address is one of the web.
func (p *page) title(it Item) template.HTML {
	attributes := p.langOf(it.Language) + ` dir="auto"`
	title := clip(it.Title, maxTitle)
	if scheme, _, _ := strings.Cut(it.URL, "://"); scheme == "http" || scheme == "https" {
		return anchor(it.URL, title, attributes)
	}
	return template.HTML("<a" + string(attributes) + ">" + escape(title) + "</a>")
}

// item returns an article as a preview has it.
func (p *page) item(it Item) template.HTML {
	summary := ""
	if it.Summary != "" && it.Summary != it.Title {
		summary = "<p" + string(p.langOf(it.Language)) + ` dir="auto">` + escape(clip(it.Summary, maxSummary)) + "</p>"
	}
	return "\n<li>" + p.title(it) + template.HTML(summary) + p.moment(it.Published) + "</li>"
}

// Place returns which of the articles that a page links to has an address, from 1; 0: none.
func Place(page []byte, address string) int {
	_, list, preview := bytes.Cut(page, []byte(`<ol class="items">`))
	before := []byte("\n<li><a href=\"")
	if !preview { // a directory, which has the newest of each feed
		list, before = page, []byte(`<p class="newest"><a href="`)
	}
	link := []byte(escape(address) + `"`)
	for n := 1; ; n++ {
		_, rest, ok := bytes.Cut(list, before)
		switch {
		case !ok:
			return 0
		case bytes.HasPrefix(rest, link):
			return n
		}
		list = rest
	}
}

// clip returns a text of at most n characters, the last of which says where there are
// more.
func clip(s string, n int) string {
	if len(s) <= n || cut(s, n) == s {
		return s
	}
	return strings.TrimSpace(cut(s, n-1)) + "…"
}

// cut returns the first n characters.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// cost is how many bytes a text has at most in a page.
func cost(s string) int {
	n := len(s)
	for i := range len(s) {
		switch s[i] {
		case '&', '<', '>', '"', '\'', '+', 0:
			n += len("&#34;") - 1
		}
	}
	return n
}
