package feed

import (
	"cmp"
	"slices"
	"time"
)

// Profile is what an aggregator wants of a feed that is made for it: RSS 2.0 with
// what its own specification asks for, and no more than that allows. Profiles do
// not change.
type Profile struct {
	// Name is that of configuration and addresses: smartnews.
	Name string
	// MinItems is how many articles the aggregator wants at least; 0: it does not
	// say.
	MinItems int

	maxBytes int // of a document; 0: as other feeds
	extra    int // how many bytes an item gets besides at most
	head     func(*rssFeed, *Feed)
	item     func(*rssItem, *Prepared)
	// withdrawn makes the item of an article that was withdrawn; nil: the aggregator
	// knows no such item.
	withdrawn func(*rssItem, *Prepared)
	needs     []need
}

// need is something that an aggregator wants of an article.
type need struct {
	lack     string // what is said where it is not met
	required bool   // without it the aggregator takes no article: the feed leaves it out
	met      func(it *Prepared, at time.Time) bool
}

// Profiles returns all profiles, by name. Of Yahoo no specification of the feeds
// that it takes today is public, so there is no profile of it: its Publisher's
// Guide to RSS was for My Yahoo and asks for plain RSS 2.0 with Media RSS.
func Profiles() []*Profile { return []*Profile{flipboard(), msn(), smartNews()} }

// Lacks returns what an article lacks at a moment of what the aggregator wants,
// each in a few words.
func (p *Profile) Lacks(it *Prepared, at time.Time) (lacks []string) {
	for _, need := range p.needs {
		if !need.met(it, at) {
			lacks = append(lacks, need.lack)
		}
	}
	return lacks
}

// takes reports whether the aggregator takes an article at all.
func (p *Profile) takes(it *Prepared) bool {
	if it.withdrawn {
		return p.withdrawn != nil
	}
	return !slices.ContainsFunc(p.needs, func(n need) bool { return n.required && !n.met(it, time.Time{}) })
}

// ForProfile returns the feed as an aggregator wants it, with full texts, whose
// media type is RSSType, and how many articles it has. It links to itself, by RSSURL,
// and to its hubs, unless the aggregator wants no such element. Articles that the aggregator does not take are left out, and the
// oldest where the document would be too large.
func (f *Feed) ForProfile(p *Profile) (doc []byte, items int) {
	d, length, items := f.forProfile(p)
	return render(rssWriter, "", d, length), items
}

func (f *Feed) forProfile(p *Profile) (doc *rssFeed, length, items int) {
	c := *f
	c.AtomURL, c.JSONURL, c.SummaryOnly, c.MaxBytes = "", "", false, cmp.Or(p.maxBytes, f.MaxBytes)
	c.PrevArchive, c.NextArchive, c.Current = Addresses{}, Addresses{}, Addresses{}
	c.Items = nil
	for _, it := range f.Items {
		if p.takes(it) {
			c.Items = append(c.Items, it)
		}
	}
	d := c.tidy()
	entries, length := c.entries(d.headBytes(len(c.Items)) + p.extra*len(c.Items))
	entries = slices.DeleteFunc(entries, func(e entry) bool { return !e.full })
	doc = d.rssHead(entries, c.Rhythm())
	p.head(doc, d)
	for i := range entries {
		item := *d.rssItem(&entries[i])
		if entries[i].withdrawn {
			p.withdrawn(&item, entries[i].Prepared)
		} else {
			p.item(&item, entries[i].Prepared)
			items++
		}
		doc.Channel.Items = append(doc.Channel.Items, &item)
	}
	return doc, length, items
}

// lead returns the picture that stands for the article.
func (it *Prepared) lead() (mediaContent, bool) {
	for _, c := range it.rss.Contents {
		if c.Medium == "image" {
			return c, true
		}
	}
	if t := it.rss.Thumbnail; t != nil {
		return mediaContent{URL: t.URL, Width: t.Width, Height: t.Height, Medium: "image"}, true
	}
	return mediaContent{}, false
}
