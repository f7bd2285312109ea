package press

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// What Baidu takes of a flat list: so many addresses, less than so many bytes,
// and no longer addresses than that.
const (
	baiduURLs  = 50_000
	baiduBytes = 10<<20 - 1
	baiduLoc   = 256
)

const listType = "text/plain; charset=utf-8"

// addressChunk is addresses of a sitemap that Baidu takes, newest first, a line
// each.
type addressChunk struct {
	gzjoin.Chunk
	lines int
}

// listMemory is what the list was joined from, without the bytes, which the list has.
type listMemory struct {
	document  edition.Hash // of the list
	chunks    []*gzjoin.Chunk
	addresses map[edition.Hash]*addressChunk // by contents of months
}

// baidu adds the flat list of the newest addresses: Baidu reads no indexes, and
// takes their entries from its quota. It is joined from the addresses of each
// sitemap, or of each chunk of one that is remembered in chunks; only those of new
// ones are read, and where there is none the list stays. Without any address it has
// the home page, as an empty list is reported as broken. The error is that of contents
// that can't be read: there is no list then.
func (b *draft) baidu() error {
	paths := b.newestFirst()
	if b.listStays(paths) {
		b.documents[network.BaiduPath] = b.previous(network.BaiduPath)
		return nil
	}
	b.recallList()
	var list []*gzjoin.Chunk
	var newest time.Time
	lines, size := 0, int64(0)
	most := cmp.Or(b.listed, baiduURLs)
	full := func() bool { return lines == most || size+baiduLoc >= baiduBytes }
	known := map[edition.Hash]*addressChunk{}
	for _, path := range paths {
		if full() {
			break
		}
		chunks, err := b.addresses(path, known)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", network.BaiduPath, path, err)
		}
		if modified := b.documents[path].Modified(); modified.After(newest) {
			newest = modified
		}
		for _, whole := range slices.Backward(chunks) {
			if full() {
				whole.Own() // or it would keep the last list in memory
				continue
			}
			chunk := whole.cut(most-lines, baiduBytes-size)
			if chunk != whole {
				whole.Own()
			}
			list = append(list, &chunk.Chunk)
			lines += chunk.lines
			size += chunk.Size()
		}
	}
	if lines == 0 {
		home := gzjoin.New([]byte(b.station.Address("/") + "\n"))
		list = append(list, &home)
	}
	content := edition.Join(listType, list)
	b.addContent(network.BaiduPath, content, lines, newest)
	for _, chunk := range list {
		chunk.Drop()
	}
	// A document that stays, as it says the same, may have been compressed in other chunks.
	b.memory.list = listMemory{content.Hash(), list, known}
	return nil
}

// listStays reports whether the current edition's list is that of the sitemaps at paths,
// which are all: it has the same ones.
func (b *draft) listStays(paths []string) bool {
	list := b.previous(network.BaiduPath)
	if list == nil || list.Lost() || b.everything {
		return false
	}
	n := 0
	for path := range b.current.All() {
		if IsShard(path) {
			n++
		}
	}
	return n == len(paths) && !slices.ContainsFunc(paths, func(path string) bool {
		before, now := b.previousContents(path), b.contents[path]
		return before == nil || now == nil || before.Hash() != now.Hash() || b.previous(path) != b.documents[path]
	})
}

// recallList gives the chunks that are remembered their bytes, and forgets those that
// are not of the current edition's list.
func (b *draft) recallList() {
	m := &b.memory.list
	if list := b.previous(network.BaiduPath); list != nil && list.Hash() == m.document {
		if v, err := list.Variant(edition.Gzip); err == nil && gzjoin.Share(v.Body, m.chunks) {
			return
		}
	}
	*m = listMemory{}
	for _, s := range b.memory.month.shards {
		for i := range s.chunks {
			if c := &s.chunks[i]; c.addresses != nil && c.addresses.Dropped() {
				c.addresses = nil
			}
		}
	}
}

// addresses returns the addresses of a sitemap, in as many chunks as the sitemap is
// remembered in, and adds those of any other to known.
func (b *draft) addresses(path string, known map[edition.Hash]*addressChunk) (all []*addressChunk, err error) {
	contents, ok := b.contents[path]
	if !ok {
		return nil, fmt.Errorf("it has no contents: %w", edition.ErrDamaged)
	}
	for _, s := range b.memory.month.shards {
		if s.contents != contents.Hash() {
			continue
		}
		for i := range s.chunks {
			c := &s.chunks[i]
			if c.addresses == nil {
				c.addresses = addressesOf(c.contents.Text())
			}
			all = append(all, c.addresses)
		}
		return all, nil
	}
	chunk, ok := b.memory.list.addresses[contents.Hash()]
	if !ok {
		text, err := contents.Body()
		if err != nil {
			return nil, err
		}
		chunk = addressesOf(text)
	}
	known[contents.Hash()] = chunk
	return []*addressChunk{chunk}, nil
}

// addressesOf returns the addresses that Baidu takes of lines of a month's contents.
func addressesOf(lines []byte) *addressChunk {
	var locs []string
	size := 0
	for address, later := range edition.Pages(lines) {
		if loc, why := forBaidu(string(address)); why == 0 && !later {
			locs, size = append(locs, loc), size+len(loc)+1
		}
	}
	list := make([]byte, 0, size)
	for _, loc := range slices.Backward(locs) {
		list = append(append(list, loc...), '\n')
	}
	return &addressChunk{gzjoin.New(list), len(locs)}
}

// forBaidu returns an address as the list has it, or why Baidu does not take it.
func forBaidu(address string) (loc string, why article.Why) {
	loc, err := sitemap.Loc(address)
	switch {
	case err != nil:
		return "", article.WhyAddress
	case len(loc) > baiduLoc:
		return "", article.WhyLength
	}
	return loc, 0
}

// newestFirst returns the paths of all shards, the one with the newest articles
// first.
func (b *draft) newestFirst() []string {
	shards := b.newestShards()
	slices.SortFunc(shards, func(a, b shardName) int { return cmp.Or(b.month.Compare(a.month), b.n-a.n) })
	var paths []string
	for _, s := range shards {
		paths = append(paths, network.ShardPath(s.month, s.n))
	}
	return paths
}

// cut returns the first lines of the chunk, at most so many and of at most so
// many bytes.
func (p *addressChunk) cut(lines int, size int64) *addressChunk {
	if p.lines <= lines && p.Size() <= size {
		return p
	}
	text := p.Text()
	end, n := 0, 0
	for line := range bytes.Lines(text) {
		if n == lines || int64(end+len(line)) > size {
			break
		}
		end += len(line)
		n++
	}
	return &addressChunk{gzjoin.New(text[:end]), n}
}

// BaiduWindow counts what the list has of addresses that come oldest first. The zero
// BaiduWindow is empty.
type BaiduWindow struct {
	lengths []int // of the lines, in bytes
	size    int   // of all of them
}

// Add adds an address and returns how many others it has made too old for the list, or
// why Baidu does not take it.
func (w *BaiduWindow) Add(address string) (older int, why article.Why) {
	loc, why := forBaidu(address)
	if why != 0 {
		return 0, why
	}
	w.lengths = append(w.lengths, len(loc)+1)
	w.size += len(loc) + 1
	for len(w.lengths) > baiduURLs || w.size > baiduBytes {
		w.size -= w.lengths[0]
		w.lengths = w.lengths[1:]
		older++
	}
	return older, 0
}
