package websub

import (
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// topic is a feed that can be subscribed to.
type topic struct {
	path     string // of the document
	contents string // path of its contents, which all formats of a feed share
	format   network.Format
}

// topicsOf returns the topics of a station by their addresses. Feeds for aggregators are
// none.
func topicsOf(s *network.Station) map[string]topic {
	all := map[string]topic{}
	for _, channel := range append([]network.Channel{{}}, s.Channels...) {
		for _, format := range network.Formats() {
			t := topic{network.FeedPath(channel.ID, format), network.FeedPath(channel.ID, network.RSS), format}
			all[s.Address(t.path)] = t
		}
	}
	return all
}

// versionOf returns what identifies the version of a feed in an edition; not ok: there is
// no such feed.
func versionOf(e *edition.Edition, contents string) (hash string, ok bool) {
	c, ok := e.Contents(contents)
	if !ok {
		return "", false
	}
	return c.Hash().String()[:32], true
}
