package press

import (
	"fmt"

	"feedstation/internal/edition"
)

// Readdressed is how many articles that are as they were otherwise have other addresses
// than before.
type Readdressed struct {
	Articles int
	From, To string // of one of them, always the same
}

// note notes an article of which that is known. One of another publication is another
// article, and one on another host is no page of the station any more.
func (r *Readdressed) note(known edition.Known, a edition.Article) {
	if known.Former || known.Address == "" || known.Address == a.Address || known.Published.Unix() != a.Published.Unix() ||
		hostOf(known.Address) != hostOf(a.Address) {
		return
	}
	r.add(Readdressed{1, known.Address, a.Address})
}

func (r *Readdressed) add(more Readdressed) {
	r.Articles += more.Articles
	if r.From == "" || more.From != "" && more.From < r.From {
		r.From, r.To = more.From, more.To
	}
}

// ReaddressedError says that an edition was not published because most of its articles
// would have other addresses, as after an error in a view: readers and engines would be
// led to pages that may not be there.
type ReaddressedError struct {
	Station, What string // feed or sitemaps
	Of            int    // articles that were published
	Readdressed
}

func (e *ReaddressedError) Error() string {
	return fmt.Sprintf("not published: its %s would have other addresses for %d of %d articles (%s is now %s); if that is meant: feedstation build --accept-shrink %s",
		e.What, e.Articles, e.Of, e.From, e.To, e.Station)
}

// readdressedIn returns a *ReaddressedError where most of the articles of a document have
// other addresses. What the configuration says of the station's own address is meant.
func (b *builder) readdressedIn(document *ShrunkError, moved Readdressed) error {
	if b.readdressed() || moved.Articles < shrinkable || 2*moved.Articles <= document.Before {
		return nil
	}
	return &ReaddressedError{Station: document.Station, What: document.What, Of: document.Before, Readdressed: moved}
}

// readdressedFeed counts the articles of the station's own feed that have other addresses.
func (b *builder) readdressedFeed(next *edition.Edition) (moved Readdressed, err error) {
	was, err := articlesWhere(b.current, next, isStationFeed)
	if err != nil {
		return moved, err
	}
	is, err := articlesWhere(next, b.current, isStationFeed)
	for id, a := range is {
		if before, ok := was[id]; ok {
			moved.note(edition.Known{Address: before.Address, Published: before.Published}, a)
		}
	}
	return moved, err
}
