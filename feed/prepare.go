package feed

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"feedstation/feed/internal/markup"
	"feedstation/feed/internal/text"
)

// The bounds of an item, which nothing but an accident exceeds.
const (
	maxText = 1000 // characters
	maxList = 100
)

// Prepared is an item ready to be written, by any number of feeds at the
// same time. It does not change.
type Prepared struct {
	url, guid          string
	published, updated time.Time
	withdrawn          bool
	publisher          string // of an item without an author

	rss  rssItem
	atom atomEntry
	json jsonItem

	weight weight
}

// Address returns the item's address as documents have it.
func (p *Prepared) Address() string { return p.url }

// GUID returns what identifies the item in RSS and JSON Feed.
func (p *Prepared) GUID() string { return p.guid }

// Title returns the item's title, which is plain text.
func (p *Prepared) Title() string { return p.json.Title }

// Summary returns the item's summary, which is plain text, "" for none.
func (p *Prepared) Summary() string { return p.json.Summary }

// Language returns the item's language, "" for that of the feed.
func (p *Prepared) Language() string { return p.json.Language }

// Published returns when the item was published, or at least there.
func (p *Prepared) Published() time.Time { return p.moment() }

// WithoutNext returns the item without the address of the next article: itself if it
// has none. An archive document has items that change with nothing but themselves.
func (p *Prepared) WithoutNext() *Prepared {
	if p.rss.Next == "" {
		return p
	}
	d := *p
	d.rss.Next = ""
	d.atom.Links = slices.DeleteFunc(slices.Clone(p.atom.Links), func(l link) bool { return l.Rel == relNext })
	x := *p.json.Extension // which has that address
	if x.NextURL = ""; x.empty() {
		d.json.Extension = nil
	} else {
		d.json.Extension = &x
	}
	return &d
}

// Prepare makes an item ready to be written. It is the expensive part of a
// feed, and needs doing once for each article: all feeds that carry it may
// share the result.
//
// The body becomes safe: it keeps the elements and attributes of a profile of
// news (text, lists, tables, pictures, recordings, ruby, links) and loses
// scripts, styles, frames, forms, event handlers and addresses of other schemes
// than http, https, mailto and tel. It becomes complete: addresses are
// absolute, pictures that a script would load are made real, elements are
// closed. Empty paragraphs, what nobody sees on the page and pixels that count
// readers go; frames and plug-ins become links to what they show. A body of more
// than 256 KB, or of more than 40,000 tags and texts, ends with "…", which
// links to the article.
//
// Without a summary one is made from the body, see [Summary].
//
// It fails with an [*ItemError] if the item has no absolute URL of at most 4,096
// bytes, or neither Published nor Updated. Should an item be made that a parser
// can't read, by a fault of this package, it fails as well.
func Prepare(it Item) (*Prepared, error) {
	d, err := it.tidy()
	if err != nil {
		return nil, err
	}
	p := &Prepared{
		url:       d.URL,
		guid:      d.GUID,
		published: d.Published,
		updated:   d.Updated,
		withdrawn: it.Withdrawn,
		rss:       d.rss(),
		atom:      d.atom(),
		json:      d.json(),
	}
	if len(d.Authors) == 0 {
		p.publisher = d.Publisher
	}
	if p.weight, err = p.weigh(len(d.Body)); err != nil {
		return nil, &ItemError{URL: it.URL, Err: fmt.Errorf("%w: %w", ErrMalformed, err)}
	}
	return p, nil
}

// tidy returns a copy of the item that can be written as it is: text cleaned,
// addresses valid or empty, defaults filled in, empty things and repeated names
// gone. All three formats are made from it, and so agree.
func (it *Item) tidy() (*Item, error) {
	d := &Item{
		URL:       text.Address(it.URL),
		Title:     plain(it.Title),
		Summary:   plain(it.Summary),
		Authors:   plainList(it.Authors),
		Publisher: plain(it.Publisher),
		Editor:    plain(it.Editor),
		Published: writable(it.Published),
		Updated:   writable(it.Updated),
		Language:  text.Language(it.Language),
		Rights:    plain(it.Rights),
	}
	switch {
	case text.Scheme(d.URL) == "":
		return nil, &ItemError{URL: it.URL, Err: ErrURL}
	case len(d.URL) > text.MaxAddress:
		return nil, &ItemError{URL: it.URL, Err: ErrLong}
	case d.Published.IsZero() && d.Updated.IsZero():
		return nil, &ItemError{URL: it.URL, Err: ErrTime}
	}
	d.GUID = it.guid(d.URL)
	base := parsed(d.URL)
	d.Body = markup.Body(it.Body, base)
	d.Title = cmp.Or(d.Title, d.URL)
	d.Summary = cmp.Or(d.Summary, markup.Summary(d.Body))
	d.Source = Source{Name: plain(it.Source.Name), URL: web(base, it.Source.URL)}
	d.Source.Name = cmp.Or(d.Source.Name, d.Source.URL)
	d.OriginalURL = web(base, it.OriginalURL)
	d.NextURL = web(base, it.NextURL)
	d.tidyMedia(it, base)
	d.tidyCategories(it)
	d.tidyTags(it)
	if len(d.Images) == 0 {
		d.stand = leadOf(d.Body)
	}
	if it.LeadInBody {
		d.lead()
	}
	return d, nil
}

