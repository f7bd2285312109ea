package statistics

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"time"

	"feedstation/internal/condition"
)

// Sharer is where the processes of a network share their parts; Redis is.
type Sharer interface {
	// ShareSalt returns the salt of a day that all have: the proposed one, for a while, if
	// there is none yet.
	ShareSalt(ctx context.Context, day string, proposed []byte, life time.Duration) ([]byte, error)
	// SharePart puts what a run has counted of stations in a day in the place of what it
	// shared before, for a while.
	SharePart(ctx context.Context, day, run string, stations map[string][]byte, life time.Duration) error
	// SharedParts returns what was shared of stations in a day, by run, in the order of the
	// stations.
	SharedParts(ctx context.Context, day string, stations []string) ([]map[string][]byte, error)
}

const (
	othersEvery = 5 * time.Minute // what other processes have counted is read
	tidyEvery   = time.Hour
	listTick    = time.Minute
	firstTime   = time.Second     // that a process that begins has to agree on a salt
	lastTime    = 2 * time.Second // that a process that ends has to share what it counted
)

// What can be wrong with statistics. None of it keeps a request from its answer.
var (
	unkept = condition.Kind{
		Level: slog.LevelWarn, Component: "statistics", State: "not kept",
		Began: "statistics can't be written to the local copy", Cleared: "statistics are written again",
	}
	unshared = condition.Kind{
		Level: slog.LevelWarn, Component: "statistics in redis", State: "not shared",
		Began: "statistics can't be shared, counting goes on", Cleared: "statistics are shared again",
	}
	unlisted = condition.Kind{
		Level: slog.LevelWarn, Component: "lists of crawlers", State: "not read",
		Began: "list of crawler addresses can't be read, the last one stays", Cleared: "lists of crawler addresses are read again",
	}
)

// keep keeps and shares what is counted, until ctx ends.
func (r *Recorder) keep(ctx context.Context) {
	var others, tidied, listed time.Time
	tick := time.NewTicker(keepTick)
	defer tick.Stop()
	due := func(last *time.Time, every time.Duration) bool {
		now := time.Now()
		if !last.IsZero() && now.Sub(*last) < every {
			return false
		}
		*last = now
		return true
	}
	for {
		r.keepOnce(ctx, due(&others, othersEvery), due(&tidied, tidyEvery))
		if s := r.settings.Load(); s.Days > 0 && s.Client != nil && due(&listed, listTick) {
			r.conditions.Note(unlisted, "", s.Prover.ReadLists(ctx, s.Client))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepOnce agrees on salts, keeps and shares what has changed, and reads what others have
// counted if that is asked for.
func (r *Recorder) keepOnce(ctx context.Context, others, tidy bool) {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	s := r.settings.Load()
	if s.Days == 0 {
		return
	}
	kept, shared := r.agree(ctx, s)
	kept = cmp.Or(kept, r.write(s))
	shared = cmp.Or(shared, r.share(ctx, s))
	if others {
		unread, away := r.readOthers(ctx, s)
		kept, shared = cmp.Or(kept, unread), cmp.Or(shared, away)
	}
	if tidy && s.Folder != nil {
		now := time.Now().In(s.Zone)
		kept = cmp.Or(kept, s.Folder.tidy(now.AddDate(0, 0, 1-s.Days).Format(time.DateOnly), now.Add(-saltLife).Format(time.DateOnly)))
	}
	if ctx.Err() != nil {
		return
	}
	r.conditions.Note(unkept, "", kept)
	r.conditions.Note(unshared, "", answered(shared))
}

// answered returns an error that was an answer. That there is none is said by those who
// share editions.
func answered(err error) error {
	_, network := errors.AsType[net.Error](err)
	if network || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// begin agrees on a salt before anybody is counted: requests wait for that.
func (r *Recorder) begin(ctx context.Context) {
	r.keeping.Lock()
	defer r.keeping.Unlock()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), firstTime)
	defer stop()
	if s := r.settings.Load(); s.Days > 0 {
		_, _ = r.agree(ctx, s) // what fails is tried again, and told, at once
	}
}

// finish keeps and shares what was counted last.
func (r *Recorder) finish() {
	for len(r.crawlers) > 0 {
		e := <-r.crawlers
		r.mu.Lock()
		r.add(&e, Unchecked)
		r.mu.Unlock()
	}
	ctx, stop := context.WithTimeout(context.Background(), lastTime)
	defer stop()
	r.keepOnce(ctx, false, false)
}

// agree has all processes hash with the same salt today and, when that is near, tomorrow,
// and forgets those of former days.
func (r *Recorder) agree(ctx context.Context, s *Settings) (kept, shared error) {
	now := time.Now().In(s.Zone)
	for _, day := range slices.Compact([]string{now.Format(time.DateOnly), now.Add(saltAhead).Format(time.DateOnly)}) {
		r.mu.Lock()
		mine, known := r.salts[day]
		r.mu.Unlock()
		if known && mine.agreed {
			continue
		}
		if !known {
			mine = newSalt(randomSecret())
		}
		secret := mine.secret
		if s.Folder != nil {
			there, err := s.Folder.salt(day, secret, false)
			if kept = cmp.Or(kept, err); err == nil {
				secret = there
			}
		}
		agreed := true
		if s.Shared != nil {
			all, err := s.Shared.ShareSalt(ctx, day, secret, sharedSaltLife)
			if err == nil {
				err = checkSecret(all)
			}
			shared, agreed = cmp.Or(shared, err), err == nil
			if err == nil && !bytes.Equal(all, secret) {
				secret = all
				if s.Folder != nil {
					_, err := s.Folder.salt(day, secret, true)
					kept = cmp.Or(kept, err)
				}
			}
		}
		settled := newSalt(secret)
		settled.agreed = agreed
		r.mu.Lock()
		r.salts[day] = settled
		r.mu.Unlock()
	}
	oldest := now.Add(-saltLife).Format(time.DateOnly)
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.salts, func(day string, _ salt) bool { return day <= oldest })
	return kept, shared
}

// all returns the days that this run counts.
func (r *Recorder) all() map[string]*day {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.days)
}

