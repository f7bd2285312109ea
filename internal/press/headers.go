package press

import (
	"fmt"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// feedHeaders say the feed's own address and its alternates, as its
// content does, for clients that look at the header only, and how often to ask.
func (b *draft) feedHeaders(channel network.Channel, self network.Format, rhythm time.Duration) edition.Headers {
	headers := b.headers
	headers.MaxAge = rhythm
	var links []string
	for _, format := range network.Formats() {
		relation := "alternate"
		if format == self {
			relation = "self"
		}
		address := b.station.Address(network.FeedPath(channel.ID, format))
		links = append(links, fmt.Sprintf("<%s>; rel=%q; type=%q; title=%q", address, relation, format.MediaType(), format.Title()))
	}
	headers.Link = strings.Join(links, ", ")
	return headers
}
