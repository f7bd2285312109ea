package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/content"
	"feedstation/internal/network"
)

// Options are what a source is.
type Options struct {
	ID   string // what the ids of its articles begin with, before a colon
	Name string // of its kind
	Kind Kind
	URL  string // what relative addresses of articles are relative to
	Dir  string // of files; empty: the source is asked over HTTP
	// Station is the one of articles for which Stations names none; both Stations and
	// Channels are ids, present or former ones, by what articles are filed under.
	Station            string
	Stations, Channels map[string]string
	Link               string         // see config.Source
	Reader             article.Reader // of values
	Every, Audit       time.Duration
	Access             Access
}

// getter reads a page of a source, unless it is the one that is known.
type getter interface {
	get(ctx context.Context, address string, header map[string]string, known validators) (*answer, error)
}

// SourceStore is where the articles of sources are stored, and how far each has been
// followed.
type SourceStore interface {
	Source(ctx context.Context, source string) (state string, accepted bool, err error)
	SourceArticles(ctx context.Context, source string) (int, error)
	SourceItems(ctx context.Context, source string, items []string) (map[string]content.SourceItem, error)
	SourceAddresses(ctx context.Context, source string) (map[string]string, error)
	SourceItemsAt(ctx context.Context, source string, addresses []string) (map[string]content.SourceItem, error)
	SourceRank(ctx context.Context, source, item string) (before, all int, err error)
	SourceBetween(ctx context.Context, source, after, before string) ([]content.SourceItem, error)
	SourceMissing(ctx context.Context, source string, pass int64, from time.Time) ([]content.SourceItem, error)
	ChangeSource(ctx context.Context, source string, c *content.SourceChange, odd func(article.Fault)) error
}

// Source follows a source. One of its runs may be under way at a time; Status may be
// called at any time.
type Source struct {
	Options
	log        *slog.Logger
	network    *network.Network
	store      SourceStore
	client     getter
	base       *url.URL
	conditions *condition.Set

	mu         sync.Mutex
	articles   int
	success    time.Time
	first      bool                // the first pass is not over
	leftOut    map[string]string   // reasons by item
	lacking    map[string][]string // columns of values that an item's article is without
	hinted     []string            // items that the next run asks about
	compareNow bool                // the next run compares, whether that is due or not

	// What follows belongs to the run.
	until   time.Time          // nothing is asked before
	fails   int                // runs in a row
	audited time.Time          // when the last comparison was made
	kept    map[part]error     // why what is gone is not withdrawn
	logged  map[string]bool    // reasons
	changed bool               // this run has changed the store
	report  func(articles int) // is told of each page of this run
	state   state
	saved   string // the state as the store has it
	// Of a source with a sitemap: the items of the feed as it is, nil: it has not been
	// read yet; and when pages that could not be read are asked for again, by items.
	fed     map[string]bool
	resting map[string]time.Time
}

// part is a part of the comparisons.
type part int

const (
	newest part = iota
	searched
	all
)

// state is how far a source has been followed, as the store keeps it.
type state struct {
	Cursor time.Time `json:"cursor,omitzero"` // all changes up to then are known
	// At is the next page of the pass over the changes; nil: none is under way. Newest
	// is the newest change that the pass has met.
	At         *spot      `json:"at,omitempty"`
	Newest     time.Time  `json:"newest,omitzero"`
	Complete   bool       `json:"complete,omitempty"` // the first pass is over
	Validators validators `json:"validators,omitzero"`
	// Pass counts the comparisons of all articles; Audit is the next page of the one
	// that is under way, nil: none is.
	Pass  int64 `json:"pass"`
	Audit *spot `json:"audit,omitempty"`
	// ByAddress says that the keys of items are the addresses of their pages, as they are
	// since there is a sitemap. Crawl is the pass over the sitemaps that is under way, nil:
	// none is; Crawled: there was a first one.
	ByAddress bool   `json:"by_address,omitempty"`
	Crawl     *crawl `json:"crawl,omitempty"`
	Crawled   bool   `json:"crawled,omitempty"`
}