// encode encodes the stations of a day that have changed, one at a time: requests are
// counted between.
func (r *Recorder) encode(d *day) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range slices.Collect(maps.Keys(d.changed)) {
		d.stations[id].Updated = time.Now().UTC()
		text, err := json.Marshal(d.stations[id])
		if err != nil {
			return fmt.Errorf("statistics: %s: %w", id, err)
		}
		delete(d.changed, id)
		d.encoded[id], d.unkept, d.unshared[id] = text, true, true
		r.mu.Unlock()
		r.mu.Lock()
	}
	return nil
}

// write writes the days that have changed to the local copy.
func (r *Recorder) write(s *Settings) (err error) {
	for name, d := range r.all() {
		err = cmp.Or(err, r.encode(d))
		if d.unkept && s.Folder != nil {
			fault := s.Folder.keep(name, r.run, d.encoded)
			d.unkept = fault != nil
			err = cmp.Or(err, fault)
		}
	}
	return err
}

// share shares the stations that have changed, and lets go of the days before yesterday.
func (r *Recorder) share(ctx context.Context, s *Settings) (err error) {
	present := presentDays(time.Now().In(s.Zone))
	for name, d := range r.all() {
		changed := map[string][]byte{}
		for id := range d.unshared {
			changed[id] = d.encoded[id]
		}
		if len(changed) > 0 && s.Shared != nil {
			fault := s.Shared.SharePart(ctx, name, r.run, changed, time.Duration(s.Days+1)*24*time.Hour)
			if fault == nil {
				clear(d.unshared)
			}
			err = cmp.Or(err, fault)
		}
		r.mu.Lock()
		if !slices.Contains(present, name) && len(d.changed) == 0 {
			delete(r.days, name)
		}
		r.mu.Unlock()
	}
	return err
}

// readOthers reads what other runs have counted today and yesterday.
func (r *Recorder) readOthers(ctx context.Context, s *Settings) (kept, shared error) {
	others, kept, shared := readDays(ctx, s.Folder, s.Shared, presentIDsOf(s.Stations), presentDays(time.Now().In(s.Zone)), r.run)
	if kept == nil && shared == nil { // else what was read before stays
		r.mu.Lock()
		r.others = others
		r.mu.Unlock()
	}
	return kept, shared
}
