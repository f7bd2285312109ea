package explain

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// value says what a decider looked at.
func (i *inquiry) value(name string, r *ruled, d press.Decision) string {
	a, s := &i.said.Row.Article, r.station
	switch name {
	case "station":
		return i.stationWords(r)
	case "row":
		switch {
		case i.e.Fault != nil:
			return i.e.Fault.Column + ": " + i.e.Fault.Error
		case i.e.Row == nil:
			return article.ErrNoRow.Error()
		}
		return "changed " + clock(a.Modified, s)
	case "status":
		if i.e.Row == nil { // contents tell
			return "withdrawn"
		}
		return string(a.Status)
	case "embargo":
		return "published " + clock(a.Published, s)
	case "expiry":
		return clock(a.Expires, s)
	case "retraction":
		if !i.e.Retraction.Down() {
			return "none"
		}
		return "taken down " + clock(i.e.Retraction.At, s)
	case "returned":
		return "withdrawn before, and the row is an older one: change it so that modified_at moves"
	case "noindex":
		return fmt.Sprint(a.NoIndex)
	case "host":
		return i.host(r)
	case "address":
		if d.Why&article.WhyAddress != 0 {
			return "no sitemap can have " + clip(i.page())
		}
		return clip(i.page())
	case "page":
		if d.Why&article.WhyPage == 0 {
			return "no later article has its page"
		}
		return "a later article has its page"
	case "sitemap":
		switch {
		case d.Why&article.WhyPage != 0:
			return "a later month has its page"
		case d.Why&article.WhyUnlisted != 0:
			return "not listed: it is noindex, or another article has its page"
		}
		return "listed"
	case "channels":
		return i.channelWords(d)
	}
	return i.feedValue(name, r, d)
}

// feedValue is value for what feeds, the news and Baidu's list go by.
func (i *inquiry) feedValue(name string, r *ruled, d press.Decision) string {
	s := r.station
	switch name {
	case "newest":
		return newest(d, s)
	case "archive":
		return archive(d)
	case "text":
		if d.Err != nil {
			return d.Err.Error()
		}
		return "a feed can carry it"
	case "size":
		if d.Why&article.WhySize != 0 {
			return fmt.Sprintf("the feed is as large as it may be with %d newer articles", d.Articles)
		}
		return "there is room"
	case "profile":
		if d.Why&article.WhyProfile != 0 {
			return "it lacks what the aggregator wants, or the document is full: see feedstation check"
		}
		return "the aggregator takes it"
	case "news":
		if d.Why&article.WhyNotNews != 0 {
			return "not for the news, by its row or its channel"
		}
		return "true"
	case "48h":
		if left := time.Until(d.Until); left > 0 && d.Why&article.WhyNewsAge == 0 {
			return fmt.Sprintf("%s left, until %s", strings.TrimSuffix(left.Round(time.Minute).String(), "0s"), clock(d.Until, s))
		}
		over := "over since " + clock(d.Until, s)
		if d.Why == 0 {
			over += ", but nothing newer is news"
		}
		return over
	case "baidu":
		switch {
		case d.Why&article.WhyAddress != 0:
			return "no list can have its address"
		case d.Why&article.WhyLength != 0:
			return "its address is longer than Baidu takes"
		case d.Why&article.WhyOlder != 0:
			return fmt.Sprintf("older than the newest %d, which are all that the list has", d.Articles)
		}
		return "Baidu takes its address"
	}
	return "not known without the content store"
}

// newest says where the article is among those of a feed.
func newest(d press.Decision, s *network.Station) string {
	of := fmt.Sprintf("%d", d.Articles)
	if d.Most > 0 {
		of = fmt.Sprintf("the newest %d", max(d.Articles, d.Most))
	}
	window := ""
	if !d.Since.IsZero() {
		window = ", window since " + clock(d.Since, s)
	}
	switch {
	case kindOf(d.Path) == "archive":
		return archive(d)
	case d.Why&article.WhyOlder != 0:
		return "older than " + of + ", the last of which is of " + clock(d.Oldest, s) + window
	case d.Why&article.WhyChannel != 0:
		return "not in the channel"
	case d.Place > 0 && !d.Notice:
		return fmt.Sprintf("place %d of %s%s", d.Place, of, window)
	}
	return "among " + of + window
}

// archive says where the article is among those of an archive.
func archive(d press.Decision) string {
	switch {
	case d.Why&article.WhyOlder != 0:
		return "older than the archives that are kept"
	case d.Why&article.WhyChannel != 0:
		return "not in the channel"
	case d.Why&article.WhyText != 0:
		return "no feed can carry it"
	case d.Why&article.WhyPage != 0:
		return "a later article has its page"
	case d.Place > 0:
		return fmt.Sprintf("place %d of %d", d.Place, d.Articles)
	}
	return "among its articles"
}

// page returns the article's address, by its row or by contents.
func (i *inquiry) page() string {
	if url := i.said.Row.Article.URL; url != "" {
		return url
	}
	for _, m := range i.current[i.own()] {
		return m.Article.Address
	}
	return ""
}

// clip shortens an address that is too long to be read. Addresses are ASCII.
func clip(address string) string {
	if len(address) <= maxShown {
		return address
	}
	return fmt.Sprintf("%s… of %d bytes", address[:maxShown], len(address))
}

// maxShown is how many bytes of an address are shown.
const maxShown = 256

// host says whose the article's host is.
func (i *inquiry) host(r *ruled) string {
	page := i.page()
	if r.station == nil {
		return clip(page)
	}
	if r.station.Owns(page) {
		return r.station.URL
	}
	text := fmt.Sprintf("%s is not at %s", clip(page), r.station.URL)
	if u, err := url.Parse(page); err == nil {
		if other, ok := i.Network.OnHost(u.Host); ok && other != r.station {
			text += ", but at that of station " + other.ID
		}
	}
	return text
}

// stationWords says what the article's station is like.
func (i *inquiry) stationWords(r *ruled) string {
	id := i.own()
	s, ok := i.Network.Station(id)
	switch {
	case !ok:
		text := fmt.Sprintf("%q is not configured", id)
		if now, was := i.Network.Renamed(id); was {
			text += ": it is " + now.ID + " now"
		}
		return text
	case s.Closed:
		return id + " is closed"
	case s.MovedTo != "":
		return id + " has moved to " + s.MovedTo
	case r.station != nil && r.station != s && !r.station.All:
		return "it is of " + id + ", not of " + r.station.ID
	}
	text := id + " " + s.Name
	if len(s.Was) > 0 {
		text += ", formerly " + strings.Join(s.Was, ", ")
	}
	return text
}

func (i *inquiry) channelWords(d press.Decision) string {
	if d.Why&article.WhyChannel != 0 {
		return "the article is not in the channel of " + d.Path
	}
	known, unknown := i.channels()
	text := cmp.Or(strings.Join(known, ", "), "none")
	if len(unknown) > 0 {
		text += "; not of " + i.own() + ": " + strings.Join(unknown, ", ")
	}
	return text
}
