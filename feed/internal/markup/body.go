// Package markup makes the HTML of an article fit for a feed: safe, complete,
// well-formed and of bounded size. It also reads plain text from HTML.
package markup

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// The bounds of the work for one body. An article of 50,000 characters has 150
// KB; what is longer or deeper is an accident or an attack.
const (
	maxBody   = 256 << 10 // bytes that are written
	maxInput  = 4 << 20   // bytes that are read: pictures in data: addresses count
	maxTokens = 40_000    // tags and texts
	maxDepth  = 64        // open elements
	maxValue  = 2 << 10   // bytes of an attribute that is text
)

// Body returns an article's HTML as a feed should carry it. Base is the
// article's address, or nil.
//
// The result has the elements and attributes of the profile only. All elements
// are closed and nested. Addresses are absolute, in ASCII, and lead to the web,
// to mail or to a telephone; small pictures may be in their addresses. Pictures
// that a script would load have their addresses. What a style says is said by
// elements. What nobody sees on the page is gone, and so are empty paragraphs
// and pixels that only count readers.
//
// A body that is too long or too deep is cut between two elements or words and
// ends with "…", which links to the article.
func Body(s string, base *url.URL) string {
	return strings.TrimSpace(gate(compose(openCDATA(text.Clean(s)), base, false).out))
}

// compose writes a clean body, or a field of which only the text is asked for.
func compose(s string, base *url.URL, field bool) *writer {
	for range maxRounds {
		opened := openShortcodes(s)
		if opened == s {
			break
		}
		s = opened
	}
	w := newWriter(s, base, field)
	w.write()
	if w.isRevealed() {
		reveal := w.concealed
		w = newWriter(s, base, field)
		w.reveal = reveal
		w.write()
	}
	if !field {
		w.linkLines()
		w.paragraphs()
	}
	if w.cut {
		w.more()
	}
	return w
}

func newWriter(s string, base *url.URL, field bool) *writer {
	return &writer{
		z:     scanner{s: s},
		base:  base,
		out:   make([]byte, 0, min(len(s)+len(s)/4, maxBody)+64),
		open:  make([]frame, 1, 16),
		field: field,
	}
}

// write writes the body.
func (w *writer) write() {
	s := w.z.s
	w.z.s = s[:boundary(s, maxInput)]
	w.cut = !w.run() || len(w.z.s) < len(s)
	w.closeAll()
}

// writer writes a body element by element.
type writer struct {
	z     scanner
	base  *url.URL
	field bool // only the text is asked for
	out   []byte
	open  []frame    // the first stands for the body
	cuts  []*element // formatting elements that the end of another one has ended, see [writer.reopen]

	deep     map[string]int  // start tags left out for their depth, by name
	unclosed map[string]bool // elements known to have no end tag from here on
	looked   int             // tokens that were read to learn that
	pseudo   int             // open elements outside of the profile

	raw      treatment // of the element whose content comes next, if it is no markup
	apart    bool      // the text that comes next is not part of the one before
	glyphs   [2]int    // where the glyphs of a formula stand that has ended
	noscript bool      // inside of one
	hidden   bool      // and what is in that is not to be seen

	reveal    int // bytes of hidden text that make it the article
	concealed int // bytes of the longest text that was left out as hidden

	last     shown          // the picture that nothing has followed yet
	pictures map[string]int // how often addresses have been written
	order    []written      // these, in their order
	sources  []candidate    // of the open picture's last source
	marked   int            // bytes of texts that were searched for page breaks
	inline   int            // bytes of pictures in their addresses
	embeds   map[string]bool

	controlled map[string]bool // ids of what buttons show

	cut bool // the body was more than a feed holds
}

// Hidden text is the article, which a script reveals, when it is longer than
// what is seen, and so long in bytes.
const minRevealed = 300

// isRevealed reports whether the article itself was left out as hidden.
func (w *writer) isRevealed() bool {
	body := &w.open[0]
	return w.concealed > 0 && (!body.filled || w.concealed >= minRevealed && w.concealed > body.seen)
}

// run writes what the scanner reads, and returns false if it had to stop.
func (w *writer) run() bool {
	for range maxTokens {
		t, ok := w.z.next()
		if !ok {
			return true
		}
		switch t.kind {
		case textToken:
			if !w.text(t.raw) {
				return false
			}
		case rawToken:
			w.rawText(t)
		case startTag:
			w.start(t)
		case endTag:
			w.end(t.name)
		}
		if len(w.out) >= maxBody {
			return false
		}
	}
	return false
}

// text writes a text, and returns false if it had to cut it.
func (w *writer) text(s string) bool {
	top := w.top()
	if w.noscript || top.vector || top.muted || top.element != nil && top.media {
		return true
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = text.Clean(html.UnescapeString(s))
	}
	if s = w.withoutPageBreaks(s); s == "" {
		return true
	}
	if (!top.filled || len(w.cuts) > 0 || w.last.from != nowhere || w.apart) && !isBlank(s) {
		w.place(nil)
		if w.apart && !isSpace(s[0]) {
			w.out = append(w.out, ' ')
		}
		w.top().filled, w.last, w.apart = true, shown{}, false
	}
	w.top().seen += len(s)
	if top = w.top(); top.lines && !top.pre && strings.IndexByte(s, '\n') >= 0 && (!isBlank(s) || endsWithText(w.out)) {
		return w.linesOf(s)
	}
	return w.plain(s)
}

// plain writes a text as it is, and returns false if it had to cut it.
func (w *writer) plain(s string) bool {
	n := boundary(s, maxBody-len(w.out))
	start := len(w.out)
	w.out = appendText(w.out, s[:n])
	for len(w.out) > maxBody && n > 0 {
		n = boundary(s, n/2)
		w.out = appendText(w.out[:start], s[:n])
	}
	return n == len(s)
}

// say writes a text that stands for an element.
func (w *writer) say(s string) {
	s = strings.TrimSpace(s)
	top := w.top()
	if isBlank(s) || w.noscript || top.vector || top.element != nil && top.media {
		return
	}
	w.place(nil)
	if top = w.top(); w.apart {
		w.out = append(w.out, ' ')
	}
	top.filled, top.seen = true, top.seen+len(s)
	w.last, w.apart = shown{}, false
	w.plain(s)
}

// more writes the end of a body that was cut.
func (w *writer) more() {
	if w.base == nil || w.base.Host == "" {
		w.out = append(w.out, "<p>…</p>"...)
		return
	}
	w.out = append(w.out, "<p><a"...)
	w.attribute("href", linkAddress, w.base.String())
	w.out = append(w.out, ">…</a></p>"...)
}

// isBlank reports whether nobody can see s.
func isBlank(s string) bool {
	for i, r := range s {
		if r < utf8.RuneSelf {
			if !isSpace(s[i]) {
				return false
			}
			continue
		}
		if !unicode.IsSpace(r) && !text.IsInvisible(r) {
			return false
		}
	}
	return true
}

// boundary returns the largest index of s up to n at which s can be cut.
func boundary(s string, n int) int {
	if n >= len(s) {
		return len(s)
	}
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	// Not between a letter and its accents, nor inside a joined emoji.
	for i := 0; n > 0 && i < 32; i++ {
		r, _ := utf8.DecodeRuneInString(s[n:])
		before, size := utf8.DecodeLastRuneInString(s[:n])
		if !unicode.Is(unicode.M, r) && r != '\u200d' && before != '\u200d' {
			break
		}
		n -= size
	}
	return n
}
