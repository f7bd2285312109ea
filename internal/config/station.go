package config

import (
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/network"
)

type stationSection struct {
	ID               string           `key:"id"`
	Was              []string         `key:"was"`
	Key              storeKey         `key:"key"`     // empty: the id
	Content          string           `key:"content"` // of contents; empty: that of content
	Name             string           `key:"name"`
	URL              string           `key:"url"`
	All              bool             `key:"all" default:"false"`
	Email            string           `key:"email"`
	Language         tag              `key:"language"` // empty: the network's
	Zone             *time.Location   `key:"timezone"` // nil: the network's
	Description      string           `key:"description"`
	Icon             string           `key:"icon"`
	Logo             string           `key:"logo"`
	Rights           rightsSection    `key:"rights"`
	NewsName         string           `key:"news_name"` // empty: that of sitemaps
	Robots           []string         `key:"robots"`    // nil: the server's
	Profiles         []string         `key:"profiles"`  // nil: the network's
	Closed           bool             `key:"closed" default:"false"`
	MovedTo          string           `key:"moved_to"`
	Items            *int             `key:"items"` // nil: as feeds has it, and so the next three
	Window           *time.Duration   `key:"window"`
	MaxItems         *int             `key:"max_items"`
	FullText         *bool            `key:"full_text"`
	IndexNowKey      Secret           `key:"indexnow_key"`
	IndexNowRotation int              `key:"indexnow_rotation" default:"0"`
	Baidu            string           `key:"baidu"`
	Aliases          stationAliases   `key:"aliases"`
	Channels         []channelSection `key:"channels"`
}

type channelSection struct {
	ID       string         `key:"id"`
	Was      []string       `key:"was"`
	Key      storeKey       `key:"key"` // empty: the id
	Name     string         `key:"name"`
	News     bool           `key:"news" default:"true"`
	Profiles []string       `key:"profiles"` // nil: the station's
	Closed   bool           `key:"closed" default:"false"`
	MovedTo  string         `key:"moved_to"`
	Items    *int           `key:"items"` // nil: as the station has it, and so the next three
	Window   *time.Duration `key:"window"`
	MaxItems *int           `key:"max_items"`
	FullText *bool          `key:"full_text"`
}

// validateStations reports what network.New would refuse, each with its place,
// and what else is wrong with stations.
func (doc *document) validateStations(r *report) {
	switch {
	case len(doc.Stations) == 0:
		r.value("stations", "missing: want at least one station")
	case !slices.ContainsFunc(doc.Stations, func(s stationSection) bool { return !s.Closed && s.MovedTo == "" }):
		r.value("stations", "all are closed or moved: want at least one that publishes")
	}
	ids, keys, hosts := map[string]string{}, map[string]map[string]string{}, map[string]string{} // paths, those of keys by content store
	for i, s := range doc.Stations {
		path := fmt.Sprintf("stations[%d]", i)
		r.id(path+".id", s.ID, ids)
		if keys[s.Content] == nil {
			keys[s.Content] = map[string]string{}
		}
		r.key(path, s.Key, s.ID, keys[s.Content])
		r.name(path+".name", s.Name)
		s.validateURL(r, path+".url", hosts)
		s.validateOptions(r, path)
		own := r.feed(path, s.feed(), doc.Feeds.Feed())

		channels, keys := map[string]string{}, map[string]string{}
		for j, c := range s.Channels {
			at := fmt.Sprintf("%s.channels[%d]", path, j)
			r.id(at+".id", c.ID, channels)
			r.key(at, c.Key, c.ID, keys)
			r.name(at+".name", c.Name)
			r.former(at, c.Closed, c.MovedTo)
			r.feed(at, c.feed(), own)
			r.profiles(at+".profiles", c.Profiles)
		}
	}
	doc.validateWas(r, ids)
	for i, host := range doc.Server.Hosts {
		path := fmt.Sprintf("server.hosts[%d]", i)
		normal, ok := network.NormalizeHost(host)
		if !ok {
			r.value(path, "not a valid host: %s", quote(host))
		} else if other := hosts[normal]; other != "" {
			r.value(path, "%q is the host of %s (%s)", host, parent(other), r.place(other).within())
		}
	}
}

// id reports an id that is none or is there twice. The paths of the ids are in
// seen.
func (r *report) id(path, id string, seen map[string]string) {
	if err := network.CheckID(id); err != nil {
		r.value(path, "%w", err)
		return
	}
	if first := seen[id]; first != "" {
		r.value(path, "%q is there twice, first on %s", id, r.place(first).within())
		return
	}
	seen[id] = path
}

