package purge

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
)

// call is a request to a cache.
type call struct {
	request client.Request
	notices []int // those that it is for, by their place
	gone    bool  // nothing is there any more
}

// item is what of a notice a cache may have: a document at one address, in one coding.
type item struct {
	notice int
	gone   bool
	coding string // empty: any
	values map[string]string
}

// calls returns the requests that purge what notices name. Equal ones are one: a cache that
// purges by key is not asked for each address.
func (c *Cache) calls(station *network.Station, notices []push.Notice) (all []call) {
	items := c.items(station, notices)
	if c.list {
		return c.listed(items)
	}
	place := map[string]int{}
	for _, it := range items {
		one := c.call(it.values, nil, it.coding)
		id := identity(one.request)
		at, ok := place[id]
		if !ok {
			at = len(all)
			place[id] = at
			one.gone = true
			all = append(all, one)
		}
		all[at].notices = append(all[at].notices, it.notice)
		all[at].gone = all[at].gone && it.gone
	}
	return all
}

// identity returns what two equal requests have in common.
func identity(r client.Request) string {
	parts := []string{r.URL, string(r.Body)}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		parts = append(parts, name+": "+r.Header.Get(name))
	}
	return strings.Join(parts, "\n")
}

// listed returns requests with lists, each of one host and one coding.
func (c *Cache) listed(items []item) (all []call) {
	kind := listIn(c.settings.Body)
	type group struct{ host, coding string }
	groups := map[group][]item{}
	var order []group
	for _, it := range items {
		g := group{it.values[hostName], it.coding}
		if groups[g] == nil {
			order = append(order, g)
		}
		groups[g] = append(groups[g], it)
	}
	for _, g := range order {
		var list []string
		var notices []int
		flush := func() {
			if len(list) > 0 {
				one := c.call(map[string]string{hostName: g.host, tokenName: c.settings.Token}, list, g.coding)
				one.notices = notices
				all = append(all, one)
			}
			list, notices = nil, nil
		}
		for _, it := range groups[g] {
			element := it.values[kind]
			known := slices.Contains(list, element)
			if !known && len(list) == c.settings.Batch {
				flush()
			}
			if !known {
				list = append(list, element)
			}
			notices = append(notices, it.notice)
		}
		flush()
	}
	return all
}

// call returns a request with values, and a list in its body.
func (c *Cache) call(values map[string]string, list []string, coding string) call {
	s := &c.settings
	header := http.Header{}
	for name, value := range s.Header {
		header.Set(name, fill(value, values, plain))
	}
	if coding != "" {
		header.Set("Accept-Encoding", coding)
	}
	if header.Get("Host") == "" && strings.Contains(s.URL, "{"+pathName+"}") && !strings.Contains(s.URL, "{"+hostName+"}") {
		header.Set("Host", values[hostName]) // a cache keeps what it has by both
	}
	body := ""
	if s.Body != "" {
		escape, mediaType := inForm, "application/x-www-form-urlencoded"
		if given := header.Get("Content-Type"); strings.Contains(given, "json") || given == "" && strings.ContainsAny(s.Body[:1], "{[") {
			escape, mediaType = inJSON, "application/json"
		}
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", mediaType)
		}
		body = fillList(fill(s.Body, values, escape), list)
	}
	return call{request: client.Request{Method: s.Method, URL: fill(s.URL, values, inAddress), Header: header, Body: []byte(body)}}
}

// items returns what a cache may have of notices: each document in every coding, at the
// station's address and on shared hosts, with the twins of sitemaps. What goes by keys
// knows no addresses.
func (c *Cache) items(station *network.Station, notices []push.Notice) (all []item) {
	bases, codings := []string{station.URL}, c.settings.Codings
	scheme, _, _ := strings.Cut(station.URL, "://")
	for _, host := range c.settings.Hosts {
		bases = append(bases, scheme+"://"+host+"/"+station.ID)
	}
	byKey := listIn(c.settings.Body) == keysName
	if byKey {
		bases, codings = bases[:1], nil
	}
	if len(codings) == 0 {
		codings = []string{""}
	}
	for i, n := range notices {
		paths := []string{n.Path}
		if network.IsSitemap(n.Path) && !byKey {
			paths = append(paths, n.Path+network.GzipSuffix)
		}
		for _, base := range bases {
			for _, path := range paths {
				for _, coding := range codings {
					all = append(all, item{i, n.Gone, coding, c.values(station, base, path)})
				}
			}
		}
	}
	return all
}

// values returns what placeholders stand for.
func (c *Cache) values(station *network.Station, base, path string) map[string]string {
	address := base + path
	if base == station.URL && (path == network.RobotsPath || path == network.TDMPath) {
		address = station.Origin() + path
	}
	u, err := url.Parse(address)
	if err != nil { // the configuration has checked it
		u = &url.URL{}
	}
	key := station.CacheKey(path)
	return map[string]string{
		urlName: address, hostName: u.Host, pathName: u.EscapedPath(), keyName: key, stationName: station.CacheKey(""), tokenName: c.settings.Token,
		urlsName: address, pathsName: u.EscapedPath(), keysName: key,
	}
}
