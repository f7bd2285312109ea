package press

import (
	"context"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// monthInParts is the articles of a month that are all in one sitemap.
type monthInParts struct {
	month              article.Month
	document, contents edition.Hash // of the sitemap
	parts              []part
}

// rememberMonth keeps the parts of the present month for the next build: others change
// rarely.
func (b *builder) rememberMonth(month article.Month, files [][]part) {
	if month != article.MonthOf(b.asOf, b.station.Zone) {
		return
	}
	b.memory.month = monthInParts{}
	path := network.ShardPath(month, 1)
	if len(files) == 1 && b.documents[path] != nil {
		b.memory.month = monthInParts{month, b.documents[path].Hash(), b.contents[path].Hash(), files[0]}
	}
}

// remembered returns the parts of a month if they are those of the current
// edition; nothing if that is not known.
func (b *builder) remembered(month article.Month) []part {
	m, path := b.memory.month, network.ShardPath(month, 1)
	document := b.previous(path)
	if m.month != month || document == nil || document.Hash() != m.document || b.previous(network.ShardPath(month, 2)) != nil {
		return nil
	}
	if contents, ok := b.current.Contents(path); !ok || contents.Hash() != m.contents {
		return nil
	}
	return m.parts
}

// readMonth returns the articles of a month, in files and parts. It reads what an
// extent touches; all of it where the other parts are not remembered, or can't
// be in one file with what is new.
func (b *builder) readMonth(ctx context.Context, month article.Month, e *Extent) ([][]part, error) {
	if parts := b.remembered(month); parts != nil && !e.Whole {
		patched, err := b.patch(ctx, month, parts, e)
		if err != nil || patched != nil {
			return [][]part{patched}, err
		}
	}
	from, to := month.Bounds(b.station.Zone)
	return b.readParts(ctx, from, to)
}

// patch returns the parts of a month, of which it reads those again that an extent
// touches; nothing where that is not enough, or they don't fit into one file.
func (b *builder) patch(ctx context.Context, month article.Month, parts []part, e *Extent) ([]part, error) {
	touched := touchedParts(parts, e)
	var patched, before, after []part
	for i := 0; i < len(parts); {
		if !touched[i] {
			patched = append(patched, parts[i])
			i++
			continue
		}
		run, end, err := b.readRun(ctx, month, parts, touched, i)
		if err != nil || end == 0 {
			return nil, err
		}
		patched, before, after = append(patched, run...), append(before, parts[i:end]...), append(after, run...)
		i = end
	}
	if explained, err := b.explained(ctx, month, e, before, after); err != nil || !explained || !b.fits(patched) {
		return nil, err
	}
	return patched, nil
}

// readRun reads touched parts from the i-th on, and returns what they are now, and
// which is the next that has not been read; 0 where all would have to be, or they
// don't fit into one file.
func (b *builder) readRun(ctx context.Context, month article.Month, parts []part, touched []bool, i int) (run []part, end int, err error) {
	start, stop := month.Bounds(b.station.Zone)
	if i > 0 {
		start = parts[i].first
	}
	for end = i + 1; ; end++ {
		for end < len(parts) && (touched[end] || together(parts, end)) {
			end++
		}
		if i == 0 && end == len(parts) {
			return nil, 0, nil
		}
		until := stop
		if end < len(parts) {
			until = parts[end].first
		}
		files, err := b.readParts(ctx, start, until)
		if err != nil || len(files) > 1 {
			return nil, 0, err
		}
		run = slices.Concat(files...)
		if n := len(run); n == 0 || run[n-1].ended || end == len(parts) {
			return run, end, nil
		}
		// The last part goes on with the articles of the next one.
	}
}

// touchedParts reports which parts have to be read: those in whose time, or among
// whose articles, an article of the extent is, and those that end within the
// moment in which one of these begins.
func touchedParts(parts []part, e *Extent) []bool {
	touched := make([]bool, len(parts))
	for _, at := range e.at {
		i, found := slices.BinarySearchFunc(parts, at, func(p part, at time.Time) int { return p.first.Compare(at) })
		if !found && i > 0 {
			i-- // it is in the one before
		}
		touched[i] = true
	}
	for i := len(parts) - 1; i >= 0; i-- {
		has := func(id string) bool { return hasLine(parts[i].ids, id) }
		touched[i] = touched[i] || slices.ContainsFunc(e.ids, has) || together(parts, i+1) && touched[i+1]
	}
	return touched
}

// together reports whether a part begins within the moment in which the one
// before ends: they can only be read together.
func together(parts []part, i int) bool {
	return i < len(parts) && !parts[i-1].last.Before(parts[i].first)
}

// hasLine reports whether a line is one of a text's.
func hasLine(text, line string) bool {
	line += "\n"
	return strings.HasPrefix(text, line) || strings.Contains(text, "\n"+line)
}

// explained reports whether an extent names all articles that have come to parts
// or left them, and whether the month no longer has those that left. Else there
// was a change that no hint has told of, or none yet, and the parts that were not
// read may lack an article, or have one that is elsewhere now.
func (b *builder) explained(ctx context.Context, month article.Month, e *Extent, before, after []part) (bool, error) {
	was, is := idsOf(before), idsOf(after)
	var left []string
	for id := range was {
		if is[id] {
			continue
		}
		if !slices.Contains(e.ids, id) {
			return false, nil
		}
		left = append(left, fromLine(id))
	}
	for id := range is {
		if !was[id] && !slices.Contains(e.ids, id) {
			return false, nil
		}
	}
	states, err := Find(ctx, b.snapshot, left)
	stays := func(s article.State) bool {
		return s.Visible && s.Station == b.station.ID && article.MonthOf(s.Published, b.station.Zone) == month
	}
	return err == nil && !slices.ContainsFunc(states, stays), err
}

// idsOf returns the ids of the articles of parts, in one line each.
func idsOf(parts []part) map[string]bool {
	ids := map[string]bool{}
	for _, p := range parts {
		for id := range strings.Lines(p.ids) {
			ids[strings.TrimSuffix(id, "\n")] = true
		}
	}
	return ids
}

// fits reports whether parts are within the limits of one sitemap.
func (b *builder) fits(parts []part) bool {
	pages, size := 0, shardHead.Size()+shardTail.Size()
	for _, p := range parts {
		pages += p.pages
		size += p.entries.Size()
	}
	options := b.shardOptions()
	maxPages, maxSize := options.Limits()
	return pages <= maxPages && size <= maxSize
}
