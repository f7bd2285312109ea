package websub

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/client"
)

const (
	// pingTimeout is long, as some hubs fetch the feed before they answer.
	pingTimeout = 30 * time.Second
	pingLife    = 24 * time.Hour
	pingBatch   = 10 // topics in a row, each in a request of its own
)

// notFound is in the answer of a hub where nobody subscribes to a topic, with status 500.
const notFound = "topic not found"

// Ping tells a hub elsewhere which feeds have changed, one in each request, which is what
// all hubs take. It implements push.Destination.
type Ping struct {
	hub    string
	client *client.Client
}

// NewPing returns a ping of the hub at an address, which calls itself agent.
func NewPing(hub, agent string) *Ping {
	_, query, _ := strings.Cut(hub, "?") // which may have a key
	return &Ping{hub, client.New(agent, pingTimeout, query)}
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
	got, err := p.client.Do(ctx, client.Request{
		Method: http.MethodPost, URL: p.hub, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(form.Encode()),
	})
	if err != nil {
		all.Pause = time.Now() // the others would wait for it, too
		return push.Retry, fmt.Errorf("hub: %w", err)
	}
	err = fmt.Errorf("hub: %s: %w", topic, p.client.Refused(got))
	switch {
	case got.OK():
		return push.Told, nil
	case got.Status == http.StatusInternalServerError && bytes.Contains(bytes.ToLower(got.Body), []byte(notFound)):
		return push.Told, nil // nobody subscribes to it
	case got.Status == http.StatusTooManyRequests || got.Status == http.StatusServiceUnavailable:
		now := time.Now()
		if all.Pause = got.RetryAfter(now); all.Pause.IsZero() {
			all.Pause = now
		}
		return push.Retry, err
	case got.Status >= 500:
		return push.Retry, err
	}
	switch got.Status {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusConflict, http.StatusUnprocessableEntity: // of this topic
		return push.Dropped, err
	}
	all.Broken = true // push.websub.hub is no hub, or one that wants something else
	return push.Retry, err
}
