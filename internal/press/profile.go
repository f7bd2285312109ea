package press

import (
	"context"
	"fmt"
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/network"
)

// profileOutput returns the document of a channel's feed for an aggregator. It
// links to itself alone, and nothing links to it: it is not for readers.
func (b *draft) profileOutput(channel network.Channel, p *feed.Profile) output {
	path := network.ProfilePath(channel.ID, p.Name)
	address := b.station.Address(path)
	return output{
		path: path, mediaType: feed.RSSType,
		link: fmt.Sprintf("<%s>; rel=%q; type=%q", address, "self", network.RSS.MediaType()),
		render: func(f feed.Feed, _ int) ([]byte, int, error) {
			f.RSSURL, f.Hubs = address, nil
			body, items := f.ForProfile(p)
			return body, items, nil
		},
	}
}

// Lacking is what the articles of a feed lack of what an aggregator wants.
type Lacking struct {
	Profile  string   // its name
	Path     string   // of the document
	Articles int      // of the feed
	MinItems int      // that the aggregator wants, if it wants more than these; else 0
	Lacks    []string // what is lacking, in the order in which it is found
	Counts   map[string]int
	Examples map[string][]article.Article // by what they lack
}

// Lacking returns what the articles of a station's feeds lack for the aggregators
// of each, as far as something is lacking.
func (p *Press) Lacking(ctx context.Context, snapshot Snapshot, station *network.Station) (list []Lacking, err error) {
	b := &builder{Press: p, draft: &draft{station: station, asOf: snapshot.Time()}, snapshot: snapshot}
	for _, channel := range append([]network.Channel{{}}, station.Channels...) {
		names := station.FeedProfiles(channel)
		if len(names) == 0 {
			continue
		}
		articles, err := b.whole(ctx, channel)
		if err != nil {
			return nil, err
		}
		for _, profile := range feed.Profiles() {
			if !slices.Contains(names, profile.Name) {
				continue
			}
			l := p.lacking(profile, articles, snapshot.Time())
			if l.Path = network.ProfilePath(channel.ID, profile.Name); l.MinItems > 0 || len(l.Lacks) > 0 {
				list = append(list, l)
			}
		}
	}
	return list, nil
}

// lacking returns what articles lack for one aggregator. One that no feed can have
// is none of its.
func (p *Press) lacking(profile *feed.Profile, articles []article.Article, at time.Time) Lacking {
	l := Lacking{Profile: profile.Name, Counts: map[string]int{}, Examples: map[string][]article.Article{}}
	for i := range articles {
		item, err := feed.Prepare(p.item(&articles[i]))
		if err != nil {
			continue
		}
		l.Articles++
		for _, lack := range profile.Lacks(item, at) {
			if l.Counts[lack]++; l.Counts[lack] == 1 {
				l.Lacks = append(l.Lacks, lack)
			}
			l.Examples[lack] = append(l.Examples[lack], articles[i])
		}
	}
	if l.Articles < profile.MinItems {
		l.MinItems = profile.MinItems
	}
	return l
}

// whole returns the articles of a feed with their texts, newest first.
func (b *builder) whole(ctx context.Context, channel network.Channel) (articles []article.Article, err error) {
	f, err := b.choose(ctx, channel)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(f.articles, readAtOnce) {
		read, err := b.snapshot.Whole(ctx, some)
		if err != nil {
			return nil, err
		}
		articles = append(articles, read...)
	}
	return newestFirst(articles, nil)
}
