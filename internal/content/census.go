package content

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/suggest"
)

// census counts what a store has, to name what a newsroom hardly means: each of these
// leaves feeds that are valid, and lack articles.
type census struct {
	network  *network.Network
	at       time.Time
	counts   map[string]int // articles, by station
	untitled map[string]int // articles without a title, by station
	clocks   map[string]*clockCount
	placed   map[placement]int // visible articles, by channel; nil: they could not be counted
}

// placement is a channel of a station as the store has it.
type placement struct{ station, key string }

func newCensus(n *network.Network, at time.Time) *census {
	return &census{n, at, map[string]int{}, map[string]int{}, map[string]*clockCount{}, map[placement]int{}}
}

// clockCount counts the articles of a station around the present: a clock of local time
// that is stored as UTC is ahead by the zone's offset.
type clockCount struct{ past, ahead, later int }

// add counts an article.
func (c *census) add(a *article.Article) {
	c.counts[a.Station]++
	station, ok := c.network.Station(a.Station)
	if !ok || a.Status != article.Published {
		return
	}
	if article.IsBlank(a.Title) {
		c.untitled[a.Station]++
	}
	_, seconds := c.at.In(cmp.Or(station.Zone, time.UTC)).Zone()
	offset := time.Duration(seconds) * time.Second
	if offset <= 0 || a.Published.Before(c.at.Add(-offset)) {
		return
	}
	count := c.clocks[station.ID]
	if count == nil {
		count = &clockCount{}
		c.clocks[station.ID] = count
	}
	switch {
	case a.Published.After(c.at.Add(offset)):
		count.later++
	case a.Published.After(c.at):
		count.ahead++
	default:
		count.past++
	}
}

// fewAhead is how many articles of a station are embargoed at any time without a doubt
// about its clock.
const fewAhead = 3

// isLocal reports whether articles go on for the zone's offset as they came until now:
// embargoes are fewer, and have no such end.
func (c *clockCount) isLocal() bool {
	return c != nil && c.ahead > fewAhead && 3*c.ahead >= c.past && 10*c.later <= c.ahead
}

// channels counts the visible articles of all channels.
func (s *Snapshot) channels(ctx context.Context, into map[placement]int) error {
	if err := s.allow(ctx, 0); err != nil {
		return err
	}
	defer func() {
		_ = s.allow(context.WithoutCancel(ctx), s.store.timeout) // a connection that fails here fails at its next use
	}()
	rows, err := s.askWithin(ctx, s.placements(), bulkTimes*s.store.timeout)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(3)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		at, count := placement{r.station(), r.text("channel")}, r.integer("count")
		if r.fault == nil && at.key != "" {
			into[at] += int(count)
		}
	}
	return s.failed(rows.err())
}

// placements returns the query of the channels of visible articles.
func (s *Snapshot) placements() *statement {
	q, c := s.query(), s.catalog
	q.add("SELECT ", s.dialect.text(c.column("station")), ", ", s.dialect.text(s.channel()), ", count(*) FROM ", c.channelsFrom, " JOIN ", c.from,
		" ON ", c.ofArticle(), " WHERE ", s.present(q), " GROUP BY 1, 2")
	return q
}

// notices names what was counted that is hardly meant, a line each.
func (c *census) notices(s *Snapshot) (lines []string) {
	for _, station := range c.network.Stations {
		name := station.ID
		if key := s.store.network.StationKey(name); key != name {
			name += " (" + key + ")"
		}
		if c.counts[station.ID] == 0 && !station.All {
			lines = append(lines, fmt.Sprintf("%s.station: no article of station %s", s.store.articles, name))
		}
		if n := c.untitled[station.ID]; n > 0 {
			lines = append(lines, fmt.Sprintf("%s.title: empty in %d %s of station %s: the beginning of the text stands for it",
				s.store.articles, n, english.PluralWord(n, "article", ""), name))
		}
		if count := c.clocks[station.ID]; count.isLocal() {
			lines = append(lines, fmt.Sprintf("%s.published: %d articles of station %s are ahead of the present, none by more than the offset of %s: is local time stored as UTC? %s",
				s.store.articles, count.ahead, name, station.Zone, s.localTime(station.Zone)))
		}
	}
	return append(lines, c.channelNotices(s)...)
}

// localTime says what mends times that are local, and taken for UTC.
func (s *Snapshot) localTime(zone *time.Location) string {
	switch published := s.catalog.column("published"); {
	case !s.dialect.remote():
		return "Then import with content.timezone: " + zone.String()
	case published.kind == clockKind:
		return "Then set content.timezone: " + zone.String()
	}
	return "Then what writes them has to name the zone"
}

// maxStrange is how many channels are named that the configuration does not have.
const maxStrange = 20

// channelNotices names channels without articles, and articles in no channel of the
// configuration: one is often the other, misspelt.
func (c *census) channelNotices(s *Snapshot) (lines []string) {
	if c.placed == nil {
		return nil
	}
	found, strange := map[placement]int{}, map[placement]int{} // the former by ids
	for at, count := range c.placed {
		station, ok := c.network.Station(at.station)
		if !ok {
			continue
		}
		id := s.store.network.ChannelOf(at.station, at.key)
		known := station.HasChannel(id)
		found[placement{at.station, id}] += count
		for _, all := range c.network.Stations {
			if all.All && all.ID != at.station {
				found[placement{all.ID, id}] += count
				known = known || all.HasChannel(id)
			}
		}
		if !known {
			strange[at] = count
		}
	}
	for _, station := range c.network.Stations {
		for _, channel := range station.Channels {
			if found[placement{station.ID, channel.ID}] > 0 || c.counts[station.ID] == 0 && !station.All {
				continue
			}
			line := fmt.Sprintf("%s: no visible article in channel %s of station %s", s.channelColumn(), channel.ID, station.ID)
			if key := s.store.network.ChannelKey(station.ID, channel.ID); key != channel.ID {
				line += " (" + key + ")"
			}
			lines = append(lines, line)
		}
	}
	return append(lines, strangeChannels(s, c.network, strange)...)
}

// strangeChannels names channels that the configuration does not have, those with most
// articles first.
func strangeChannels(s *Snapshot, n *network.Network, counts map[placement]int) (lines []string) {
	all := slices.SortedFunc(maps.Keys(counts), func(a, b placement) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a.station+" "+a.key, b.station+" "+b.key)
	})
	for _, at := range all[:min(len(all), maxStrange)] {
		line := fmt.Sprintf("%s: %d %s of station %s in %q, which is no channel of the configuration",
			s.channelColumn(), counts[at], english.PluralWord(counts[at], "article", ""), at.station, at.key)
		var known []string
		if station, ok := n.Station(at.station); ok {
			for _, channel := range station.Channels {
				known = append(known, s.store.network.ChannelKey(station.ID, channel.ID))
			}
		}
		if meant, ok := suggest.Nearest(at.key, known); ok {
			line += fmt.Sprintf(" (did you mean %q?)", meant)
		}
		lines = append(lines, line)
	}
	if more := len(all) - maxStrange; more > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more that are no channels of the configuration", s.channelColumn(), more))
	}
	return lines
}

// channelColumn names the column that has the channels.
func (s *Snapshot) channelColumn() string {
	of := s.store.channels
	if s.catalog.single {
		of = s.store.articles
	}
	return of.String() + "." + s.catalog.channels.called["channel"]
}
