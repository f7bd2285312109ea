package press

import (
	"fmt"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// feedHeaders say what a feed links to, as its content does, for clients that look
// at the header only, and how often to ask.
func (b *draft) feedHeaders(link string, rhythm time.Duration) edition.Headers {
	headers := b.headers
	headers.MaxAge, headers.Link = rhythm, link
	return headers
}

// archiveAge is how long a client may keep an archive without asking again: it changes
// rarely, but what is withdrawn leaves it.
const archiveAge = time.Hour

// formatLinks returns the links of a feed to itself, its other formats, its page, its
// hub and its newest archive.
func (b *builder) formatLinks(channel network.Channel, self network.Format) string {
	var links []string
	for _, format := range network.Formats() {
		relation := "alternate"
		if format == self {
			relation = "self"
		}
		address := b.station.Address(network.FeedPath(channel.ID, format))
		links = append(links, fmt.Sprintf("<%s>; rel=%q; type=%q; title=%q", address, relation, format.MediaType(), format.Title()))
	}
	page := b.station.Address(network.PreviewPath(channel.ID))
	links = append(links, fmt.Sprintf("<%s>; rel=%q; type=%q", page, "alternate", "text/html"))
	if b.station.Hub != "" { // WebSub §4
		links = append(links, fmt.Sprintf("<%s>; rel=%q", b.station.Hub, "hub"))
	}
	links = append(links, linksOf(self, link{"prev-archive", b.newestArchive(channel)})...)
	return strings.Join(links, ", ")
}

// link is a link to a feed.
type link struct {
	relation string
	to       feed.Addresses
}

// linksOf returns the links of a document in one format, as far as they lead somewhere.
func linksOf(format network.Format, all ...link) (links []string) {
	for _, l := range all {
		address := map[network.Format]string{network.RSS: l.to.RSS, network.Atom: l.to.Atom, network.JSON: l.to.JSON}[format]
		if address != "" {
			links = append(links, fmt.Sprintf("<%s>; rel=%q; type=%q", address, l.relation, format.MediaType()))
		}
	}
	return links
}
