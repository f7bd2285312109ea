package cli

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
)

// maxPairs is how many pairs of articles are named.
const maxPairs = 100

// pairs finds articles that readers take for one: they share a page, or a guid. It
// remembers of each article a hash and the id.
type pairs struct {
	now  time.Time
	most int
	seed maphash.Seed

	byPage, byGUID map[uint64]string
	found          []string
	more           int
}

func newPairs(now time.Time, most int) *pairs {
	return &pairs{now: now, most: most, seed: maphash.MakeSeed(), byPage: map[uint64]string{}, byGUID: map[uint64]string{}}
}

// add looks at an article. One that readers can't see shares nothing.
func (p *pairs) add(a *article.Article) {
	if !a.VisibleAt(p.now) {
		return
	}
	p.pair(p.byPage, a.URL, a.ID, "share the page %s: feeds and sitemaps have it once, for the newer one")
	if a.GUID != "" {
		p.pair(p.byGUID, a.GUID, a.ID, "have the guid %q: feeds know one of them by its address")
	}
}

func (p *pairs) pair(by map[uint64]string, text, id, share string) {
	hash := maphash.String(p.seed, text)
	other, ok := by[hash]
	by[hash] = id
	switch {
	case !ok:
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
