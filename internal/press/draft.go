package press

import (
	"fmt"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// draft is an edition in the making. Each document that is added is what has
// become of the one at its path.
type draft struct {
	station    *network.Station
	current    *edition.Edition // that it follows; nil: there is none
	asOf       time.Time        // of the snapshot
	everything bool             // is built anew, so that nothing tells when it changed
	headers    edition.Headers  // of documents that are not feeds
	listed     int              // addresses that Baidu's list has at most; 0: as many as Baidu takes
	memory     Memory
	documents  map[string]*edition.Document
	contents   map[string]*edition.Document
	// decided is told why a document does not have an article, or with the zero Why that
	// it has: of a feed at its path, of the months at that of the index, of the news at
	// that of its first sitemap. What it is told last counts. Feeds and sitemaps call it
	// at the same time. Nil: nobody asks.
	decided func(path, id string, why article.Why)
}

// decide tells of a decision.
func (b *draft) decide(path, id string, why article.Why) {
	if b.decided != nil {
		b.decided(path, id, why)
	}
}

// addBody adds a document that does not print when it changed.
func (b *draft) addBody(path, mediaType string, body []byte, newest time.Time) error {
	document, err := edition.Revision{
		MediaType: mediaType, Newest: newest, AsOf: b.asOf, Headers: b.headers,
		Render: func(time.Time) ([]byte, error) { return body, nil },
	}.Revise(b.previous(path))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b.documents[path] = document
	return nil
}

// addContent does so with content that is compressed already, of so many
// articles.
func (b *draft) addContent(path string, content *edition.Content, items int, newest time.Time) {
	if b.appears(path, newest) {
		newest = b.asOf
	}
	revision := edition.Revision{Newest: newest, AsOf: b.asOf, Items: items, Headers: b.headers}
	if b.current != nil {
		revision.Since = b.current.Watermark()
	}
	b.documents[path] = revision.ReviseContent(content, b.previous(path))
}

// appears reports whether a sitemap is there now that was not before, though its
// articles are older than that: they have been imported, are back, or were in
// another file. That, then, is when it changed.
func (b *draft) appears(path string, newest time.Time) bool {
	month, _, ok := network.ParseShardPath(path)
	pending := ok && b.current != nil && slices.Contains(b.current.Pending(), month)
	return b.current != nil && !b.everything && b.previous(path) == nil && !pending && !newest.After(b.current.Watermark())
}

// before is previous for a document of a feed, whose channel may have had another id.
func (b *draft) before(path string) *edition.Document {
	for _, path := range append([]string{path}, b.station.Before(path)...) {
		if d := b.previous(path); d != nil {
			return d
		}
	}
	return nil
}

// contentsBefore is previousContents for those of a feed, as before is.
func (b *draft) contentsBefore(path string) *edition.Document {
	for _, path := range append([]string{path}, b.station.Before(path)...) {
		if contents := b.previousContents(path); contents != nil {
			return contents
		}
	}
	return nil
}

func (b *draft) previous(path string) *edition.Document {
	if b.current == nil {
		return nil
	}
	d, _ := b.current.Document(path)
	return d
}
