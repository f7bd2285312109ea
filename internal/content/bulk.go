package content

import (
	"context"
	"slices"
	"sync"
	"time"

	"feedstation/internal/article"
)

// bulk remembers what was told of changes that were too many to be told again
// and again. They are divided by when they were told: what was there then is
// compared by its size, and told again only if that is another.
type bulk struct {
	mu     sync.Mutex
	at     time.Time // of the snapshot whose changes were told last
	slices []slice   // each begins where the one before ends; empty: the changes are few
	counted
}

// counted is when all slices were counted last, and what was asked for then comes after.
type counted struct{ at, after time.Time }

// slice is a period whose changes were told.
type slice struct {
	period
	size size
	open bool // more may belong to what was told
}

// size tells apart two states of a period's changes.
type size struct{ count, sum int64 }

// countPause is how long a change that was told is not counted again, since a server
// takes up to two microseconds for each: hundreds of thousands would cost every refresh
// that finds another change, which would be served later by as much.
const countPause = 20 * time.Microsecond

// pause is in whole seconds: tens of thousands cost nothing that anybody notices.
func pause(changes int64) time.Duration {
	return (time.Duration(changes) * countPause).Truncate(time.Second)
}

// known returns the slices of changes that somebody knows of who knows all up to
// since, and when they were counted; nothing where they are to be counted at a moment.
// A slice is known until it was counted when its changes had settled.
func (b *bulk) known(since, at time.Time) ([]slice, counted) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if since.Before(b.at) {
		return nil, counted{}
	}
	known, changes := []slice{}, int64(0)
	for _, s := range b.slices {
		if s.until.After(b.after) {
			known, changes = append(known, s), changes+s.size.count
		}
	}
	if at.Sub(b.counted.at).Abs() >= pause(changes) {
		return known, counted{}
	}
	return known, b.counted
}

func (b *bulk) remember(at time.Time, told []slice, c counted) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at, b.slices, b.counted = at, told, c
}

func (b *bulk) forget() { b.remember(time.Time{}, nil, counted{}) }

// readSlices has those changes taken that are not known as they are. What has come
// since the last slice is one more, or part of the last. Those that were counted are
// not counted again, but for those that are open.
func (s *Snapshot) readSlices(ctx context.Context, all period, known []slice, last counted, take func(article.Change) bool) (done bool, err error) {
	next := period{all.after, s.at}
	if n := len(known); n > 0 {
		next.after = known[n-1].until
	}
	told, total := append(slices.Clone(known), slice{period: next, open: true}), int64(0)
	changed := make([]bool, len(told))
	for i := range told {
		before := told[i].size
		if last != (counted{}) && !told[i].open {
			total += before.count
			continue
		}
		if told[i].size, err = s.sizeOf(ctx, told[i].period); err != nil {
			return false, err
		}
		changed[i] = told[i].open || told[i].size != before
		total += told[i].size.count
	}
	if total <= int64(s.store.oneByOne) && len(known) > 0 {
		return s.readFirst(ctx, all, true, take)
	}
	for i := range told {
		if !changed[i] {
			continue
		}
		done, newest, err := s.readSlice(ctx, told[i], take)
		if err != nil || !done {
			return false, err
		}
		told[i].open = s.mayFollow(newest)
	}
	// What is later than this snapshot is of the next slice, when its time has come.
	if done, _, err := s.readSlice(ctx, slice{period: period{after: s.at}}, take); err != nil || !done {
		return false, err
	}
	if last == (counted{}) {
		last = counted{s.at, all.after}
	}
	s.store.bulk.remember(s.at, joined(told, int64(s.store.oneByOne)), last)
	return true, nil
}

// readSlice has the changes of a slice taken, one by one if they are few.
func (s *Snapshot) readSlice(ctx context.Context, of slice, take func(article.Change) bool) (done bool, newest time.Time, err error) {
	if of.size.count <= int64(s.store.oneByOne) {
		changes, fit, err := s.changesOf(ctx, of.period, true)
		if err != nil {
			return false, newest, err
		}
		if fit {
			done, newest = each(changes, take)
			return done, newest, nil
		}
	}
	return s.readGroups(ctx, of.period, true, take)
}

// joined makes one of neighbours that have few changes, so that there are not
// more slices than changes of twice that number need.
func joined(told []slice, few int64) (joined []slice) {
	for _, s := range told {
		n := len(joined)
		if n == 0 || joined[n-1].size.count+s.size.count > few {
			joined = append(joined, s)
			continue
		}
		last := &joined[n-1]
		last.until, last.open = s.until, last.open || s.open
		last.size.count += s.size.count
		last.size.sum += s.size.sum
	}
	return joined
}

// sizes returns the query of the sizes of a period's changes, a row a kind.
func (s *Snapshot) sizes(p period) *statement {
	q := s.query()
	for i, a := range s.arms(true) {
		if i > 0 {
			q.add(" UNION ALL ")
		}
		q.add("SELECT ", s.size(a))
		s.among(q, a, p)
	}
	return q
}

func (s *Snapshot) sizeOf(ctx context.Context, p period) (sum size, err error) {
	err = s.askBulk(ctx, s.sizes(p), 2, func(r *row) bool {
		sum.count += r.integer("count")
		sum.sum += r.integer("sum")
		return true
	})
	return sum, err
}
