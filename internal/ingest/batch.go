package ingest

import (
	"bytes"
	"context"
	"errors"
	"iter"

	"feedstation/internal/article"
)

// batchSize is how many articles are stored in one transaction: enough to be
// quick, few enough not to keep the store's other writers waiting.
const batchSize = 1000

// batchBytes ends a batch early: two are in memory as a whole.
const batchBytes = 32 << 20

// putBatches stores what is sound. A batch is read before its transaction begins, so
// that a slow reader keeps no other writer waiting, and decoded while the one before is
// stored.
func (i *Intake) putBatches(ctx context.Context, store Store, records iter.Seq2[Record, error]) error {
	var batch []Record
	size := 0
	decoded := func() []decoded { return nil } // the batch before
	flush := func() error {
		before := decoded
		decoded = i.decoding(batch)
		batch, size = nil, 0
		return i.storeBatch(ctx, store, before())
	}
	for r, err := range records {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(err, flush(), flush())
		}
		r.Text = bytes.Clone(r.Text)
		batch, size = append(batch, r), size+len(r.Text)
		if len(batch) == batchSize || size >= batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(flush(), flush())
}

// decoding decodes records while its caller does something else. What it panics with,
// so does the result.
func (i *Intake) decoding(records []Record) (result func() []decoded) {
	all, done := make([]decoded, len(records)), make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		for n, r := range records {
			all[n] = i.read(r)
		}
	}()
	return func() []decoded {
		if fault := <-done; fault != nil {
			panic(fault)
		}
		return all
	}
}

func (i *Intake) storeBatch(ctx context.Context, store Store, batch []decoded) error {
	sound := batch[:0]
	for n := range batch {
		if i.sound(&batch[n]) {
			sound = append(sound, batch[n])
		}
	}
	if len(sound) == 0 {
		return nil
	}
	return i.store(ctx, store, func(yield func(item, error) bool) {
		for n := range sound {
			if !yield(sound[n].item, nil) {
				return
			}
		}
	})
}

// decoded is a record that has been decoded.
type decoded struct {
	item
	odd  []article.Fault
	err  error // why there is no article
	none bool  // there is no text
}

// read decodes a record by itself: several may be at the same time.
func (i *Intake) read(r Record) (d decoded) {
	d.place = r.Place
	switch {
	case r.Err != nil:
		d.err = r.Err
	case len(r.Text) == 0:
		d.none = true
	default:
		if d.Article, d.odd, d.err = i.Reader.Decode(r.Text); d.err == nil {
			FindLead(&d.Article)
		}
	}
	return d
}