// parsed returns an article's address, or nil if nothing can be relative to it.
func parsed(address string) *url.URL {
	base, err := url.Parse(address)
	if err != nil || !text.IsWeb(address) {
		return nil
	}
	return base
}

// tidyMedia sets the images and enclosures of d from those of it. An enclosure
// that is a picture is one of the images.
func (d *Item) tidyMedia(it *Item, base *url.URL) {
	for _, m := range it.Images {
		if m.URL = web(base, m.URL); m.URL == "" {
			continue
		}
		m.Caption, m.Credit = plain(m.Caption), plain(m.Credit)
		m.Type = text.MediaType(m.Type, m.URL)
		m.Width, m.Height, m.Bytes = max(m.Width, 0), max(m.Height, 0), max(m.Bytes, 0)
		d.addImage(m)
	}
	for _, e := range it.Enclosures {
		if e.URL = web(base, e.URL); e.URL == "" || len(d.Enclosures) == maxList {
			continue
		}
		e.Title = plain(e.Title)
		e.Type = cmp.Or(text.MediaType(e.Type, e.URL), text.AnyFile)
		e.Seconds, e.Bytes = max(e.Seconds, 0), max(e.Bytes, 0)
		if medium(e.Type) == "image" {
			d.addImage(Image{URL: e.URL, Caption: e.Title, Type: e.Type, Bytes: e.Bytes})
			continue
		}
		d.Enclosures = append(d.Enclosures, e)
	}
}

// addImage adds an image, each address once.
func (d *Item) addImage(m Image) {
	if len(d.Images) < maxList && !slices.ContainsFunc(d.Images, func(o Image) bool { return o.URL == m.URL }) {
		d.Images = append(d.Images, m)
	}
}

func (d *Item) tidyCategories(it *Item) {
	for _, c := range it.Categories {
		c = Category{Term: plain(c.Term), Scheme: text.Address(c.Scheme), Label: plain(c.Label)}
		c.Term = cmp.Or(c.Term, c.Label)
		if text.Scheme(c.Scheme) == "" || len(c.Scheme) > text.MaxAddress {
			c.Scheme = ""
		}
		same := func(o Category) bool { return o.Term == c.Term && o.Scheme == c.Scheme }
		if c.Term != "" && len(d.Categories) < maxList && !slices.ContainsFunc(d.Categories, same) {
			d.Categories = append(d.Categories, c)
		}
	}
}

// tidyTags sets the tags of d from those of it, but for those that a category
// says already.
func (d *Item) tidyTags(it *Item) {
	d.Tags = slices.DeleteFunc(plainList(it.Tags), func(tag string) bool {
		return slices.ContainsFunc(d.Categories, func(c Category) bool { return c.label() == tag })
	})
}

// plain returns the text of a field, which may hold HTML.
func plain(s string) string {
	return text.Cut(markup.Plain(s), maxText)
}

// plainList returns the texts of a list without what is empty or repeated.
func plainList(list []string) []string {
	var d []string
	for _, s := range list {
		if s = plain(s); s != "" && len(d) < maxList && !slices.Contains(d, s) {
			d = append(d, s)
		}
	}
	return d
}

// web returns ref as an absolute http(s) address, or "" when it is none.
func web(base *url.URL, ref string) string {
	if text.Trim(ref) == "" {
		return "" // and not the base
	}
	if uri := text.Resolve(base, ref); text.IsWeb(uri) {
		return uri
	}
	return ""
}

// labels returns what an item is filed under, for people: its categories, then
// its tags.
func (it *Item) labels() []string {
	var d []string
	for _, c := range it.Categories {
		if s := c.label(); !slices.Contains(d, s) {
			d = append(d, s)
		}
	}
	return append(d, it.Tags...)
}

// description is the text that stands for the article: the summary, else the
// title.
func (it *Item) description() string {
	return cmp.Or(it.Summary, it.Title)
}

// writable returns t, or the zero time when RFC 3339 can't write it.
func writable(t time.Time) time.Time {
	if y := t.Year(); t.IsZero() || y < 1 || y > 9999 {
		return time.Time{}
	}
	return t
}

// stamp formats t, the zero time as "".
func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
}
