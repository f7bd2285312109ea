package jobs

import (
	"context"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// extent is what is to be read of a dirty month.
type extent struct {
	whole bool
	at    []time.Time // publication of articles that have come, changed or left
	ids   []string    // of such articles, in one line
}

// maxExtent is how many articles are looked for one by one.
const maxExtent = 100

// add adds an article by its id in one line, and when it was published, unless
// that is not known.
func (e *extent) add(id string, at time.Time) {
	if len(e.ids) == maxExtent {
		e.whole = true
	}
	if e.whole {
		return
	}
	e.ids = append(e.ids, id)
	if !at.IsZero() {
		e.at = append(e.at, at)
	}
}

// month is a month's articles as they are in a document: all in one file, in its
// parts.
type month struct {
	name     article.Month
	document edition.Hash
	parts    []part
}

// rememberMonth keeps the parts of the present month for the next build: others change
// rarely.
func (b *builder) rememberMonth(name article.Month, files [][]part) {
	if name != article.MonthOf(b.asOf, b.station.Zone) {
		return
	}
	b.memory.month = month{}
	if len(files) == 1 {
		b.memory.month = month{name, b.documents[network.ShardPath(name, 1)].Hash(), files[0]}
	}
}

// readMonth returns the articles of a month, in files and parts. It reads what an
// extent touches; all of it where the other parts are not remembered, or can't
// be in one file with what is new.
func (b *builder) readMonth(ctx context.Context, name article.Month, e *extent) ([][]part, error) {
	m, before := b.memory.month, b.previous(network.ShardPath(name, 1))
	if !e.whole && before != nil && m.name == name && m.document == before.Hash() {
		parts, err := b.patch(ctx, name, m.parts, e)
		if err != nil || parts != nil {
			return [][]part{parts}, err
		}
	}
	from, to := name.Bounds(b.station.Zone)
	return b.readParts(ctx, from, to)
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

// patch returns the parts of a month, of which it reads those again that an extent
// touches; nothing where that is all of them, or they don't fit into one file.
func (b *builder) patch(ctx context.Context, name article.Month, parts []part, e *extent) ([]part, error) {
	touched := touchedParts(parts, e)
	var patched []part
	for i := 0; i < len(parts); {
		if !touched[i] {
			patched = append(patched, parts[i])
			i++
			continue
		}
		run, end, err := b.readRun(ctx, name, parts, touched, i)
		if err != nil || end == 0 {
			return nil, err
		}
		patched = append(patched, run...)
		i = end
	}
	if !b.fits(patched) {
		return nil, nil
	}
	return patched, nil
}

// readRun reads touched parts from the i-th on, and returns what they are now, and
// which is the next that has not been read; 0 where all would have to be, or they
// don't fit into one file.
func (b *builder) readRun(ctx context.Context, name article.Month, parts []part, touched []bool, i int) (run []part, end int, err error) {
	start, stop := name.Bounds(b.station.Zone)
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
func touchedParts(parts []part, e *extent) []bool {
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
