package jobs

import (
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
func (b *builder) gate(next *edition.Edition, work *dirt) error {
	if b.current == nil || b.accepted {
		return nil
	}
	path := network.FeedPath("", network.RSS)
	feedBefore := min(itemsOf(b.current, path), b.options.Items)
	for _, part := range []ShrunkError{
		{b.station.ID, "feed", feedBefore, itemsOf(next, path)},
		{b.station.ID, "sitemaps", listed(b.current), listed(next)},
	} {
		if shrunk(part.Before-b.withheld(), part.After, len(work.articles)) {
			return &part
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

// withheld returns how many of the station's articles have been taken down.
func (b *builder) withheld() (n int) {
	for _, r := range b.retractions {
		if r.State == edition.Held && (r.Station == b.station.ID || b.station.All) {
			n++
		}
	}
	return n
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
// where documents are written; sitemaps are read, each address of them, where the
// list for Baidu is made.
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
