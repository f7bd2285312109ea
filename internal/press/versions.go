package press

import (
	"time"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// itemSums returns the sums of the items of an RSS or Atom document; nil: it is none.
func itemSums(mediaType string, body []byte) (sums []edition.ItemSum) {
	_, items, _, err := feed.Split(mediaType, body)
	if err != nil {
		return nil
	}
	for _, item := range items {
		sums = append(sums, edition.SumOf(item))
	}
	return sums
}

// versionsOf returns the versions of a feed that has been rendered, whose items in RSS
// and Atom have these sums.
func (b *builder) versionsOf(f *channelFeed, documents map[string]*edition.Document, items [2][]edition.ItemSum) *edition.Versions {
	rss, atom := network.FeedPath(f.channel.ID, network.RSS), network.FeedPath(f.channel.ID, network.Atom)
	if len(items[0]) != len(items[1]) {
		return nil
	}
	var former *edition.Versions
	lost := false
	if contents := b.contentsBefore(f.path()); contents != nil {
		if former = edition.VersionsOf(contents); former.Are(documents[rss], documents[atom]) {
			return former
		}
		lost = b.dropped(f, contents)
	}
	return edition.NextVersions(former, documents[rss], documents[atom], items, lost)
}

// dropped reports whether an article or a notice that a feed had before has left it for
// another reason than that newer articles have its place or the window has passed it.
func (b *builder) dropped(f *channelFeed, before *edition.Document) bool {
	present := map[string]edition.Article{}
	var oldest time.Time
	for _, a := range f.shown {
		present[a.KnownBy()] = a
		if !a.Notice {
			oldest = a.Published
		}
	}
	oldest = oldest.Truncate(time.Second)
	since := b.since(f.channel)
	full := len(f.articles) >= b.feedOf(f.channel).Items
	for a, err := range edition.Lines(before) {
		if err != nil {
			return true
		}
		if is, ok := present[a.KnownBy()]; ok && (a.Notice || !is.Notice) {
			continue
		}
		passed := full && a.Published.Before(oldest) && (f.more || a.Published.Before(since))
		if !passed || b.retractions[a.ID].Down() {
			return true
		}
	}
	return false
}
