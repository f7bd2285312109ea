package cli

import (
	"hash/maphash"
	"slices"
)

// hashes remembers texts in eight bytes each, where an article's id takes a hundred. Once
// it is sorted it can be asked.
type hashes struct {
	seed maphash.Seed
	all  []uint64
}

func newHashes() *hashes { return &hashes{seed: maphash.MakeSeed()} }

func (h *hashes) of(text string) uint64 { return maphash.String(h.seed, text) }

func (h *hashes) add(text string) { h.all = append(h.all, h.of(text)) }

func (h *hashes) sort() { slices.Sort(h.all) }

func (h *hashes) has(hash uint64) bool {
	_, found := slices.BinarySearch(h.all, hash)
	return found
}

// repeated returns those that were added more than once, without ids.
func (h *hashes) repeated() map[uint64]string {
	ids := map[uint64]string{}
	for i, hash := range h.all[min(1, len(h.all)):] {
		if hash == h.all[i] {
			ids[hash] = ""
		}
	}
	return ids
}
