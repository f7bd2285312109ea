package config

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"feedstation/internal/network"
)

// networkAliases are the paths of all stations that lead to documents.
type networkAliases struct {
	Status int               `key:"status" default:"308"`
	Sets   []string          `key:"sets" default:"wordpress,hugo,ghost"`
	Paths  map[string]string `key:"paths"` // documents, by path
}

// stationAliases are those of a station.
type stationAliases struct {
	Status *int              `key:"status"` // nil: the network's
	Sets   []string          `key:"sets"`   // nil: the network's
	Paths  map[string]string `key:"paths"`  // they go before the network's
}

// validateAliases reports aliases that lead nowhere. One of the network has to lead
// somewhere at one station at least.
func (doc *document) validateAliases(r *report) {
	var all []*network.Station
	for i, s := range doc.Stations {
		station := doc.outline(&s)
		all = append(all, station)
		path := fmt.Sprintf("stations[%d].aliases", i)
		if s.Aliases.Status != nil {
			r.aliasStatus(path, *s.Aliases.Status)
		}
		r.aliases(path, s.Aliases.Sets, s.Aliases.Paths, []*network.Station{station})
	}
	r.aliasStatus("network.aliases", doc.Network.Aliases.Status)
	r.aliases("network.aliases", doc.Network.Aliases.Sets, doc.Network.Aliases.Paths, all)
}

func (r *report) aliasStatus(path string, status int) {
	if status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect {
		r.value(path+".status", "want %d or %d, got %d", http.StatusPermanentRedirect, http.StatusMovedPermanently, status)
	}
}

// outline returns which channels and profiles a station has.
func (doc *document) outline(s *stationSection) *network.Station {
	station := &network.Station{Profiles: inherited(s.Profiles, doc.Network.Profiles)}
	for _, c := range s.Channels {
		station.Channels = append(station.Channels, network.Channel{ID: c.ID, Profiles: inherited(c.Profiles, station.Profiles)})
	}
	return station
}

// aliases reports what is wrong with aliases of some stations.
func (r *report) aliases(path string, sets []string, paths map[string]string, stations []*network.Station) {
	for i, set := range sets {
		if !slices.Contains(network.AliasSets(), set) {
			r.value(fmt.Sprintf("%s.sets[%d]", path, i), "want one of %s, got %s", strings.Join(network.AliasSets(), ", "), quote(set))
		}
	}
	written := map[string]string{} // by path without a slash at its end
	for _, from := range slices.Sorted(maps.Keys(paths)) {
		document := paths[from]
		a, err := network.NewAlias(from, document)
		bare := strings.TrimSuffix(document, "/")
		nowhere := leads(a, stations)
		other, twice := written[a.Path]
		switch {
		case err != nil:
		case from == document:
			err = errors.New("leads to itself")
		case nowhere != nil && paths[bare]+paths[bare+"/"] != "":
			err = errors.New("is an alias itself: want the document that it leads to")
		case nowhere != nil:
			err = nowhere
		case twice && paths[other] != document:
			err = fmt.Errorf("%s leads elsewhere, and a slash at the end makes no difference", quote(other))
		}
		if err != nil {
			r.value(fmt.Sprintf("%s.paths[%s]", path, quote(from)), "%s: %w", quote(document), err)
		}
		written[a.Path] = from
	}
}

// leads returns why an alias leads nowhere at any of the stations; nil: it does.
func leads(a network.Alias, stations []*network.Station) (err error) {
	for _, station := range stations {
		if err = a.Leads(station); err == nil {
			return nil
		}
	}
	return err
}

// aliases returns those of a station, whose channels and profiles are given: its own,
// the network's, and the sets.
func (doc *document) aliases(s *stationSection, station *network.Station) network.Aliases {
	all := network.Aliases{Status: doc.Network.Aliases.Status}
	set(&all.Status, s.Aliases.Status)
	for _, paths := range []map[string]string{s.Aliases.Paths, doc.Network.Aliases.Paths} {
		for _, from := range slices.Sorted(maps.Keys(paths)) {
			if a, err := network.NewAlias(from, paths[from]); err == nil && a.Leads(station) == nil {
				all.All = append(all.All, a)
			}
		}
	}
	sets := s.Aliases.Sets
	if sets == nil {
		sets = doc.Network.Aliases.Sets
	}
	for _, name := range sets {
		all.All = append(all.All, network.AliasSet(name)...)
	}
	return all
}
