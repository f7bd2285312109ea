package feed

import "github.com/gorilla/feeds"

// RSSModel returns what RSS writes, as a value for gorilla's own encoder.
func (c *Channel) RSSModel() feeds.XmlFeed {
	f, _ := c.rss()
	return f
}

// AtomModel is RSSModel for Atom.
func (c *Channel) AtomModel() feeds.XmlFeed {
	f, _ := c.atom()
	return f
}

// JSONModel returns what JSON writes, as a value for encoding/json.
func (c *Channel) JSONModel() any {
	f, _ := c.json()
	return f
}
