package config

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"feedstation/internal/network"
	"feedstation/internal/secret"
)

// Load reads a configuration file and lays environ over it, assignments as in
// [os.Environ].
//
// The error joins all faults, a line each, those of the file before those of
// the environment:
//
//	config.yaml:14: stations[2].url: not an absolute http(s) URL: "xt.news.example"
//	FEEDSTATION_FEEDS_ITEMS: feeds.items: want 1 to 500, got 0
//
// It never has the text of a [Secret] in it. It is fs.ErrNotExist where there is
// no such file.
func Load(file string, environ []string) (*Config, error) {
	r := newReport(file)
	data, open, err := r.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w: start feedstation in the folder of its config.yaml, or name another with --config FILE", file, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return loadOpen(r, data, environ, open)
}

// Parse is [Load] of what would stand in the file.
func Parse(file string, data []byte, environ []string) (*Config, error) {
	return loadOpen(newReport(file), data, environ, false)
}

// read returns what a file has, which is remembered, see [Config.Files], and whether all users of the machine may read or write the file.
func (r *report) read(file string) (data []byte, open bool, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() && runtime.GOOS != "windows" {
		open = info.Mode()&0o006 != 0
	}
	data, err = io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, false, err
	}
	if len(data) > maxBytes {
		return nil, false, fmt.Errorf("%s: larger than %d MiB", file, maxBytes>>20)
	}
	r.files[file] = sha256.Sum256(data)
	return data, open, nil
}

// warnOpen warns of a file with a secret that all users of the machine may read
// or write.
func (doc *document) warnOpen(r *report) {
	secrets := []struct{ path, text string }{{"server.admin_token", doc.Server.AdminToken.Reveal()}} // one is enough to be told
	hooks := doc.Server.Hooks.Secrets()
	for _, system := range slices.Sorted(maps.Keys(hooks)) {
		secrets = append(secrets, struct{ path, text string }{"server.hooks." + system, hooks[system]})
	}
	for i, c := range append([]Content{doc.Content}, doc.Contents...) {
		path := "content."
		if i > 0 {
			path = fmt.Sprintf("contents[%d].", i-1)
		}
		if !c.isFile() {
			secrets = append(secrets, struct{ path, text string }{path + "dsn", strings.Join(secret.InDSN(c.DSN.Reveal()), "")})
		}
		secrets = append(secrets, struct{ path, text string }{path + "notify_dsn", strings.Join(secret.InDSN(c.NotifyDSN.Reveal()), "")})
		for j, s := range c.Sources {
			at := fmt.Sprintf("%ssources[%d].", path, j)
			secrets = append(secrets, struct{ path, text string }{at + "password", s.Password.Reveal()}, struct{ path, text string }{at + "token", s.Token.Reveal()})
		}
	}
	if redis := doc.Cache.Redis; redis != nil {
		if _, ok := r.places["cache.redis.password"]; !ok { // then it is in an address
			secrets = append(secrets, struct{ path, text string }{"cache.redis.addrs", redis.Password.Reveal()})
		}
		secrets = append(secrets, struct{ path, text string }{"cache.redis.password", redis.Password.Reveal()},
			struct{ path, text string }{"cache.redis.sentinel_password", redis.SentinelPassword.Reveal()})
	}
	push := doc.pushSecrets()
	for _, path := range slices.Sorted(maps.Keys(push)) {
		secrets = append(secrets, struct{ path, text string }{path, push[path]})
	}
	for _, s := range secrets {
		if at, ok := r.places[s.path]; ok && at.variable == "" && s.text != "" {
			r.warn(s.path, "all users of this machine may read or write this file: chmod o-rw, or keep secrets in files of their own")
			return
		}
	}
}

