// Package baidu tells Baidu which pages came or changed (普通收录, 快速收录). A site has a
// quota of addresses a day, of which some have ten: no address is sent twice, the newest
// go first, and none is sent once it is used up.
package baidu

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
	"feedstation/internal/push/engine"
)

// What Baidu allows.
const (
	maxBatch   = 2000 // addresses in a request
	maxAddress = 2048 // bytes of one: so many of them are less than the 10 MB of a request
	spacing    = 10 * time.Minute
	life       = 48 * time.Hour // what a day's quota had no room for is sent on the next
	rate       = 30
	outage     = 15 * time.Minute // while Baidu fails what is sent is lost
	mistrust   = time.Hour        // after an answer that says that nothing was taken, but not why
)

// Options are what is to be known of an account.
type Options struct {
	Endpoint string
	Token    string
	Sites    map[string]string // as they are verified there, by station; others are not told
	Reserve  int               // addresses of a site's quota of a day that are left to others
	Daily    bool              // 快速收录, which has a quota of its own
}

// Destination is an account.
type Destination struct {
	options Options
	client  *client.Client

	mu     sync.Mutex
	quotas map[string]quota // by site
}

// New returns the destination of an account.
// The token is to be a secret of the client's.
func New(o Options, c *client.Client) *Destination {
	return &Destination{options: o, client: c, quotas: map[string]quota{}}
}

// Name implements push.Destination.
func (d *Destination) Name() string { return "baidu" }

// Policy implements push.Destination.
func (d *Destination) Policy() push.Policy {
	return push.Policy{Batch: maxBatch, Every: spacing, Life: life, Once: true, Rate: rate}
}

// Notices implements push.Destination. Of pages that have gone it is not told: it has no
// way for that which is not out of use.
func (d *Destination) Notices(c push.Change) []push.Notice {
	if d.options.Sites[c.Station.ID] == "" {
		return nil
	}
	return engine.Notices(c, false)
}

// Send implements push.Destination. As long as it is not known what is left of the day's
// quota one address is sent, whose answer says it, and the others then.
func (d *Destination) Send(ctx context.Context, station *network.Station, served *edition.Edition, notices []push.Notice) push.Answer {
	send, outcomes, err := engine.Sift(station, served, notices)
	if err != nil {
		return push.Answer{Outcomes: outcomes, Err: err}
	}
	site := d.options.Sites[station.ID]
	var pages []string
	var places []int
	var faults []error
	for _, i := range send {
		switch {
		case site == "":
			outcomes[i] = push.Dropped
			faults = []error{errors.New("the station has no site")}
		case len(notices[i].Address) > maxAddress:
			outcomes[i] = push.Dropped
			faults = append(faults, fmt.Errorf("%.100s…: longer than %d bytes", notices[i].Address, maxAddress))
		default:
			outcomes[i] = push.Retry
			pages, places = append(pages, notices[i].Address), append(places, i)
		}
	}
	err = errors.Join(faults...)
	if len(pages) == 0 {
		return push.Answer{Outcomes: outcomes, Err: err}
	}
	var answer push.Answer
	for range 2 {
		n := d.take(site, len(pages), time.Now())
		if n == 0 {
			return push.Answer{Outcomes: outcomes, Err: errors.Join(err, errUsedUp), Pause: nextDay(time.Now()), Station: true}
		}
		answer = d.submit(ctx, site, pages[:n])
		for i, outcome := range answer.Outcomes {
			outcomes[places[i]] = outcome
		}
		err = errors.Join(err, answer.Err)
		pages, places = pages[n:], places[n:]
		if len(pages) == 0 || answer.Outcomes[0] == push.Retry || answer.Broken || !answer.Pause.IsZero() {
			break
		}
	}
	answer.Outcomes, answer.Err = outcomes, err
	return answer
}

