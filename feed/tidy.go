package feed

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// tidy returns a copy of c that can be written as it is: text cleaned,
// addresses valid or empty, defaults filled in, empty and repeated things gone.
// All three formats are written from it, and so agree.
func (c *Channel) tidy() (*Channel, error) {
	d := &Channel{
		Title:    text(c.Title),
		Language: language(c.Language),
		Rights:   text(c.Rights),
		HomeURL:  address(c.HomeURL),
		RSSURL:   address(c.RSSURL),
		AtomURL:  address(c.AtomURL),
		JSONURL:  address(c.JSONURL),
		Email:    email(c.Email),
		Icon:     web(c.Icon),
		Logo:     web(c.Logo),
		Updated:  moment(c.Updated),
		Items:    make([]Item, 0, len(c.Items)),
	}
	d.Title = cmp.Or(d.Title, d.HomeURL)
	d.Description = cmp.Or(text(c.Description), d.Title)
	d.Author = cmp.Or(text(c.Author), d.Title)

	seen := make(map[string]bool, len(c.Items))
	for i := range c.Items {
		it := c.Items[i].tidy(d.Language)
		if it.URL == "" {
			return nil, fmt.Errorf("feed: items[%d]: no URL", i)
		}
		if !seen[it.URL] {
			seen[it.URL] = true
			d.Items = append(d.Items, it)
		}
	}
	if d.Updated.IsZero() {
		for i := range d.Items {
			d.Updated = later(d.Updated, later(d.Items[i].Updated, d.Items[i].Published))
		}
	}
	return d, nil
}

func (it *Item) tidy(channelLanguage string) Item {
	d := Item{
		URL:         address(it.URL),
		Title:       text(it.Title),
		Summary:     text(it.Summary),
		Body:        Clean(it.Body),
		Authors:     texts(it.Authors),
		Editor:      text(it.Editor),
		Source:      Source{Name: text(it.Source.Name), URL: web(it.Source.URL)},
		Published:   moment(it.Published),
		Updated:     moment(it.Updated),
		Tags:        texts(it.Tags),
		Language:    language(it.Language),
		Rights:      text(it.Rights),
		OriginalURL: web(it.OriginalURL),
		NextURL:     web(it.NextURL),
	}
	d.Title = cmp.Or(d.Title, d.URL)
	if d.Summary == "" {
		d.Summary = Summary(d.Body)
	}
	if d.Source.Name == "" {
		d.Source.Name = d.Source.URL
	}
	if d.Language == channelLanguage {
		d.Language = ""
	}
	d.tidyMedia(it)
	for _, c := range it.Categories {
		c = Category{Term: text(c.Term), Scheme: address(c.Scheme), Label: text(c.Label)}
		c.Term = cmp.Or(c.Term, c.Label)
		if scheme(c.Scheme) == "" {
			c.Scheme = ""
		}
		if c.Term != "" && !slices.ContainsFunc(d.Categories, func(o Category) bool { return o.Term == c.Term && o.Scheme == c.Scheme }) {
			d.Categories = append(d.Categories, c)
		}
	}
	return d
}

// tidyMedia sets the images and enclosures of d from those of it.
func (d *Item) tidyMedia(it *Item) {
	for _, m := range it.Images {
		if m.URL = web(m.URL); m.URL == "" {
			continue
		}
		m.Caption, m.Credit = text(m.Caption), text(m.Credit)
		m.Type = mediaType(m.Type, m.URL)
		m.Width, m.Height, m.Bytes = max(m.Width, 0), max(m.Height, 0), max(m.Bytes, 0)
		d.Images = append(d.Images, m)
	}
	for _, e := range it.Enclosures {
		if e.URL = web(e.URL); e.URL == "" {
			continue
		}
		e.Title = text(e.Title)
		e.Type = mediaType(e.Type, e.URL)
		e.Seconds, e.Bytes = max(e.Seconds, 0), max(e.Bytes, 0)
		d.Enclosures = append(d.Enclosures, e)
	}
}

// texts returns the cleaned list without what is empty or repeated.
func texts(list []string) []string {
	var d []string
	for _, s := range list {
		if s = text(s); s != "" && !slices.Contains(d, s) {
			d = append(d, s)
		}
	}
	return d
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
	for _, s := range it.Tags {
		if !slices.Contains(d, s) {
			d = append(d, s)
		}
	}
	return d
}

// plain is the text that stands for the article: the summary, else the title.
func (it *Item) plain() string {
	return cmp.Or(it.Summary, it.Title)
}

// moment returns t, or the zero time when RFC 3339 can't write it.
func moment(t time.Time) time.Time {
	if y := t.Year(); t.IsZero() || y < 1 || y > 9999 {
		return time.Time{}
	}
	return t
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// stamp formats t, the zero time as "".
func stamp(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(layout)
}
