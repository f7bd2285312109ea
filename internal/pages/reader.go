package pages

import (
	"html/template"
	"net/url"
	"strings"

	"feedstation/internal/network"
)

// reader is a reader that many people use, and its link to subscribe to a feed, which
// ends with the feed's address, encoded.
type reader struct{ name, link string }

func readers() []reader {
	return []reader{
		{"Feedly", "https://feedly.com/i/subscription/feed%2F"},
		{"Inoreader", "https://www.inoreader.com/?add_feed="},
		{"The Old Reader", "https://theoldreader.com/feeds/subscribe?url="},
		{"NewsBlur", "https://www.newsblur.com/?url="},
		{"Folo", "follow://add?url="},
	}
}

// address is where a feed is, in one format.
type address struct{ Format, Type, URL string }

func addressesOf(s *network.Station, channel network.Channel) (all []address) {
	for _, format := range network.Formats() {
		all = append(all, address{format.Title(), format.MediaType(), s.Address(network.FeedPath(channel.ID, format))})
	}
	return all
}

// apps returns the list of links by which people subscribe to a feed, given by its
// address: any reader on the device, those on the web, then other addresses.
func (w *words) apps(feed string, others ...address) template.HTML {
	var list strings.Builder
	list.WriteString(`<ul class="links">`)
	add := func(link, name string, attributes template.HTMLAttr) {
		list.WriteString("<li>" + string(anchor(link, name, attributes)) + "</li>")
	}
	add("feed:"+feed, w.openIn, ` class="app"`)
	encoded := url.QueryEscape(feed)
	for _, r := range readers() {
		add(r.link+encoded, r.name, "")
	}
	for _, other := range others {
		add(other.URL, other.Format, "")
	}
	list.WriteString("</ul>")
	return template.HTML(list.String())
}

// field returns an address with the button that copies it, which is there once the script
// has found that it can. What says which address it is.
func (w *words) field(address, what string) template.HTML {
	return template.HTML("<code>" + escape(address) + `</code> <button type="button" hidden data-done="` + escape(w.copied) +
		`" aria-label="` + escape(w.copy+": "+what) + `">` + escape(w.copy) + "</button>")
}
