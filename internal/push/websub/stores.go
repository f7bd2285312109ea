package websub

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"feedstation/internal/condition"
)

const (
	keepEvery  = time.Second     // the local copy is written so often at most
	againEvery = 5 * time.Second // what failed is tried again
	shareEvery = time.Minute     // the shared store is read, without a new edition
	readEvery  = time.Minute     // the local copy, while it can't be
)

// What can be wrong with a hub.
var (
	unkept = condition.Kind{
		Level: slog.LevelWarn, Component: "subscriptions", State: "not kept", Errors: true,
		Began: "subscriptions can't be written to the local copy", Cleared: "subscriptions are written again",
	}
	unread = condition.Kind{
		Level: slog.LevelWarn, Component: "subscriptions", State: "not read", Errors: true,
		Began: "subscriptions in the local copy can't be read", Cleared: "subscriptions can be read again",
	}
	unshared = condition.Kind{
		Level: slog.LevelWarn, Component: "subscriptions in redis", State: "not shared", Errors: true,
		Began: "subscriptions can't be shared, subscribers wait", Cleared: "subscriptions are shared again",
	}
	unreached = condition.Kind{
		Level: slog.LevelWarn, Component: "websub", State: "reaching nobody",
		Began: "no subscriber of feeds answers", Cleared: "subscribers of feeds answer again",
	}
)

