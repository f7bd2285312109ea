package content

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
)

// Articles name others: the next one, and their translations. Who reads a snapshot
// never sees the address of one that readers may not see. Which these are is asked
// by address, of many at a time; where a server has no index of addresses, and an
// archive that it would have to read for that, nothing is left out, see Inspect.

// maxLinks is how many spellings of addresses one statement asks for.
const maxLinks = 500

// links are addresses that articles name, by article.Link, with their spellings.
type links map[string][]string

func (l links) add(base, address string) {
	key := article.Link(base, address)
	if _, known := l[key]; key != "" && !known {
		l[key] = article.Spellings(base, address)
	}
}

// ask returns what the store has of the articles that are named.
func (l links) ask(ctx context.Context, s *Snapshot) (states []article.State, err error) {
	var spellings []string
	for _, key := range slices.Sorted(maps.Keys(l)) {
		spellings = append(spellings, l[key]...)
	}
	for part := range slices.Chunk(spellings, maxLinks) {
		found, err := s.states(ctx, "url", part)
		if err != nil {
			return nil, err
		}
		states = append(states, found...)
	}
	return states, nil
}

// hidden returns which of the links name an article, and none that readers may see.
func (l links) hidden(ctx context.Context, s *Snapshot) (map[string]bool, error) {
	states, err := l.ask(ctx, s)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	for _, state := range states {
		if !state.Visible {
			hidden[article.Link("", state.URL)] = true
		}
	}
	for _, state := range states {
		if state.Visible {
			delete(hidden, article.Link("", state.URL))
		}
	}
	return hidden, nil
}

// unlink takes the hidden addresses out of articles.
func (s *Snapshot) unlink(ctx context.Context, articles []article.Article) error {
	if !s.catalog.links {
		return nil
	}
	named := links{}
	for i := range articles {
		a := &articles[i]
		named.add(a.URL, a.NextURL)
		for _, alternate := range a.Alternates {
			named.add(a.URL, alternate.URL)
		}
	}
	hidden, err := named.hidden(ctx, s)
	if err != nil {
		return fmt.Errorf("content: links: %w", s.explain(err))
	}
	for i := range articles {
		articles[i].Unlink(hidden)
	}
	return nil
}

// maxHeld is how many bytes of articles, about, readUnlinked holds at a time.
const maxHeld = 8 << 20

// readUnlinked is readPage without the translations that readers may not see. From the
// first article on that has some it holds the page, as a snapshot answers one question
// at a time.
func (s *Snapshot) readUnlinked(ctx context.Context, read query, after *place, yield func(article.Article, error) bool) (n int, last place, err error) {
	var held []article.Article
	named, size := links{}, 0
	n, last, err = s.readPage(ctx, read, after, func(a article.Article, _ error) bool {
		if len(held) == 0 && len(a.Alternates) == 0 {
			return yield(a, nil)
		}
		held = append(held, a)
		for _, alternate := range a.Alternates {
			named.add(a.URL, alternate.URL)
		}
		size += heldSize + len(a.Summary) + len(a.Body)
		return size < maxHeld
	})
	if err != nil || len(held) == 0 {
		return n, last, err
	}
	hidden, err := named.hidden(ctx, s)
	if err != nil {
		return 0, last, err
	}
	for i := range held {
		held[i].Unlink(hidden)
		if !yield(held[i], nil) {
			return 0, last, nil
		}
	}
	if size >= maxHeld { // the page was left before its end
		n = read.size
	}
	return n, last, nil
}

// heldSize is about what an article of a listing takes besides its texts.
const heldSize = 1 << 10

// hiddenAlternates returns which of the addresses that a station's articles of a
// time have as translations readers may not see.
func (s *Snapshot) hiddenAlternates(ctx context.Context, station string, from, to time.Time) (map[string]bool, error) {
	if !s.catalog.links || s.catalog.column("alternates").missing() {
		return nil, nil
	}
	named := links{}
	if err := s.readAlternates(ctx, s.alternatesBetween(station, from, to), named); err != nil {
		return nil, err
	}
	return named.hidden(ctx, s)
}

func (s *Snapshot) alternatesBetween(station string, from, to time.Time) *statement {
	q := s.query()
	q.add("SELECT ", s.text("url"), ", ", s.alternates(), " FROM ", s.catalog.from, " WHERE ", s.shown(q), " AND ", s.ofStation(q, station),
		" AND ", s.publishedAt(q, ">=", from), " AND ", s.publishedAt(q, "<", s.until(to)), " AND ", s.alternates(), " IS NOT NULL")
	return q
}

// alternates returns the column, NULL where it has none.
func (s *Snapshot) alternates() string {
	text := s.text("alternates")
	return "NULLIF(NULLIF(" + text + ", ''), '[]')"
}

// addAlternates takes an article's address and its alternates. Broken ones name
// nothing.
func (l links) addAlternates(r *row) {
	base := r.text("url")
	for _, alternate := range decoded[[]article.Alternate](r, "alternates") {
		if r.fault == nil {
			l.add(base, alternate.URL)
		}
	}
}

// Linked returns what is known of the articles that those of some ids have as
// translations, which mostly name them in return. It costs what Find costs for as
// many articles.
func (s *Snapshot) Linked(ctx context.Context, ids []string) ([]article.State, error) {
	if !s.catalog.links || s.catalog.column("alternates").missing() {
		return nil, nil
	}
	named := links{}
	for part := range slices.Chunk(ids, MaxFind) {
		q := s.query()
		q.add("SELECT ", s.text("url"), ", ", s.alternates(), " FROM ", s.catalog.from, " WHERE ")
		condition := s.dialect.keyAmong(q, s.catalog.column("id"), part)
		if condition == "" {
			continue
		}
		q.add(condition)
		if err := s.readAlternates(ctx, q, named); err != nil {
			return nil, fmt.Errorf("content: links: %w", s.explain(s.failed(err)))
		}
	}
	states, err := named.ask(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("content: links: %w", s.explain(err))
	}
	return states, nil
}

// readAlternates adds the alternates that a query has, each with its article's
// address.
func (s *Snapshot) readAlternates(ctx context.Context, q *statement, into links) error {
	rows, err := s.ask(ctx, q)
	if err != nil {
		return err
	}
	defer rows.close()
	r := s.row(2)
	for rows.next() {
		if err := r.scan(rows.Rows); err != nil {
			return err
		}
		into.addAlternates(r)
	}
	return rows.err()
}

// digestOf returns a digest of addresses; 0: there are none.
func digestOf(addresses map[string]bool) uint64 {
	if len(addresses) == 0 {
		return 0
	}
	h := fnv.New64a()
	for _, address := range slices.Sorted(maps.Keys(addresses)) {
		_, _ = h.Write(append([]byte(address), '\n')) // there is no error
	}
	return h.Sum64()
}
