package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// The kinds of sources.
const (
	WordPress = "wordpress" // REST API, wp/v2
	Ghost     = "ghost"     // Content API
	Drupal    = "drupal"    // JSON:API
	Directus  = "directus"  // items
	Strapi    = "strapi"    // REST API
	JSON      = "json"      // any API that answers with JSON
	FeedKind  = "feed"      // RSS, Atom or JSON Feed
	Files     = "files"     // a folder of JSON Lines and Markdown
)

// SourceKinds are the kinds of sources, in the order in which they are documented.
var SourceKinds = [...]string{WordPress, Ghost, Drupal, Directus, Strapi, JSON, FeedKind, Files}

// Source is where articles come from that fill the embedded store.
type Source struct {
	// ID is what the ids of its articles in the store begin with, before a colon.
	ID string `key:"id"`
	// Kind is one of SourceKinds.
	Kind string `key:"kind"`
	// URL is the address of the system, of JSON that of what changed, of a feed its own.
	URL string `key:"url"`
	// Dir is the folder of Files.
	Dir string `key:"dir"`
	// Sites are further systems of the same kind: stations by address.
	Sites map[string]string `key:"sites"`
	// Station is that of all articles for which Stations names no other; empty: such
	// articles are left out.
	Station string `key:"station"`
	// Stations and Channels are ids by what the source files articles under:
	// categories, tags, sections. What is not in Channels, but is the id of a channel
	// of the article's station, is that one.
	Stations map[string]string `key:"stations"`
	Channels map[string]string `key:"channels"`
	// Collection is the type of content: of WordPress posts, of Drupal article.
	Collection string `key:"collection"`
	// Include are records that come along with an article, with commas between; empty:
	// those that a fresh installation has.
	Include string `key:"include"`
	// Link is the address of an article's page, {path} standing for values of it, where
	// the source knows none.
	Link string `key:"link"`
	// Fields are paths in gjson's syntax, by fields of the import format; also
	// modified, and terms, what articles are filed under.
	Fields map[string]string `key:"fields"`
	// Items is the path of the list in an answer of JSON; empty: the answer is the list.
	Items string `key:"items"`
	// Next is the path of the next page's address, or of the cursor for {cursor}.
	Next string `key:"next"`
	// All is the address of all items, the newest first; empty: URL.
	All string `key:"all"`
	// Sitemap is the address of the site's sitemap, whose pages are articles as well, of
	// FeedKind.
	Sitemap string `key:"sitemap"`
	// Item is the address of single items: {ids}, comma-separated, or {id}.
	Item string `key:"item"`
	// Size is how many items a page has, 1 to 1000; 0: as many as the kind allows.
	Size int `key:"size" default:"0"`
	// Every is how often the source is asked what changed, 5s to 24h, Audit how often
	// its newest articles and a part of the others are compared, Every to 168h.
	Every time.Duration `key:"every" default:"1m"`
	Audit time.Duration `key:"audit" default:"5m"`
	// Username and Password are for Basic authentication, as WordPress's application
	// passwords are; Token is a key or a bearer token, and Header the header that has it
	// if not Authorization.
	Username string `key:"username"`
	Password Secret `key:"password"`
	Token    Secret `key:"token"`
	Header   string `key:"header"`
	// Zone is that of times without one; nil: that of Content.
	Zone *time.Location `key:"timezone"`
	// Timeout bounds one request, 1s to 10m, Rate how many there are a second, 1 to
	// 1000, MaxBytes an answer, 10,000 to 1 GiB.
	Timeout  time.Duration `key:"timeout" default:"30s"`
	Rate     int           `key:"rate" default:"4"`
	MaxBytes int           `key:"max_bytes" default:"33554432"`
	TLS      SourceTLS     `key:"tls"`
}

