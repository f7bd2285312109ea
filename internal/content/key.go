package content

import (
	"maps"
	"slices"
	"strings"
)

// ofStation returns the condition that an article is of a station.
func (s *Snapshot) ofStation(q *statement, id string) string {
	return s.dialect.keyIs(q, s.catalog.column("station"), s.store.network.StationKey(id))
}

// ofStations returns the condition that an article is of one of several stations.
func (s *Snapshot) ofStations(q *statement, ids []string) string {
	if len(ids) == 1 {
		return s.ofStation(q, ids[0])
	}
	return s.dialect.amongStations(q, s.catalog.column("station"), s.stationKeys(ids))
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
	return "(SELECT count(*) FROM " + s.catalog.channelsFrom + " WHERE c.article_id = a.id AND " + condition + ") > 0"
}

func (s *Snapshot) channel() column { return s.catalog.channels.columns["channel"] }
