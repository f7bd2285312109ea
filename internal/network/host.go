package network

import (
	"fmt"
	"slices"
	"strings"

	"feedstation/internal/address"
)

// NormalizeHost returns a host as it is compared here, see [address.Host].
func NormalizeHost(host string) (string, bool) { return address.Host(host) }

// site is a host: one station, or several, each in a folder of its own.
type site struct {
	stations []*Station // in the order of the configuration
	folders  map[string]*Station
	depth    int                 // of the deepest folder
	keys     map[string]*Station // that publish, by the paths of the files of their keys
}

// addHost puts a station, whose URL is normal, on its host.
func (n *Network) addHost(s *Station) error {
	_, rest, _ := strings.Cut(s.URL, "://")
	authority, _, _ := strings.Cut(rest, "/")
	s.folder = rest[len(authority):]
	host, _ := NormalizeHost(authority)
	at := n.byHost[host]
	if at == nil {
		at = &site{folders: map[string]*Station{}, keys: map[string]*Station{}}
		n.byHost[host] = at
	}
	if other := at.folders[s.folder]; other != nil {
		what := "host"
		if s.folder != "" {
			what = "address"
		}
		return fmt.Errorf("station %s has the same %s", other.ID, what)
	}
	if len(at.stations) > 0 && at.stations[0].Origin() != s.Origin() {
		return fmt.Errorf("the stations of a host have one scheme and port: station %s is at %s", at.stations[0].ID, at.stations[0].Origin())
	}
	at.stations = append(at.stations, s)
	at.folders[s.folder] = s
	at.depth = max(at.depth, strings.Count(s.folder, "/"))
	if s.Publishes() {
		for _, key := range s.Keys {
			at.keys[KeyPath(key)] = s
		}
	}
	return nil
}

// OnHost returns the first station of a host, closed and moved ones included. A shared
// host is no station's.
func (n *Network) OnHost(host string) (*Station, bool) {
	own, _ := n.at(host)
	if own == nil {
		return nil, false
	}
	return own.stations[0], true
}

// Secure returns the scheme, host and port at which a host is over TLS: those of its
// stations, where they are at https, or else the usual port and that of the listener.
func (n *Network) Secure(host, port string) (origin string, ok bool) {
	own, ok := n.at(host)
	if !ok {
		return "", false
	}
	if own != nil && strings.HasPrefix(own.stations[0].URL, "https://") {
		return own.stations[0].Origin(), true
	}
	normal, _ := NormalizeHost(host)
	origin = "https://" + normal
	if port != "" && port != "443" {
		origin += ":" + port
	}
	return origin, true
}

// Origin returns scheme, host and port of the station's address.
func (s *Station) Origin() string { return strings.TrimSuffix(s.URL, s.folder) }

// at returns the station in whose folder a path of the host is, the deepest one.
// The host's robots.txt and tdmrep.json are those of any station that publishes, and the
// file of a key is that of its station; nil: none is there.
func (h *site) at(path string) *Station {
	if s := h.keys[path]; s != nil {
		return s
	}
	if path == RobotsPath || path == TDMPath {
		if i := slices.IndexFunc(h.stations, func(s *Station) bool { return s.Publishes() }); i >= 0 {
			return h.stations[i]
		}
	}
	found := h.folders[""]
	for end, depth := 0, 0; depth < h.depth && end < len(path); depth++ {
		next := strings.IndexByte(path[end+1:], '/')
		if next < 0 {
			next = len(path) - end - 1
		}
		end += 1 + next
		if s := h.folders[path[:end]]; s != nil {
			found = s
		}
	}
	return found
}

// At returns the station at whose own address a page is: of several of a host that in the
// deepest folder.
func (n *Network) At(page string) (*Station, bool) {
	normal, err := address.Normal(page)
	if err != nil {
		return nil, false
	}
	_, rest, _ := strings.Cut(normal, "://")
	host, path, _ := strings.Cut(rest, "/")
	own, _ := n.at(host)
	if own == nil {
		return nil, false
	}
	s := own.at("/" + path)
	return s, s != nil && s.Owns(page)
}

// shadowed returns why a station can't have its folder: documents of the station around
// it are there.
func (n *Network) shadowed(s *Station) error {
	host, _ := NormalizeHost(s.Host())
	at := n.byHost[host]
	if s.folder == "" || at == nil || at.folders[s.folder] != s {
		return nil
	}
	around := at.at(s.folder[:strings.LastIndexByte(s.folder, '/')])
	if around == nil {
		return nil
	}
	rest := strings.TrimPrefix(s.folder, around.folder)
	id, _, _ := strings.Cut(rest[1:], "/")
	switch {
	case id == shardFolder:
		return fmt.Errorf("the sitemaps of station %s are there", around.ID)
	case id == previewFolder:
		return fmt.Errorf("the pages of station %s are there", around.ID)
	case rest == "/"+id && (around.HasChannel(id) || around.now[id] != ""):
		return fmt.Errorf("station %s has a channel %q there", around.ID, id)
	case around.isDocument(rest):
		return fmt.Errorf("station %s has a document there", around.ID)
	}
	return nil
}

// Host returns host and port of the station's address.
func (s *Station) Host() string {
	_, host, _ := strings.Cut(s.Origin(), "://")
	return host
}