// SourceTLS is how a source is trusted, and this client known there. All are files
// of PEM.
type SourceTLS struct {
	CA          string `key:"ca"`          // empty: the system's authorities
	Certificate string `key:"certificate"` // empty: this client shows none
	Key         string `key:"key"`
}

func (doc *document) validateSources(r *report, path string, c *Content, ids map[string]string) {
	for i := range c.Sources {
		doc.validateSource(r, fmt.Sprintf("%s.sources[%d]", path, i), c, &c.Sources[i], ids)
	}
	switch {
	case len(c.Sources) == 0:
	case c.Driver != SQLite:
		r.value(path+".sources", "only for sqlite: sources fill the embedded store")
	case c.Demo > 0:
		r.warn(path+".demo", "a store that sources fill gets no demo articles")
	}
}

func (doc *document) validateSource(r *report, path string, c *Content, s *Source, ids map[string]string) {
	r.id(path+".id", s.ID, ids)
	if !slices.Contains(SourceKinds[:], s.Kind) {
		if s.Kind == "" {
			r.value(path+".kind", "missing")
		} else {
			r.value(path+".kind", "want one of %s, got %s", strings.Join(SourceKinds[:], ", "), quote(s.Kind))
		}
		return
	}
	doc.validateStationsOf(r, path, c, s)
	s.validateAddresses(r, path)
	s.validateFields(r, path)
	between(r, path+".size", s.Size, 0, 1000)
	between(r, path+".every", s.Every, 5*time.Second, 24*time.Hour)
	between(r, path+".audit", s.Audit, s.Every, 168*time.Hour)
	between(r, path+".timeout", s.Timeout, time.Second, 10*time.Minute)
	between(r, path+".rate", s.Rate, 1, 1000)
	between(r, path+".max_bytes", s.MaxBytes, 10_000, 1<<30)
	if (s.Username == "") != (s.Password.Reveal() == "") {
		r.value(path+".username", "want username and password, or neither")
	}
	if (s.TLS.Certificate == "") != (s.TLS.Key == "") {
		r.value(path+".tls", "want certificate and key, or neither")
	}
}

// validateStationsOf reports stations and channels that there are not.
func (doc *document) validateStationsOf(r *report, path string, content *Content, s *Source) {
	channels, contents := map[string][]string{}, map[string]string{} // by station; both by former ids as well
	for _, station := range doc.Stations {
		var ids []string
		for _, c := range station.Channels {
			ids = append(append(ids, c.ID), c.Was...)
		}
		for _, id := range append(station.Was[:len(station.Was):len(station.Was)], station.ID) {
			channels[id], contents[id] = ids, station.Content
		}
	}
	var used []string
	station := func(at, id string) {
		if _, ok := channels[id]; !ok {
			r.value(at, "no station %s", quote(id))
		} else if contents[id] != content.ID {
			r.value(at, "the articles of station %s are in another content store", quote(id))
		}
		used = append(used, channels[id]...)
	}
	if s.Station != "" {
		station(path+".station", s.Station)
	}
	for name, stations := range map[string]map[string]string{"stations": s.Stations, "sites": s.Sites} {
		for _, key := range slices.Sorted(maps.Keys(stations)) {
			station(fmt.Sprintf("%s.%s[%s]", path, name, quote(key)), stations[key])
		}
	}
	if s.Station == "" && len(s.Stations) == 0 && len(s.Sites) == 0 && s.Fields["station"] == "" {
		r.value(path+".station", "missing: the station of its articles, or stations")
	}
	if s.Fields["station"] != "" {
		return // any
	}
	for _, term := range slices.Sorted(maps.Keys(s.Channels)) {
		if !slices.Contains(used, s.Channels[term]) {
			r.value(fmt.Sprintf("%s.channels[%s]", path, quote(term)), "none of its stations has a channel %s", quote(s.Channels[term]))
		}
	}
}

