package ingest

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// walk goes through the pages of a list.
type walk struct {
	source   *Source
	template string
	full     int      // items of the first page
	before   []string // ids of the page before
	seen     map[spot]bool
}

func (s *Source) walk(template string) *walk {
	return &walk{source: s, template: template, seen: map[spot]bool{}}
}

// turn reads a page and says whether it is the last. Where the list does not say how
// many pages it has, that is an empty one, one with fewer items than the first (systems
// may give fewer than they were asked for), one that repeats the page before, or one
// that is not there.
func (w *walk) turn(ctx context.Context, at spot, known validators) (*page, []entry, error) {
	p, err := w.source.fetch(ctx, w.template, at, nil, known)
	switch status, ok := errors.AsType[*statusError](err); {
	case err == nil:
	case ok && at.Page > 0 && at.Next == "" && at.Cursor == "" && status.beyond():
		// Of an error other than 404 it is not certain that it is the end.
		if status.status != http.StatusNotFound && w.before != nil { // else it was longer when it was left
			w.source.cutShort(status, at.Page+1)
		}
		return &page{last: true, complete: w.source.Kind.Complete && status.status == http.StatusNotFound}, nil, nil
	default:
		return nil, nil, err
	}
	entries := w.source.entries(p)
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.id
	}
	if at.Page == 0 {
		w.full = len(p.items)
	} else if p.counted && (len(p.items) < w.full || slices.Equal(ids, w.before)) {
		p.last = true
	}
	w.before = ids
	if p.next != "" {
		next := at.after(p, w.template)
		next.Page, next.Offset = 0, 0
		p.last = p.last || w.seen[next] // it goes round in circles
		w.seen[next] = true
	}
	return p, entries, nil
}

// cutShort logs once that a list ends with an error.
func (s *Source) cutShort(err error, page int) {
	const reason = "list ends with an error"
	if !s.logged[reason] {
		s.logged[reason] = true
		s.log.Warn("list of source ends with an error, older articles may be missing and deletions may not be found", "page", page, "error", err)
	}
}

// beyond reports whether a system may say so of a page behind the last.
func (e *statusError) beyond() bool {
	return e.status == http.StatusNotFound || e.status == http.StatusBadRequest || e.status == http.StatusRequestedRangeNotSatisfiable
}
