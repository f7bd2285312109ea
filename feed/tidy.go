package feed

import (
	"cmp"
	"slices"
	"time"

	"feedstation/feed/internal/text"
)

// tidy returns a copy of c, without its items, that can be written as it is.
func (c *Channel) tidy() *Channel {
	d := &Channel{
		Title:    plain(c.Title),
		Language: text.Language(c.Language),
		Rights:   plain(c.Rights),
		HomeURL:  text.Web(c.HomeURL),
		RSSURL:   text.Web(c.RSSURL),
		AtomURL:  text.Web(c.AtomURL),
		JSONURL:  text.Web(c.JSONURL),
		Email:    text.Email(c.Email),
		Icon:     text.Web(c.Icon),
		Logo:     text.Web(c.Logo),
		Updated:  writable(c.Updated),

		Generator:   plain(c.Generator),
		PrevArchive: c.PrevArchive.tidy(),
		NextArchive: c.NextArchive.tidy(),
		Current:     c.Current.tidy(),
	}
	for _, hub := range c.Hubs {
		if hub = text.Web(hub); hub != "" && !slices.Contains(d.Hubs, hub) {
			d.Hubs = append(d.Hubs, hub)
		}
	}
	d.Title = cmp.Or(d.Title, d.HomeURL)
	d.Description = cmp.Or(plain(c.Description), d.Title)
	d.Author = cmp.Or(plain(c.Author), d.Title)
	if d.Updated.IsZero() {
		for _, p := range c.Items {
			d.Updated = later(d.Updated, later(p.updated, p.published))
		}
	}
	return d
}

func (a Addresses) tidy() Addresses {
	return Addresses{RSS: text.Web(a.RSS), Atom: text.Web(a.Atom), JSON: text.Web(a.JSON)}
}

// strings are those of a head that a document has as they are.
func (c *Channel) strings() []string {
	list := []string{
		c.Title, c.Description, c.Language, c.Rights, c.HomeURL, c.RSSURL, c.AtomURL, c.JSONURL, c.Author, c.Email, c.Icon, c.Logo,
		c.Generator,
	}
	for _, a := range []Addresses{c.PrevArchive, c.NextArchive, c.Current} {
		list = append(list, a.RSS, a.Atom, a.JSON)
	}
	return append(list, c.Hubs...)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// entry is an item as a channel writes it.
type entry struct {
	*Prepared
	full bool // with its full text
}

// entries returns what is written, each address once, in a document whose head
// has at most the given length, and how long that document is at most.
func (c *Channel) entries(head int) (list []entry, length int) {
	list = make([]entry, 0, len(c.Items))
	seen := make(map[string]struct{}, len(c.Items))
	length = head
	for _, p := range c.Items {
		if _, ok := seen[p.url]; ok {
			continue
		}
		seen[p.url] = struct{}{}
		list = append(list, entry{p, !c.SummaryOnly})
		length += p.weight.bare
		if !c.SummaryOnly {
			length += p.weight.text
		}
	}
	if limit := cmp.Or(c.MaxBytes, DefaultMaxBytes); length > limit {
		length -= lighten(list, length-limit)
	}
	return list, length
}