// complete reports whether the first pass is over.
func (s *Source) complete() bool {
	return s.state.Complete && (s.Kind.Sitemap == "" || s.state.Crawled)
}

// NewSource returns a source, unless its certificates can't be read.
func NewSource(log *slog.Logger, n *network.Network, store SourceStore, o Options) (*Source, error) {
	c, err := newClient(o.Access, o.Kind.Changes, o.Kind.List, o.Kind.Item, o.Kind.Sitemap)
	if err != nil {
		return nil, fmt.Errorf("source %s: tls: %w", o.ID, err)
	}
	base, err := url.Parse(o.URL)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", o.ID, err)
	}
	o.Station = present(n, o.Station)
	o.Stations = maps.Clone(o.Stations)
	for term, id := range o.Stations {
		o.Stations[term] = present(n, id)
	}
	var asked getter = c
	if o.Dir != "" {
		asked = &folder{dir: o.Dir, base: base, link: o.Link, id: o.Kind.Fields["id"], maxBytes: int64(o.Access.MaxBytes)}
		o.Link = "" // lines have addresses of their own
	}
	return &Source{
		Options: o, log: log.With("component", "source "+o.ID), network: n, store: store, client: asked, base: base,
		conditions: condition.New(log), leftOut: map[string]string{}, lacking: map[string][]string{}, kept: map[part]error{}, logged: map[string]bool{},
		resting: map[string]time.Time{},
	}, nil
}

// present returns the present id of a station; of none, the id itself.
func present(n *network.Network, id string) string {
	if station, ok := n.Renamed(id); ok {
		return station.ID
	}
	return id
}

// How a source that fails is left alone: for its interval, doubled with each failure.
const maxRest = 30 * time.Minute

// runFor is how long a run goes on before it lets others be built from what it has
// stored.
const runFor = time.Minute

// Error is why a source can't be read: a condition says so already.
type Error struct{ error }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.error }

// Run asks the source what has changed and stores it, and when that is due compares a
// part of all with it. More: it is not done, and another run should follow at once. The
// error is an [Error], the store's or the context's. Report, unless nil, is told of how
// many articles each page had.
func (s *Source) Run(ctx context.Context, report func(articles int)) (changed, more bool, err error) {
	if time.Now().Before(s.until) {
		return false, false, nil
	}
	s.changed, s.report = false, report
	if err := s.load(ctx); err != nil {
		return false, false, err
	}
	more, err = s.run(ctx)
	s.count(ctx)
	if ctx.Err() != nil {
		return s.changed, true, context.Cause(ctx)
	}
	if _, ok := errors.AsType[*storeError](err); ok {
		return s.changed, false, err
	}
	s.conditions.Note(s.unreachable(), "", err)
	s.conditions.Note(s.shrunk(), "", cmp.Or(s.kept[newest], s.kept[searched], s.kept[all]))
	if err != nil {
		s.rest(err)
		return s.changed, false, &Error{err}
	}
	s.fails = 0
	s.mu.Lock()
	s.success = time.Now()
	s.mu.Unlock()
	return s.changed, more, nil
}

