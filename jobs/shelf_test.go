package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"iter"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/jobs"
	"feedstation/sitemap"
)

// shelf is editions in memory.
type shelf struct {
	mu        sync.Mutex
	current   map[string]*edition.Edition
	taken     edition.Retractions
	elsewhere map[string]bool        // stations that another process builds
	published func(*edition.Edition) // is told each edition; nil: nobody is
}

func newShelf() *shelf { return &shelf{current: map[string]*edition.Edition{}} }

func (s *shelf) Current(station string) (*edition.Edition, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.current[station]
	return e, ok
}

func (s *shelf) Publish(_ context.Context, e *edition.Edition) error {
	if before, ok := s.Current(e.Station()); ok && before.Watermark().After(e.Base()) {
		return edition.ErrStale
	}
	e = e.Published()
	s.mu.Lock()
	s.current[e.Station()] = e
	s.mu.Unlock()
	if s.published != nil {
		s.published(e)
	}
	return nil
}

func (s *shelf) Retractions() edition.Retractions {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

func (s *shelf) Retract(_ context.Context, retractions ...edition.Retraction) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, _ = s.taken.With(retractions...)
	return nil
}

func (s *shelf) Leads(station string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.elsewhere[station]
}

// reopened returns the shelf as another process finds it: in bytes.
func (s *shelf) reopened(t *testing.T) *shelf {
	t.Helper()
	other := newShelf()
	for station, e := range s.current {
		objects := map[edition.Hash][]byte{}
		for d := range e.Objects() {
			objects[d.Hash()] = doctest.Pack(t, d)
		}
		manifest := e.Manifest()
		again, err := manifest.Edition(nil, func(entry edition.Entry) (*edition.Document, error) {
			return edition.Unpack(entry, objects[entry.Hash])
		})
		if err != nil {
			t.Fatal(err)
		}
		other.current[station] = again
	}
	return other
}

// watched is a snapshot that tells which articles are listed, before they are.
type watched struct {
	jobs.Snapshot
	listing func(station string, from, to time.Time) error
	server  string // that answers; empty: the store's own
}

func (s watched) Origin(ctx context.Context) (edition.Origin, error) {
	origin, err := s.Snapshot.Origin(ctx)
	if s.server != "" {
		origin.Server = s.server
	}
	return origin, err
}

func (s watched) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		if err := s.listing(station, from, to); err != nil {
			yield(article.Article{}, err)
			return
		}
		for a, err := range s.Snapshot.Listing(ctx, station, from, to) {
			if !yield(a, err) {
				return
			}
		}
	}
}

// inParts returns options of months in small parts, as tests have few articles.
func inParts(options jobs.Options) jobs.Options {
	options.Sitemaps.Chunk = 2
	return options
}

// conduct returns a conductor that starts from editions and tells listing, which
// may be nil, what it reads.
func (w *world) conduct(editions jobs.Editions, options jobs.Options, listing func(station string, from, to time.Time) error) *jobs.Conductor {
	return jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
		s, err := w.store.Snapshot(ctx)
		if err != nil || listing == nil {
			return s, err
		}
		return watched{s, listing, w.server}, nil
	}, editions, inParts(options))
}

