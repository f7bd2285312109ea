package cli

import (
	"fmt"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
)

// maxPairs is how many pairs of articles are named.
const maxPairs = 100

// pairs finds articles that readers take for one: they share a page, or a guid. It looks
// at all articles and, where settle finds some, names them as it looks at all once more.
type pairs struct {
	now  time.Time
	most int

	pages, guids   *hashes
	byPage, byGUID map[uint64]string // ids, of what is there more than once
	found          []string
	more           int
}

// newPairs returns pairs that adds the pages of all articles that readers may see.
func newPairs(now time.Time, most int, pages *hashes) *pairs {
	return &pairs{now: now, most: most, pages: pages, guids: newHashes()}
}

// add looks at an article. One that readers can't see shares nothing.
func (p *pairs) add(a *article.Article) {
	if !a.VisibleAt(p.now) {
		return
	}
	p.pages.add(a.URL)
	if a.GUID != "" {
		p.guids.add(a.GUID)
	}
}

// settle reports whether there are articles to be named.
func (p *pairs) settle() bool {
	p.pages.sort()
	p.guids.sort()
	p.byPage, p.byGUID = p.pages.repeated(), p.guids.repeated()
	return len(p.byPage)+len(p.byGUID) > 0
}

// name looks at an article once more.
func (p *pairs) name(a *article.Article) {
	if !a.VisibleAt(p.now) {
		return
	}
	p.pair(p.byPage, p.pages.of(a.URL), a.ID, "share the page %s: feeds and sitemaps have it once, for the newer one", a.URL)
	p.pair(p.byGUID, p.guids.of(a.GUID), a.ID, "have the guid %q: feeds know one of them by its address", a.GUID)
}

func (p *pairs) pair(ids map[uint64]string, hash uint64, id, share, text string) {
	other, repeated := ids[hash]
	if !repeated {
		return
	}
	ids[hash] = id
	switch {
	case other == "":
	case len(p.found) < p.most:
		p.found = append(p.found, fmt.Sprintf("articles %s and %s "+share, other, id, text))
	default:
		p.more++
	}
}

// lines returns what was found.
func (p *pairs) lines() []string {
	if p.more > 0 {
		return append(p.found, fmt.Sprintf("and %d more %s of articles", p.more, english.PluralWord(p.more, "pair", "")))
	}
	return p.found
}
