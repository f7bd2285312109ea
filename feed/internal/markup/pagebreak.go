package markup

import (
	"regexp"
	"slices"
	"strings"
)

// The signs that systems put between the pages of an article, which in a feed is one:
// UEditor, PHPCMS, DedeCMS, EmpireCMS, SiteServer, Discuz, WordPress in its text
// editor. Some have the title of the page in them. Nobody writes the former in a
// sentence; the others are signs at the beginning or the end of a line only.
var (
	pageBreak = regexp.MustCompile(`_(?:ueditor|baidu)_page_break_tag_|\[!--empirenews\.page--\]|#p#([^#\n]*)#e#|##+NextPage(?:\[title=([^\]\n]*)\])?##+|` +
		`(?i:\[page\])([^\[\n]*)(?i:\[/page\])`)
	lineBreak = regexp.MustCompile(`(?m)^[ \t]*` + lineSign + `|` + lineSign + `[ \t]*$`)
)

const lineSign = `(?:(?i:\[/?page\]|\[(?:next_?page|page_?break|siteserver_page)\])|<!-- ?(?:nextpage|pagebreak|more) ?-->)`

// maxMarked is how many bytes of texts with such signs are read at most: no article
// has more.
const maxMarked = 64 << 10

// withoutPageBreaks returns a text without the signs that only part pages. The title
// of a page stays, unless it is the one that DedeCMS proposes.
func (w *writer) withoutPageBreaks(s string) string {
	if !mayBreak(s) || w.marked+len(s) > maxMarked || w.isCode() {
		return s
	}
	w.marked += len(s)
	s = pageBreak.ReplaceAllStringFunc(s, func(sign string) string {
		title := strings.TrimSpace(strings.Join(pageBreak.FindStringSubmatch(sign)[1:], ""))
		if title == "副标题" || title == "分页标题" {
			return ""
		}
		return title
	})
	return lineBreak.ReplaceAllString(s, "")
}

// mayBreak reports whether there can be such a sign in a text.
func mayBreak(s string) bool {
	if strings.IndexByte(s, '[') < 0 && strings.IndexByte(s, '#') < 0 && strings.IndexByte(s, '_') < 0 && strings.IndexByte(s, '<') < 0 {
		return false
	}
	return slices.ContainsFunc([]string{"age", "AGE", "#p#", "more"}, func(part string) bool { return strings.Contains(s, part) })
}

// isCode reports whether a text that is written here is in an element with code.
func (w *writer) isCode() bool {
	return w.top().pre || slices.ContainsFunc(w.open[1:], func(f frame) bool { return f.name == "code" })
}
