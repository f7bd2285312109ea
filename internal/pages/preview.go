package pages

import (
	"html/template"
	"time"

	"feedstation/internal/network"
)

// Figures are those of a feed.
type Figures struct {
	Articles int
	Interval time.Duration // that readers had best ask in
	Size     int64         // of its RSS, in bytes
	Changed  time.Time
}

// MaxItems is how many articles a preview has at most.
const MaxItems = 20

// preview is the page of a channel.
type preview struct {
	page
	Name      string
	Addresses []address
	Fields    []template.HTML // of these
	Links     template.HTML
	Code      *code
	Items     template.HTML
	Zone      string

	Count         int
	Rhythm, Bytes string
	Change        template.HTML
}

// previewBytes is what a preview takes besides articles, addresses, names and the QR code.
const previewBytes = 3_400

// Preview returns the page of a channel: how to subscribe, its newest articles, the first
// of the items, and figures. It has at most 15 KB, and so perhaps fewer articles, but one.
func Preview(s *network.Station, channel network.Channel, items []Item, f Figures) []byte {
	d := preview{
		page: pageOf(s, channel, s.Title(channel)), Name: channel.Name, Addresses: addressesOf(s, channel),
		Count: f.Articles,
	}
	rss := d.Addresses[0].URL
	d.Zone, d.Links, d.Code = d.zoneText(), d.apps(rss), codeOf(d.Canonical)
	d.Rhythm, d.Change = d.interval(f.Interval), d.moment(f.Changed)
	d.Bytes = bytesText(f.Size)
	for _, a := range d.Addresses {
		d.Fields = append(d.Fields, "<b>"+template.HTML(escape(a.Format))+"</b> "+d.field(a.URL, a.Format))
	}
	left := maxBytes - previewBytes - 14*cost(rss) - 5*cost(d.Name) - 5*cost(s.Name)
	if d.Code != nil {
		left -= len(d.Code.Path)
	}
	for _, it := range items[:min(len(items), MaxItems)] {
		item := d.item(it)
		if left -= len(item); left < 0 && d.Items != "" {
			break
		}
		d.Items += item
	}
	return render("preview.html", &d)
}
