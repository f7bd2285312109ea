package ingest

import (
	"cmp"
	"context"
	"maps"

	"feedstation/internal/content"
)

// With a sitemap the key of an item is the address of its page, as that is what feed and
// sitemap have in common. An article keeps the id and the guid that it was first stored
// with: those of the feed, or, if its page was read before, the address.

// Stamps of items that came by the feed. Those of pages are when they last changed, in
// milliseconds, or 0.
const (
	fedUnlisted = 1 // no sitemap has listed it so far
	fedListed   = 2
)

// goByAddress gives what the store has from a source without a sitemap its keys, and notes
// that no sitemap has listed it.
func (s *Source) goByAddress(ctx context.Context) error {
	items, err := s.store.SourceBetween(ctx, s.ID, "", "")
	if err != nil {
		return &storeError{err}
	}
	addresses, err := s.store.SourceAddresses(ctx, s.ID)
	if err != nil {
		return &storeError{err}
	}
	times := map[string]int{}
	for _, item := range items {
		times[item.Item]++ // a key that is taken
		times[addressKey(addresses[item.Item])]++
	}
	c := content.SourceChange{Items: items}
	for i := range items {
		items[i].Stamp = fedUnlisted
		if key := addressKey(addresses[items[i].Item]); key != "" && times[key] == 1 {
			c.Moved = append(c.Moved, items[i].Item)
			items[i].Item = key
		}
	}
	s.state.ByAddress = true
	return s.save(ctx, &c, nil)
}

// knownAt returns what is known of items by their keys: those that have them, and those
// whose articles are at that address.
func (s *Source) knownAt(ctx context.Context, keys []string) (map[string]content.SourceItem, error) {
	known, err := s.store.SourceItems(ctx, s.ID, keys)
	if err != nil {
		return nil, &storeError{err}
	}
	var others []string
	for _, key := range keys {
		if _, ok := known[key]; !ok {
			others = append(others, key)
		}
	}
	at, err := s.store.SourceItemsAt(ctx, s.ID, others)
	if err != nil {
		return nil, &storeError{err}
	}
	maps.Copy(known, at)
	return known, nil
}

// fromFeed returns what is new of the items of a feed, and gives them their keys. Those
// that share an address, as episodes of a show may, keep their own.
func (s *Source) fromFeed(ctx context.Context, entries []entry) (*step, error) {
	keys, times := make([]string, len(entries)), map[string]int{}
	for i, e := range entries {
		if u, err := s.base.Parse(e.article.text("url")); err == nil {
			keys[i] = addressKey(u.String())
			times[keys[i]]++
		}
	}
	var ids []string
	for i, e := range entries {
		if times[keys[i]] > 1 || keys[i] == "" {
			keys[i] = e.id
		}
		ids = append(ids, e.id)
	}
	known, err := s.knownAt(ctx, keys)
	if err != nil {
		return nil, err
	}
	former, err := s.store.SourceItems(ctx, s.ID, ids)
	if err != nil {
		return nil, &storeError{err}
	}
	step := s.newStep()
	for i := range entries {
		e, key := &entries[i], keys[i]
		before, ok := known[key]
		if byID, was := former[e.id]; was && e.id != key {
			if !ok {
				before, ok, known[key] = byID, true, byID
			} else if before.Item != e.id {
				step.Moved = append(step.Moved, e.id)
			}
		}
		e.stamp = fedUnlisted
		if ok && before.Stamp != fedUnlisted {
			e.stamp = fedListed
		}
		e.as = cmp.Or(before.ArticleID, s.articleID(e.id))
		if e.as == s.articleID(key) { // made of its page
			e.article["guid"] = key
		}
		e.id = key
	}
	step.add(known, entries)
	return step, nil
}