// loadOpen is Load of what stands in the file; open: all users may read or write it.
func loadOpen(r *report, data []byte, environ []string, open bool) (*Config, error) {
	root := r.parse(data)
	if root == nil {
		return nil, r.err()
	}
	env := newEnvironment(r, environ)
	env.apply(root)

	var doc document
	d := &decoder{report: r, variables: env.variables}
	r.places[""] = d.at(root)
	d.decode(root, reflect.ValueOf(&doc).Elem(), "")
	doc.validate(r)
	if open {
		doc.warnOpen(r)
	}
	if len(r.faults) > 0 {
		return nil, r.err()
	}
	doc.complete()
	n, err := doc.network()
	if err != nil {
		r.network(err)
		return nil, r.err()
	}
	if doc.Push.WebSub.nameHubs(r, n); len(r.faults) > 0 {
		return nil, r.err()
	}
	doc.warnRobots(r, n)
	c := &Config{
		Network: n, Zone: doc.Network.Zone, Content: doc.Content, Contents: append([]Content(nil), doc.Contents...), Cache: doc.Cache, Jobs: doc.Jobs,
		Feeds: doc.Feeds, Sitemaps: doc.Sitemaps, Server: doc.Server, Statistics: doc.Statistics, Push: doc.Push, PushStations: doc.pushStations(), Log: doc.Log, Files: r.files,
	}
	for _, warning := range r.sorted(r.warnings) {
		c.Warnings = append(c.Warnings, warning.Error())
	}
	return c, nil
}

// network reports what only the whole network shows, as that a station has the folder of
// another one's channel.
func (r *report) network(err error) {
	for text := range strings.SplitSeq(err.Error(), "\n") {
		path, why, _ := strings.Cut(text, ": ")
		r.value(path, "%s", why)
	}
}

// complete fills in the values that other values are the default of.
func (doc *document) complete() {
	for i := range doc.Stations {
		s := &doc.Stations[i]
		if s.Language == "" {
			s.Language = doc.Network.Language
		}
		if s.Zone == nil {
			s.Zone = doc.Network.Zone
		}
		s.Profiles = inherited(s.Profiles, doc.Network.Profiles)
		for j := range s.Channels {
			s.Channels[j].Profiles = inherited(s.Channels[j].Profiles, s.Profiles)
		}
	}
	if doc.Sitemaps.NewsName == "" {
		doc.Sitemaps.NewsName = doc.Network.Name
	}
	if doc.Push.Delay == nil {
		doc.Push.Delay = new(doc.pushDelay())
	}
}

// inherited returns a list, or that of the level above where the key is absent: an
// empty list says none.
func inherited(list, above []string) []string {
	if list == nil {
		list = above
	}
	if len(list) == 0 {
		return nil
	}
	return list
}

func (doc *document) network() (*network.Network, error) {
	stations := make([]*network.Station, len(doc.Stations))
	for i, s := range doc.Stations {
		stations[i] = &network.Station{
			ID: s.ID, Was: append([]string(nil), s.Was...), Key: string(s.Key), Content: s.Content, Name: s.Name, URL: s.URL, Description: s.Description, Email: s.Email,
			Language: string(s.Language), Zone: s.Zone, Icon: s.Icon, Logo: s.Logo, Rights: valueOf(cmp.Or(s.Rights.Copyright, doc.Network.Rights.Copyright)), NewsName: s.NewsName, Rules: doc.rules(&s), Terms: doc.terms(&s), Keys: doc.Push.IndexNow.keys(&s), CacheKeys: doc.Push.CacheKeys(), All: s.All, Profiles: s.Profiles,
			Former: network.Former{Closed: s.Closed, MovedTo: s.MovedTo},
			Feed:   s.feed().over(doc.Feeds.Feed()),
		}
		for _, c := range s.Channels {
			stations[i].Channels = append(stations[i].Channels, network.Channel{
				ID: c.ID, Was: append([]string(nil), c.Was...), Key: string(c.Key), Name: c.Name, NotNews: !c.News, Profiles: c.Profiles, Former: network.Former{Closed: c.Closed, MovedTo: c.MovedTo},
				Feed: c.feed().over(stations[i].Feed, doc.Feeds.Feed()),
			})
		}
		stations[i].Aliases = doc.aliases(&doc.Stations[i], stations[i])
	}
	return network.New(doc.Network.Name, stations, doc.Server.Hosts)
}
