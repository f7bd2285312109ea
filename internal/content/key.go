package content

import (
	"maps"
	"slices"
	"strings"
)

// ofStation returns the condition that an article is of a station.
func (s *Snapshot) ofStation(q *statement, id string) string {
	c, key := s.catalog.column("station"), s.store.network.StationKey(id)
	switch {
	case c.always == "":
		return s.dialect.keyIs(q, c, key)
	case c.always == key:
		return "1 = 1"
	}
	return "1 = 0"
}

// ofStations returns the condition that an article is of one of several stations.
func (s *Snapshot) ofStations(q *statement, ids []string) string {
	if len(ids) == 1 {
		return s.ofStation(q, ids[0])
	}
	c, keys := s.catalog.column("station"), s.stationKeys(ids)
	switch {
	case c.always == "":
		return s.dialect.amongStations(q, c, keys)
	case slices.Contains(keys, c.always):
		return "1 = 1"
	}
	return "1 = 0"
}

func (s *Snapshot) stationKeys(ids []string) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.store.network.StationKey(id)
	}
	return keys
}

// channelKeys returns what stations call a channel: the ids of the stations, by key.
func (s *Snapshot) channelKeys(stations []string, channel string) map[string][]string {
	keys := map[string][]string{}
	for _, station := range stations {
		key := s.store.network.ChannelKey(station, channel)
		keys[key] = append(keys[key], station)
	}
	return keys
}

// anyKey returns the condition that a row of channels has one of the keys.
func (s *Snapshot) anyKey(q *statement, keys map[string][]string) string {
	var any []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		any = append(any, s.dialect.keyIs(q, s.channel(), key))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

// inChannel returns the condition that an article is in a channel, by the key that its
// station has for it. A count is no join: no planner reads the whole channel and sorts it.
// Where a view joins the station, the count is only made for articles that have passed
// that join: without statistics, PostgreSQL counts for the whole archive else.
func (s *Snapshot) inChannel(q *statement, keys map[string][]string) string {
	condition := ""
	if len(keys) == 1 {
		condition = s.anyKey(q, keys)
	} else {
		var any []string
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			any = append(any, s.dialect.keyIs(q, s.channel(), key)+" AND "+s.ofStations(q, keys[key]))
		}
		condition = "(" + strings.Join(any, " OR ") + ")"
	}
	if s.catalog.articles.view {
		condition += " AND " + s.catalog.name("station") + " IS NOT NULL"
	}
	return "(SELECT count(*) FROM " + s.catalog.channelsFrom + " WHERE " + s.catalog.ofArticle() + " AND " + condition + ") > 0"
}

func (s *Snapshot) channel() column { return s.catalog.channels.columns["channel"] }

// articleID is the column of channels that has the id of an article.
func (c *catalog) articleID() string { return c.channels.columns["article_id"].name }

// ofArticle is the condition that a channel is of the article at hand.
func (c *catalog) ofArticle() string {
	condition := c.articleID() + " = " + c.name("id")
	if c.single { // which may have none
		condition += " AND " + c.channels.columns["channel"].name + " IS NOT NULL"
	}
	return condition
}