// validateWas reports former ids that are none, or are an id or a former id of another.
// The paths of the stations' ids are in seen.
func (doc *document) validateWas(r *report, seen map[string]string) {
	for i, s := range doc.Stations {
		path := fmt.Sprintf("stations[%d]", i)
		for j, id := range s.Was {
			r.id(fmt.Sprintf("%s.was[%d]", path, j), id, seen)
		}
		channels := map[string]string{}
		for j, c := range s.Channels {
			if channels[c.ID] == "" {
				channels[c.ID] = fmt.Sprintf("%s.channels[%d].id", path, j)
			}
		}
		for j, c := range s.Channels {
			for k, id := range c.Was {
				r.id(fmt.Sprintf("%s.channels[%d].was[%d]", path, j, k), id, channels)
			}
		}
	}
}

// maxKey is how long a key may be, in bytes: WordPress's slugs have up to 200.
const maxKey = 200

// key reports a key that is none, or that is what another is called by, be it by
// its id. The paths of the keys are in seen.
func (r *report) key(path string, key storeKey, id string, seen map[string]string) {
	r.line(path+".key", string(key))
	if len(key) > maxKey {
		r.value(path+".key", "longer than %d bytes", maxKey)
	}
	name, at := string(key), path+".key"
	if key == "" {
		name, at = id, path+".id"
	}
	first := seen[name]
	switch {
	case first == "":
		seen[name] = at
	case !strings.HasSuffix(first, ".id") || key != "": // two ids are reported as such
		r.value(at, "the content store calls another one so: %s (%s)", first, r.place(first).within())
	}
}

// validateURL reports an address that is none or is that of another. The paths of the
// addresses, without scheme and port, and of the hosts are in seen.
func (s *stationSection) validateURL(r *report, path string, seen map[string]string) {
	if s.URL == "" {
		r.value(path, "missing")
		return
	}
	if strings.Contains(s.URL, "@") { // network.Base quotes the whole of it
		r.value(path, "want only scheme, host and perhaps a folder, as in https://xt.news.example: %s", quote(s.URL))
		return
	}
	base, err := network.Base(s.URL)
	if err != nil {
		r.value(path, "%w", err)
		return
	}
	_, own, _ := strings.Cut(base, "://")
	authority, folder, inFolder := strings.Cut(own, "/")
	host, _ := network.NormalizeHost(authority)
	if first := seen[host+"/"+folder]; first != "" {
		what := "the host"
		if inFolder {
			what = "the address"
		}
		r.value(path, "%q is %s of %s (%s)", strings.TrimSuffix(host+"/"+folder, "/"), what, parent(first), r.place(first).within())
		return
	}
	seen[host+"/"+folder] = path
	if seen[host] == "" {
		seen[host] = path
	}
}

func (s *stationSection) validateOptions(r *report, path string) {
	if s.Email != "" {
		parsed, err := mail.ParseAddress(s.Email)
		if err != nil || parsed.Address != s.Email {
			r.value(path+".email", "want an address such as editor@xt.news.example, got %q", s.Email)
		}
	}
	r.former(path, s.Closed, s.MovedTo)
	r.profiles(path+".profiles", s.Profiles)
	r.address(path+".icon", s.Icon)
	r.address(path+".logo", s.Logo)
	r.rights(path+".rights", &s.Rights)
	r.line(path+".news_name", s.NewsName)
}

// profiles reports the names of a list that are no profile's, or are there twice.
func (r *report) profiles(path string, list []string) {
	var known []string
	for _, p := range feed.Profiles() {
		known = append(known, p.Name)
	}
	for i, name := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !slices.Contains(known, name):
			r.value(at, "want one of %s, got %s", strings.Join(known, ", "), quote(name))
		case slices.Contains(list[:i], name):
			r.value(at, "%q is there twice", name)
		}
	}
}

// former reports what can't be said of a station or a channel that publishes no
// more.
func (r *report) former(path string, closed bool, movedTo string) {
	r.address(path+".moved_to", movedTo)
	switch {
	case movedTo == "":
	case closed:
		r.value(path+".moved_to", "what has moved is not closed: want either")
	case strings.ContainsAny(movedTo, "?#"):
		r.value(path+".moved_to", "want no query and no fragment: paths are put behind it: %s", quote(movedTo))
	}
}

// address reports what is neither empty nor the address of a page or picture.
func (r *report) address(path, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		r.value(path, "not an absolute http(s) URL: %s", quote(text))
	}
}
