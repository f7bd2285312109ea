package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// builder builds one edition of one station from one snapshot.
type builder struct {
	*Conductor
	station   *network.Station
	snapshot  Snapshot
	current   *edition.Edition // nil: there is none
	documents map[string]*edition.Document
}

// next returns the edition that follows current, and when it changes by the
// clock alone; zero: never.
func (c *Conductor) next(ctx context.Context, station *network.Station, current *edition.Edition, d *dirt) (e *edition.Edition, due time.Time, err error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, due, err
	}
	defer snapshot.Close()
	b := &builder{c, station, snapshot, current, map[string]*edition.Document{}}
	if err := b.feeds(ctx); err != nil {
		return nil, due, err
	}
	if due, err = b.sitemaps(ctx, d); err != nil {
		return nil, due, err
	}
	if err := errors.Join(b.robots(), b.opml()); err != nil {
		return nil, due, err
	}
	number := int64(1)
	if current != nil {
		number = current.Number() + 1
	}
	return edition.New(station.ID, number, watermark(current, snapshot), c.build, b.documents), due, nil
}

// watermark is the snapshot's time, but later than that of the current edition,
// which was read before: a clock that was ahead once must not hold up every
// edition until it is reached again.
func watermark(current *edition.Edition, snapshot Snapshot) time.Time {
	if current == nil || snapshot.Time().After(current.Watermark()) {
		return snapshot.Time()
	}
	return current.Watermark().Add(time.Millisecond)
}

// revise returns the next revision of a document.
func (b *builder) revise(path string, r edition.Revision) (*edition.Document, error) {
	r.AsOf = b.snapshot.Time()
	document, err := r.Revise(b.previous(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return document, nil
}

// addBody adds a document that does not print when it changed.
func (b *builder) addBody(path, mediaType string, body []byte, newest time.Time) (err error) {
	b.documents[path], err = b.revise(path, edition.Revision{
		MediaType: mediaType, Newest: newest, Advice: b.advice(),
		Render: func(time.Time) ([]byte, error) { return body, nil },
	})
	return err
}

func (b *builder) previous(path string) *edition.Document {
	if b.current == nil {
		return nil
	}
	d, _ := b.current.Document(path)
	return d
}

// changed is when the article last changed. A time in the future is a mistake
// and tells nothing; the time of publication, which has passed, stands in for
// it, since documents must not change with the clock that they are built by.
func (b *builder) changed(a *article.Article) time.Time {
	if a.Updated.After(b.snapshot.Time()) {
		return a.Published
	}
	return a.Updated
}
