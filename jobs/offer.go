package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// A station with all articles is built by the conductor of its own content store. Those of
// the others have it as a guest: instead of an edition they make an offer, and hand it
// over. So no store waits for another.

// offerKey is what an offer is for, and the name of the store that it is of.
type offerKey struct{ station, content string }

// offered is what a conductor has been handed of another store.
type offered struct {
	offer  *press.Offer // nil: nothing yet
	looked time.Time    // up to when it has all changes of its store
	err    error        // why there is no offer
	news   *work        // what has to be built because of it; nil: nothing

	built    *press.Offer // that the current edition has
	included time.Time    // up to when the current edition has all changes of the store
}

// notOffered is the condition of a station with all articles that lacks what another
// store has.
var notOffered = condition.Kind{
	Level: slog.LevelError, Component: "refresh", State: "not complete", Stations: true, Errors: true,
	Began: "station lacks new articles of a content store", Cleared: "station has all new articles of a content store again",
}

// lackError says that a station can't be built because there is no offer.
type lackError struct{ err error }

func (e *lackError) Error() string {
	return fmt.Sprintf("content store has not answered since the start: %v", e.err)
}

func (e *lackError) Unwrap() error { return e.err }

// own returns those of some ids whose articles are in the content store.
func (c *Conductor) own(ids []string) []string {
	if len(c.peers) < 2 {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return c.network.ContentOf(id) != c.name })
}

// offer makes an offer for a guest and hands it over.
func (c *Conductor) offer(ctx context.Context, d *desk, r *result) error {
	snapshot, origin, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	current, _ := c.editions.Current(d.station.ID)
	offer, err := c.press.Offer(ctx, c.name, press.Order{
		Station: d.station, Snapshot: snapshot, Origin: origin, Previous: current, Work: &r.work.Work, Retractions: c.editions.Retractions(),
	}, d.offer)
	c.noteLeftOut(r, snapshot.Faults())
	if err != nil {
		return err
	}
	d.offer = offer
	c.handOver(d.station, func(o *offered) bool { return o.take(offer, r.work, c.looked) })
	return nil
}

// offerNothing tells the conductors of guests why there is no offer.
func (c *Conductor) offerNothing(ctx context.Context, err error) {
	for _, d := range c.desks {
		if d.guest && ctx.Err() == nil {
			c.handOver(d.station, func(o *offered) bool { return o.fail(err) })
		}
	}
}

// handOver changes what the conductor that builds a station knows of this one's store, and
// has it refresh if that is news.
func (c *Conductor) handOver(station *network.Station, change func(*offered) (news bool)) {
	peer := c.peers.Of(station.Content)
	key := offerKey{station.ID, c.name}
	peer.mu.Lock()
	o := peer.offers[key]
	if o == nil {
		o = &offered{}
		peer.offers[key] = o
	}
	trigger := peer.trigger
	news := change(o)
	peer.mu.Unlock()
	if news && trigger != nil {
		trigger()
	}
}

// take takes an offer.
func (o *offered) take(offer *press.Offer, w *work, looked time.Time) (news bool) {
	o.err, o.looked = nil, looked
	if offer.Equal(o.offer) && o.news == nil {
		if o.built == o.offer {
			o.included = looked
		}
		return false
	}
	if o.news == nil {
		o.news = newWork()
	}
	offer.Differs(o.offer, &o.news.Work)
	maps.Copy(o.news.Former, w.Former)
	o.news.Gone = w.Gone
	o.offer = offer
	return true
}

// fail notes why there is no offer.
func (o *offered) fail(err error) (news bool) {
	if o.offer != nil || o.err != nil {
		return false
	}
	o.err, o.news = err, newWork()
	return true
}

// followOffers marks what offers touch that have come since the last call.
func (c *Conductor) followOffers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, o := range c.offers {
		d := c.desk(key.station)
		switch {
		case !d.led: // what is offered then is for another process
			delete(c.offers, key)
		case o.news != nil:
			w := d.mark()
			maps.Copy(w.Articles, o.news.Articles)
			maps.Copy(w.Former, o.news.Former)
			w.Feeds = w.Feeds || o.news.Feeds
			if o.news.Gone != nil {
				w.Gone = o.news.Gone
			}
			o.news = nil
		}
	}
}

// offering returns the names of the other stores, from which a station needs an offer.
func (c *Conductor) offering(station *network.Station) (contents []string) {
	if !station.All {
		return nil
	}
	for _, peer := range c.peers {
		if peer.name != station.Content {
			contents = append(contents, peer.name)
		}
	}
	return contents
}

// awaits reports whether a station has to wait for what another store will say at first.
func (c *Conductor) awaits(d *desk) bool {
	if d.guest {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.offering(d.station), func(content string) bool {
		o := c.offers[offerKey{d.station.ID, content}]
		return o == nil || o.offer == nil && o.err == nil
	})
}

// lacks returns why a station has no offer of another store; nil: it has all.
func (c *Conductor) lacks(station *network.Station) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, content := range c.offering(station) {
		if o := c.offers[offerKey{station.ID, content}]; o != nil && o.offer == nil {
			return &lackError{o.err}
		}
	}
	return nil
}

// offersFor returns what a station's edition is built from besides its own store, and has
// the result know that.
func (c *Conductor) offersFor(r *result) (offers []*press.Offer) {
	r.offers = map[offerKey]offered{}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, content := range c.offering(r.Station) {
		key := offerKey{r.Station.ID, content}
		if o := c.offers[key]; o != nil && o.offer != nil {
			offers, r.offers[key] = append(offers, o.offer), *o
		}
	}
	return offers
}

// noteOffers notes which offers an edition has.
func (c *Conductor) noteOffers(r *result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, used := range r.offers {
		if o := c.offers[key]; o != nil {
			o.built, o.included = used.offer, used.looked
			if o.offer == used.offer {
				o.included = o.looked
			}
		}
	}
}

// withdrawOwn takes out of a station's edition what its own store does not show any more,
// while another one keeps it from being built.
func (c *Conductor) withdrawOwn(ctx context.Context, r *result, current *edition.Edition) error {
	snapshot, _, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	r.asOf = snapshot.Time()
	ids := maps.Clone(r.work.Articles)
	for path, contents := range current.AllContents() {
		if press.IsShard(path) {
			continue
		}
		for a, err := range edition.Articles(contents) {
			if err != nil {
				break // what can't be read is served to nobody
			}
			ids[a.ID] = true
		}
	}
	states, err := press.Find(ctx, snapshot, slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return err
	}
	return c.withdraw(ctx, r, current, slices.DeleteFunc(states, func(s article.State) bool {
		return s.Visible || s.Broken || s.Published.After(r.asOf)
	}))
}
