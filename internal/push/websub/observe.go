package websub

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// observe takes the versions that an edition has of the feeds that somebody subscribes
// to. It reads without holding up anybody.
func (h *Hub) observe(s *Settings, d *desk, served *edition.Edition, now time.Time) error {
	h.mu.Lock()
	d.stale = false
	feeds, atom := d.subscribed(now)
	before := d.edition
	h.mu.Unlock()
	o := observer{s, before, served, sync.OnceValues(func() ([]string, error) { return edition.Withdrawn(before, s.current()) })}
	versions := map[string][]seen{}
	for contents, f := range feeds {
		var err error
		if versions[contents], err = o.see(contents, f, atom[contents]); err != nil {
			return err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for contents, list := range versions {
		for _, v := range list {
			feeds[contents].add(h.seed, v, now)
		}
	}
	d.feeds, d.edition, d.next = feeds, served, time.Time{}
	d.bodies = map[bodyKey]func() ([]byte, error){}
	return nil
}

// subscribed returns the feeds that somebody subscribes to, by the path of their contents,
// and whether somebody does in Atom.
func (d *desk) subscribed(now time.Time) (feeds map[string]*feedState, atom map[string]bool) {
	feeds, atom = map[string]*feedState{}, map[string]bool{}
	for _, sub := range d.all {
		t, known := d.topics[sub.Topic]
		if !known || !sub.active(now) {
			continue
		}
		atom[t.contents] = atom[t.contents] || t.format == network.Atom
		if feeds[t.contents] == nil {
			feeds[t.contents] = cmp.Or(d.feeds[t.contents], new(feedState))
		}
	}
	return feeds, atom
}

// observer looks at what an edition has of feeds.
type observer struct {
	*Settings
	before, served *edition.Edition
	withdrawn      func() ([]string, error) // ids of the articles that left between these
}

// seen is a version of a feed as it was read.
type seen struct {
	hash     string
	articles []edition.Article
	left     []left
}

// see returns the versions of a feed that are not known yet: that of the edition, and of
// a feed that nobody subscribed to until now also that of the one before, which a
// subscriber of another process may have.
func (o *observer) see(contents string, f *feedState, atom bool) (list []seen, err error) {
	articles, last := f.articles, f.served().hash
	for _, e := range []*edition.Edition{o.before, o.served} {
		if e == nil || e == o.before && last != "" {
			continue
		}
		v, err := read(e, contents)
		if err != nil {
			return nil, err
		}
		if v.hash == last {
			continue
		}
		if atom && e != o.before {
			if v.left, err = o.left(articles, v.articles); err != nil {
				return nil, err
			}
		}
		list, articles, last = append(list, v), v.articles, v.hash
	}
	return list, nil
}

// read returns what an edition has of a feed; without a hash, it has none.
func read(e *edition.Edition, contents string) (v seen, err error) {
	hash, ok := versionOf(e, contents)
	if !ok {
		return v, nil
	}
	v.hash = hash
	of, _ := e.Contents(contents)
	for a, err := range edition.Lines(of) {
		if err != nil {
			return v, err
		}
		v.articles = append(v.articles, a)
	}
	return v, nil
}

// left returns which articles of a feed another version of it lacks as they were
// withdrawn.
func (o *observer) left(before, after []edition.Article) (list []left, err error) {
	missing := without(before, after)
	if o.before == nil || len(missing) == 0 {
		return nil, nil
	}
	ids, err := o.withdrawn()
	for _, a := range missing {
		if slices.Contains(ids, a.ID) {
			list = append(list, left{a.KnownBy(), edition.Later(o.served.Watermark(), a.Updated)})
		}
	}
	return list, err
}

// current returns the served editions of all stations.
func (s *Settings) current() map[string]*edition.Edition {
	all := map[string]*edition.Edition{}
	for _, station := range s.Network.Stations {
		if e, ok := s.Editions.Served(station.ID); ok {
			all[station.ID] = e
		}
	}
	return all
}

// without returns the articles of a list whose ids another one does not have.
func without(list, other []edition.Article) (rest []edition.Article) {
	ids := map[string]bool{}
	for _, a := range other {
		ids[a.ID] = true
	}
	for _, a := range list {
		if !a.Notice && !ids[a.ID] {
			rest = append(rest, a)
		}
	}
	return rest
}
