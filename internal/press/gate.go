package press

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// shrinkable is the number of articles below which a station may lose any of
// them at once: half of so few says nothing.
const shrinkable = 10

// gate returns why an edition must not replace the current one: nothing good is
// replaced by nothing. Articles of which the content store says why their documents
// have them no more do not count, however many they are; the gate is for what has
// vanished without a word, and for addresses that have changed all at once.
func (b *builder) gate(ctx context.Context, next *edition.Edition, work *Work) error {
	if b.current == nil || work.Accepted {
		return nil
	}
	// In the rounds of a backlog it would be half of what is left, again and again. What
	// somebody else has published counts anew: it may have been accepted.
	backlog := &work.Backlog
	if !backlog.last.Equal(b.current.Watermark()) {
		*backlog = Backlog{last: b.current.Watermark()}
	}
	backlog.Before = max(backlog.Before, listed(b.current))
	path := network.FeedPath("", network.RSS)
	documents := [...]ShrunkError{
		inFeed:   {Station: b.station.ID, What: "feed", Before: min(itemsOf(b.current, path), b.feedOf(network.Channel{}).Items), After: itemsOf(next, path)},
		inMonths: {Station: b.station.ID, What: "sitemaps", Before: backlog.Before, After: listed(next)},
	}
	moved := [...]Readdressed{inMonths: b.readdress}
	moved[inMonths].add(backlog.moved)
	var err error
	if moved[inFeed], err = b.readdressedFeed(next); err != nil {
		return err
	}
	var readdressed error
	for in := range documents {
		readdressed = cmp.Or(readdressed, b.readdressedIn(&documents[in], moved[in]))
	}
	suspect := readdressed != nil || slices.ContainsFunc(documents[:], func(p ShrunkError) bool { return shrunk(p.Before, p.After, 0) })
	if !suspect && len(next.Pending())+len(b.current.Pending()) == 0 {
		backlog.last, backlog.moved = next.Watermark(), moved[inMonths]
		return nil
	}
	all, err := b.lost(ctx, next, work)
	if err != nil {
		return err
	}
	for in := range documents {
		explained, told := 0, work.Left
		for id, l := range all {
			_, named := work.Articles[id]
			switch {
			case !l.from[in]:
			case l.why[in]:
				explained++
			case named && !l.doubtful:
				told++
			}
		}
		if shrunk(documents[in].Before-explained, documents[in].After, told) {
			documents[in].Reasons = reasonsOf(all, in)
			return &documents[in]
		}
		if in == inMonths {
			backlog.Before -= explained
		}
	}
	if readdressed != nil {
		return readdressed
	}
	backlog.last, backlog.moved = next.Watermark(), moved[inMonths]
	return nil
}

// isStationFeed reports whether a path is that of the station's own feed, in the format
// that has its contents.
func isStationFeed(path string) bool { return path == network.FeedPath("", network.RSS) }

// shrunk reports whether too much has gone at once. Of few articles all may go
// only if the store has told of each.
func shrunk(before, after, told int) bool {
	if before < shrinkable {
		return after == 0 && before > told
	}
	return 2*after < before
}

// Where the gate looks for articles: in the station's own feed, and in the sitemaps
// of its months.
const (
	inFeed = iota
	inMonths
	places
)

// lost is an article that documents of the current edition have, and those of the
// next have not.
type lost struct {
	from, why [places]bool // where it was, and where the content store says why not
	page      string       // its address

	// doubtful says that what the store tells of it is no reason: its clock has been set
	// back by more than maxStep, or the configuration does not have what it says.
	doubtful bool
	reason   string // what is known otherwise, for people
}

// maxStep is by how much a clock that was ahead may be set right, time zones
// included: what was shown too early is then under embargo again. Where it is set
// back by more, the clock is wrong now.
const maxStep = 24 * time.Hour

// maxLost is how many articles that an edition has lost are looked for in the
// content store, those of the feed first.
const maxLost = 50_000

// lost returns the articles that an edition loses, by id, and adds the withdrawn
// ones to the outcome, and their pages to the work: where the edition is refused they
// leave the current one without a build.
func (b *builder) lost(ctx context.Context, next *edition.Edition, work *Work) (map[string]lost, error) {
	all := map[string]lost{}
	for in, of := range [places]func(path string) bool{
		inFeed: isStationFeed, inMonths: IsShard,
	} {
		was, err := articlesWhere(b.current, next, of)
		if err != nil {
			return nil, err
		}
		if len(was) == 0 { // as where all that is new are months that were pending
			continue
		}
		is, err := articlesWhere(next, b.current, of)
		if err != nil {
			return nil, err
		}
		for id, a := range was {
			still, ok := is[id]
			if ok && (a.Unlisted || !still.Unlisted) {
				continue
			}
			l := all[id]
			l.from[in], l.page = !a.Unlisted, a.Address
			// It is noindex, or has moved to another host, unless the station has.
			strange := ok && !b.station.Owns(still.Address) && (still.Address == a.Address || b.onOwnHost(still.Address))
			if strange {
				l.reason, l.doubtful = b.strangeReason(still.Address), true
			}
			l.why[in] = b.retractions[id].Down() || ok && !strange
			all[id] = l
		}
	}
	rank := func(id string) int {
		if all[id].from[inFeed] {
			return 0
		}
		return 1
	}
	ids := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Or(rank(a)-rank(b), strings.Compare(a, b)) })
	ids = ids[:min(len(ids), maxLost)]
	states, err := Find(ctx, b.snapshot, ids)
	b.giveReasons(all, ids, states)
	for _, s := range states {
		l := all[s.ID]
		hidden := b.hides(s)
		if hidden {
			b.outcome.Withdrawn = append(b.outcome.Withdrawn, s)
			work.Pages[l.page] = true
		}
		embargoed := s.Published.After(b.asOf) && (s.Published.After(b.current.Watermark()) || s.Published.Before(b.asOf.Add(maxStep)))
		l.doubtful = l.doubtful || s.Published.After(b.asOf) && !embargoed || !b.configured(s.Station)
		moved := s.Station != b.station.ID && b.configured(s.Station)
		l.why[inFeed] = l.why[inFeed] || hidden || embargoed || moved && !b.station.All
		l.why[inMonths] = l.why[inMonths] || hidden || embargoed || moved
		all[s.ID] = l
	}
	return all, err
}

// articlesWhere returns the articles, by id, that an edition has at some paths, as
// far as its contents differ from those of another. One that is listed and not is
// listed.
func articlesWhere(e, other *edition.Edition, at func(path string) bool) (map[string]edition.Article, error) {
	articles := map[string]edition.Article{}
	for path, contents := range e.AllContents() {
		if same, ok := other.Contents(path); !at(path) || ok && same.Hash() == contents.Hash() {
			continue
		}
		for a, err := range edition.Articles(contents) {
			if errors.Is(err, edition.ErrDamaged) {
				break // what it had has gone without a word
			}
			if err != nil {
				return nil, err
			}
			if old, ok := articles[a.ID]; !ok || old.Unlisted {
				articles[a.ID] = a
			}
		}
	}
	return articles, nil
}

func itemsOf(e *edition.Edition, path string) int {
	if document, ok := e.Document(path); ok {
		return document.Items()
	}
	return 0
}

// listed returns how many articles the sitemaps of an edition's months have.
func listed(e *edition.Edition) (n int) {
	for path, document := range e.All() {
		if _, _, ok := network.ParseShardPath(path); ok {
			n += document.Items()
		}
	}
	return n
}