func (s *Source) run(ctx context.Context) (more bool, err error) {
	began := time.Now()
	late := func() bool { return time.Since(began) > runFor }
	if s.Kind.Sitemap != "" && !s.state.ByAddress {
		if err := s.goByAddress(ctx); err != nil {
			return false, err
		}
	}
	if !s.state.Complete && s.state.At == nil && s.Kind.List != "" {
		// What readers see first comes first.
		if _, err := s.audit(ctx, func() bool { return true }); err != nil {
			return false, err
		}
	}
	if more, err := s.follow(ctx, late); err != nil || more {
		return more, err
	}
	if s.Kind.Sitemap != "" && !s.state.Crawled {
		err := s.crawl(ctx, late, false)
		s.audited = time.Now()
		return !s.state.Crawled, err
	}
	compare, err := s.askHinted(ctx)
	if err != nil {
		return false, err
	}
	if !compare && time.Since(s.audited) < s.Audit {
		return false, nil
	}
	if s.Kind.Sitemap != "" {
		err := s.crawlAgain(ctx, late)
		s.audited = time.Now()
		return false, err
	}
	pages := 0
	whole, err := s.audit(ctx, func() bool { pages++; return pages >= auditPages || late() })
	if err != nil {
		return false, err
	}
	delete(s.kept, searched)
	if !whole && s.Kind.Ranked != "" {
		if err := s.search(ctx); err != nil {
			return false, err
		}
	}
	s.audited = time.Now()
	return false, nil
}

// AuditAll compares everything with the source.
func (s *Source) AuditAll(ctx context.Context) error {
	if err := s.load(ctx); err != nil {
		return err
	}
	never := func() bool { return false }
	if s.Kind.Sitemap != "" {
		return s.crawl(ctx, never, false)
	}
	_, err := s.audit(ctx, never)
	return err
}

// auditPages is how many pages a comparison reads at a time: a small source is compared
// as a whole each time, a large one part by part, its newest articles each time; what is
// gone from the others a search finds.
const auditPages = 20

// rest has the source left alone for a while.
func (s *Source) rest(err error) {
	s.fails++
	wait := min(s.Every<<min(s.fails-1, 10), maxRest)
	wait = wait/2 + rand.N(wait/2)
	if status, ok := errors.AsType[*statusError](err); ok && status.after > 0 {
		wait = status.after
	}
	s.until = time.Now().Add(wait)
}

// storeError is a failure of the store, not of the source.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

func (s *Source) load(ctx context.Context) error {
	text, _, err := s.store.Source(ctx, s.ID)
	if err != nil {
		return &storeError{err}
	}
	s.state, s.saved = state{}, text
	if text != "" {
		if err := json.Unmarshal([]byte(text), &s.state); err != nil {
			return &storeError{fmt.Errorf("source %s: state: %w", s.ID, err)}
		}
	}
	s.noteFirst()
	return nil
}

// save stores a step and how far it has come, unless nothing is different.
func (s *Source) save(ctx context.Context, c *content.SourceChange, odd func(article.Fault)) error {
	text, err := json.Marshal(s.state)
	if err != nil {
		panic(err) // times and texts always marshal
	}
	c.State, c.Pass = string(text), s.state.Pass
	quiet := c.Articles == nil && len(c.Items) == 0 && len(c.Met) == 0 && len(c.Gone) == 0 && !c.Settled
	if quiet && c.State == s.saved {
		return nil
	}
	if err := s.store.ChangeSource(ctx, s.ID, c, odd); err != nil {
		return &storeError{err}
	}
	s.saved = c.State
	s.changed = s.changed || c.Articles != nil || len(c.Gone) > 0 || len(c.Hidden) > 0 || len(c.Withdrawn) > 0
	return nil
}

// fetch reads a page.
func (s *Source) fetch(ctx context.Context, template string, at spot, ids []string, known validators) (*page, error) {
	a, err := s.client.get(ctx, s.Kind.address(template, at, ids), s.Kind.Header, known)
	if err != nil {
		return nil, err
	}
	p, err := s.Kind.read(s.base, s.Reader, template, at, a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(a.url.String()), err)
	}
	if s.Access.Token != "" { // which is not to be kept with the place in the list
		p.next = strings.ReplaceAll(p.next, url.QueryEscape(s.Access.Token), "{token}")
	}
	return p, nil
}

// Serves reports whether the source may have articles of a station.
func (s *Source) Serves(station string) bool {
	return s.Station == station || slices.Contains(slices.Collect(maps.Values(s.Stations)), station) || s.Kind.Fields["station"] != ""
}
