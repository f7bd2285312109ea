package ingest

import (
	"context"
	"errors"
	"slices"
)

// searchedPages is how many requests a search makes, beside those for what it has found:
// of 200,000 articles each gap takes eighteen.
const searchedPages = 100

// The search finds what a large source has lost, or has and the store does not know, at
// the next comparison, without reading all of its list. The list in the order of ids is
// known: the store has it. Where an item stands at another place than there, something
// before it is gone; by halves the first such place is found.

// place is an item at a place of the list in the order of ids.
type place struct {
	at, rank int    // there, and among those that the store knows; both from 0
	item     string // empty: the list has ended before
}

// search withdraws what is gone. What it can't see, as where one is gone and another
// came with an id beside it, the comparison page by page finds in its time.
func (s *Source) search(ctx context.Context) error {
	left := searchedPages
	low := place{at: -1}
	for shift := 0; left > 0; {
		_, total, err := s.store.SourceRank(ctx, s.ID, "")
		if err != nil {
			return &storeError{err}
		}
		if total-shift-1 <= low.at {
			return nil
		}
		high, err := s.place(ctx, total-shift-1)
		if err != nil || high.item != "" && high.rank-high.at == shift {
			return err
		}
		for left--; high.at-low.at > 1 && left > 0; left-- {
			middle, err := s.place(ctx, low.at+(high.at-low.at)/2)
			if err != nil {
				return err
			}
			if middle.item != "" && middle.rank-middle.at == shift {
				low = middle
			} else {
				high = middle
			}
		}
		if high.at-low.at > 1 {
			return nil // the next comparison begins anew, with fewer gaps
		}
		if err := s.settle(ctx, low.item, high.item); err != nil || high.item == "" || s.kept[searched] != nil {
			return err
		}
		if high.rank, _, err = s.store.SourceRank(ctx, s.ID, high.item); err != nil {
			return &storeError{err}
		}
		low, shift = high, high.rank-high.at
	}
	return nil
}

// place asks what stands at a place.
func (s *Source) place(ctx context.Context, at int) (place, error) {
	p, err := s.fetch(ctx, s.Kind.Ranked, spot{Page: at, Offset: at}, nil, validators{})
	if status, ok := errors.AsType[*statusError](err); ok && status.beyond() {
		return place{at: at}, nil
	}
	if err != nil {
		return place{}, err
	}
	entries := s.entries(p)
	if len(entries) == 0 {
		return place{at: at}, nil
	}
	rank, _, err := s.store.SourceRank(ctx, s.ID, entries[0].id)
	if err != nil {
		return place{}, &storeError{err}
	}
	return place{at, rank, entries[0].id}, nil
}

// settle asks about the items that the store knows between two that are neighbours in
// the list, and about these where it does not know them. An empty one is the beginning
// or the end of the list.
func (s *Source) settle(ctx context.Context, low, high string) error {
	between, err := s.store.SourceBetween(ctx, s.ID, low, high)
	if err != nil {
		return &storeError{err}
	}
	step := s.newStep()
	ends := slices.DeleteFunc([]string{low, high}, func(id string) bool { return id == "" })
	known, err := s.store.SourceItems(ctx, s.ID, ends)
	if err != nil {
		return &storeError{err}
	}
	found, err := s.items(ctx, slices.DeleteFunc(ends, func(id string) bool { _, ok := known[id]; return ok }))
	if err != nil {
		return err
	}
	step.add(known, found)
	if err := s.withdraw(ctx, searched, step, between, false); err != nil {
		return err
	}
	step.Settled = false // what was accepted may be more than this gap
	return s.save(ctx, &step.SourceChange, step.odd)
}
