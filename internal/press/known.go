package press

import (
	"cmp"
	"errors"
	"iter"
	"maps"
	"net/url"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// What identifies an article to readers is its guid, and without one the first
// address that it was published under, whatever becomes of that: an entry must keep
// its id when it moves (RFC 4287 §4.2.6). Contents have it: those of the feeds of
// what they show, those of months of all articles that there are or were.

// identify gives articles their guids. Two never have the same: the article that the
// feeds show with one keeps it, then the one that was published first. The other is
// known by its address, and where that was another's by one made of both.
func (b *builder) identify(articles []article.Article) {
	order := make([]*article.Article, len(articles))
	for i := range articles {
		order[i] = &articles[i]
	}
	slices.SortFunc(order, func(a, b *article.Article) int {
		return cmp.Or(a.Published.Compare(b.Published), cmp.Compare(a.ID, b.ID))
	})
	free := func(guid, id string) bool {
		holder, ok := b.holders[guid]
		return guid != "" && (!ok || b.network.SameRow(holder, id))
	}
	for _, a := range order {
		guid := a.URL + "#" + url.PathEscape(a.ID)
		for _, candidate := range []string{a.GUID, b.guids[a.ID], a.URL} {
			if free(candidate, a.ID) {
				guid = candidate
				break
			}
		}
		b.holders[guid], b.guids[a.ID] = a.ID, guid
		if a.GUID = guid; guid == a.URL {
			a.GUID = ""
		}
	}
}

// learn finds out what identifies articles, given by their heads. What it costs grows
// with those that no feed had before.
func (b *builder) learn(heads []article.Article, work *Work) (err error) {
	if len(heads) == 0 {
		return nil
	}
	known, err := b.knownInFeeds()
	if err != nil {
		return err
	}
	if b.guids == nil {
		b.guids, b.holders = map[string]string{}, map[string]string{}
		for id, k := range known {
			b.guids[id] = k.GUID
			if !k.Former {
				b.holders[k.GUID] = id
			}
		}
	}
	for i := range heads {
		if a := &heads[i]; known[a.ID].Another(a.Published, a.URL) && b.guids[a.ID] == known[a.ID].GUID {
			delete(b.guids, a.ID)
		}
	}
	return b.lookUp(heads, work)
}

// knownInFeeds returns what is known of the articles that the station's feeds show.
func (b *builder) knownInFeeds() (_ map[string]edition.Known, err error) {
	if b.inFeeds == nil {
		b.inFeeds, err = knownByFeeds(b.current)
		b.markGone(b.inFeeds)
	}
	return b.inFeeds, err
}

// markGone marks what is known of articles whose rows were missing meanwhile.
func (b *builder) markGone(known map[string]edition.Known) {
	for id := range b.gone {
		if k, ok := known[id]; ok {
			k.Gone = true
			known[id] = k
		}
	}
}

// linesOf returns the lines of contents, none of damaged ones: what they say is lost.
func linesOf(contents *edition.Document) ([]byte, error) {
	text, err := contents.Body()
	if errors.Is(err, edition.ErrDamaged) {
		return nil, nil
	}
	return text, err
}

// knownByFeeds returns what identifies the articles that the feeds of an edition,
// which may be nil, show, by id.
func knownByFeeds(e *edition.Edition) (map[string]edition.Known, error) {
	known := map[string]edition.Known{}
	if e == nil {
		return known, nil
	}
	for path, contents := range e.AllContents() {
		if _, _, ok := parseFeedPath(path); !ok {
			continue
		}
		text, err := linesOf(contents)
		if err != nil {
			return nil, err
		}
		maps.Insert(known, edition.KnownBy(text, nil))
	}
	return known, nil
}

// lookUp adds what identifies articles that no feed had. The feeds of all stations
// may have them, and the months of their stations do: that of their publication and,
// where they have been elsewhere, what work says of that.
func (b *builder) lookUp(heads []article.Article, work *Work) error {
	wanted := map[monthOf]map[string]bool{} // ids
	want := func(station string, published time.Time, id string) {
		if s, ok := b.network.Station(station); ok {
			of := monthOf{station, article.MonthOf(published, s.Zone)}
			if wanted[of] == nil {
				wanted[of] = map[string]bool{}
			}
			wanted[of][id] = true
		}
	}
	for i := range heads {
		a := &heads[i]
		if _, ok := b.guids[a.ID]; ok {
			continue
		}
		want(a.Station, a.Published, a.ID)
		for _, left := range work.Former[a.ID] {
			want(left.Station, left.Published, a.ID)
		}
	}
	found := map[string]edition.Known{}
	for _, of := range slices.SortedFunc(maps.Keys(wanted), monthOf.compare) {
		station, _ := b.network.Station(of.station)
		known, err := knownByMonth(b.edition(of.station), station, of.month, wanted[of])
		if err != nil {
			return err
		}
		b.markGone(known)
		learnFrom(found, known)
	}
	of := map[string]*article.Article{}
	for i := range heads {
		of[heads[i].ID] = &heads[i]
	}
	// same reports whether what is known of an id is so of the article that has it now.
	same := func(id string, k edition.Known) bool {
		return of[id] == nil || !k.Another(of[id].Published, of[id].URL)
	}
	for id, k := range found {
		if same(id, k) {
			b.guids[id] = k.GUID
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	for _, s := range b.network.Stations {
		if s.All && s != b.station {
			known, err := knownByFeeds(b.edition(s.ID))
			if err != nil {
				return err
			}
			b.markGone(known)
			for id, k := range known {
				if !same(id, k) {
					continue
				}
				b.guids[id] = cmp.Or(b.guids[id], k.GUID)
			}
		}
	}
	return nil
}

// monthOf is a month of a station.
type monthOf struct {
	station string
	month   article.Month
}

func (m monthOf) compare(other monthOf) int {
	return cmp.Or(cmp.Compare(m.station, other.station), m.month.Compare(other.month))
}

// learnFrom adds to what is known of articles: what one that is there is known by goes
// before what one was that has left, and otherwise what was known first.
func learnFrom(known, more map[string]edition.Known) {
	for id, k := range more {
		if old, ok := known[id]; !ok || old.Former && !k.Former {
			known[id] = k
		}
	}
}

// edition returns the current edition of a station; nil: there is none.
func (b *builder) edition(station string) *edition.Edition {
	switch {
	case station == b.station.ID:
		return b.current
	case b.editions == nil:
		return nil
	}
	e, _ := b.editions(station)
	return e
}

// knownByMonth returns what identifies the articles that an edition of a station, which
// may be nil, has or had in a month, by id; with ids, of these alone.
func knownByMonth(e *edition.Edition, station *network.Station, month article.Month, ids map[string]bool) (map[string]edition.Known, error) {
	known := map[string]edition.Known{}
	for text, err := range monthLines(e, station, month) {
		if err != nil {
			return nil, err
		}
		learnFrom(known, maps.Collect(edition.KnownBy(text, ids)))
	}
	if e != nil && rezoned(e, station) {
		maps.DeleteFunc(known, func(_ string, k edition.Known) bool { return article.MonthOf(k.Published, station.Zone) != month })
	}
	return known, nil
}

// monthLines yields the contents of the sitemaps that an edition of a station, which may
// be nil, has of a month. Where its months are those of another time zone they begin up
// to a day earlier or later.
func monthLines(e *edition.Edition, station *network.Station, month article.Month) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if e == nil {
			return
		}
		from, to := month.Bounds(station.Zone)
		last := month
		if rezoned(e, station) {
			month, last = article.MonthOf(from.Add(-24*time.Hour), station.Zone), article.MonthOf(to.Add(24*time.Hour), station.Zone)
		}
		for ; month.Compare(last) <= 0; month = month.Next() {
			for n := 1; ; n++ {
				contents, ok := e.Contents(network.ShardPath(month, n))
				if !ok {
					break
				}
				if !yield(linesOf(contents)) {
					return
				}
			}
		}
	}
}
