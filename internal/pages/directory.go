package pages

import (
	"fmt"
	"html/template"

	"feedstation/internal/network"
)

// Feed is what the directory says of a station's own feed, or of a channel's.
type Feed struct {
	Channel  network.Channel // the zero channel is the station itself
	Articles int
	Newest   Item // without a URL: it has none
}

// directory is the page of a station.
type directory struct {
	page
	Zone      string
	Addresses []address     // of the station's own feed
	Before    string        // the page before this one; empty: it is the first
	After     string        // the page after it
	Own       *entry        // of the first page
	Full      []entry       // of channels; only one of these is not empty
	Brief     template.HTML // the same in a line each
	Names     template.HTML // their names
	Network   template.HTML // the other stations
}

// entry is a feed of the directory.
type entry struct {
	Name    template.HTML // with a link to its preview
	Newest  template.HTML // with when that was, and how many articles it has
	Address template.HTML
	Links   template.HTML
}

// What the parts of a directory take, besides their names, addresses and articles, in
// bytes.
const (
	headBytes = 1_900
	fullBytes = 950
	rowBytes  = 180
)

// Directory returns the pages of all feeds of a station, the station's own first. Those of
// one with all articles also have the stations.
//
// Of few channels a page has everything; of more, where they would exceed 15 KB, name,
// number, newest publication and the feed's address; of many the names. Each leads to the
// channel's preview, which has the rest. Names that do not fit either, from some 200 on,
// are on further pages.
func Directory(s *network.Station, feeds []Feed, stations []*network.Station) [][]byte {
	d := directory{page: pageOf(s, network.Channel{}, wordsOf(s.Language).Subscribe+" · "+s.Name), Addresses: addressesOf(s, network.Channel{})}
	d.Zone = d.zoneText()
	others := d.others(s, stations)
	room := maxBytes - headBytes - 4*cost(s.Name)
	full := room - size(others)
	brief := full
	for _, f := range feeds {
		name, address := cost(f.Channel.Name), cost(s.URL)+cost(f.Channel.ID)
		whole := fullBytes + 2*name + 10*address + cost(clip(f.Newest.Title, maxTitle)) + cost(f.Newest.URL)
		full -= whole
		if f.Channel.ID == "" {
			brief -= whole
			room -= whole
		} else {
			brief -= rowBytes + name + 2*address
		}
	}
	var rows, names []template.HTML
	for _, f := range feeds {
		switch {
		case f.Channel.ID == "":
			own := d.entry(s, f)
			d.Own = &own
		case full >= 0:
			d.Full = append(d.Full, d.entry(s, f))
		case brief >= 0:
			rows = append(rows, d.row(s, f))
		default:
			names = append(names, anchor(network.PreviewPath(f.Channel.ID)[1:], f.Channel.Name, ""))
		}
	}
	d.Brief = list("rows", "", rows)
	if full >= 0 || brief >= 0 {
		room = size(others) // for which there is room
	}
	return d.paged(s, names, others, room)
}

// pagedBytes is what links to other pages take.
const pagedBytes = 180

// paged returns the page, with as many names of channels and stations as there is room for,
// and further pages with the others.
func (d directory) paged(s *network.Station, names, others []template.HTML, room int) (all [][]byte) {
	take := func(from *[]template.HTML) template.HTML {
		some := fitting(from, &room, d.Own == nil)
		return list("names", d.NamesLang, some)
	}
	if size(names)+size(others) > room {
		room -= pagedBytes
	}
	for {
		d.Names, d.Network = take(&names), ""
		if len(names) == 0 {
			d.Network = take(&others)
		}
		d.After = ""
		if len(names)+len(others) > 0 {
			d.After = network.DirectoryPage(len(all) + 2)[1:]
		}
		if all = append(all, render("directory.html", &d)); d.After == "" {
			return all
		}
		d.Own, d.Full, d.Brief = nil, nil, ""
		d.Before, d.Canonical = network.DirectoryPage(len(all))[1:], s.Address("/"+d.After)
		d.Title = fmt.Sprintf("%s · %s · %d", d.Subscribe, s.Name, len(all)+1)
		room = maxBytes - headBytes - 4*cost(s.Name) - pagedBytes
	}
}

