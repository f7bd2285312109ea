// Package indexnow tells the search engines that take IndexNow (Bing, Yandex, Naver,
// Seznam and others, but neither Google nor Baidu) which pages came, changed or left. A
// host proves that it speaks for itself by a file, whose name and text are its key.
package indexnow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
	"feedstation/internal/push/engine"
)

// What IndexNow allows, and what engines ask for.
const (
	maxBatch = 10_000           // addresses in a request
	spacing  = 10 * time.Minute // between two notices of an address
	life     = 24 * time.Hour
	crowded  = 15 * time.Minute // after a 429 that does not say how long
	lookWait = 5 * time.Minute  // until the file of a key is looked for again
)

// patience is how long a station waits whose key an engine could not verify, one time
// after the other.
var patience = []time.Duration{15 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// Destination is an endpoint of IndexNow. What it is told the engines tell each other.
type Destination struct {
	endpoint, host string
	rate           int
	client         *client.Client

	mu   sync.Mutex
	seen map[string]string // where the file of a key was seen, by key
}

// New returns the destination of an endpoint. All of them together are asked rate times a
// minute at most: they may be one, and count the address that asks.
func New(endpoint string, rate int, c *client.Client) *Destination {
	_, rest, _ := strings.Cut(endpoint, "://")
	host, _, _ := strings.Cut(rest, "/")
	return &Destination{endpoint: endpoint, host: host, rate: rate, client: c, seen: map[string]string{}}
}

// Name implements push.Destination.
func (d *Destination) Name() string { return "indexnow " + d.host }

// Policy implements push.Destination.
func (d *Destination) Policy() push.Policy {
	return push.Policy{Batch: maxBatch, Every: spacing, Life: life, Rate: d.rate, Rated: "indexnow"}
}

// Notices implements push.Destination. A station without a key tells nothing.
func (d *Destination) Notices(c push.Change) []push.Notice {
	if len(c.Station.Keys) == 0 {
		return nil
	}
	return engine.Notices(c, true)
}

// Send implements push.Destination.
func (d *Destination) Send(ctx context.Context, station *network.Station, served *edition.Edition, notices []push.Notice) push.Answer {
	send, outcomes, err := engine.Sift(station, served, notices)
	if err != nil || len(send) == 0 {
		return push.Answer{Outcomes: outcomes, Err: err}
	}
	answer := d.submit(ctx, station, notices, send)
	engine.Set(outcomes, send, answer.Outcomes[0])
	answer.Outcomes = outcomes
	return answer
}

// submission is the body of a request.
type submission struct {
	Host        string   `json:"host"`
	Key         string   `json:"key"`
	KeyLocation string   `json:"keyLocation"`
	URLList     []string `json:"urlList"`
}

// submit sends some notices. The answer has one outcome, of them all.
func (d *Destination) submit(ctx context.Context, station *network.Station, notices []push.Notice, send []int) push.Answer {
	if len(station.Keys) == 0 {
		return push.Answer{Outcomes: []push.Outcome{push.Dropped}, Err: errors.New("the station has no key")}
	}
	key, location, err := d.key(ctx, station)
	if err != nil {
		return push.Answer{Outcomes: []push.Outcome{push.Retry}, Err: err, Pause: time.Now().Add(lookWait), Station: true}
	}
	s := submission{Host: station.Host(), Key: key, KeyLocation: location}
	for _, i := range send {
		s.URLList = append(s.URLList, notices[i].Address)
	}
	body, err := json.Marshal(s)
	if err != nil {
		return push.Answer{Outcomes: []push.Outcome{push.Dropped}, Err: err}
	}
	got, err := d.client.Do(ctx, client.Request{
		Method: http.MethodPost, URL: d.endpoint, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: body,
	})
	if err != nil {
		return push.Answer{Outcomes: []push.Outcome{push.Retry}, Err: err}
	}
	return d.answer(station, key, got)
}

// answer returns what was answered to all that was sent.
func (d *Destination) answer(station *network.Station, key string, got client.Answer) push.Answer {
	now := time.Now()
	answer := push.Answer{Outcomes: []push.Outcome{push.Retry}, Err: d.client.Refused(got)}
	after := got.RetryAfter(now)
	switch status := got.Status; {
	case got.OK(): // 202: the key will be looked at
		return push.Answer{Outcomes: []push.Outcome{push.Told}}
	case status == http.StatusForbidden:
		answer.Station = true
		code := parse(got.Body)
		if code == keyBurned && key == station.Keys[0] {
			answer.Broken = true
			answer.Err = fmt.Errorf("%w (the key is refused for good, raise the station's indexnow_rotation)", answer.Err)
			break
		}
		if code != notVerified {
			d.forget(key)
		}
		answer.Steps = patience
	case status == http.StatusTooManyRequests: // it counts the address that asks, so all stations wait
		if answer.Pause = after; after.IsZero() {
			answer.Pause = now.Add(crowded)
		}
	case status >= 500:
		answer.Pause = after
	case status == http.StatusBadRequest, status == http.StatusMethodNotAllowed, status == http.StatusRequestEntityTooLarge,
		status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		answer.Outcomes[0] = push.Dropped
	}
	return answer
}

// Values of errorCode, spelt as they are. Another one, KeyNotFound, means what none means.
const (
	notVerified = "SiteVerificationNotCompleted"
	keyBurned   = "UserForbiddedToAccessSite"
)

// parse returns the code in the body of an error; empty: there is none.
func parse(body []byte) string {
	var fault struct {
		ErrorCode string `json:"errorCode"`
	}
	if json.Unmarshal(body, &fault) != nil {
		return ""
	}
	return fault.ErrorCode
}

// forget has the file of a key be looked for again.
func (d *Destination) forget(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.seen, key)
}
