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

// validateAliases reports aliases that lead nowhere. One of the network has to lead
// somewhere at one station at least.
func (doc *document) validateAliases(r *report) {
	var all [][]string // channels of each station
	for i, s := range doc.Stations {
		channels := s.channelIDs()
		all = append(all, channels)
		path := fmt.Sprintf("stations[%d].aliases", i)
		if s.Aliases.Status != nil {
			r.aliasStatus(path, *s.Aliases.Status)
		}
		r.aliases(path, s.Aliases.Sets, s.Aliases.Paths, [][]string{channels})
	}
	r.aliasStatus("network.aliases", doc.Network.Aliases.Status)
	r.aliases("network.aliases", doc.Network.Aliases.Sets, doc.Network.Aliases.Paths, all)
}

func (r *report) aliasStatus(path string, status int) {
	if status != http.StatusMovedPermanently && status != http.StatusPermanentRedirect {
		r.value(path+".status", "want %d or %d, got %d", http.StatusPermanentRedirect, http.StatusMovedPermanently, status)
	}
}

// aliases reports what is wrong with aliases of stations with those channels.
func (r *report) aliases(path string, sets []string, paths map[string]string, stations [][]string) {
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
func leads(a network.Alias, stations [][]string) (err error) {
	for _, channels := range stations {
		if err = a.Leads(channels); err == nil {
			return nil
		}
	}
	return err
}

// aliases returns those of a station: its own, the network's, and the sets.
func (doc *document) aliases(s *stationSection) network.Aliases {
	all := network.Aliases{Status: doc.Network.Aliases.Status}
	set(&all.Status, s.Aliases.Status)
	channels := s.channelIDs()
	for _, paths := range []map[string]string{s.Aliases.Paths, doc.Network.Aliases.Paths} {
		for _, from := range slices.Sorted(maps.Keys(paths)) {
			if a, err := network.NewAlias(from, paths[from]); err == nil && a.Leads(channels) == nil {
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

func (s *stationSection) channelIDs() (ids []string) {
	for _, c := range s.Channels {
		ids = append(ids, c.ID)
	}
	return ids
}