// fitting takes as many items as there is room for, and one all the same if anything has to
// be taken.
func fitting(from *[]template.HTML, room *int, some bool) []template.HTML {
	n := 0
	for n < len(*from) && (*room >= size((*from)[n:n+1]) || n == 0 && some) {
		*room -= size((*from)[n : n+1])
		n++
	}
	taken := (*from)[:n]
	*from = (*from)[n:]
	return taken
}

// size is what a list of these takes at most, in bytes.
func size(items []template.HTML) (n int) {
	for _, item := range items {
		n += len("\n<li>") + len(item)
	}
	return n
}

// others returns the links to the other stations, for one with all articles.
func (d *directory) others(s *network.Station, stations []*network.Station) (all []template.HTML) {
	for _, other := range stations {
		if s.All && other.ID != s.ID {
			all = append(all, anchor(other.Address(network.DirectoryPath), other.Name, d.otherLang(other.Language)))
		}
	}
	return all
}

// otherLang returns the attribute of a name in that language in a list of names.
func (p *page) otherLang(language string) template.HTMLAttr {
	if language == "" || language == p.Lang {
		return ""
	}
	return lang(language)
}

func (d *directory) entry(s *network.Station, f Feed) entry {
	addresses, name := addressesOf(s, f.Channel), f.Channel.Name
	if f.Channel.ID == "" {
		name = d.AllArticles
	}
	e := entry{Name: d.preview(f), Newest: d.when(f, d.NoArticles), Address: d.field(addresses[0].URL, name), Links: d.apps(addresses[0].URL, addresses[1:]...)}
	if f.Newest.URL != "" {
		e.Newest = d.title(f.Newest) + " " + e.Newest
	}
	return e
}

// row returns what a line says of a feed.
func (d *directory) row(s *network.Station, f Feed) template.HTML {
	rss := anchor(s.Address(network.FeedPath(f.Channel.ID, network.RSS)), network.RSS.Title(), "")
	return d.preview(f) + " " + d.when(f, "") + " " + rss
}

// preview returns the name of a channel as a link to its preview.
func (d *directory) preview(f Feed) template.HTML {
	return anchor(network.PreviewPath(f.Channel.ID)[1:], f.Channel.Name, d.NamesLang+` dir="auto"`)
}

// when returns when a feed's newest article was published, or that there is none, and how
// many it has.
func (d *directory) when(f Feed, none string) template.HTML {
	at := d.moment(f.Newest.Published)
	if f.Newest.URL == "" {
		at = template.HTML(escape(none))
	}
	if at != "" {
		at += " · "
	}
	return `<span class="when">` + at + template.HTML(escape(d.count(f.Articles))) + "</span>"
}

// Stations returns the pages that list the stations of a network, for the hosts under
// which all of them are: one, unless they are very many. They link to the directories there.
func Stations(n *network.Network) (all [][]byte) {
	language := ""
	if len(n.Stations) > 0 {
		language = n.Stations[0].Language
	}
	w := wordsOf(language)
	d := struct {
		page
		Before, After string
		List          template.HTML
	}{page: page{words: w, Lang: w.language}}
	if base(language) == w.language {
		d.Lang = language
	}
	if len(n.Stations) > 0 {
		d.Root = n.Stations[0].ID + "/" // which has the style
	}
	var names []template.HTML
	for _, s := range n.Stations {
		names = append(names, anchor(s.ID+network.DirectoryPath, s.Name, d.otherLang(s.Language)))
	}
	title := fmt.Sprintf(w.stations, n.Name)
	for d.Title = title; ; d.Title = fmt.Sprintf("%s · %d", title, len(all)+1) {
		room := maxBytes - headBytes - 2*cost(title)
		d.List, d.After = list("names", "", fitting(&names, &room, true)), ""
		if len(names) > 0 {
			d.After = network.StationsPage(len(all) + 2)[1:]
		}
		if all = append(all, render("stations.html", d)); d.After == "" {
			return all
		}
		if d.Before = network.StationsPage(len(all))[1:]; d.Before == "" {
			d.Before = "./"
		}
	}
}