// list looks, once, for subscriptions of stations that publish no more.
func (h *Hub) list(s *Settings) {
	h.mu.Lock()
	listed := h.listed
	h.listed = true
	h.mu.Unlock()
	if listed || s.Folder == nil {
		return
	}
	ids, err := s.Folder.stations()
	if err != nil {
		h.conditions.Note(unread, "", err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		if station, known := s.Network.Renamed(id); h.desks[id] == nil && !(known && station.Publishes()) {
			h.desks[id] = newDesk()
		}
	}
}

// load reads what the local copy has of a station, also under former ids, until that has
// been read.
func (h *Hub) load(s *Settings, id string, d *desk) {
	now := time.Now()
	if s.Folder == nil || d.read || now.Sub(d.asked) < readEvery {
		return
	}
	d.asked = now
	ids := []string{id}
	if d.station != nil {
		ids = append(ids, d.station.Was...)
	}
	for i, id := range ids {
		all, err := s.Folder.read(id)
		h.conditions.Note(unread, id, err)
		if i == 0 {
			d.read = err == nil || errors.Is(err, errDamaged) // then the next to be written takes its place
		}
		h.mu.Lock()
		for key, sub := range all {
			d.learn(key, sub)
		}
		d.unkept = d.unkept || i > 0 && len(all) > 0
		h.mu.Unlock()
	}
}

// learn merges another copy of a subscription.
func (d *desk) learn(key string, other Subscription) {
	mine, known := d.all[key]
	if !known {
		d.all[key] = &other
	} else {
		*mine = merge(*mine, other)
	}
	d.stale, d.next = true, time.Time{}
}

// inStep reads what the shared store has of a station: when another edition is served
// that this process is to deliver, and now and then. It reports whether that is known.
func (h *Hub) inStep(ctx context.Context, s *Settings, id string, d *desk, leads bool) bool {
	if s.Shared == nil {
		return true
	}
	h.mu.Lock()
	now := time.Now()
	served, _ := s.Editions.Served(id)
	fresh := !d.shared.IsZero() && now.Sub(d.shared) < shareEvery && (!leads || d.sharedAt == served)
	idle := !d.own && len(d.all) == 0 // where there was no hub nobody is asked
	away := now.Before(h.away)
	first := d.shared.IsZero()
	h.mu.Unlock()
	if fresh || away || idle {
		return fresh
	}
	ids := []string{id}
	if first && d.station != nil {
		ids = append(ids, d.station.Was...)
	}
	for i, from := range ids {
		fields, err := s.Shared.Subscriptions(ctx, from)
		if h.noteShared(ctx, err); err != nil {
			return false
		}
		h.mu.Lock()
		d.compare(fields, i > 0)
		d.expire(now)
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	d.shared, d.sharedAt = now, served
	return true
}

func (h *Hub) noteShared(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	h.conditions.Note(unshared, "", err)
	if err != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.away = time.Now().Add(againEvery)
	}
}

// compare takes what the shared store has, and notes what it lacks: it may have been
// emptied. Former: it is what a former id of the station has.
func (d *desk) compare(fields map[string]string, former bool) {
	theirs := map[string]Subscription{}
	for field, text := range fields {
		key, isDelivery := strings.CutSuffix(field, deliveryField)
		s := theirs[key]
		var into any = &s.Lease
		if isDelivery {
			into = &s.Delivery
		}
		if json.Unmarshal([]byte(text), into) == nil { // what can't be read is written anew
			theirs[key] = s
		}
	}
	for key, s := range theirs {
		if s.Topic == "" && d.all[key] == nil {
			d.removed[key+deliveryField] = true // its lease is gone
			continue
		}
		if mine := d.all[key]; mine == nil || merge(*mine, s) != *mine {
			d.learn(key, s)
			d.unkept = true
		}
	}
	if former {
		theirs = nil // ours are to be written under the present id
	}
	for key, s := range d.all {
		if s.Lease.compare(theirs[key].Lease) != 0 {
			d.unshared[key+leaseField] = true
		}
		if s.Delivery.compare(theirs[key].Delivery) != 0 {
			d.unshared[key+deliveryField] = true
		}
	}
}

// keep writes what has changed to the stores.
func (h *Hub) keep(ctx context.Context, s *Settings, id string, d *desk, last bool) {
	h.mu.Lock()
	now := time.Now()
	var all map[string]Subscription
	if d.unkept && d.read && (last || !now.Before(d.keepAt)) {
		all = map[string]Subscription{}
		for key, sub := range d.all {
			all[key] = *sub
		}
		d.unkept, d.keepAt = false, now.Add(keepEvery)
	}
	var fields map[string]string
	var removed []string
	switch {
	case s.Shared == nil:
		clear(d.unshared)
		clear(d.removed)
	case !now.Before(h.away):
		fields, removed = d.changes()
	}
	h.mu.Unlock()

	if all != nil {
		err := s.Folder.write(id, all)
		h.conditions.Note(unkept, id, err)
		if err != nil {
			h.mu.Lock()
			d.unkept, d.keepAt = true, now.Add(againEvery)
			h.mu.Unlock()
		}
	}
	if len(fields)+len(removed) == 0 {
		return
	}
	err := s.Shared.StoreSubscriptions(ctx, id, fields, removed)
	if h.noteShared(ctx, err); err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for field, text := range fields {
		if now, ok := d.field(field); !ok || now == text { // else it has changed meanwhile
			delete(d.unshared, field)
		}
	}
	for _, field := range removed {
		delete(d.removed, field)
	}
}

// changes returns the fields that the shared store lacks, and those that it should not
// have.
func (d *desk) changes() (fields map[string]string, removed []string) {
	fields = map[string]string{}
	for field := range d.unshared {
		if text, ok := d.field(field); ok {
			fields[field] = text
		} else {
			delete(d.unshared, field)
		}
	}
	for field := range d.removed {
		if _, back := d.field(field); back {
			delete(d.removed, field)
			continue
		}
		removed = append(removed, field)
	}
	slices.Sort(removed)
	return fields, removed
}

// field returns the text of a field; not ok: there is no such subscription.
func (d *desk) field(name string) (text string, ok bool) {
	key, isDelivery := strings.CutSuffix(name, deliveryField)
	s, ok := d.all[key]
	if !ok {
		return "", false
	}
	var of any = s.Lease
	if isDelivery {
		of = s.Delivery
	}
	encoded, err := json.Marshal(of)
	return string(encoded), err == nil
}
