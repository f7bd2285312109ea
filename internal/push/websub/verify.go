package websub

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"feedstation/internal/push/client"
)

// host is a host of callbacks.
type host struct {
	waiting    int       // requests that wait to be verified
	busy       bool      // one is being verified
	next       time.Time // before which no other is verified
	unanswered int       // verifications in a row without an answer
	blocked    time.Time // until when no request is taken
}

// verifyPending begins to verify the requests whose time has come. A host is asked once
// in a while only: a request here makes one there, to whom it may not be welcome.
func (h *Hub) verifyPending(ctx context.Context, s *Settings) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for _, asked := range h.pending {
		at := h.hosts[hostOf(asked.Callback)]
		if at.busy || h.checking == maxVerifying || now.Before(at.next) || now.Before(at.blocked) {
			continue
		}
		asked.busy, at.busy, at.next = true, true, now.Add(verifyEvery)
		h.checking++
		h.work.Go(func() { h.verify(ctx, s, asked, at) })
	}
	maps.DeleteFunc(h.hosts, func(_ string, at *host) bool {
		return at.waiting == 0 && now.After(at.next.Add(blockTime)) && now.After(at.blocked)
	})
}

// verify asks the callback of a request whether it wants that, and does it if so.
func (h *Hub) verify(ctx context.Context, s *Settings, asked *request, at *host) {
	challenge := rand.Text() // 128 bits at least
	fields := url.Values{"hub.topic": {asked.Topic}, "hub.challenge": {challenge}}
	if asked.token != "" {
		fields.Set("hub.verify_token", asked.token)
	}
	if asked.subscribe {
		fields.Set("hub.mode", "subscribe")
		fields.Set("hub.lease_seconds", strconv.Itoa(int(asked.lease/time.Second)))
	} else {
		fields.Set("hub.mode", "unsubscribe")
	}
	got, err := s.Client.Do(ctx, client.Request{Method: http.MethodGet, URL: withQuery(asked.Callback, fields), Limit: maxAnswer})
	confirmed := err == nil && got.OK() && string(got.Body) == challenge

	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.kick()
	h.checking--
	at.waiting--
	at.busy = false
	h.pending = slices.DeleteFunc(h.pending, func(p *request) bool { return p == asked })
	switch {
	case err != nil && ctx.Err() != nil:
		return
	case err != nil:
		h.counts.unanswered.Add(1)
		h.log.Debug("callback does not answer", "host", hostOf(asked.Callback), "error", err)
		if at.unanswered++; at.unanswered >= maxUnanswered {
			at.unanswered, at.blocked = 0, time.Now().Add(blockTime)
			h.drop(asked.Callback)
		}
		return
	case !confirmed:
		at.unanswered = 0
		h.counts.refused.Add(1)
		h.log.Debug("callback does not confirm", "host", hostOf(asked.Callback), "status", got.Status)
		return
	}
	at.unanswered = 0
	h.counts.verified.Add(1)
	if d := h.desks[asked.station]; d != nil {
		d.agree(asked, s.Subscribers, time.Now())
	}
}

// drop drops the requests that wait for the host of a callback.
func (h *Hub) drop(callback string) {
	name := hostOf(callback)
	h.pending = slices.DeleteFunc(h.pending, func(p *request) bool {
		if p.busy || hostOf(p.Callback) != name {
			return false
		}
		h.hosts[name].waiting--
		return true
	})
}

// withQuery returns a callback with further fields in its query.
func withQuery(callback string, fields url.Values) string {
	u, err := url.Parse(callback)
	if err != nil {
		return callback // which was parsed before
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += fields.Encode()
	return u.String()
}
