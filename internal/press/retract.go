package press

import (
	"slices"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Retract returns a retraction, or the end of one, with all that follows from the one
// before it and from the current editions: these say what an article was that is taken
// down, and an earlier retraction does where none has it any more. It is later than the
// one before, whatever the clocks say.
func Retract(n *network.Network, editions func(station string) (*edition.Edition, bool), r, before edition.Retraction) edition.Retraction {
	if r.Down() {
		r.URL, r.Translations, r.Shown = named(n, editions, r)
	}
	if r.URL == "" {
		r.URL, r.Translations, r.Shown = before.URL, before.Translations, before.Shown
	}
	if before.Down() && before.Shown != nil { // what is there may be a notice
		r.Shown = before.Shown
	}
	if !r.At.After(before.At) { // another machine's clock, or the store's, is ahead
		r.At = before.At.Add(time.Millisecond)
	}
	switch {
	case r.Notice && before.Notice && before.Down():
		r.NoticeAt = before.NoticeSince() // the same again
	case r.Notice:
		r.NoticeAt = r.At
	}
	return r
}

// named returns what an article's address is, and what those of its translations are,
// by the editions: of the retraction's station, or else of whichever has it; and what
// the feeds of all have of it.
func named(n *network.Network, editions func(string) (*edition.Edition, bool), r edition.Retraction) (address string, translations []string, shown *edition.Shown) {
	if e, ok := editions(r.Station); ok {
		address, translations = Named(e, r.ID)
	}
	for _, s := range n.Stations {
		e, ok := editions(s.ID)
		if !ok {
			continue
		}
		if address == "" {
			address, translations = Named(e, r.ID)
		}
		a, channels := showing(e, r.ID)
		if len(channels) == 0 {
			continue
		}
		if shown == nil {
			shown = &edition.Shown{Feeds: map[string][]string{}}
		}
		shown.Feeds[s.ID] = channels
		if !a.Updated.Before(shown.Updated) {
			shown.Published, shown.Updated, shown.Address, shown.GUID = a.Published, a.Updated, a.Address, a.GUID
		}
	}
	return address, translations, shown
}

// showing returns what the feeds of an edition have of an article, or of a notice of
// it, and the channels of those feeds, in order; none: no feed has it.
func showing(e *edition.Edition, id string) (a edition.Article, channels []string) {
	for path, contents := range e.AllContents() {
		channel, _, ok := parseFeedPath(path)
		if !ok {
			continue
		}
		text, _ := contents.Body() // one that can't be read has none
		for found, err := range edition.FindLines(text, map[string]bool{id: true}) {
			if err != nil {
				break
			}
			if channels = append(channels, channel); !found.Updated.Before(a.Updated) {
				a = found
			}
		}
	}
	slices.Sort(channels)
	return a, channels
}
