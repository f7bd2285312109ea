package config

import (
	"cmp"
	"time"

	"feedstation/internal/network"
)

// The values of Feeds.LeadImage.
const (
	Auto  = "auto"
	Never = "never"
)

// The values of Feeds.Withdrawn.
const (
	Omit   = "omit"
	Notice = "notice"
)

// Feeds is how feeds are made.
type Feeds struct {
	// Items is how many articles a feed has at least, if there are so many, 1 to 500.
	Items int `key:"items" default:"50"`
	// Window is for how long a feed has every article, 0s (no longer than Items
	// reach) to 720h.
	Window time.Duration `key:"window" default:"24h"`
	// MaxItems is how many articles a feed has at most, Items to 2,000.
	MaxItems int `key:"max_items" default:"500"`
	// FullText puts the whole article into the feeds, not only its summary.
	FullText bool `key:"full_text" default:"true"`
	// Withdrawn is Omit, or Notice, which has feeds say of an article that was
	// withdrawn or deleted that it was, in its place, for NoticeFor, 1m to 8760h.
	Withdrawn string        `key:"withdrawn" default:"omit"`
	NoticeFor time.Duration `key:"notice_for" default:"72h"`
	// Deltas answers readers that ask for what is new in a feed that they have (RFC 3229).
	Deltas bool `key:"deltas" default:"false"`
	// LeadImage is Auto, which puts an article's first picture at the head of a
	// text that does not have it, or Never.
	LeadImage string `key:"lead_image" default:"auto"`
	// Archives are documents of what feeds no longer have.
	Archives Archives `key:"archives"`
}

// Archives are documents of what a feed no longer has.
type Archives struct {
	// Items is how many articles each of them has, 1 to 500, and at most as many as the
	// feed has.
	Items int `key:"items" default:"50"`
	// Depth is how many of them a feed has at most, up to 200; 0: none.
	Depth int `key:"depth" default:"0"`
}

// Feed returns what feeds have of which neither the station nor the channel says
// otherwise.
func (f *Feeds) Feed() network.Feed {
	return network.Feed{Items: f.Items, Window: f.Window, MaxItems: f.MaxItems, FullText: f.FullText}
}

// feedKeys are the keys that say what feeds have, of a station or a channel; nil:
// as the level above has it.
type feedKeys struct {
	items    *int
	window   *time.Duration
	maxItems *int
	fullText *bool
}

func (s *stationSection) feed() feedKeys {
	return feedKeys{s.Items, s.Window, s.MaxItems, s.FullText}
}

func (c *channelSection) feed() feedKeys {
	return feedKeys{c.Items, c.Window, c.MaxItems, c.FullText}
}

// over returns what the keys make of the first of the levels above that says
// anything: the zero Feed where they say nothing else.
func (k feedKeys) over(levels ...network.Feed) network.Feed {
	above := cmp.Or(levels...)
	f := above
	set(&f.Items, k.items)
	set(&f.Window, k.window)
	set(&f.MaxItems, k.maxItems)
	set(&f.FullText, k.fullText)
	if f == above {
		return network.Feed{}
	}
	return f
}

func set[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// The bounds of what feeds may have: of Items, MaxItems and Window; and of Archives.
const (
	maxLeast    = 500
	maxMost     = 2000
	maxWindow   = 720 * time.Hour
	maxArchives = 200 // of archives
)

// feed reports what can't be said of feeds at a path, over what the level above
// says, and returns what it is then.
func (r *report) feed(path string, k feedKeys, above network.Feed) network.Feed {
	f := cmp.Or(k.over(above), above)
	if k.items != nil {
		between(r, path+".items", f.Items, 1, maxLeast)
	}
	if k.window != nil {
		between(r, path+".window", f.Window, 0, maxWindow)
	}
	if k.maxItems != nil {
		between(r, path+".max_items", f.MaxItems, 1, maxMost)
	}
	if f.MaxItems < f.Items && f.Items <= maxLeast && (k.maxItems != nil || k.items != nil) {
		key := ".max_items"
		if k.maxItems == nil {
			key = ".items"
		}
		r.value(path+key, "items (%d) are more than max_items (%d)", f.Items, f.MaxItems)
	}
	return f
}
