package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// Explanation is what the content stores have of an article, and what builds make of it.
type Explanation struct {
	ID      string // as the network has it
	Row     article.Row
	Found   bool     // there is a row
	Rulings []Ruling // of the stations that may have the article
	Unknown []error  // which stores could not be asked
}

// Ruling is what a build makes of an article in each document of a station.
type Ruling struct {
	Station   *network.Station
	AsOf      time.Time // of the content store's snapshot
	Decisions []press.Decision
	Err       error // why nothing is known
}

// askTime bounds what one content store is waited for to explain an article.
const askTime = 4 * time.Second

// Explain asks what becomes of an article in the stations that may have it, and in some
// others. An id without a store's name may be of any store. It waits for no run, and
// some seconds at most for a store.
func (all Conductors) Explain(ctx context.Context, id string, others []string) Explanation {
	e := Explanation{ID: id}
	for _, c := range all {
		own := c.part(Hint{Articles: []string{id}}).Articles
		if len(own) == 0 {
			continue
		}
		row, err := c.row(ctx, own[0])
		switch {
		case errors.Is(err, article.ErrNoRow):
		case err != nil:
			e.Unknown = append(e.Unknown, c.named(err))
		default:
			e.ID, e.Row, e.Found = own[0], row, true
		}
		if e.Found {
			break
		}
	}
	if !e.Found && len(e.Unknown) > 0 {
		return e // whatever is decided depends on the row
	}
	for _, s := range all[0].network.Stations {
		own := s.ID == e.Row.Article.Station || s.ID == e.Row.State.Station
		if home := all.station(s.ID); home != nil && (own || s.All || slices.Contains(others, s.ID)) {
			e.Rulings = append(e.Rulings, home.rule(ctx, s, e))
		}
	}
	return e
}

// row asks for the article of an id.
func (c *Conductor) row(ctx context.Context, id string) (article.Row, error) {
	ctx, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return article.Row{}, err
	}
	defer snapshot.Close()
	return snapshot.Row(ctx, id)
}

// rule decides of an article in a station.
func (c *Conductor) rule(ctx context.Context, s *network.Station, e Explanation) Ruling {
	ctx, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	r := Ruling{Station: s}
	r.Err = press.Recovered(func() error {
		snapshot, err := c.snapshot(ctx)
		if err != nil {
			return c.named(err)
		}
		defer snapshot.Close()
		r.AsOf = snapshot.Time()
		row := e.Row
		if c.network.ContentOf(e.ID) == c.name { // as it is in the same snapshot
			if row, err = snapshot.Row(ctx, e.ID); err != nil && !errors.Is(err, article.ErrNoRow) {
				return c.named(err)
			}
		}
		current, _ := c.editions.Current(s.ID)
		o := press.Order{Station: s, Snapshot: snapshot, Previous: current, Retractions: c.editions.Retractions(), Editions: c.editions.Current}
		if o.Offers, err = c.offersTo(ctx, s, o); err != nil {
			return err
		}
		r.Decisions, err = c.press.Decide(ctx, o, e.ID, row)
		return c.named(err)
	})
	return r
}

// offersTo returns what a station is built from besides its own store. Of a store whose
// conductor has offered nothing yet, as there is no run, an offer is made.
func (c *Conductor) offersTo(ctx context.Context, s *network.Station, o press.Order) (offers []*press.Offer, err error) {
	for _, content := range c.offering(s) {
		var offer *press.Offer
		c.mu.Lock()
		if made := c.offers[offerKey{s.ID, content}]; made != nil {
			offer = made.offer
		}
		c.mu.Unlock()
		if offer == nil {
			if offer, err = c.peers.Of(content).offerTo(ctx, o); err != nil {
				return nil, err
			}
		}
		offers = append(offers, offer)
	}
	return offers, nil
}

// offerTo makes an offer for an order.
func (c *Conductor) offerTo(ctx context.Context, o press.Order) (*press.Offer, error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, c.named(err)
	}
	defer snapshot.Close()
	work := press.NewWork()
	o.Snapshot, o.Work = snapshot, &work
	offer, err := c.press.Offer(ctx, c.name, o, nil)
	return offer, c.named(err)
}

// Named returns the ids of the articles that have an address, the one that has its page
// first: the newest that readers may see. The errors are of stores that can't be asked.
func (all Conductors) Named(ctx context.Context, page string) (ids []string, unknown []error) {
	var states []article.State
	for _, c := range all {
		found, err := c.statesAt(ctx, page)
		if states = append(states, found...); err != nil {
			unknown = append(unknown, c.named(err))
		}
	}
	slices.SortFunc(states, func(a, b article.State) int {
		if a.Visible != b.Visible {
			if a.Visible {
				return -1
			}
			return 1
		}
		if order := b.Published.Compare(a.Published); order != 0 {
			return order
		}
		return strings.Compare(b.ID, a.ID)
	})
	for _, state := range states {
		ids = append(ids, state.ID)
	}
	return ids, unknown
}

func (c *Conductor) statesAt(ctx context.Context, page string) ([]article.State, error) {
	ctx, stop := context.WithTimeout(ctx, askTime)
	defer stop()
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	return snapshot.Named(ctx, page)
}

// Due returns when the clock changes the next document of a store that a station is built
// from, by this machine's clock; zero: nothing is known.
func (all Conductors) Due(station string) time.Time {
	if c := all.station(station); c != nil {
		return c.nextDue()
	}
	return time.Time{}
}
