package edition

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Difference is what differs between two editions of a station.
type Difference struct {
	Came, Changed []Article // as the later edition has them, by id
	Left          []Article // as the earlier one has them, by id
	Paths         []string  // of documents that came, changed or left, in order
}

// Diff returns how b differs from a, of which either may be nil. It reads the
// contents that differ, and those of the months of single articles. What the
// contents of a month say of an article goes before what those of a feed say. Of
// months that are pending nothing is known: no article of them is said to have left
// for b, nor, where a has none of it, to have come. The error is that of damaged
// contents.
func Diff(a, b *Edition) (Difference, error) {
	d := differ{before: newSide(a), after: newSide(b)}
	if err := d.read(); err != nil {
		return Difference{}, err
	}
	if err := d.complete(); err != nil {
		return Difference{}, err
	}
	diff := Difference{Paths: ChangedPaths(a, b)}
	for id, was := range d.before.articles {
		if _, ok := d.after.articles[id]; !ok && !d.after.unknown(was) {
			diff.Left = append(diff.Left, was.Article)
		}
	}
	for id, is := range d.after.articles {
		if was, ok := d.before.articles[id]; !ok {
			diff.Came = append(diff.Came, is.Article)
		} else if was.Article != is.Article {
			diff.Changed = append(diff.Changed, is.Article)
		}
	}
	for _, list := range [][]Article{diff.Came, diff.Changed, diff.Left} {
		slices.SortFunc(list, func(a, b Article) int { return cmp.Compare(a.ID, b.ID) })
	}
	return diff, nil
}

