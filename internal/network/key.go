package network

import "cmp"

// The content store may call a station or a channel otherwise than by its id: that
// is its key. A station's keys of channels hold for it alone; of a channel that it
// does not have, the key is that of a station with all articles, which shows them.

// storeKeys are the keys of a content store.
type storeKeys struct {
	byKey map[string]string // ids of stations
	ofAll channelKeys       // of its stations with all articles
}

// StationKey returns what the content store calls a station.
func (n *Network) StationKey(id string) string {
	if s := n.byID[id]; s != nil {
		return cmp.Or(s.Key, id)
	}
	return id
}

// StationOf returns the id of the station that the content store calls so. What is
// no station's key is returned as it is, or as what no id is where a station has
// that for its id, and another key.
func (n *Network) StationOf(key string) string {
	if id, ok := n.keys.byKey[key]; ok {
		return id
	}
	if n.byID[key] != nil {
		return strange(key)
	}
	return key
}

// ChannelKey returns what the content store calls a station's channel.
func (n *Network) ChannelKey(station, id string) string {
	if s := n.byID[station]; s != nil && s.HasChannel(id) {
		return s.keys.key(id)
	}
	return n.keys.ofAll.key(id)
}

// ChannelOf returns the id of the channel that the content store calls so at a
// station, as StationOf does.
func (n *Network) ChannelOf(station, key string) string {
	s := n.byID[station]
	if s != nil {
		if id, ok := s.keys.ids[key]; ok {
			return id
		}
	}
	id, ok := n.keys.ofAll.ids[key]
	switch {
	case ok && (s == nil || !s.HasChannel(id)):
		return id
	case s != nil && s.HasChannel(key) || n.keys.ofAll.keys[key] != "":
		return strange(key)
	}
	return key
}

// strange is how a key is called that would pass for an id.
func strange(key string) string { return "key " + key }

// channelKeys are the keys of channels, and their ids.
type channelKeys struct{ keys, ids map[string]string }

func newChannelKeys() channelKeys { return channelKeys{map[string]string{}, map[string]string{}} }

// add takes a channel; of two with one id or one key the first counts.
func (k channelKeys) add(c Channel) {
	key := cmp.Or(c.Key, c.ID)
	if k.keys[c.ID] != "" || k.ids[key] != "" {
		return
	}
	k.keys[c.ID], k.ids[key] = key, c.ID
}

func (k channelKeys) key(id string) string { return cmp.Or(k.keys[id], id) }
