package press

import (
	"fmt"
	"strings"
	"time"

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

// formatLinks returns the links of a feed to itself, its other formats, its page and its
// hub.
func (b *draft) formatLinks(channel network.Channel, self network.Format) string {
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
	return strings.Join(links, ", ")
}
