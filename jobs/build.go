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
	return edition.New(station.ID, number, snapshot.Time(), c.build, b.documents), due, nil
}

// add puts the next revision of a document into the edition.
func (b *builder) add(path string, r edition.Revision) error {
	r.AsOf = b.snapshot.Time()
	document, err := r.Revise(b.previous(path))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b.documents[path] = document
	return nil
}

// addBody is add for a document that does not print when it changed.
func (b *builder) addBody(path, mediaType string, body []byte, newest time.Time) error {
	return b.add(path, edition.Revision{
		MediaType: mediaType, Newest: newest, Advice: b.advice(),
		Render: func(time.Time) ([]byte, error) { return body, nil },
	})
}

func (b *builder) previous(path string) *edition.Document {
	if b.current == nil {
		return nil
	}
	d, _ := b.current.Document(path)
	return d
}

// newest returns the newest change that the articles tell of.
func newest(articles []article.Article) time.Time {
	var t time.Time
	for i := range articles {
		if articles[i].Updated.After(t) {
			t = articles[i].Updated
		}
	}
	return t
}
