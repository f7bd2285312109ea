package jobs

import (
	"sync"

	"feedstation/internal/press"
)

// maxPrepared is how many bytes of articles a generation of prepared items was
// made from, at most: of their texts, and preparedRest each for all else. It is
// two feeds of the largest size, so that a refresh after one new article reads
// that article alone.
const (
	maxPrepared  = 1 << 22
	preparedRest = 1 << 10
)

// preparedItems remembers items by the heads of their articles: one new article
// leaves the others of a feed as they were, and an article is in the feeds of its
// station and in those of all stations. What has not been asked for during two
// generations is forgotten.
type preparedItems struct {
	mu       sync.Mutex
	young    map[uint64]preparedItem
	old      map[uint64]preparedItem
	youngFor int // bytes
}

type preparedItem struct {
	*press.Item
	size int // bytes that it was made from
}

// Item implements press.Items.
func (p *preparedItems) Item(head uint64) *press.Item {
	p.mu.Lock()
	defer p.mu.Unlock()
	if item, ok := p.young[head]; ok {
		return item.Item
	}
	item, ok := p.old[head]
	if ok {
		p.add(head, item)
	}
	return item.Item
}

// Remember implements press.Items.
func (p *preparedItems) Remember(head uint64, size int, item *press.Item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.add(head, preparedItem{item, size + preparedRest})
}

func (p *preparedItems) add(head uint64, item preparedItem) {
	if p.young == nil || p.youngFor+item.size > maxPrepared {
		p.young, p.old, p.youngFor = map[uint64]preparedItem{}, p.young, 0
	}
	p.youngFor += item.size - p.young[head].size
	p.young[head] = item
}
