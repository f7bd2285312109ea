package websub

import (
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// desk is what is known of the subscriptions of a station. The hub guards it.
type desk struct {
	station *network.Station // nil: it publishes no more
	own     bool             // it has a hub
	topics  map[string]topic // by address
	all     map[string]*Subscription

	asked    time.Time        // when the local copy was read; zero: not yet
	read     bool             // and it could be
	unkept   bool             // the local copy lacks something
	keepAt   time.Time        // before which it is not written
	unshared map[string]bool  // fields that the shared store lacks
	removed  map[string]bool  // and those that it has and should not
	shared   time.Time        // when the shared store was read; zero: not yet
	sharedAt *edition.Edition // that was served then

	edition *edition.Edition // that is delivered
	stale   bool             // a feed has its first subscriber
	next    time.Time        // before which nothing is due while that is served
	flying  map[string]bool  // keys of those that are being told
	feeds   map[string]*feedState
	bodies  map[bodyKey]func() ([]byte, error)
}

// bodyKey names what is sent to those who were given a version of a topic.
type bodyKey struct{ path, from string }

func newDesk() *desk {
	return &desk{
		all: map[string]*Subscription{}, unshared: map[string]bool{}, removed: map[string]bool{}, flying: map[string]bool{},
		feeds: map[string]*feedState{}, bodies: map[bodyKey]func() ([]byte, error){},
	}
}

// succeed returns the desk as the configuration has its station now; d may be nil.
func (d *desk) succeed(station *network.Station, own bool) *desk {
	if d == nil {
		d = newDesk()
	}
	d.station, d.own, d.topics = station, own, map[string]topic{}
	if station != nil && own {
		d.topics = topicsOf(station)
	}
	d.edition, d.next, d.shared = nil, time.Time{}, time.Time{}
	return d
}

// count returns how many subscriptions there are; d may be nil.
func (d *desk) count(now time.Time) (n int) {
	if d == nil {
		return 0
	}
	for _, s := range d.all {
		if s.active(now) {
			n++
		}
	}
	return n
}

// agree does what a subscriber has confirmed.
func (d *desk) agree(asked *request, most int, now time.Time) {
	d.keepAt = time.Time{} // who was told yes is not to be forgotten
	key := keyOf(asked.Topic, asked.Callback)
	s, known := d.all[key]
	switch {
	case !asked.subscribe && !known:
		return
	case !asked.subscribe:
		s.Lease = s.end(now)
		d.mark(key, leaseField)
		return
	case !known && d.count(now) >= most:
		return // others were quicker
	case !known || !s.active(now):
		s = &Subscription{Delivery: given(asked.given, now)}
		d.all[key] = s
		d.mark(key, deliveryField)
	}
	s.Lease = asked.Lease
	s.Verified, s.Expires = moment(now), moment(now.Add(asked.lease))
	d.mark(key, leaseField)
	d.next = time.Time{}
	d.stale = d.stale || d.feeds[asked.topic.contents] == nil
}

// A subscription has two fields in the shared store, as different processes may write
// them: its key alone is its lease, with this behind it what was delivered.
const (
	leaseField    = ""
	deliveryField = ":given"
)

// mark notes that a field of a subscription is another one than in the stores.
func (d *desk) mark(key, field string) {
	d.unkept = true
	d.unshared[key+field] = true
}

// expire removes subscriptions that have ended. They stay for a while: another process
// may have renewed them.
func (d *desk) expire(now time.Time) {
	for key, s := range d.all {
		if now.After(s.Expires.Add(2 * shareEvery)) {
			d.forget(key)
		}
	}
}

// forget removes a subscription.
func (d *desk) forget(key string) {
	delete(d.all, key)
	d.unkept = true
	for _, field := range []string{leaseField, deliveryField} {
		delete(d.unshared, key+field)
		d.removed[key+field] = true
	}
}
