package jobs

import (
	"sync"

	"feedstation/feed"
	"feedstation/internal/article"
)

// maxPrepared is how many bytes of articles a generation of prepared items was
// made from, at most: of their texts, and preparedRest each for all else.
const (
	maxPrepared  = 1 << 19
	preparedRest = 1 << 10
)

// preparedItems remembers items by what they were made from: one new article
// leaves the other 49 of a feed as they were, and an article is in the feeds of
// its station and in those of all stations. What has not been asked for during
// two generations is forgotten.
type preparedItems struct {
	mu       sync.Mutex
	young    map[uint64]*feed.Prepared
	old      map[uint64]*feed.Prepared
	youngFor int // bytes
}

// get returns the item of an article with that digest, made by prepare if it is
// not remembered. A nil item is remembered too.
func (p *preparedItems) get(digest uint64, a *article.Article, prepare func(*article.Article) *feed.Prepared) *feed.Prepared {
	size := len(a.Body) + len(a.Summary) + preparedRest
	if item, ok := p.find(digest, size); ok {
		return item
	}
	item := prepare(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(digest, item, size)
	return item
}

func (p *preparedItems) find(digest uint64, size int) (*feed.Prepared, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if item, ok := p.young[digest]; ok {
		return item, true
	}
	item, ok := p.old[digest]
	if ok {
		p.add(digest, item, size)
	}
	return item, ok
}

func (p *preparedItems) add(digest uint64, item *feed.Prepared, size int) {
	if p.young == nil || p.youngFor+size > maxPrepared {
		p.young, p.old, p.youngFor = map[uint64]*feed.Prepared{}, p.young, 0
	}
	p.young[digest] = item
	p.youngFor += size
}
