// Package network is who publishes where: the network, its stations and their
// channels. Every public path and every public URL is made here and nowhere
// else.
package network

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"feedstation/internal/address"
)

// Network is a news portal: all stations of one publisher. It does not change.
type Network struct {
	Name     string
	Stations []*Station // those that publish: neither closed nor moved

	byID   map[string]*Station // also those that are closed or moved
	byWas  map[string]*Station // by former ids
	byHost map[string]*site    // by normalised host
	shared map[string]bool     // normalised hosts under which stations are /{station}/…

	keys     storeKeys            // of the content store without a name, or see In
	contents map[string]storeKeys // of all, by name
	only     *string              // see In; nil: it is the whole network
}

// Station is one edition of the network, on a host of its own or in a folder of one.
type Station struct {
	ID          string
	Was         []string `json:"-"`          // its former ids; no document depends on them
	Key         string   `json:",omitempty"` // what the content store calls it; empty: its ID
	Content     string   `json:",omitempty"` // the content store that has its articles; empty: the one without a name
	Name        string
	URL         string // scheme, host and perhaps a folder, ASCII, without a trailing slash
	Description string
	Email       string // the editors'; may be empty
	Language    string // BCP 47
	Zone        *time.Location
	Icon        string // square, absolute URL; may be empty
	Logo        string // wide, absolute URL; may be empty
	Rights      string
	NewsName    string    // the publication's name on Google News; empty: the network's
	Hub         string    // address of the WebSub hub that its feeds name; empty: none
	Rules       Rules     // of robots.txt
	Terms       Terms     // of what programs do with what they fetch
	Keys        []string  `json:"-"` // by which it proves to engines that it speaks for its host, the present one first; no edition has their files
	All         bool      // its feeds carry the articles of all stations
	Profiles    []string  // aggregators for which its own feed is there once more, by name
	Channels    []Channel // those that publish: neither closed nor moved
	Feed        Feed      // of its own feed and its channels'; zero: the network's
	Aliases     Aliases   `json:"-"` // no document depends on them
	CacheKeys   CacheKeys `json:"-"` // nor on these
	Former

	folder   string            // of URL, with a slash before it; empty: none
	channels map[string]Former // by id, of all channels
	now      map[string]string // ids of channels by their former ones
	keys     channelKeys       // of all channels
	mining   bool              // its host has a tdmrep.json
	notNews  []string          // ids of channels, of all
}

// Channel is a section of a station.
type Channel struct {
	ID       string
	Was      []string `json:"-"`          // as that of a station
	Key      string   `json:",omitempty"` // what the content store calls it at this station; empty: its ID
	Name     string
	NotNews  bool     // its articles are in no sitemap for Google News
	Feed     Feed     // zero: the station's
	Profiles []string // as those of a station
	Former
}

// Feed is what a feed has. Only of the zero Feed Items is 0.
type Feed struct {
	Items    int           // at least, if there are so many articles
	Window   time.Duration // all articles of so long ago; 0: no more than Items
	MaxItems int           // at most
	FullText bool          // false: summaries only
}

// Former is what has become of a station or a channel that publishes no more.
type Former struct {
	Closed  bool   // for good
	MovedTo string // absolute http(s) URL in whose place the paths are now; empty: not moved
}

// Publishes reports whether it is neither closed nor moved.
func (f Former) Publishes() bool { return !f.Closed && f.MovedTo == "" }

// ids appear in paths and in keys of the cache.
var validID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// CheckID reports why id can't name a station or a channel.
func CheckID(id string) error {
	switch {
	case id == "":
		return errors.New("missing")
	case !validID.MatchString(id):
		return fmt.Errorf("%q: want at most 64 letters (a-z), digits, hyphens and underscores", id)
	case id == shardFolder:
		return fmt.Errorf("%q is taken: sitemaps live there", id)
	}
	return nil
}

