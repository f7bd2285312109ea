package sitemap

import (
	"errors"
	"fmt"
)

var (
	errAlternatesOption  = errors.New("alternates in a sitemap without Options.Alternates")
	errTooManyAlternates = fmt.Errorf("more than %d alternates", MaxAlternates)
	errAlternateLang     = errors.New("neither a BCP 47 tag nor x-default")
)

// MaxAlternates is the largest number of alternates of one URL. No engine
// publishes a limit; this is that of images.
const MaxAlternates = 1_000

// Alternate is a page in another language or for another region. Engines want
// each language once, the page's own among them, and the same list on every
// page that it names.
type Alternate struct {
	// Lang is a BCP 47 tag (RFC 5646 §2.1), or x-default for readers whom no
	// other alternate suits. Tags for private use alone and grandfathered ones
	// say nothing to engines and are refused.
	Lang string

	// Loc is the address of that page, under the rules of [URL.Loc].
	Loc string
}

// appendAlternates appends a link element for each alternate.
func (e *encoder) appendAlternates(b []byte, alternates []Alternate) ([]byte, error) {
	if len(alternates) > MaxAlternates {
		return nil, errTooManyAlternates
	}
	for i, a := range alternates {
		if a.Lang != "x-default" && !isLanguageTag(a.Lang) {
			return nil, fmt.Errorf("alternate %.200q: %w", a.Lang, errAlternateLang)
		}
		if i == len(e.alternates) {
			e.alternates = append(e.alternates, locator{})
		}
		b = append(b, `<xhtml:link rel="alternate" hreflang="`...)
		b = append(b, a.Lang...)
		b = append(b, `" href="`...)
		var err error
		if b, _, err = e.alternates[i].appendLoc(b, a.Loc); err != nil {
			return nil, fmt.Errorf("alternate %s: %.200q: %w", a.Lang, a.Loc, err)
		}
		b = append(b, `"/>`...)
	}
	return b, nil
}
