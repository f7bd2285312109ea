package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/internal/content"
)

// audit compares the source's lists with the store: the newest articles, then the
// others from where the last comparison ended, until enough pages have been read. What
// is unknown or has changed is read, what is gone is withdrawn. Whole: everything has
// been compared now.
func (s *Source) audit(ctx context.Context, enough func() bool) (whole bool, err error) {
	k, st := &s.Kind, &s.state
	template := k.List
	if template == "" {
		template = k.Changes
	}
	at := spot{Since: since(time.Time{})}
	begun := st.Audit == nil
	if begun && st.Complete {
		st.Pass++
	}
	list, read := s.walk(template), 0
	for first := true; ; first = false {
		p, entries, err := list.turn(ctx, at, validators{})
		if err != nil {
			return false, s.forget(ctx, &st.Audit, err)
		}
		single := read == 0 || len(entries) == 0 && read <= list.full // all are on one page
		read += len(entries)
		step, err := s.compare(ctx, entries)
		if err != nil {
			return false, err
		}
		next := at.after(p, template)
		switch ended := p.last && p.complete; {
		case !st.Complete: // what is there is not known yet
		case p.partial:
		case ended:
			whole = begun
			err = s.endAudit(ctx, step, entries, single, read == 0)
		case first:
			err = s.compareNewest(ctx, step, entries, false)
			if st.Audit != nil && next.Page < st.Audit.Page {
				next = *st.Audit
			}
			fallthrough
		default:
			st.Audit = &next
		}
		if p.last {
			st.Audit = nil
		}
		if err != nil {
			return false, err
		}
		if err := s.save(ctx, &step.SourceChange, step.odd); err != nil {
			return false, err
		}
		if p.last || !st.Complete || enough() {
			return whole, nil
		}
		at = next
	}
}

// endAudit withdraws what the comparison that ends has not met. Of a list of several
// pages that were read one after the other, an item may have moved from one to the
// other: without a way to ask for it, it has to be missed twice.
func (s *Source) endAudit(ctx context.Context, step *step, entries []entry, single, empty bool) error {
	pass := s.state.Pass
	if !single && s.Kind.Item == "" {
		pass--
	}
	missing, err := s.missing(ctx, pass, time.Time{}, entries)
	if err != nil {
		return err
	}
	if single {
		delete(s.kept, newest)
	}
	if err := s.withdraw(ctx, all, step, missing, empty); err != nil {
		return err
	}
	step.Settled = true
	return nil
}

// compare returns a step that has what has changed of listed items, which are read
// whole where the list does not have them so.
func (s *Source) compare(ctx context.Context, entries []entry) (*step, error) {
	if s.Kind.List == "" {
		return s.step(ctx, entries)
	}
	known, err := s.known(ctx, entries)
	if err != nil {
		return nil, err
	}
	step := s.newStep()
	var changed []string
	for _, e := range entries {
		if before, ok := known[e.id]; ok && before.Stamp == e.stamp {
			step.Met = append(step.Met, e.id)
		} else {
			changed = append(changed, e.id)
		}
	}
	whole, err := s.items(ctx, changed)
	if err != nil {
		return nil, err
	}
	step.add(known, whole)
	return step, nil
}

// items reads items by their ids; those that are not there are not returned.
func (s *Source) items(ctx context.Context, ids []string) (found []entry, err error) {
	size := max(1, s.Kind.Size)
	if strings.Contains(s.Kind.Item, "{id}") {
		size = 1
	}
	for batch := range slices.Chunk(ids, size) {
		for ask := batch; len(ask) > 0; { // again, as systems may give fewer than they are asked for
			p, err := s.fetch(ctx, s.Kind.Item, spot{}, ask, validators{})
			if size == 1 && isGone(err) {
				break
			}
			if err != nil {
				return nil, err
			}
			there := map[string]bool{}
			for _, e := range s.entries(p) {
				found, there[e.id] = append(found, e), true
			}
			rest := slices.DeleteFunc(slices.Clone(ask), func(id string) bool { return there[id] })
			if len(rest) == len(ask) {
				break
			}
			ask = rest
		}
	}
	return found, nil
}

// least is how many articles have to be gone at once to be too many, unless all are.
const least = 5

// withdraw adds to a step that what is missing is gone, if the source confirms it. A
// source that has lost most of its articles, or answers with nothing at all, is not
// believed, unless an operator has accepted that.
func (s *Source) withdraw(ctx context.Context, of part, step *step, missing []content.SourceItem, empty bool) error {
	delete(s.kept, of)
	if len(missing) == 0 {
		return nil
	}
	total, err := s.store.SourceArticles(ctx, s.ID)
	if err != nil {
		return &storeError{err}
	}
	_, accepted, err := s.store.Source(ctx, s.ID)
	if err != nil {
		return &storeError{err}
	}
	if !accepted && (empty || len(missing) >= least && 2*len(missing) > total) {
		s.kept[of] = fmt.Errorf("%d of %d articles are gone there; if that is meant: feedstation build --accept-shrink STATION", len(missing), total)
		return nil
	}
	if s.Kind.Item != "" {
		if missing, err = s.confirm(ctx, step, missing); err != nil {
			return err
		}
	}
	step.Gone = append(step.Gone, missing...)
	step.Settled = step.Settled || accepted
	return nil
}

// confirm returns those of the missing items that the source does not have when it is
// asked for them, and adds the others to the step.
func (s *Source) confirm(ctx context.Context, step *step, missing []content.SourceItem) (gone []content.SourceItem, err error) {
	known, ids := map[string]content.SourceItem{}, make([]string, len(missing))
	for i, item := range missing {
		known[item.Item], ids[i] = item, item.Item
	}
	found, err := s.items(ctx, ids)
	if err != nil {
		return nil, err
	}
	step.add(known, found)
	there := map[string]bool{}
	for _, e := range found {
		there[e.id] = true
	}
	return slices.DeleteFunc(missing, func(i content.SourceItem) bool { return there[i.Item] }), nil
}
