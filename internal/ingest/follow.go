package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"feedstation/internal/content"
)

// tie is how far behind the newest change is asked: what was changed within the same
// second, the precision of most systems, may have come since.
const tie = time.Second

// follow reads what has changed, page by page, until there is nothing more or it is
// late. Each page is stored with where the next one is, so that a run that is killed
// goes on there.
func (s *Source) follow(ctx context.Context, late func() bool) (more bool, err error) {
	k, st := &s.Kind, &s.state
	asks := strings.Contains(k.Changes, "{since")
	at := spot{Since: since(st.Cursor)}
	if st.At != nil {
		at = *st.At
	} else {
		st.Newest = st.Cursor
	}
	list := s.walk(k.Changes)
	var read []entry // of a list that has everything, from its beginning
	whole := at.Page == 0 && at.Cursor == "" && at.Next == ""
	for {
		start := at.Page == 0 && at.Cursor == "" && at.Next == ""
		known := validators{}
		if start && (s.Kind.Sitemap == "" || s.fed != nil) {
			known = st.Validators
		}
		p, entries, err := list.turn(ctx, at, known)
		if err != nil {
			return false, s.forget(ctx, &st.At, err)
		}
		if start {
			st.Validators = p.validators
		}
		for _, e := range entries {
			if e.modified.After(st.Newest) {
				st.Newest = e.modified
			}
		}
		step, err := s.changes(ctx, entries)
		if err != nil {
			return false, err
		}
		if start && !p.notModified {
			s.fed = idsOf(entries)
		}
		// A page with nothing new is the last of a list that has the newest first; and of
		// what has changed, if it is not even full.
		idle := step.quiet() && (!asks || p.counted && len(p.items) < k.Size)
		done := p.last || p.notModified || st.Complete && idle
		if !asks && whole && !p.notModified && !p.partial {
			if read = append(read, entries...); done {
				if err := s.compareNewest(ctx, step, read, p.last && p.complete); err != nil {
					return false, err
				}
			}
		}
		next := at.after(p, k.Changes)
		if n := len(entries); k.Ascending && n > 0 && entries[n-1].modified.Add(-tie).After(at.Since) {
			next = spot{Since: entries[n-1].modified.Add(-tie)}
		}
		st.At = &next
		if done {
			st.At, st.Cursor, st.Complete = nil, st.Newest, true
		}
		if err := s.save(ctx, &step.SourceChange, step.odd); err != nil {
			return false, err
		}
		if s.report != nil {
			s.report(len(entries))
		}
		if done || late() {
			return !done, nil
		}
		at = next
	}
}

// changes is what a page of what has changed changes. Where that is the list of all items,
// those that differ are asked for.
func (s *Source) changes(ctx context.Context, entries []entry) (*step, error) {
	if s.Kind.List == s.Kind.Changes {
		return s.compare(ctx, entries)
	}
	return s.step(ctx, entries)
}

// beginning is before all articles. It is not the epoch, which WordPress takes for no
// date at all and refuses.
var beginning = time.Date(1970, time.January, 2, 0, 0, 0, 0, time.UTC)

// forget has the next run begin a list anew, if the reason why this one can't go on may
// be that the source does not know the place in it any more.
func (s *Source) forget(ctx context.Context, place **spot, err error) error {
	status, ok := errors.AsType[*statusError](err)
	if at := *place; !ok || !status.beyond() || at == nil || at.Next == "" && at.Cursor == "" {
		return err
	}
	*place = nil
	return errors.Join(err, s.save(ctx, &content.SourceChange{}, nil))
}

// since returns the moment to ask from.
func since(cursor time.Time) time.Time {
	if cursor.IsZero() {
		return beginning
	}
	return cursor.Add(-tie)
}

// entries reads the items of a page. One without an id is left out.
func (s *Source) entries(p *page) []entry {
	entries := make([]entry, 0, len(p.items))
	for _, item := range p.items {
		e := s.Kind.entry(item, s.Reader)
		if e.id == "" {
			s.leave(fmt.Sprintf("item %d of a page", len(entries)+1), "no id")
			continue
		}
		if s.Link != "" {
			if address := link(s.Link, item); address != "" {
				e.article["url"] = address
			}
		}
		entries = append(entries, e)
	}
	return entries
}

// compareNewest adds to a step what is gone from a list that has been read from its
// beginning; complete: to its end.
func (s *Source) compareNewest(ctx context.Context, step *step, read []entry, complete bool) error {
	from := time.Time{}
	if !complete {
		var ok bool
		if from, ok = oldest(read); !ok {
			return nil
		}
	}
	missing, err := s.missing(ctx, maxPass, from, read)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, newest, step, missing, len(read) == 0)
}

func idsOf(entries []entry) map[string]bool {
	ids := map[string]bool{}
	for _, e := range entries {
		ids[e.id] = true
	}
	return ids
}

// maxPass is later than every comparison.
const maxPass = 1<<63 - 1

// oldest returns when the last of a list was published that has the newest first. Of
// another list, as of one with an old article kept on top, nothing can be said of what
// it lacks.
func oldest(entries []entry) (from time.Time, ok bool) {
	for i, e := range entries {
		if i > 0 && e.published.After(from) {
			return time.Time{}, false
		}
		from = e.published
	}
	return from, len(entries) > 0
}

// missing returns what comparisons have not met since pass, was published after from,
// and is not among entries.
func (s *Source) missing(ctx context.Context, pass int64, from time.Time, entries []entry) ([]content.SourceItem, error) {
	met := idsOf(entries)
	found, err := s.store.SourceMissing(ctx, s.ID, pass, from)
	if err != nil {
		return nil, &storeError{err}
	}
	var missing []content.SourceItem
	for _, i := range found {
		if !met[i.Item] && (!s.state.ByAddress || i.Stamp == fedUnlisted) { // of the others sitemaps tell
			missing = append(missing, i)
		}
	}
	return missing, nil
}
