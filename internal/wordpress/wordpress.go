// Package wordpress makes of the content that WordPress keeps in its table
// (wp_posts.post_content) the HTML that it shows: paragraphs, blocks, shortcodes
// and addresses that stand alone.
//
// WordPress does this each time it shows a post, with the help of its database
// and of plugins. What needs either, such as a gallery of attachments or a
// reusable block, is asked of the caller, see [Options.Post]; what is not known
// is left out and counted. Typographic quotation marks and smileys stay as they
// were typed.
//
// The result is HTML as an author could have written it: no comments, no
// shortcodes. It is for a feed to be made safe, as any other.
package wordpress

import (
	"strings"
)

// The bounds of the work for one post.
const (
	maxDepth    = 8       // reusable blocks inside of each other
	maxReusable = 100     // that are opened in one post
	maxOutput   = 8 << 20 // bytes; what a post that opens many comes to
)

// Options are what WordPress knows beside the content.
type Options struct {
	// Shortcodes are names that plugins of the site register, besides those that
	// are known here. They are left out; what they enclose stays.
	Shortcodes []string
	// Post returns another post of the site by its id: a reusable block or an
	// attachment. nil: none is known.
	Post func(id int64) (Post, bool)
	// Attached are the ids of the post's own attachments, in their order, which
	// galleries without ids show.
	Attached []int64
}

// Post is a post that another one shows.
type Post struct {
	Content string // of a reusable block
	URL     string // of an attachment: its file
	Type    string // its media type
	Title   string
	Caption string
	Alt     string
}

// Render returns the content of a post as HTML, and how many things were left
// out of it because what they refer to is not known. It takes time by the length.
func Render(content string, o Options) (html string, missing int) {
	r := &renderer{Options: o, known: known(o.Shortcodes)}
	return r.content(newlines(content), 0), r.missing
}

// renderer renders one post.
type renderer struct {
	Options
	known    map[string]opener
	missing  int
	reusable int // blocks that were opened
	written  int // bytes of them
}

// content renders the content of a post, or of a reusable block in it.
func (r *renderer) content(s string, depth int) string {
	s = embeds(s)
	if hasBlocks(s) {
		s = r.blocks(s, depth)
	} else {
		s = r.paragraphs(s)
	}
	return r.shortcodes(s)
}

func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// Shown returns HTML that WordPress has rendered, as REST and its feeds have it, for a
// feed. Brackets in it are text, which a feed would take for shortcodes, and a playlist
// is a list of links for those who have no scripts.
func Shown(rendered string) string {
	if !strings.ContainsAny(rendered, "[]") && !strings.Contains(rendered, "<noscript>") {
		return rendered
	}
	var b strings.Builder
	z := scanner{s: rendered}
	list := false // in the noscript of a playlist
	for {
		t, ok := z.token()
		switch {
		case !ok:
			return b.String()
		case t.kind == tag && t.name == "noscript" && (list || strings.HasPrefix(strings.TrimLeft(z.s[z.pos:], " \t\n"), "<ol>")):
			list = !t.end
		case t.kind == text || t.kind == raw && t.name == "pre":
			b.WriteString(brackets.Replace(t.s))
		default:
			b.WriteString(t.s)
		}
	}
}
