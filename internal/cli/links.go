package cli

import (
	"fmt"
	"html"

	"feedstation/internal/network"
	"feedstation/internal/pages"
)

type linksCommand struct {
	Station string `help:"The station's id." required:"" placeholder:"ID"`
}

// Run prints the elements by which readers and browsers find the station's
// feeds, for the head of its pages, and a link by which people do, for their foot: first
// the station's own, then each channel's, for the channel's pages.
func (c *linksCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	s, ok := cfg.Network.Station(c.Station)
	if !ok || !s.Publishes() {
		return &usageError{fmt.Errorf("feedstation: --station: no station %q publishes", c.Station)}
	}
	out := in.terminal.Stdout
	for _, channel := range append([]network.Channel{{}}, s.Channels...) {
		title := html.EscapeString(s.Title(channel))
		fmt.Fprintf(out, "<!-- %s -->\n", title)
		for _, format := range network.Formats() {
			address := html.EscapeString(s.Address(network.FeedPath(channel.ID, format)))
			fmt.Fprintf(out, "<link rel=\"alternate\" type=\"%s\" title=\"%s (%s)\" href=\"%s\">\n", format.MediaType(), title, format.Title(), address)
		}
		page := html.EscapeString(s.Address(network.PreviewPath(channel.ID)))
		fmt.Fprintf(out, "<a href=\"%s\">%s</a>\n", page, html.EscapeString(pages.Link(s, channel)))
	}
	return nil
}
