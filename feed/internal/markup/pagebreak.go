package markup

import (
	"regexp"
	"slices"
	"strings"
)

// pageBreak is a line with what systems put between the pages of an article, which
// in a feed is one: UEditor, PHPCMS, DedeCMS, EmpireCMS, SiteServer, Discuz,
// WordPress in its text editor. Some have the title of the page in it.
var pageBreak = regexp.MustCompile(`^(?:_(?:ueditor|baidu)_page_break_tag_|(?i:\[/?page\]|\[page\](.*)\[/page\]|\[(?:next_?page|page_?break|siteserver_page)\]|` +
	`\[!--empirenews\.page--\])|#p#(.*)#e#|#+NextPage(?:\[title=(.*)\])?#+|<!-- ?(?:nextpage|pagebreak|more) ?-->)$`)

// withoutPageBreaks returns a text without the lines that only part pages. The title
// of a page stays, unless it is the one that DedeCMS proposes.
func (w *writer) withoutPageBreaks(s string) string {
	if !mayBreak(s) {
		return s
	}
	var b strings.Builder
	from, at := 0, 0 // what is before from is in b
	for line := range strings.Lines(s) {
		start := at
		at += len(line)
		bare := strings.TrimSpace(line)
		m := pageBreak.FindStringSubmatch(bare)
		if m == nil || w.isCode() {
			continue
		}
		title := strings.TrimSpace(strings.Join(m[1:], ""))
		if title == "副标题" || title == "分页标题" {
			title = ""
		}
		start += strings.Index(line, bare)
		b.WriteString(s[from:start] + title)
		from = start + len(bare)
	}
	if from == 0 {
		return s
	}
	return b.String() + s[from:]
}

// mayBreak reports whether a line of a text begins as those between pages do.
func mayBreak(s string) bool {
	for {
		i := 0
		for i < len(s) && isSpace(s[i]) {
			i++
		}
		if s = s[i:]; s == "" {
			return false
		}
		if c := s[0]; c == '_' || c == '[' || c == '#' || c == '<' {
			return true
		}
		n := strings.IndexByte(s, '\n')
		if n < 0 {
			return false
		}
		s = s[n:]
	}
}

// isCode reports whether a text that is written here is in an element with code.
func (w *writer) isCode() bool {
	return w.top().pre || slices.ContainsFunc(w.open[1:], func(f frame) bool { return f.name == "code" })
}
