package sitemap

import (
	"errors"
	"fmt"
	"slices"
	"strings"
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
	if len(alternates) > MaxAlternates && !e.lenient {
		return nil, errTooManyAlternates
	}
	without, written := b, 0
	for i, a := range alternates {
		if e.lenient && (written == MaxAlternates || hasLanguage(alternates[:i], a.Lang)) {
			continue
		}
		with, err := e.appendAlternate(b, written, a)
		switch {
		case err == nil:
			b = with
			written++
		case !e.lenient:
			return nil, err
		}
	}
	if e.lenient && written == 1 {
		return without, nil
	}
	return b, nil
}

func hasLanguage(alternates []Alternate, lang string) bool {
	return slices.ContainsFunc(alternates, func(a Alternate) bool { return strings.EqualFold(a.Lang, lang) })
}

// appendAlternate appends the link that follows so many others of the page.
func (e *encoder) appendAlternate(b []byte, others int, a Alternate) ([]byte, error) {
	if a.Lang != "x-default" && !isLanguageTag(a.Lang) {
		return nil, fmt.Errorf("alternate %.200q: %w", a.Lang, errAlternateLang)
	}
	if others == len(e.alternates) {
		e.alternates = append(e.alternates, locator{})
	}
	b = append(b, `<xhtml:link rel="alternate" hreflang="`...)
	b = append(b, a.Lang...)
	b = append(b, `" href="`...)
	b, _, err := e.alternates[others].appendLoc(b, a.Loc)
	if err != nil {
		return nil, fmt.Errorf("alternate %s: %.200q: %w", a.Lang, a.Loc, err)
	}
	return append(b, `"/>`...), nil
}