// submit sends addresses. The answer's outcomes are theirs.
func (d *Destination) submit(ctx context.Context, site string, pages []string) push.Answer {
	address := d.options.Endpoint + "?site=" + url.QueryEscape(site) + "&token=" + url.QueryEscape(d.options.Token)
	if d.options.Daily {
		address += "&type=daily"
	}
	got, err := d.client.Do(ctx, client.Request{ // whose length is known: there are no chunks
		Method: http.MethodPost, URL: address, Header: http.Header{"Content-Type": {"text/plain"}, "Connection": {"close"}}, Body: []byte(strings.Join(pages, "\n")),
	})
	switch {
	case client.IsUnsent(err):
		d.unknown(site)
		return push.Answer{Outcomes: engine.All(push.Retry, len(pages)), Err: err}
	case err != nil:
		return d.lost(site, pages, err)
	case got.Cut != nil:
		return d.lost(site, pages, got.Cut)
	case got.Status == http.StatusOK:
		return d.taken(site, pages, got)
	}
	return d.refused(site, pages, got)
}

// lost is the answer where it is not known whether addresses have been taken: they are
// not sent again.
func (d *Destination) lost(site string, pages []string, err error) push.Answer {
	d.unknown(site)
	return push.Answer{
		Outcomes: engine.All(push.Dropped, len(pages)), Pause: time.Now().Add(outage),
		Err: fmt.Errorf("%w (it is not known whether %d addresses were taken, they are not sent again)", err, len(pages)),
	}
}

// taken returns what an answer of 200 means.
func (d *Destination) taken(site string, pages []string, got client.Answer) push.Answer {
	r, err := parse(got.Body, d.options.Daily)
	if err != nil {
		return d.lost(site, pages, err)
	}
	answer := push.Answer{Outcomes: engine.All(push.Told, len(pages))}
	answer.Err = errors.Join(
		drop(answer.Outcomes, pages, r.NotSameSite, "not of the site as it is verified"),
		drop(answer.Outcomes, pages, r.NotValid, "not valid"),
	)
	if answer.Err == nil && r.success < len(pages) {
		answer.Err = fmt.Errorf("%d of %d addresses were taken", r.success, len(pages))
	}
	now := time.Now()
	if r.remain == nil {
		d.unknown(site)
	} else if d.left(site, *r.remain, now) == 0 {
		answer.Err = errors.Join(answer.Err, errUsedUp)
		answer.Pause, answer.Station = nextDay(now), true
	}
	return answer
}

// drop gives the addresses that were refused their outcome, and returns why they were.
func drop(outcomes []push.Outcome, pages, refused []string, why string) error {
	n, first := 0, ""
	for i, page := range pages {
		if slices.Contains(refused, page) {
			outcomes[i] = push.Dropped
			n++
			first = cmp.Or(first, page)
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d addresses are %s, the first is %.300s", n, len(pages), why, first)
}

// refused returns what another answer means.
func (d *Destination) refused(site string, pages []string, got client.Answer) push.Answer {
	message, err := message(got.Body), d.client.Refused(got)
	if got.Status >= 500 {
		return d.lost(site, pages, err)
	}
	now := time.Now()
	answer := push.Answer{Outcomes: engine.All(push.Retry, len(pages)), Err: err, Station: true}
	d.unknown(site)
	switch {
	case got.Status == http.StatusBadRequest && message == overQuota:
		answer.Err = fmt.Errorf("%w: %w", errUsedUp, err)
		answer.Pause = nextDay(now)
	case got.Status == http.StatusBadRequest && message == siteError:
		answer.Broken = true
		answer.Err = fmt.Errorf("%w (the account has no site %s: see the station's baidu)", err, site)
	case got.Status == http.StatusUnauthorized:
		answer.Broken = true
	case got.Status == http.StatusBadRequest && (message == emptyContent || strings.HasPrefix(message, tooMany)),
		got.Status == http.StatusMethodNotAllowed, got.Status == http.StatusLengthRequired,
		got.Status == http.StatusRequestEntityTooLarge, got.Status == http.StatusUnprocessableEntity:
		answer.Outcomes = engine.All(push.Dropped, len(pages))
	default:
		if answer.Pause = got.RetryAfter(now); answer.Pause.IsZero() {
			answer.Pause = now.Add(mistrust)
		}
	}
	return answer
}
