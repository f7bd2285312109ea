// Package purge tells caches in front which documents have changed, so that none of them
// serves an old one for as long as its header fields allow: a day, where this server can't
// be reached.
//
// Each cache is told twice: at once, and when every process serves the edition, for until
// then it may have fetched the old one again from a process that had not followed.
package purge

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
)

const (
	requestTimeout = 10 * time.Second
	// sendTimeout is less than the time for which a notice is claimed.
	sendTimeout = 45 * time.Second
	// parallel is how many requests a cache gets at a time.
	parallel = 8
	// batch is how many documents are purged in a Send by requests of one each.
	batch = 100
	// twins is how many addresses a document has: sitemaps have a second.
	twins = 2
	// life is as long as a cache may keep what it has: stale_while_revalidate and
	// stale_if_error are 720h at most.
	life = 2 * 720 * time.Hour
	// pause is how long a cache that is back keeps what it could not be purged of.
	pause = 30 * time.Second
)

// Settings are how a cache is told. URL, Body and the values of Header may have
// placeholders.
type Settings struct {
	Name              string // in the outbox
	Method, URL, Body string
	Header            map[string]string
	Token             string        // for {token}
	Codings           []string      // each address is purged once with each of them as Accept-Encoding; none: once
	Hosts             []string      // the shared hosts under which the cache has documents as well
	Batch             int           // items of a list in Body
	Rate              int           // requests a minute; 0: any
	Stations          []string      // nil: all
	Again             time.Duration // after an edition is served here every process serves it
	Agent             string        // User-Agent
}

// open are fields that have no secrets: their words are in errors.
var open = []string{"Accept", "Content-Type", "Host"}

// Cache is one cache in front. It implements [push.Destination].
type Cache struct {
	settings Settings
	again    bool
	list     bool // its requests carry lists
	client   *client.Client
}

// New returns the two destinations of a cache: at once, and again later.
func New(s Settings) (atOnce, again *Cache) {
	secrets := []string{s.Token}
	for name, value := range s.Header {
		if !slices.Contains(open, http.CanonicalHeaderKey(name)) {
			secrets = append(secrets, placeholder.ReplaceAllLiteralString(value, " "))
		}
	}
	c := &Cache{settings: s, list: listIn(s.Body) != "", client: client.New(s.Agent, requestTimeout, secrets...)}
	later := *c
	later.again = true
	return c, &later
}

// Name returns the name in the outbox.
func (c *Cache) Name() string {
	if c.again {
		return c.settings.Name + " again"
	}
	return c.settings.Name
}

// Policy has a cache be purged before others are told. What another version of the program
// makes otherwise is another document for a cache, too. Where requests are counted a Send
// has a known number of them at most: both destinations of a cache share its rate.
func (c *Cache) Policy() push.Policy {
	p := push.Policy{Batch: batch, Life: life, Urgent: true, Pause: pause, Always: true, Rated: c.settings.Name}
	if c.again {
		p.After = c.settings.Again
	}
	places := (1 + len(c.settings.Hosts)) * max(1, len(c.settings.Codings)) // each with requests of its own
	switch rate := c.settings.Rate; {
	case c.list && rate > 0:
		p.Batch, p.Rate = max(1, c.settings.Batch/twins), max(1, rate/places)
	case c.list:
		p.Batch = c.settings.Batch
	case rate > 0:
		p.Batch, p.Rate = 1, max(1, rate/places/twins)
	}
	return p
}

// Notices returns a notice for each document that came, changed or left.
func (c *Cache) Notices(change push.Change) (all []push.Notice) {
	station := change.Station
	if c.settings.Stations != nil && !slices.Contains(c.settings.Stations, station.ID) {
		return nil
	}
	for _, path := range change.Paths {
		n := push.Notice{Address: station.Address(path), Path: path, Seen: change.After.Watermark()}
		if d, ok := change.After.Document(path); ok {
			n.Version = d.Tag()
		} else {
			n.Gone = true
		}
		all = append(all, n)
	}
	return all
}

// Send purges documents. What fails is tried again until it does not: a cache that lets
// nobody in does so once its operator has seen why.
func (c *Cache) Send(ctx context.Context, station *network.Station, _ *edition.Edition, notices []push.Notice) push.Answer {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	s := sending{cache: c, failed: map[int]bool{}}
	next := make(chan call)
	var working sync.WaitGroup
	for range parallel {
		working.Go(func() {
			for one := range next {
				s.send(ctx, one)
			}
		})
	}
	for _, one := range c.calls(station, notices) {
		next <- one
	}
	close(next)
	working.Wait()
	answer := push.Answer{Outcomes: make([]push.Outcome, len(notices)), Err: s.err, Pause: s.pause}
	for i := range s.failed {
		answer.Outcomes[i] = push.Retry
	}
	return answer
}

// sending is the state of a Send.
type sending struct {
	cache *Cache

	mutex   sync.Mutex
	failed  map[int]bool // notices, by their place
	err     error        // the first one
	pause   time.Time
	stopped bool // nothing more is sent: it would fail as well
}

func (s *sending) send(ctx context.Context, one call) {
	s.mutex.Lock()
	if s.stopped {
		s.fail(one)
		s.mutex.Unlock()
		return
	}
	s.mutex.Unlock()
	answer, err := s.cache.client.Do(ctx, one.request)
	if err == nil {
		err = answer.Cut // the cache may have kept nothing
	}
	if err == nil {
		if one.done(answer) {
			return
		}
		err = s.cache.client.Refused(answer)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fail(one)
	if s.err == nil {
		s.err = err
	}
	if until := answer.RetryAfter(time.Now()); answer.Later() && until.After(s.pause) {
		s.pause = until
	}
	s.stopped = s.stopped || answer.Status == 0 || answer.Later() || slices.Contains(closed, answer.Status)
}

func (s *sending) fail(one call) {
	for _, i := range one.notices {
		s.failed[i] = true
	}
}

// closed are statuses that every request gets.
var closed = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed}

// done reports whether an answer says that the cache no longer has what it had.
func (one call) done(a client.Answer) bool {
	none := a.Status == http.StatusNotFound || a.Status == http.StatusGone
	switch one.request.Method {
	case http.MethodGet, http.MethodHead:
		return a.OK() || none && one.gone // it has fetched the document anew
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		return a.OK()
	}
	return a.OK() || none // it had none
}
