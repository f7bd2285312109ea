package press

import "feedstation/internal/edition"

// Readdressed is how many of the articles of months that were written have other
// addresses than before.
type Readdressed struct {
	Articles, Of int
	From, To     string // of one of them
}

// note notes an article of which that is known.
func (r *Readdressed) note(known edition.Known, address string) {
	if known.Address == "" || known.Former {
		return
	}
	r.Of++
	if known.Address != address {
		r.Articles, r.From, r.To = r.Articles+1, known.Address, address
	}
}

func (r *Readdressed) add(more Readdressed) {
	r.Articles, r.Of = r.Articles+more.Articles, r.Of+more.Of
	if more.From != "" {
		r.From, r.To = more.From, more.To
	}
}

// Most reports whether these are most of the articles, as after a move of the site or an
// error in a view.
func (r Readdressed) Most() bool { return r.Articles >= shrinkable && 2*r.Articles > r.Of }
