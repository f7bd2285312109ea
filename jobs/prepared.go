package jobs

import (
	"sync"

	"feedstation/internal/press"
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
	young    map[uint64]*press.Item
	old      map[uint64]*press.Item
	youngFor int // bytes
}

// Item returns the item of a digest, made by prepare if it is not remembered. A
// nil item is remembered too.
func (p *preparedItems) Item(digest uint64, size int, prepare func() *press.Item) *press.Item {
	size += preparedRest
	if item, ok := p.find(digest, size); ok {
		return item
	}
	item := prepare()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(digest, item, size)
	return item
}

func (p *preparedItems) find(digest uint64, size int) (*press.Item, bool) {
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

func (p *preparedItems) add(digest uint64, item *press.Item, size int) {
	if p.young == nil || p.youngFor+size > maxPrepared {
		p.young, p.old, p.youngFor = map[uint64]*press.Item{}, p.young, 0
	}
	p.young[digest] = item
	p.youngFor += size
}