// whole returns what a conductor makes of the store that has nothing but it.
func (w *world) whole(options jobs.Options) *shelf {
	w.t.Helper()
	s := newShelf()
	if err := refreshAll(w.t.Context(), w.conduct(s, options, nil)); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// wholeLike is whole with the archives that end where those of other editions do.
func (w *world) wholeLike(other *shelf, options jobs.Options) *shelf {
	w.t.Helper()
	s := newShelf()
	for station, e := range other.current {
		contents := map[string]*edition.Document{}
		for path := range e.AllContents() {
			if network.IsArchive(path) {
				contents[path] = edition.NewDocument("text/plain", nil, edition.Epoch)
			}
		}
		if len(contents) > 0 {
			s.current[station] = edition.New(station, edition.Epoch, "", nil).At(e.URL()).InZone(e.Zone()).WithContents(contents).Published()
		}
	}
	if err := refreshAll(w.t.Context(), w.conduct(s, options, nil)); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// refreshAll refreshes until no backlog is left, as a timetable does.
func refreshAll(ctx context.Context, c *jobs.Conductor) error {
	err := c.Refresh(ctx)
	for c.More() {
		err = errors.Join(err, c.Refresh(ctx))
	}
	return err
}

// monthOf returns the month that a listing reads, and false for the news.
func monthOf(station *network.Station, from, to time.Time) (article.Month, bool) {
	month := article.MonthOf(from, station.Zone)
	first, next := month.Bounds(station.Zone)
	return month, from.Equal(first) && to.Equal(next)
}

// Where a document prints when it changed, which is its history and not only
// its content: in a feed and in its page once, in an index for each sitemap.
var (
	rssChanged   = regexp.MustCompile(`<lastBuildDate>([^<]*)</lastBuildDate>`)
	atomChanged  = regexp.MustCompile(`^([^\0]*?<updated>)[^<]*</updated>`)
	pageChanged  = regexp.MustCompile(`<dd><time [^\n]*</time></dd>`)
	indexChanged = regexp.MustCompile(`<lastmod>[^<]*</lastmod>`)
)

// timeless returns the body without those places.
func timeless(path string, body []byte) []byte {
	switch {
	case strings.HasSuffix(path, "/"+string(network.RSS)):
		return rssChanged.ReplaceAll(body, nil)
	case strings.HasSuffix(path, "/"+string(network.Atom)):
		return atomChanged.ReplaceAll(body, []byte("$1"))
	case strings.HasPrefix(path, "/feeds/"):
		return pageChanged.ReplaceAll(body, nil)
	case path == network.IndexPath:
		return indexChanged.ReplaceAll(body, nil)
	}
	return body
}

// differences tells in what an edition differs from that of a full build.
func differences(got, want *edition.Edition) error {
	ours, theirs := maps.Collect(got.All()), maps.Collect(want.All())
	if a, b := slices.Sorted(maps.Keys(ours)), slices.Sorted(maps.Keys(theirs)); !slices.Equal(a, b) {
		return fmt.Errorf("paths:\n got %q\nwant %q", a, b)
	}
	for path, d := range got.All() {
		other := theirs[path]
		a, b := timeless(path, doctest.Held(d)), timeless(path, doctest.Held(other))
		switch {
		case !bytes.Equal(a, b):
			return fmt.Errorf("%s:\n got %s\nwant %s", path, a, b)
		case d.MediaType() != other.MediaType() || d.Headers() != other.Headers():
			return fmt.Errorf("%s: %s, %+v; want %s, %+v", path, d.MediaType(), d.Headers(), other.MediaType(), other.Headers())
		}
	}
	return nil
}

// consistent tells what an edition contradicts itself in: its index names the
// sitemaps that are there, in order and with their times, Baidu's list has
// their addresses, and compressed twins are what they are twins of.
func consistent(s *network.Station, e *edition.Edition) error {
	var names []string
	for path, d := range e.All() {
		if !network.IsSitemap(path) {
			continue
		}
		names = append(names, path)
		twin, ok := e.Document(path + network.GzipSuffix)
		if !ok || twin.Hash() != d.Hash() || twin.Size() != d.Compressed() {
			return fmt.Errorf("%s has another twin", path)
		}
	}
	slices.SortFunc(names, byMonth)
	var index, list strings.Builder
	for _, path := range names {
		if path != network.IndexPath {
			d, _ := e.Document(path)
			lastMod := ""
			if !d.Modified().Equal(edition.Epoch) {
				lastMod = "<lastmod>" + d.Modified().In(s.Zone).Format(time.RFC3339) + "</lastmod>"
			}
			fmt.Fprintf(&index, "<sitemap><loc>%s</loc>%s</sitemap>\n", s.Address(path), lastMod)
		}
	}
	if got := document(e, network.IndexPath); !strings.HasSuffix(got, "/0.9\">\n"+index.String()+"</sitemapindex>\n") {
		return fmt.Errorf("the index is\n%s\nwant\n%s", got, &index)
	}
	if err := contained(e); err != nil {
		return err
	}
	for month := range slices.Values(monthsOf(e)) {
		for _, loc := range slices.Backward(locs(e, month)) {
			list.WriteString(loc + "\n")
		}
	}
	if list.Len() == 0 {
		list.WriteString(s.Address("/") + "\n")
	}
	if got := document(e, network.BaiduPath); got != list.String() {
		return fmt.Errorf("Baidu's list is\n%s\nwant\n%s", got, &list)
	}
	return nil
}

// contained tells in what the contents of an edition are not those of its
// sitemaps and feeds.
func contained(e *edition.Edition) error {
	for path, contents := range e.AllContents() {
		var listed []string
		lines := 0
		for a, err := range edition.Articles(contents) {
			if err != nil {
				return err
			}
			if lines++; !a.Unlisted {
				listed = append(listed, a.Address)
			}
		}
		if lines != contents.Items() {
			return fmt.Errorf("the contents of %s have %d lines, and say %d", path, lines, contents.Items())
		}
		d, ok := e.Document(path)
		if !ok && len(listed) > 0 {
			return fmt.Errorf("%s has contents and no document", path)
		}
		if !ok || !network.IsSitemap(path) || lines == 0 && strings.HasPrefix(path, "/sitemaps/news") { // which names the home page
			continue
		}
		for i, address := range listed {
			listed[i], _ = sitemap.Loc(address)
		}
		if found := locsOf(d); !slices.Equal(found, listed) || d.Items() != len(listed) {
			return fmt.Errorf("%s has %q and says %d, its contents %q", path, found, d.Items(), listed)
		}
	}
	for path, d := range e.All() {
		_, ok := e.Contents(path)
		if network.IsSitemap(path) && path != network.IndexPath && !ok {
			return fmt.Errorf("%s has no contents", path)
		}
		if !strings.HasSuffix(path, "/"+string(network.RSS)) {
			continue
		}
		var guids []string
		contents, _ := e.Contents(path)
		for a := range edition.Articles(contents) {
			if !slices.Contains(guids, a.KnownBy()) {
				guids = append(guids, a.KnownBy())
			}
		}
		var found []string
		for _, match := range guid.FindAllSubmatch(doctest.Held(d), -1) {
			found = append(found, strings.ReplaceAll(string(match[1]), "&amp;", "&"))
		}
		if !slices.Equal(found, guids) || len(found) != d.Items() {
			return fmt.Errorf("%s has %q and says %d, its contents %q", path, found, d.Items(), guids)
		}
	}
	return nil
}

var guid = regexp.MustCompile(`<guid isPermaLink="[a-z]*">([^<]*)</guid>`)

// byMonth orders paths of sitemaps: news before months, the newest month first,
// each in the order of its files.
func byMonth(a, b string) int {
	monthA, m, shardA := network.ParseShardPath(a)
	monthB, n, shardB := network.ParseShardPath(b)
	switch {
	case shardA != shardB && shardB:
		return -1
	case shardA != shardB:
		return 1
	case !shardA:
		return len(a) - len(b)
	case monthA != monthB:
		return monthB.Compare(monthA)
	}
	return m - n
}

// monthsOf returns the months of which an edition has sitemaps, newest first.
func monthsOf(e *edition.Edition) []article.Month {
	found := map[article.Month]bool{}
	for path := range e.All() {
		if month, _, ok := network.ParseShardPath(path); ok {
			found[month] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b article.Month) int { return b.Compare(a) })
}

// locs returns the addresses of a month's sitemaps, in their order.
func locs(e *edition.Edition, month article.Month) (all []string) {
	for n := 1; ; n++ {
		d, ok := e.Document(network.ShardPath(month, n))
		if !ok {
			return all
		}
		all = append(all, locsOf(d)...)
	}
}

func locsOf(d *edition.Document) (all []string) {
	for _, match := range loc.FindAllSubmatch(doctest.Held(d), -1) {
		all = append(all, html.UnescapeString(string(match[1])))
	}
	return all
}

var loc = regexp.MustCompile(`(?m)^<url><loc>([^<]*)</loc>`)

func document(e *edition.Edition, path string) string {
	d, ok := e.Document(path)
	if !ok {
		return ""
	}
	return string(doctest.Held(d))
}
