// Package setup makes a configuration of what a newsroom has: of the stations and
// channels that its articles name.
package setup

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Survey counts what articles name. The zero Survey has seen none.
type Survey struct {
	stations map[string]*tally
	articles int
	chinese  int // with a title in Chinese
}

// tally is what was seen of a station.
type tally struct {
	articles int
	origins  map[string]int // scheme and host of addresses
	channels map[string]int
}

// Add counts an article that is published.
func (s *Survey) Add(a *article.Article) {
	if a.Status != article.Published {
		return
	}
	if s.stations == nil {
		s.stations = map[string]*tally{}
	}
	t := s.stations[a.Station]
	if t == nil {
		t = &tally{origins: map[string]int{}, channels: map[string]int{}}
		s.stations[a.Station] = t
	}
	s.articles++
	t.articles++
	if strings.ContainsFunc(a.Title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		s.chinese++
	}
	if u, err := url.Parse(a.URL); err == nil {
		if own, err := network.Origin(u.Scheme + "://" + u.Host); err == nil {
			t.origins[own]++
		}
	}
	for _, channel := range a.Channels {
		t.channels[channel]++
	}
}

// Articles is how many were counted.
func (s *Survey) Articles() int { return s.articles }

// Locale returns the language and the time zone that titles suggest.
func (s *Survey) Locale() (language, zone string) {
	if 2*s.chinese > s.articles {
		return "zh-CN", "Asia/Shanghai"
	}
	return "en", "UTC"
}

// maxChannels is how many channels of a station are taken, those with the most
// articles: a system whose articles have tags has no end of them.
const maxChannels = 40

// Stations returns the stations as a configuration may have them, those with the most
// articles first.
func (s *Survey) Stations() (stations []Station) {
	for _, key := range byCount(s.stations, func(t *tally) int { return t.articles }) {
		t := s.stations[key]
		station := Station{Key: key, Articles: t.articles}
		if own := byCount(t.origins, one); len(own) > 0 {
			station.URL = own[0]
		}
		station.Channels = channels(t.channels)
		stations = append(stations, station)
	}
	identify(stations)
	return stations
}

// Channels returns the channels of a station's articles, those with the most articles
// first.
func Channels(articles []article.Article) []Channel {
	count := map[string]int{}
	for i := range articles {
		for _, channel := range articles[i].Channels {
			count[channel]++
		}
	}
	return channels(count)
}

func channels(count map[string]int) (list []Channel) {
	for _, key := range byCount(count, one) {
		list = append(list, Channel{Key: key, Name: key, Articles: count[key]})
	}
	return Named(list)
}

func one(n int) int { return n }

// byCount returns the keys of a map, those with the largest count first.
func byCount[V any](m map[string]V, count func(V) int) []string {
	return slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(count(m[b]), count(m[a])), cmp.Compare(a, b))
	})
}

// identify gives stations their ids: the key where it can be one, else the first label
// of the host.
func identify(stations []Station) {
	taken := map[string]bool{}
	for i := range stations {
		s := &stations[i]
		s.ID = id(s.Key, label(s.URL), fmt.Sprintf("s%d", i+1), taken)
		s.Name = cmp.Or(host(s.URL), s.ID)
	}
}

// Named gives channels their ids: the key where it can be one, else a number. Of many
// it returns the first.
func Named(channels []Channel) []Channel {
	channels = channels[:min(len(channels), maxChannels)]
	taken := map[string]bool{}
	for i := range channels {
		c := &channels[i]
		c.ID = id(c.Key, "", fmt.Sprintf("c%d", i+1), taken)
	}
	return channels
}

// id returns the first of names that can be an id and is not taken, without regard to
// case as hosts and file systems have none.
func id(key, label, number string, taken map[string]bool) string {
	for _, name := range []string{key, label, number, number + "-2"} {
		if network.CheckID(name) == nil && !taken[strings.ToLower(name)] {
			taken[strings.ToLower(name)] = true
			return name
		}
	}
	return key
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Hostname()
	}
	return ""
}

// label returns the first label of an address's host.
func label(address string) string {
	first, _, _ := strings.Cut(host(address), ".")
	return first
}

// StationAt returns the station of a site with one host.
func StationAt(address string) Station {
	stations := []Station{{URL: address}}
	identify(stations)
	return stations[0]
}
