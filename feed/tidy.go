package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"feedstation/feed/internal/text"
)

// tidy returns a copy of c, without its items, that can be written as it is.
func (f *Feed) tidy() *Feed {
	d := &Feed{
		Title:    plain(f.Title),
		Language: text.Language(f.Language),
		Rights:   plain(f.Rights),
		HomeURL:  text.Web(f.HomeURL),
		RSSURL:   text.Web(f.RSSURL),
		AtomURL:  text.Web(f.AtomURL),
		JSONURL:  text.Web(f.JSONURL),
		Email:    text.Email(f.Email),
		Icon:     text.Web(f.Icon),
		Logo:     text.Web(f.Logo),
		Updated:  writable(f.Updated),

		Generator:   plain(f.Generator),
		Comment:     comment(f.Comment),
		PrevArchive: f.PrevArchive.tidy(),
		NextArchive: f.NextArchive.tidy(),
		Current:     f.Current.tidy(),
	}
	for _, hub := range f.Hubs {
		if hub = text.Web(hub); hub != "" && !slices.Contains(d.Hubs, hub) {
			d.Hubs = append(d.Hubs, hub)
		}
	}
	d.Title = cmp.Or(d.Title, d.HomeURL)
	d.Description = cmp.Or(plain(f.Description), d.Title)
	d.Author = cmp.Or(plain(f.Author), d.Title)
	if d.Updated.IsZero() {
		for _, p := range f.Items {
			d.Updated = later(d.Updated, later(p.updated, p.published))
		}
	}
	return d
}

func (a Addresses) tidy() Addresses {
	return Addresses{RSS: text.Web(a.RSS), Atom: text.Web(a.Atom), JSON: text.Web(a.JSON)}
}

// comment returns the text of a comment, "" for what can be none.
func comment(s string) string {
	s = text.Trim(s)
	if strings.Contains(s, "--") || strings.HasSuffix(s, "-") {
		return ""
	}
	return s
}

// strings are those of a head that a document has as they are.
func (f *Feed) strings() []string {
	list := []string{
		f.Title, f.Description, f.Language, f.Rights, f.HomeURL, f.RSSURL, f.AtomURL, f.JSONURL, f.Author, f.Email, f.Icon, f.Logo,
		f.Generator,
	}
	for _, a := range []Addresses{f.PrevArchive, f.NextArchive, f.Current} {
		list = append(list, a.RSS, a.Atom, a.JSON)
	}
	return append(list, f.Hubs...)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// entry is an item as a feed writes it.
type entry struct {
	*Prepared
	full bool // with its full text
}

// entries returns what is written, each address and each identifier once, in a document whose head
// has at most the given length, and how long that document is at most.
func (f *Feed) entries(head int) (list []entry, length int) {
	list = make([]entry, 0, len(f.Items))
	pages, guids := make(map[string]bool, len(f.Items)), make(map[string]bool, len(f.Items))
	length = head
	for _, p := range f.Items {
		if pages[p.url] || guids[p.guid] {
			continue
		}
		pages[p.url], guids[p.guid] = true, true
		list = append(list, entry{p, !f.SummaryOnly})
		length += p.weight.bare
		if !f.SummaryOnly {
			length += p.weight.text
		}
	}
	if limit := cmp.Or(f.MaxBytes, DefaultMaxBytes); length > limit {
		length -= lighten(list, length-limit)
	}
	return list, length
}