// Origin returns scheme and host of an address in ASCII, lower case and without a
// trailing slash, and why the address has more, or is none.
func Origin(address string) (string, error) {
	own, err := Base(address)
	if err == nil && strings.Count(own, "/") > len("//") {
		return "", fmt.Errorf("want only scheme and host, as in https://xt.news.example: %q", address)
	}
	return own, err
}

// Base returns a station's address as [address.Normal] writes it, without a trailing
// slash, and why the address can't be a station's: it is scheme, host and perhaps a
// folder.
func Base(page string) (string, error) {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", fmt.Errorf("not an absolute http(s) URL: %q", page)
	}
	if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil || strings.HasSuffix(page, "#") {
		return "", fmt.Errorf("want only scheme, host and perhaps a folder, as in https://xt.news.example: %q", page)
	}
	if _, ok := NormalizeHost(u.Host); !ok {
		return "", fmt.Errorf("not a valid host: %q", u.Host)
	}
	normal, err := address.Normal(page)
	if err != nil {
		return "", err
	}
	normal = strings.TrimRight(normal, "/")
	if _, path, _ := strings.Cut(normal, "://"); strings.Contains(path, "//") {
		return "", fmt.Errorf("want a folder such as https://www.news.example/xt: %q", page)
	}
	return normal, nil
}

// New returns the network of the stations, reachable on their own hosts and,
// as /{station}/…, on the shared ones. The stations are taken over. Every
// fault is in the error.
func New(name string, stations []*Station, shared []string) (*Network, error) {
	n := &Network{
		Name: name, byID: map[string]*Station{}, byWas: map[string]*Station{}, byHost: map[string]*site{}, shared: map[string]bool{},
		contents: map[string]storeKeys{},
	}
	var faults []error
	for i, s := range stations {
		for _, err := range n.add(s) {
			faults = append(faults, fmt.Errorf("stations[%d].%w", i, err))
		}
		if s.Publishes() {
			n.Stations = append(n.Stations, s)
		}
	}
	for i, s := range stations {
		for _, err := range n.addWas(s) {
			faults = append(faults, fmt.Errorf("stations[%d].%w", i, err))
		}
		if err := n.shadowed(s); err != nil {
			faults = append(faults, fmt.Errorf("stations[%d].url: %w", i, err))
		}
	}
	for i, host := range shared {
		normal, ok := NormalizeHost(host)
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("hosts[%d]: not a valid host: %q", i, host))
		case n.byHost[normal] != nil:
			faults = append(faults, fmt.Errorf("hosts[%d]: %q is the host of station %s", i, host, n.byHost[normal].stations[0].ID))
		}
		n.shared[normal] = true
	}
	for _, s := range n.Stations {
		s.mining = n.TDMRep(s) != nil
	}
	n.keys = n.contents[""]
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return n, nil
}

// add takes a station over and returns what is wrong with it.
func (n *Network) add(s *Station) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	err := CheckID(s.ID)
	switch {
	case err != nil:
		fault("id: %w", err)
	case n.byID[s.ID] != nil:
		fault("id: %q is there twice", s.ID)
	default:
		n.byID[s.ID] = s
	}

	of, known := n.contents[s.Content]
	if !known {
		of = storeKeys{map[string]string{}, newChannelKeys()}
		n.contents[s.Content] = of
	}
	if key := cmp.Or(s.Key, s.ID); of.byKey[key] != "" && of.byKey[key] != s.ID {
		fault("key: station %s is called %q as well", of.byKey[key], key)
	} else {
		of.byKey[key] = s.ID
	}

	own, err := Base(s.URL)
	if err == nil {
		s.URL = own
		err = n.addHost(s)
	}
	if err != nil {
		fault("url: %w", err)
	}

	s.channels, s.keys, s.notNews = map[string]Former{}, newChannelKeys(), nil
	for i, c := range s.Channels {
		key := cmp.Or(c.Key, c.ID)
		if other := s.keys.ids[key]; other != "" && other != c.ID {
			fault("channels[%d].key: channel %s is called %q as well", i, other, key)
		}
		s.keys.add(c)
		if c.NotNews {
			s.notNews = append(s.notNews, c.ID)
		}
		if s.All {
			of.ofAll.add(c)
		}
		if err := CheckID(c.ID); err != nil {
			fault("channels[%d].id: %w", i, err)
		} else if _, twice := s.channels[c.ID]; twice {
			fault("channels[%d].id: %q is there twice", i, c.ID)
		}
		s.channels[c.ID] = c.Former
	}
	faults = append(faults, s.addWas()...)
	s.Channels = slices.DeleteFunc(slices.Clone(s.Channels), func(c Channel) bool { return !c.Publishes() })
	return faults
}

