package push

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/edition"
)

// Standing is how a destination stands with a station.
type Standing struct {
	Destination string
	Pending     int       // what it has yet to be told
	Oldest      time.Time // since when the oldest has waited; zero: none does
	Paused      time.Time // until when it is told nothing; zero: it is not paused
	Broken      bool      // it is told nothing until its configuration changes
	Why         string
	Told        int64 // since the process began, by this one
	LastTold    time.Time
}

// Standings returns how the destinations stand with a station, in their order. It asks
// nobody.
func (o *Outbox) Standings(station string) (all []Standing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d := o.desks[station]
	if d == nil {
		return nil
	}
	now := time.Now()
	for _, destination := range o.Destinations {
		name := destination.Name()
		s := Standing{Destination: name}
		s.Told, s.LastTold = o.counts.toldOf(name, station)
		for key, e := range d.pending {
			if destinationOf(key) != name {
				continue
			}
			s.Pending++
			if at := time.UnixMilli(e.Noted); s.Oldest.IsZero() || at.Before(s.Oldest) {
				s.Oldest = at
			}
		}
		for _, key := range []string{stateKey(name, ""), stateKey(name, station)} {
			switch state := o.states[key]; {
			case state.Broken:
				s.Broken, s.Why = true, state.Why
			case state.Until > now.UnixMilli():
				s.Paused, s.Why = time.UnixMilli(state.Until), state.Why
			}
		}
		all = append(all, s)
	}
	return all
}

// Attempts returns what became of notices since the process began, by destination and
// outcome.
func (o *Outbox) Attempts() map[string]map[string]int64 {
	all := map[string]map[string]int64{}
	for _, d := range o.Destinations {
		all[d.Name()] = o.counts.of(d.Name())
	}
	return all
}

// ErrUnknown is what an address meets that no article and no document of a station has.
var ErrUnknown = errors.New("neither an article nor a document of the station has that address")

// Now has all destinations told of an address of a station at once, also what they were
// told: paused and broken ones are tried again. It returns how many are told.
func (o *Outbox) Now(ctx context.Context, served *edition.Edition, address string) (int, error) {
	d := o.desks[served.Station()]
	if d == nil {
		return 0, fmt.Errorf("%s: %w", served.Station(), ErrUnknown)
	}
	change, err := o.changeOf(ctx, d, served, address)
	if err != nil {
		return 0, err
	}
	now := time.Now().UnixMilli()
	told := map[string]bool{}
	pin := o.pinnedOf(d)
	entries, err := o.known(ctx, d, served, address, now)
	if err != nil {
		return 0, err
	}
	for key := range entries {
		told[destinationOf(key)] = true
	}
	for _, destination := range o.Destinations {
		for _, n := range destination.Notices(change) {
			n.Seen = served.Watermark()
			e := newEntry(n, served.Watermark(), now).under(pin, destination.Policy())
			e.Asked = now
			entries[keyOf(destination.Name(), n.Address)] = e
			told[destination.Name()] = true
		}
	}
	for name := range told {
		for _, station := range []string{"", d.ID} {
			o.setState(ctx, stateKey(name, station), state{})
		}
	}
	o.note(ctx, d, entries, func(string, entry) bool { return false })
	return len(told), nil
}

// pinnedOf returns the pin under which an edition of a station is served here.
func (o *Outbox) pinnedOf(d *desk) int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(d.served); n > 0 {
		return d.served[n-1].pinned
	}
	return 0
}

// known returns what the destinations were told of an address, or would be, to be told
// again.
func (o *Outbox) known(ctx context.Context, d *desk, served *edition.Edition, address string, now int64) (map[string]entry, error) {
	var keys []string
	for _, destination := range o.Destinations {
		keys = append(keys, keyOf(destination.Name(), address))
	}
	o.mu.Lock()
	from := o.deciding()
	o.mu.Unlock()
	texts, err := from.Texts(ctx, d.ID, keys)
	if err != nil {
		return nil, err
	}
	entries := map[string]entry{}
	for i, key := range keys {
		if e := parseEntry(texts[i]); e.Stage != "" {
			e.Stage, e.Asked, e.Noted, e.Seen, e.Base, e.Due, e.Tries = stageNew, now, now, served.Watermark().UnixMilli(), served.Watermark().UnixMilli(), 0, 0
			entries[key] = e
		}
	}
	return entries, nil
}

// changeOf returns a change of nothing but what has an address. An article that is not
// there any more is known by what is pending of it.
func (o *Outbox) changeOf(ctx context.Context, d *desk, served *edition.Edition, address string) (Change, error) {
	change := Change{Station: d.Station, Before: served, After: served}
	for path := range served.All() {
		if d.URL+path == address {
			change.Paths = []string{path}
			return change, nil
		}
	}
	mentions, err := served.Mentions(ctx, nil, map[string]bool{address: true}, func(string) bool { return true })
	if err != nil {
		return Change{}, err
	}
	for _, m := range mentions {
		if !m.Former && !m.Article.Notice {
			change.Changed = []edition.Article{m.Article}
			return change, nil
		}
	}
	for _, m := range mentions {
		change.Left = []edition.Article{{ID: m.Article.ID, Published: m.Article.Published, Address: address}}
		return change, nil
	}
	return Change{}, fmt.Errorf("%s: %w", address, ErrUnknown)
}
