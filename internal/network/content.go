package network

import (
	"slices"
	"strings"
)

// Stations may have their articles in several content stores. The ids of articles of
// a store that has a name begin with it and a colon, so that no two articles of the
// network have one id, and what a store calls stations and channels concerns its own
// stations alone.

// Contents returns the names of the content stores that have articles of stations
// which publish, in the order of these, the store without a name first.
func (n *Network) Contents() (names []string) {
	for _, s := range n.Stations {
		if !slices.Contains(names, s.Content) {
			names = append(names, s.Content)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return min(len(a), 1) - min(len(b), 1) })
	return names
}

// ContentOf returns the name of the content store that has the article of an id.
func (n *Network) ContentOf(id string) string {
	name, _, _ := strings.Cut(id, ":")
	if _, ok := n.contents[name]; ok && len(name) < len(id) {
		return name
	}
	return ""
}

// SameRow reports whether two ids are those of one row, of a store that has been
// given another name.
func (n *Network) SameRow(a, b string) bool {
	row := func(id string) string {
		if name := n.ContentOf(id); name != "" {
			return id[len(name)+1:]
		}
		return id
	}
	return a == b || row(a) == row(b)
}

// In returns the network as the content store of that name knows it: Stations are its
// own, and only these have keys. All are still found by their ids.
func (n *Network) In(content string) *Network {
	part := *n
	part.only, part.keys = &content, n.contents[content]
	part.Stations = slices.DeleteFunc(slices.Clone(n.Stations), func(s *Station) bool { return s.Content != content })
	return &part
}

// Holds reports whether a station's articles are in the content store as which the
// network is known, see In.
func (n *Network) Holds(s *Station) bool { return n.only == nil || s.Content == *n.only }
