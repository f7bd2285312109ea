package websub

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
)

const (
	// pingTimeout is long, as some hubs fetch the feed before they answer.
	pingTimeout = 30 * time.Second
	pingLife    = 24 * time.Hour
	pingBatch   = 10             // topics in a row, each in a request of its own
	maxPause    = 24 * time.Hour // whatever a hub asks for
)

// notFound is in the answer of a hub where nobody subscribes to a topic, with status 500.
const notFound = "topic not found"

// Ping tells a hub elsewhere which feeds have changed, one in each request, which is what
// all hubs take. It implements push.Destination.
type Ping struct {
	hub, agent string
	client     *http.Client
}

// NewPing returns a ping of the hub at an address, which calls itself agent. It follows no
// redirect.
func NewPing(hub, agent string) *Ping {
	return &Ping{hub, agent, &http.Client{Timeout: pingTimeout, CheckRedirect: stay}}
}

// Name implements push.Destination.
func (*Ping) Name() string { return "websub" }

// Policy implements push.Destination.
func (*Ping) Policy() push.Policy { return push.Policy{Batch: pingBatch, Life: pingLife} }

// Notices implements push.Destination: a feed is told of in all its formats when its
// contents are others. That its bytes are is no change.
func (*Ping) Notices(c push.Change) (notices []push.Notice) {
	for address, t := range topicsOf(c.Station) {
		before, had := versionOf(c.Before, t.contents)
		after, has := versionOf(c.After, t.contents)
		if had && has && before != after {
			notices = append(notices, push.Notice{Address: address, Version: after, Path: t.path, Seen: c.After.Watermark()})
		}
	}
	slices.SortFunc(notices, func(a, b push.Notice) int { return strings.Compare(a.Address, b.Address) })
	return notices
}

// Send implements push.Destination.
func (p *Ping) Send(ctx context.Context, _ *network.Station, _ *edition.Edition, notices []push.Notice) (all push.Answer) {
	for _, notice := range notices {
		if !all.Pause.IsZero() || all.Broken {
			all.Outcomes = append(all.Outcomes, push.Retry)
			continue
		}
		outcome, err := p.tell(ctx, notice.Address, &all)
		if all.Outcomes = append(all.Outcomes, outcome); err != nil {
			all.Err = err
		}
	}
	return all
}

// tell tells the hub of one topic. What concerns all topics is noted in the answer.
func (p *Ping) tell(ctx context.Context, topic string, all *push.Answer) (push.Outcome, error) {
	form := url.Values{"hub.mode": {"publish"}, "hub.url": {topic}}
	header := http.Header{"User-Agent": {p.agent}, "Content-Type": {"application/x-www-form-urlencoded"}}
	got, err := ask(ctx, p.client, http.MethodPost, p.hub, header, []byte(form.Encode()))
	if err != nil {
		all.Pause = time.Now() // the others would wait for it, too
		return push.Retry, fmt.Errorf("hub: %w", err)
	}
	err = fmt.Errorf("hub answers %d for %s", got.status, topic)
	switch {
	case got.ok():
		return push.Told, nil
	case got.status == http.StatusInternalServerError && bytes.Contains(bytes.ToLower(got.body), []byte(notFound)):
		return push.Told, nil // nobody subscribes to it
	case got.status == http.StatusTooManyRequests || got.status == http.StatusServiceUnavailable:
		all.Pause = retryAfter(got.header, time.Now())
		return push.Retry, err
	case got.status >= 500:
		return push.Retry, err
	}
	switch got.status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity: // of this topic
		return push.Dropped, err
	}
	all.Broken = true // push.websub.hub is no hub, or one that wants something else
	return push.Retry, err
}

// retryAfter returns the moment that an answer names (RFC 9110 §10.2.3), or now.
func retryAfter(header http.Header, now time.Time) time.Time {
	text := header.Get("Retry-After")
	at, err := http.ParseTime(text)
	if seconds, number := strconv.ParseUint(text, 10, 32); number == nil {
		at, err = now.Add(time.Duration(seconds)*time.Second), nil
	}
	if err != nil || at.Before(now) {
		return now
	}
	if latest := now.Add(maxPause); at.After(latest) {
		return latest
	}
	return at
}
