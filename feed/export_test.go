package feed

import "github.com/gorilla/feeds"

// RSSModel returns what RSS writes, as a value for gorilla's own encoder.
func (f *Feed) RSSModel() feeds.XmlFeed {
	doc, _ := f.rss()
	return doc
}

// AtomModel is RSSModel for Atom.
func (f *Feed) AtomModel() feeds.XmlFeed {
	doc, _ := f.atom()
	return doc
}

// JSONModel returns what JSON writes, as a value for encoding/json.
func (f *Feed) JSONModel() any {
	doc, _ := f.json()
	return doc
}

// JoinNames is how RSS has several authors.
func JoinNames(names []string, language string) string { return joinNames(names, language) }
