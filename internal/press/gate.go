package press

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// shrinkable is the number of articles below which a station may lose any of
// them at once: half of so few says nothing.
const shrinkable = 10

// ShrunkError says that an edition was not published because it would have lost
// most of its articles, which is more often an accident than news.
type ShrunkError struct {
	Station       string
	What          string // feed or sitemaps
	Before, After int    // articles
}

func (e *ShrunkError) Error() string {
	return fmt.Sprintf("not published: its %s would have %d articles instead of %d; if that is meant: feedstation build --accept-shrink %s",
		e.What, e.After, e.Before, e.Station)
}

// gate returns why an edition must not replace the current one: nothing good is
// replaced by nothing. What can't be read has been refused before, see readable.
func (b *builder) gate(ctx context.Context, next *edition.Edition, work *Work) error {
	if b.current == nil || work.Accepted {
		return nil
	}
	// In the rounds of a backlog it would be half of what is left, again and again.
	work.Before = max(work.Before, listed(b.current))
	path := network.FeedPath("", network.RSS)
	feedBefore := min(itemsOf(b.current, path), b.options.Items)
	for _, part := range []struct {
		ShrunkError
		ids func() ([]string, error) // of the articles before
	}{
		{ShrunkError{b.station.ID, "feed", feedBefore, itemsOf(next, path)}, b.feedIDs},
		{ShrunkError{b.station.ID, "sitemaps", work.Before, listed(next)}, b.listedIDs},
	} {
		if !shrunk(part.Before, part.After, 0) {
			continue
		}
		ids, err := part.ids()
		if err != nil {
			return err
		}
		before := part.Before - b.withheld(ids)
		told := 0
		if before < shrinkable {
			if told, err = b.told(ctx, ids, work); err != nil {
				return err
			}
		}
		if shrunk(before, part.After, told) {
			return &part.ShrunkError
		}
	}
	return nil
}

// shrunk reports whether too much has gone at once. Of few articles all may go
// only if the store has told of each.
func shrunk(before, after, told int) bool {
	if before < shrinkable {
		return after == 0 && before > told
	}
	return 2*after < before
}

// feedIDs returns the ids of the articles of the current edition's own feed.
func (b *builder) feedIDs() (ids []string, err error) {
	contents, ok := b.current.Contents(network.FeedPath("", network.RSS))
	if !ok {
		return nil, nil
	}
	articles, err := articlesOf(contents)
	for _, a := range articles {
		ids = append(ids, a.ID)
	}
	return ids, err
}

// listedIDs returns the ids of the articles of the current edition's months.
func (b *builder) listedIDs() (ids []string, err error) {
	for path, contents := range b.current.AllContents() {
		if !IsShard(path) {
			continue
		}
		for a, err := range edition.Articles(contents) {
			if err != nil {
				return nil, err
			}
			if !a.Unlisted {
				ids = append(ids, a.ID)
			}
		}
	}
	return ids, nil
}

// withheld returns how many of the articles have been taken down.
func (b *builder) withheld(ids []string) (n int) {
	for _, id := range ids {
		if b.retractions[id].Down() {
			n++
		}
	}
	return n
}

// told returns of how many articles the store tells that they have gone: it has
// changed them, or has them and shows them no longer, as when their time is over.
func (b *builder) told(ctx context.Context, ids []string, work *Work) (n int, err error) {
	states, err := Find(ctx, b.snapshot, ids)
	if err != nil {
		return 0, err
	}
	over := map[string]bool{}
	for _, state := range states {
		over[state.ID] = !state.Visible || !b.station.All && state.Station != b.station.ID
	}
	for _, id := range ids {
		if _, changed := work.Articles[id]; changed || over[id] {
			n++
		}
	}
	return n, nil
}

func itemsOf(e *edition.Edition, path string) int {
	if document, ok := e.Document(path); ok {
		return document.Items()
	}
	return 0
}

// listed returns how many articles the sitemaps of an edition's months have.
func listed(e *edition.Edition) (n int) {
	for path, document := range e.All() {
		if _, _, ok := network.ParseShardPath(path); ok {
			n += document.Items()
		}
	}
	return n
}

// readable reports what would keep clients from reading a feed. Limits are kept
// where documents are written; sitemaps name only pages of the
// station's host, see listable.
func readable(mediaType string, body []byte) error {
	var err error
	if mediaType != feed.JSONType {
		err = wellFormed(body)
	} else if !gjson.ValidBytes(body) || !utf8.Valid(body) {
		err = errors.New("not JSON")
	}
	if err != nil {
		return fmt.Errorf("not published: %w", err)
	}
	return nil
}