// Station returns the station with that id, also one that publishes no more.
func (n *Network) Station(id string) (*Station, bool) {
	s, ok := n.byID[id]
	return s, ok
}

// HasChannel reports whether the station has a channel with that id, also one
// that publishes no more.
func (s *Station) HasChannel(id string) bool {
	_, ok := s.channels[id]
	return ok
}

// NotNews are the ids of the channels whose articles are not for the news, also of those
// that publish no more.
func (s *Station) NotNews() []string { return s.notNews }

// FormerPath tells what has become of a path of the station: whether it is closed,
// or the URL it has moved to. Both are zero for a path that neither holds for.
func (s *Station) FormerPath(path string) (closed bool, movedTo string) {
	if !s.Publishes() {
		return s.Closed, moved(s.MovedTo, path)
	}
	if len(s.channels) == len(s.Channels) { // all are published
		return false, ""
	}
	_, id, rest, ok := cutChannel(path)
	channel, known := s.channels[id]
	if !ok || !known || channel.Publishes() {
		return false, ""
	}
	if rest == previewSuffix {
		return channel.Closed, movedPreview(channel.MovedTo)
	}
	return channel.Closed, moved(channel.MovedTo, rest)
}

func moved(to, path string) string {
	if to == "" {
		return ""
	}
	return strings.TrimSuffix(to, "/") + path
}

// movedPreview returns the page of a channel that has moved: the last segment of a path
// is its id at a station, a host alone is that of a station which it has become.
func movedPreview(to string) string {
	if to == "" {
		return ""
	}
	to = strings.TrimSuffix(to, "/")
	_, rest, _ := strings.Cut(to, "://")
	if !strings.Contains(rest, "/") {
		return to + DirectoryPath
	}
	at := strings.LastIndexByte(to, '/')
	return to[:at] + PreviewPath(to[at+1:])
}

// FeedProfiles returns the aggregators for which a channel's feed is there once
// more, or those of the station's own for the zero channel.
func (s *Station) FeedProfiles(channel Channel) []string {
	if channel.ID == "" {
		return s.Profiles
	}
	return channel.Profiles
}

// Title returns the title of a channel's feed, or of the station's own for the
// zero channel.
func (s *Station) Title(channel Channel) string {
	if channel.ID == "" {
		return s.Name
	}
	return s.Name + " · " + channel.Name
}

// Address returns the public URL of a path of the station.
func (s *Station) Address(path string) string {
	return s.URL + path
}

// Owns reports whether a page's address has the station's own scheme, host and port,
// and is within its folder: a sitemap names no other pages (sitemaps.org, "Sitemap file
// location").
func (s *Station) Owns(page string) bool {
	rest, ok := strings.CutPrefix(page, s.URL)
	if ok && strings.HasPrefix(rest, "/") && isPlain(rest) && (s.folder == "" || !strings.Contains(rest, "/.")) {
		return true // as nearly all are, and an archive has millions
	}
	normal, err := address.Normal(page)
	return err == nil && strings.HasPrefix(normal, s.URL+"/")
}

// OwnsHost reports whether a page has the station's scheme, host and port, whatever its
// folder.
func (s *Station) OwnsHost(page string) bool {
	normal, err := address.Normal(page)
	return err == nil && strings.HasPrefix(normal, s.Origin()+"/")
}

// isPlain reports whether all of s is visible ASCII without percent-encoding.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '%' {
			return false
		}
	}
	return true
}
