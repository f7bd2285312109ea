package websub

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"time"
)

// Subscription is one of a callback to a topic.
type Subscription struct {
	Lease
	Delivery
}

// Lease is what was agreed. Of two of a subscription the one counts that was verified
// last.
type Lease struct {
	Topic    string    `json:"topic"`
	Callback string    `json:"callback"`
	Secret   string    `json:"secret,omitempty"`
	Fetches  bool      `json:"fetches,omitempty"` // it may fetch the feed instead of reading what it is sent
	Verified time.Time `json:"verified"`          // or when it ended
	Expires  time.Time `json:"expires"`
	Ended    bool      `json:"ended,omitempty"` // stays until it expires, so that every copy learns it
}

// Delivery is what the subscriber was given. Of two of a subscription the later counts.
type Delivery struct {
	Given string    `json:"given"` // version of the feed
	At    time.Time `json:"at"`
	Fails int       `json:"fails,omitempty"` // deliveries in a row that failed
	Next  time.Time `json:"next,omitzero"`   // before which no other is tried
	Tried string    `json:"tried,omitempty"` // version that the last one had
}

// keyOf returns what identifies a subscription.
func keyOf(topic, callback string) string {
	sum := sha256.Sum256([]byte(topic + "\n" + callback))
	return hex.EncodeToString(sum[:])
}

// merge returns what two copies of a subscription know together. The order of copies
// and how often each is merged make no difference.
func merge(a, b Subscription) Subscription {
	if b.Lease.compare(a.Lease) > 0 {
		a.Lease = b.Lease
	}
	if b.Delivery.compare(a.Delivery) > 0 {
		a.Delivery = b.Delivery
	}
	return a
}

func (l Lease) compare(with Lease) int {
	return cmp.Or(
		l.Verified.Compare(with.Verified), order(l.Ended, with.Ended), l.Expires.Compare(with.Expires), strings.Compare(l.Secret, with.Secret), order(l.Fetches, with.Fetches),
	)
}

func (d Delivery) compare(with Delivery) int {
	return cmp.Or(
		d.At.Compare(with.At), cmp.Compare(d.Fails, with.Fails), strings.Compare(d.Given, with.Given), d.Next.Compare(with.Next), strings.Compare(d.Tried, with.Tried),
	)
}

func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// active reports whether the subscriber is to be told at a moment.
func (l Lease) active(now time.Time) bool { return !l.Ended && now.Before(l.Expires) }

// end returns the lease as one that has ended.
func (l Lease) end(now time.Time) Lease {
	l.Ended, l.Verified, l.Secret = true, moment(now), ""
	return l
}

// dueAt returns from when on a subscriber is to be given a version that was served since
// a moment; not ok: not before another one.
func (s *Subscription) dueAt(version string, since time.Time, delay time.Duration) (at time.Time, ok bool) {
	if s.Given == version || s.Fails > len(backoff) && s.Tried == version {
		return at, false
	}
	if s.Fetches {
		since = since.Add(delay)
	}
	if s.Fails > 0 && s.Next.After(since) {
		return s.Next, true
	}
	return since, true
}

// given returns what is known once a version was delivered.
func given(version string, now time.Time) Delivery { return Delivery{Given: version, At: moment(now)} }

// failed returns what is known once the delivery of a version has failed.
func (d Delivery) failed(version string, now time.Time) Delivery {
	d.Fails, d.Tried, d.At = min(d.Fails+1, len(backoff)+1), version, moment(now)
	d.Next = d.At.Add(backoff[min(d.Fails, len(backoff))-1])
	return d
}

// moment returns a time as it is stored.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// hostOf returns the host of a callback, which names it in logs and limits: the rest may
// be a secret.
func hostOf(callback string) string {
	u, err := url.Parse(callback)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
