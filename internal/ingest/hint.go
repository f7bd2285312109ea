package ingest

import (
	"context"
	"slices"

	"feedstation/internal/content"
)

// maxHinted is how many items are asked about after hints; of more, the source is
// compared.
const maxHinted = 1000

// Hint has the next run ask about items, as the source calls them, which may have
// changed without a later date, or be gone. Without any, and where items can't be asked
// for, it compares the source at once.
func (s *Source) Hint(items []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range items {
		if !slices.Contains(s.hinted, item) {
			s.hinted = append(s.hinted, item)
		}
	}
	if len(items) == 0 || s.Kind.Item == "" || len(s.hinted) > maxHinted {
		s.hinted, s.compareNow = nil, true
	}
}

// askHinted asks about the items of hints. What the source does not have any more is
// withdrawn, unless that is most of it: a comparison decides then.
func (s *Source) askHinted(ctx context.Context) (compare bool, err error) {
	s.mu.Lock()
	items, compare := s.hinted, s.compareNow
	s.hinted, s.compareNow = nil, false
	s.mu.Unlock()
	defer func() {
		if err != nil { // the next run asks again
			s.mu.Lock()
			s.hinted, s.compareNow = append(items, s.hinted...), s.compareNow || compare
			s.mu.Unlock()
		}
	}()
	known, err := s.store.SourceItems(ctx, s.ID, items)
	if err != nil {
		return compare, &storeError{err}
	}
	var asked []content.SourceItem
	for _, item := range items { // an unknown one is among the changes
		if i := known[item]; i.ArticleID != "" {
			asked = append(asked, i)
		}
	}
	if len(asked) == 0 {
		return compare, nil
	}
	step := s.newStep()
	gone, err := s.confirm(ctx, step, asked)
	if err != nil {
		return compare, err
	}
	total, err := s.store.SourceArticles(ctx, s.ID)
	if err != nil {
		return compare, &storeError{err}
	}
	if len(gone) >= least && 2*len(gone) > total {
		gone, compare = nil, true
	}
	step.Gone = gone
	return compare, s.save(ctx, &step.SourceChange, step.odd)
}
