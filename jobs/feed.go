package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// emptyFeed is the condition of a station whose feed has no article though the content
// store has some of the station; otherHost that of one whose newest articles mostly
// have addresses that its sitemaps can't have.
var (
	emptyFeed = condition.Kind{
		Level: slog.LevelWarn, Component: "refresh", State: "feed empty", Stations: true,
		Began: "feed is empty, articles left out", Cleared: "feed has articles again",
	}
	otherHost = condition.Kind{
		Level: slog.LevelWarn, Component: "refresh", State: "addresses elsewhere", Stations: true,
		Began: "sitemaps lack most new articles", Cleared: "sitemaps have most new articles again",
	}
)

// noteFeed notes what is wrong with the articles that a station's feed has.
func (c *Conductor) noteFeed(ctx context.Context, r *result) {
	if r.Edition == nil {
		return
	}
	path := network.FeedPath("", network.RSS)
	contents, ok := r.Edition.Contents(path)
	if !ok {
		return
	}
	articles, elsewhere := 0, []string{}
	for a, err := range edition.Lines(contents) {
		switch {
		case err != nil:
			return // damaged contents are noticed where they are used
		case a.Notice:
			continue
		}
		if articles++; !c.owned(r.Station, a.Address) {
			elsewhere = append(elsewhere, a.Address)
		}
	}
	if err := emptyError(r, articles); articles > 0 || err != nil || r.work.Everything || r.work.Feeds {
		r.Empty = err // else it is as it was: nothing was read
		c.note(ctx, emptyFeed, r.Station.ID, err)
	}
	r.Elsewhere = elsewhereError(r.Station, articles, elsewhere)
	c.note(ctx, otherHost, r.Station.ID, r.Elsewhere)
}

func emptyError(r *result, articles int) error {
	if articles > 0 || len(r.leftOut) == 0 {
		return nil
	}
	return fmt.Errorf("at least %d %s left out, such as %w: see feedstation check", len(r.leftOut), english.PluralWord(len(r.leftOut), "article", ""), r.leftOut[0])
}

// owned reports whether a sitemap can have an article of a station's feed: that of the
// station, or of the article's own where the feed has those of all.
func (c *Conductor) owned(station *network.Station, address string) bool {
	if !station.All {
		return station.Owns(address)
	}
	return slices.ContainsFunc(c.network.Stations, func(s *network.Station) bool { return s.Owns(address) })
}

func elsewhereError(station *network.Station, articles int, elsewhere []string) error {
	switch {
	case 2*len(elsewhere) <= articles:
		return nil
	case station.All:
		return fmt.Errorf("%d of the newest %d articles are on no station's scheme and host, such as %s", len(elsewhere), articles, elsewhere[0])
	}
	return fmt.Errorf("%d of the newest %d articles are not on %s, such as %s"+
		": look at the station's url, and at the addresses in the content store", len(elsewhere), articles, station.URL, elsewhere[0])
}