func (s *Source) validateAddresses(r *report, path string) {
	if s.URL == "" && len(s.Sites) == 0 {
		r.value(path+".url", "missing")
	}
	r.template(path+".url", s.URL)
	for _, site := range slices.Sorted(maps.Keys(s.Sites)) {
		r.template(fmt.Sprintf("%s.sites[%s]", path, quote(site)), site)
	}
	r.template(path+".link", s.Link)
	only := func(key, text string, kinds ...string) {
		switch {
		case text == "":
		case !slices.Contains(kinds, s.Kind):
			r.value(path+"."+key, "only for kind %s", strings.Join(kinds, ", "))
		case key == "all" || key == "item" || key == "sitemap":
			r.template(path+"."+key, text)
		}
	}
	only("all", s.All, JSON)
	only("item", s.Item, JSON)
	only("items", s.Items, JSON)
	only("sitemap", s.Sitemap, FeedKind)
	if s.Sitemap != "" && len(s.Sites) > 0 {
		r.value(path+".sitemap", "not with sites: each has a sitemap of its own")
	}
	only("dir", s.Dir, Files)
	if s.Kind == Files && s.Dir == "" {
		r.value(path+".dir", "missing: the folder of the files")
	}
	only("next", s.Next, JSON)
	only("include", s.Include, Drupal, Directus, Strapi)
	only("collection", s.Collection, WordPress, Drupal, Directus, Strapi)
	if s.Collection == "" && (s.Kind == Directus || s.Kind == Strapi) {
		r.value(path+".collection", "missing")
	}
	if s.Token.Reveal() == "" && s.Kind == Ghost {
		r.value(path+".token", "missing: the Content API key of a custom integration")
	}
	if s.Link == "" && s.Fields["url"] == "" && slices.Contains([]string{Directus, Strapi, JSON}, s.Kind) {
		r.value(path+".link", "missing: the address of an article's page, such as https://xt.news.example/news/{slug}")
	}
}

// validateFields reports paths of fields that articles do not have, or lack.
func (s *Source) validateFields(r *report, path string) {
	for _, field := range slices.Sorted(maps.Keys(s.Fields)) {
		if !slices.Contains(sourceFields, field) && !article.Optional(field) {
			text := fmt.Sprintf("%s.fields[%s]", path, quote(field))
			r.value(text, "articles have no such field")
		}
	}
	if s.Kind != JSON {
		return
	}
	for _, field := range []string{"id", "title", "published"} {
		if s.Fields[field] == "" {
			r.value(path+".fields", "missing: the path of %s", field)
		}
	}
}

// sourceFields are those that no article can do without, or that belong to sources.
var sourceFields = []string{"id", "url", "title", "published", "expires", "status", "station", "modified", "terms"}

// template reports an address that is none, without what stands in braces.
func (r *report) template(path, text string) {
	if text == "" {
		return
	}
	plain := text
	for {
		before, rest, ok := strings.Cut(plain, "{")
		_, after, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			break
		}
		plain = before + "x" + after
	}
	u, err := url.Parse(plain)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		r.value(path, "not an absolute http(s) URL: %s", quote(text))
		return
	}
	if u.User != nil {
		r.value(path, "want username and password as keys of their own: %s", quote(text))
	}
	if _, ok := network.NormalizeHost(u.Host); !ok && !strings.Contains(u.Host, "[") {
		r.value(path, "not a valid host: %s", quote(u.Host))
	}
}

// Expanded returns the sources one by one: each of the sites as one of its own, whose
// id has its station's behind a hyphen.
func (c *Content) Expanded() (sources []Source) {
	for _, s := range c.Sources {
		sites := s.Sites
		s.Sites = nil
		if s.URL != "" {
			sources = append(sources, s)
		}
		for _, address := range slices.Sorted(maps.Keys(sites)) {
			site := s
			site.ID, site.URL, site.Station = s.ID+"-"+sites[address], address, sites[address]
			sources = append(sources, site)
		}
	}
	return sources
}
