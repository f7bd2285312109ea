package push

import (
	"context"
	"slices"
	"time"

	"feedstation/internal/store"
)

// moment is since when an edition is served here, under a pin; see pinnedAt.
type moment struct {
	watermark time.Time
	pinned    int64
	since     time.Time
}

// observe notes since when editions are served here. A pinned one that becomes another one,
// without what has been withdrawn since, or that can't be served any more, is published by
// nobody: the process that tells others notes what that changes. One that begins to tell
// compares with what was pinned, for the process before it may have ended too early to note
// it.
func (o *Outbox) observe(ctx context.Context, from Sources, now time.Time) {
	const remembered = 64
	for id, d := range o.desks {
		pin, pinned := from.Pinned(id) // before the edition, which is not taken for one that is not served yet
		e, ok := from.Served(id)
		if !ok {
			continue
		}
		leads := from.Leads(id)
		next := moment{e.Watermark(), pinnedAt(pin), now}
		o.mu.Lock()
		before := d.shown
		samePin := true
		if n := len(d.served); n > 0 {
			samePin = d.served[n-1].pinned == next.pinned
		}
		if n := len(d.served); n == 0 || !samePin || !d.served[n-1].watermark.Equal(next.watermark) {
			d.served = append(d.served[max(0, n-remembered):], next)
		}
		begins := leads && !d.led
		d.shown, d.led = e, leads
		o.mu.Unlock()
		switch {
		case pin.Watermark.IsZero() || !leads:
		case begins && pinned != nil:
			o.switched(ctx, pinned, e, pin, pin.At)
		case before != nil && before != e && samePin:
			o.Switch(ctx, before, e, pin)
		}
	}
}

// pinnedAt returns when a pin was decided, in Unix milliseconds; 0: never.
func pinnedAt(p store.Pin) int64 {
	if p.At.IsZero() {
		return 0
	}
	return p.At.UnixMilli()
}

// servedSince returns since when what is served here has what an entry is about; not ok: it
// does not.
func (d *desk) servedSince(e entry, p Policy) (since time.Time, ok bool) {
	for _, m := range slices.Backward(d.served) {
		pin := e.under(m.pinned, p).Pin
		if pin < e.Pin || pin == e.Pin && m.watermark.UnixMilli() < e.Seen {
			break
		}
		since, ok = m.since, true
	}
	return since, ok
}
