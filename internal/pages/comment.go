package pages

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"feedstation/internal/network"
)

// Comment says in a channel's feed, or the station's own, where its page is: that is what
// people see first of a feed in a browser that shows it as text. No comment can have two
// hyphens in a row: a host has its own letters there, and a channel whose id has them is
// in the directory.
func Comment(s *network.Station, channel network.Channel) string {
	path := network.PreviewPath(channel.ID)
	if strings.Contains(path, "--") {
		path = network.DirectoryPath
	}
	return fmt.Sprintf(wordsOf(s.Language).comment, readable(s.Address(path)))
}

// readable returns an address with the letters of its host.
func readable(address string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.Contains(u.Host, "xn--") {
		return address
	}
	host, err := idna.Display.ToUnicode(u.Hostname())
	if err != nil {
		return address
	}
	return strings.Replace(address, u.Hostname(), host, 1)
}

// Link returns the text of a link to the page of a channel's feed, or of the station's
// own.
func Link(s *network.Station, channel network.Channel) string {
	return fmt.Sprintf(wordsOf(s.Language).link, s.Title(channel))
}
