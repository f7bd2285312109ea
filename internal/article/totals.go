package article

import "time"

// Totals sum up a part of a content store, so that two states of it can be
// compared without reading the articles: all of them, whatever their status.
type Totals struct {
	Count  int64
	Newest time.Time // the last change of a row; zero: there is none
	// Sum differs, but for an unlikely chance, when any row is changed, added or
	// removed: it is made of the rows' times and status, and of what else sitemaps
	// tell of an article, which may change without a time.
	Sum int64
	// Hidden is a digest of the addresses that visible articles have as
	// translations and that are those of articles which readers may not see; 0:
	// there are none.
	Hidden uint64
}
