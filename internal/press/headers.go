package press

import (
	"fmt"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// feedAdvice tells clients the feed's own address and its alternates, as its
// content does, for those that only look at the header, and how often to ask.
func (b *draft) feedAdvice(channel network.Channel, self network.Format, rhythm time.Duration) edition.Advice {
	advice := b.advice
	advice.MaxAge = rhythm
	var links []string
	for _, format := range network.Formats() {
		relation := "alternate"
		if format == self {
			relation = "self"
		}
		address := b.station.Address(network.FeedPath(channel.ID, format))
		links = append(links, fmt.Sprintf("<%s>; rel=%q; type=%q", address, relation, format.MediaType()))
	}
	advice.Link = strings.Join(links, ", ")
	return advice
}
