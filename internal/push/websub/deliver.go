package websub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push/client"
)

// scan queues the subscribers of a station who are to be told of what is served.
func (h *Hub) scan(s *Settings, id string, d *desk) {
	now := time.Now()
	if d.own {
		served, ok := s.Editions.Served(id)
		if !ok {
			return
		}
		h.mu.Lock()
		looks := served != d.edition || d.stale
		h.mu.Unlock()
		if looks {
			if err := h.observe(s, d, served, now); err != nil {
				h.log.Debug("contents not read", "station", id, "error", err)
				return
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Before(d.next) {
		return
	}
	d.expire(now)
	d.next = now.Add(time.Minute) // by which leases have ended, too
	for key, sub := range d.all {
		if !sub.active(now) || d.flying[key] {
			continue
		}
		t, known := d.topics[sub.Topic]
		j := job{station: id, desk: d, key: key, host: hostOf(sub.Callback), failing: sub.Fails > 0, deny: !known}
		if known {
			v := d.feeds[t.contents].served()
			at, ok := sub.dueAt(v.hash, v.since, s.Delay)
			if !ok || v.hash == "" {
				continue
			}
			if at.After(now) {
				d.next = sooner(d.next, at)
				continue
			}
		}
		d.flying[key] = true
		h.queue.add(j)
	}
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// dispatch sends what is queued, as far as there is room.
func (h *Hub) dispatch(ctx context.Context) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.settings.Load()
	for !h.stopping && s != nil {
		j, ok := h.queue.take()
		if !ok {
			return
		}
		h.work.Go(func() {
			h.send(ctx, s, j)
			h.dispatch(ctx)
		})
	}
}

// send tells a subscriber.
func (h *Hub) send(ctx context.Context, s *Settings, j job) {
	h.mu.Lock()
	sub, known := j.desk.all[j.key]
	if !known || sub.Ended {
		h.release(j)
		h.mu.Unlock()
		return
	}
	lease := sub.Lease
	if j.deny {
		h.mu.Unlock()
		h.deny(ctx, s, j, lease)
		return
	}
	t := j.desk.topics[lease.Topic]
	version := j.desk.feeds[t.contents].served().hash
	document, ok := (*edition.Document)(nil), false
	if j.desk.edition != nil {
		document, ok = j.desk.edition.Document(t.path)
	}
	if !ok || version == "" || version == sub.Given {
		h.release(j)
		h.mu.Unlock()
		return
	}
	body := h.body(j.desk, t, document, sub.Given)
	hub := j.desk.station.Hub
	h.mu.Unlock()

	text, err := body()
	if err != nil {
		h.log.Debug("feed not read", "station", j.station, "error", err)
		h.mu.Lock()
		h.release(j)
		j.desk.next = sooner(j.desk.next, time.Now().Add(againEvery))
		h.mu.Unlock()
		return
	}
	got := client.Answer{Status: http.StatusNoContent}
	if text != nil {
		header := http.Header{
			"Content-Type": {document.MediaType()},
			"Link":         {fmt.Sprintf("<%s>; rel=%q, <%s>; rel=%q", hub, "hub", lease.Topic, "self")},
		}
		if lease.Secret != "" {
			header["X-Hub-Signature"] = []string{sign(lease.Secret, text)}
		}
		got, err = s.Client.Do(ctx, client.Request{Method: http.MethodPost, URL: lease.Callback, Header: header, Body: text, Limit: maxAnswer})
	}
	h.settle(ctx, s, j, version, text != nil, got, err)
}

// sign returns the signature of a body (W3C WebSub §7.1).
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// body returns what is sent to those who were given a version of a topic: it is made
// once, when it is first asked for. Nil: there is nothing to be told.
func (h *Hub) body(d *desk, t topic, document *edition.Document, from string) func() ([]byte, error) {
	key := bodyKey{t.path, from}
	if made, ok := d.bodies[key]; ok {
		return made
	}
	changed, gone, known := d.feeds[t.contents].since(h.seed, from)
	zone := d.station.Zone
	made := sync.OnceValues(func() ([]byte, error) {
		switch {
		case !known || t.format == network.JSON:
			return document.Body()
		case len(changed) == 0 && (t.format != network.Atom || len(gone) == 0):
			return nil, nil
		}
		return cutTo(t.format, document, changed, gone, zone)
	})
	d.bodies[key] = made
	return made
}

// deny tells a subscriber that the topic is none any more (W3C WebSub §5.2): once, for
// there is nobody to ask again.
func (h *Hub) deny(ctx context.Context, s *Settings, j job, lease Lease) {
	fields := url.Values{"hub.mode": {"denied"}, "hub.topic": {lease.Topic}, "hub.reason": {"This feed has no hub any more."}}
	_, err := s.Client.Do(ctx, client.Request{Method: http.MethodGet, URL: withQuery(lease.Callback, fields), Limit: maxAnswer})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.release(j)
	if err != nil && ctx.Err() != nil {
		return
	}
	if sub, known := j.desk.all[j.key]; known && sub.Lease == lease {
		sub.Lease = sub.end(time.Now())
		j.desk.mark(j.key, leaseField)
	}
}

// maxSilent is how many hosts give no answer before that is an event: it may be ours that
// can't reach them.
const maxSilent = 3

// settle notes what has become of a delivery. Sent is false where there was nothing to
// be told.
func (h *Hub) settle(ctx context.Context, s *Settings, j job, version string, sent bool, got client.Answer, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.release(j)
	sub, known := j.desk.all[j.key]
	if !known || err != nil && ctx.Err() != nil {
		return
	}
	now := time.Now()
	switch {
	case err == nil && got.OK():
		sub.Delivery = given(version, now)
		if sent {
			h.counts.delivered.Add(1)
		}
	case err == nil && got.Status == http.StatusGone:
		sub.Lease = sub.end(now)
		j.desk.mark(j.key, leaseField)
		h.counts.gone.Add(1)
	default:
		h.counts.failed.Add(1)
		h.log.Debug("subscriber not told", "station", j.station, "host", j.host, "status", got.Status, "error", err)
		sub.Delivery = sub.failed(version, now)
	}
	if sent {
		h.noteReached(j.host, err)
	}
	j.desk.mark(j.key, deliveryField)
	if at, due := sub.dueAt(j.desk.servedOf(sub.Topic), now, s.Delay); due {
		j.desk.next = sooner(j.desk.next, at)
	}
}

// servedOf returns the version of a topic that is served.
func (d *desk) servedOf(topic string) string { return d.feeds[d.topics[topic].contents].served().hash }

// noteReached notes whether a host answered.
func (h *Hub) noteReached(host string, err error) {
	if err == nil {
		clear(h.silent)
		h.conditions.Note(unreached, "", nil)
		return
	}
	if h.silent[host] = struct{}{}; len(h.silent) >= maxSilent {
		h.conditions.Note(unreached, "", fmt.Errorf("the last of %d hosts: %w", len(h.silent), err))
	}
}

// release lets others take the place of a job.
func (h *Hub) release(j job) {
	delete(j.desk.flying, j.key)
	h.queue.done(j)
}