// ChangedPaths returns the paths at which two editions, of which either may be nil,
// do not have the same document, in order.
func ChangedPaths(a, b *Edition) (paths []string) {
	before, after := newSide(a).documents, newSide(b).documents
	for path, d := range after {
		if old, ok := before[path]; !ok || old.Hash() != d.Hash() {
			paths = append(paths, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// differ compares two editions.
type differ struct {
	before, after *side
}

// side is one of the editions, with the articles that have been read of it.
type side struct {
	*Edition
	articles map[string]place
}

// place is an article, and where its edition has it.
type place struct {
	Article
	month article.Month // zero: in feeds only
	rank  int
}

// What is said of an article by which contents: later ones go before.
const (
	byPending = iota
	byFeed
	byMonth
)

func newSide(e *Edition) *side {
	if e == nil {
		e = &Edition{}
	}
	return &side{e, map[string]place{}}
}

// read reads what differs of the contents that differ.
func (d *differ) read() error {
	for path, was := range d.before.contents {
		is, ok := d.after.contents[path]
		if ok && is.Hash() == was.Hash() || d.after.awaits(path) {
			continue
		}
		if err := d.compare(path, was, is); err != nil {
			return err
		}
	}
	for path, is := range d.after.contents {
		if _, ok := d.before.contents[path]; ok || d.before.awaits(path) {
			continue
		}
		if err := d.compare(path, nil, is); err != nil {
			return err
		}
	}
	return nil
}

// compare reads the lines that differ of the contents at a path, of which either may be
// nil: of a month of tens of thousands few do.
func (d *differ) compare(path string, was, is *Document) error {
	before, err := textOf(was)
	if err != nil {
		return err
	}
	after, err := textOf(is)
	if err != nil {
		return err
	}
	before, after = withoutCommon(before, after)
	for s, text := range map[*side][]byte{d.before: before, d.after: after} {
		for a, err := range ParseArticles(text) {
			if err != nil {
				return err
			}
			s.add(path, a)
		}
	}
	return nil
}

// withoutCommon returns two texts without the lines with which both begin, and without
// those with which both end but the first of these.
func withoutCommon(a, b []byte) (restA, restB []byte) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	n = bytes.LastIndexByte(a[:n], '\n') + 1
	a, b = a[n:], b[n:]
	n = 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	end := a[len(a)-n:]
	n = len(end) - (bytes.IndexByte(end, '\n') + 1)
	if n == len(end) { // no line is whole
		n = 0
	}
	return a[:len(a)-n], b[:len(b)-n]
}

// awaits reports whether a path is that of a month which has yet to be built and of
// which there is nothing so far.
func (s *side) awaits(path string) bool {
	month, _, shard := network.ParseShardPath(path)
	_, ok := s.contents[path]
	return !ok && shard && slices.Contains(s.pending, month)
}

// add notes an article of the contents at a path.
func (s *side) add(path string, a Article) {
	month, _, ok := network.ParseShardPath(path)
	p := place{a, month, byFeed}
	switch {
	case ok && slices.Contains(s.pending, month):
		p.rank = byPending
	case ok:
		p.rank = byMonth
	}
	if old, ok := s.articles[a.ID]; !ok || p.rank > old.rank {
		s.articles[a.ID] = p
	}
}

// complete adds what else is said of the articles that have been read, where that may
// decide: by equal contents, by the lines that contents share which differ, and by months
// that the other edition awaits.
func (d *differ) complete() error {
	open := map[string]bool{}
	months := map[article.Month]bool{}
	for _, both := range [][2]*side{{d.before, d.after}, {d.after, d.before}} {
		for id, p := range both[0].articles {
			other, ok := both[1].articles[id]
			if ok && (p.Article == other.Article && p.rank == other.rank || p.rank == byMonth && other.rank == byMonth) {
				continue
			}
			open[id] = true
			for _, month := range monthsAround(p.Published) {
				months[month] = true
			}
		}
	}
	if len(open) == 0 {
		return nil
	}
	archives := d.archivesOf(open)
	for i, both := range [][2]*side{{d.before, d.after}, {d.after, d.before}} {
		for path, contents := range both[0].contents {
			month, _, shard := network.ParseShardPath(path)
			other, ok := both[1].contents[path]
			equal := ok && other.Hash() == contents.Hash()
			if i == 1 && equal { // read for both
				continue
			}
			if !ok && !both[1].awaits(path) || (equal || !ok) && (shard && !months[month] || network.IsArchive(path) && !archives[path]) {
				continue
			}
			sides := both[:1]
			if equal {
				sides = both[:]
			}
			for a, err := range Find(contents, open) {
				if err != nil {
					return err
				}
				for _, s := range sides {
					s.add(path, a)
				}
			}
		}
	}
	return nil
}

// archivesOf returns the paths of the contents of archives of the earlier edition that may
// have one of those articles: of each feed those with the next cut, for they are as many as
// the archive is long.
func (d *differ) archivesOf(ids map[string]bool) map[string]bool {
	cuts := map[string][]network.Cut{} // by channel
	for path := range d.before.contents {
		if channel, cut, _, ok := network.ParseArchivePath(path); ok {
			cuts[channel] = append(cuts[channel], cut)
		}
	}
	paths := map[string]bool{}
	for _, of := range cuts {
		slices.SortFunc(of, network.Cut.Compare)
	}
	for _, s := range []*side{d.before, d.after} {
		for id := range ids {
			p, ok := s.articles[id]
			at := network.CutOf(p.Published, id)
			for channel, of := range cuts {
				if i, _ := slices.BinarySearchFunc(of, at, network.Cut.Compare); ok && i < len(of) {
					paths[network.ArchivePath(channel, of[i], network.RSS)] = true
				}
			}
		}
	}
	return paths
}

// unknown reports whether an edition may have an article that it seems not to
// have: its month has yet to be built.
func (s *side) unknown(p place) bool {
	months := []article.Month{p.month}
	if p.month == (article.Month{}) {
		months = monthsAround(p.Published)
	}
	return slices.ContainsFunc(months, func(m article.Month) bool { return slices.Contains(s.pending, m) })
}

// monthsAround returns the months in which a moment lies somewhere on Earth.
func monthsAround(at time.Time) []article.Month {
	first, last := article.MonthOf(at.Add(-14*time.Hour), time.UTC), article.MonthOf(at.Add(14*time.Hour), time.UTC)
	if first == last {
		return []article.Month{first}
	}
	return []article.Month{first, last}
}

// Withdrawn returns the ids of the articles that an older edition shows and no current
// one does, in order; current has those of all stations, by id. An article that is
// not in its own station's is looked for in the months of its publication of the
// other stations, then in their feeds: one that has come there with another month
// of publication counts as withdrawn, as a search of all archives would cost what
// they have. Where the station has no current edition nothing is known to be
// withdrawn. The cost grows with what differs.
func Withdrawn(older *Edition, current map[string]*Edition) ([]string, error) {
	own, ok := current[older.station]
	if !ok {
		return nil, nil
	}
	diff, err := Diff(older, own)
	if err != nil {
		return nil, err
	}
	gone := map[string]bool{}
	wanted := map[string]map[string]bool{} // ids, by the path of contents that may have them
	for _, a := range diff.Left {
		gone[a.ID] = true
		for _, month := range monthsAround(a.Published) {
			path := network.ShardPath(month, 1)
			if wanted[path] == nil {
				wanted[path] = map[string]bool{}
			}
			wanted[path][a.ID] = true
		}
	}
	for _, feeds := range []bool{false, true} {
		for station, e := range current {
			if len(gone) == 0 {
				return nil, nil
			}
			if station == older.station {
				continue
			}
			if err := e.strike(gone, wanted, feeds); err != nil {
				return nil, err
			}
		}
	}
	return slices.Sorted(maps.Keys(gone)), nil
}

// strike removes the ids of the articles that an edition has: in those of its
// months that are wanted, or in its feeds.
func (e *Edition) strike(gone map[string]bool, wanted map[string]map[string]bool, feeds bool) error {
	for path, contents := range e.contents {
		month, _, shard := network.ParseShardPath(path)
		if shard == feeds || shard && wanted[network.ShardPath(month, 1)] == nil {
			continue
		}
		for a, err := range Articles(contents) {
			if err != nil {
				return err
			}
			delete(gone, a.ID)
		}
	}
	return nil
}
