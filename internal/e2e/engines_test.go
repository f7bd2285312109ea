package e2e

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// mode is what tells the conductor of changes.
type mode struct {
	name    string
	overlap time.Duration // how far behind a refresh the content store looks
	silent  bool          // every hint is suppressed
	audits  bool
}

// TestEngines has random writers, of which several are in the midst of their
// transactions while refreshes go on, change a newsroom's database: after some
// refreshes and one audit the documents are what was committed says they are,
// whatever the hints have missed, also when they miss everything. Where nothing
// is done that no hint can tell, they are so without an audit.
func TestEngines(t *testing.T) {
	t.Parallel()
	for _, mode := range []mode{
		{name: "hints and audits", overlap: 20 * time.Millisecond, audits: true},
		{name: "audits alone", overlap: 20 * time.Millisecond, audits: true, silent: true},
		{name: "hints alone", overlap: time.Minute},
	} {
		for _, e := range modelled {
			t.Run(mode.name+"/"+e.driver, func(t *testing.T) {
				require.Time(t)
				if e.start != nil {
					e.start(t) // a machine that lacks it skips the whole
				}
				var drift atomic.Int64
				t.Cleanup(func() {
					if mode.audits && drift.Load() == 0 && !t.Failed() {
						t.Error("no hint was lost")
					}
				})
				for seed := range uint64(3) {
					t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
						t.Parallel()
						m := newModel(t, e, mode, seed)
						for range 2 {
							for range 40 {
								m.step()
							}
							m.settle()
						}
						m.atRest()
						drift.Add(m.drift)
					})
				}
			})
		}
	}
}

// model is a newsroom at work, and its conductor.
type model struct {
	*testing.T
	*writers
	store     *content.Store
	network   *network.Network
	shelf     *shelf
	mode      mode
	conductor *jobs.Conductor
	drift     int64 // months that audits of former conductors have found
}

func newModel(t *testing.T, e modelledEngine, mode mode, seed uint64) *model {
	t.Helper()
	db, options := e.open(t)
	options.Overlap = mode.overlap
	// Changes are told in groups all the time, and now and then. Groups hide what
	// hints have missed, which audits are to find.
	options.OneByOne = []int{2, 6, 30}[seed%3]
	if mode.audits {
		options.OneByOne = []int{2, 0, 0}[seed%3]
	}
	store, err := content.OpenWith(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	m := &model{
		T: t, writers: newWriters(t, e, db, rand.New(rand.NewPCG(seed, 0))), store: store,
		shelf: &shelf{current: map[string]*edition.Edition{}}, mode: mode,
	}
	m.hinted = !mode.audits
	zone := time.FixedZone("", 8*60*60)
	m.network, err = network.New("湘江新闻网", []*network.Station{
		{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", Language: "zh-CN", Zone: zone, All: true},
		{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: zone, Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}, {ID: "culture", Name: "文化"}}},
		{ID: "yy", Name: "Yueyang", URL: "https://yy.news.example", Language: "en-US", Zone: time.UTC},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.restart()
	return m
}

// items is how many a feed has, and urls how many a sitemap: few, so that the
// limits are met all the time.
const items, urls = 5, 4

// restart goes on with a new conductor and the editions that are there.
func (m *model) restart() {
	if m.conductor != nil {
		m.drift += m.drifted()
	}
	options := jobs.Options{
		Options: press.Options{Feed: network.Feed{Items: items, MaxItems: items, FullText: true}, NewsName: "湘江新闻网", Version: "model", Sitemaps: press.Limits{URLs: urls, Bytes: 1 << 20}},
		Overlap: m.mode.overlap, MaxAge: time.Hour, AuditRate: 1_000_000_000,
	}
	if m.mode.silent {
		options.MaxAge = time.Nanosecond
	}
	m.conductor = jobs.NewConductor(slog.New(slog.DiscardHandler), m.network, func(ctx context.Context) (jobs.Snapshot, error) {
		s, err := m.store.Snapshot(ctx)
		if err != nil || !m.mode.silent {
			return s, err
		}
		return silent{s}, nil
	}, m.shelf, options)
}

func (m *model) drifted() (n int64) {
	for _, found := range m.conductor.Drift() {
		n += found
	}
	return n
}

// step does one thing that may happen to a newsroom.
func (m *model) step() {
	switch dice := m.random.IntN(100); {
	case dice < 15:
		m.begin()
	case dice < 60:
		m.write()
	case dice < 70:
		m.end()
	case dice < 80:
		m.elapse()
	case dice < 99:
		m.refresh()
	default:
		m.note("restart")
		m.restart()
	}
}

// refresh refreshes until no old month waits for the next pass, as on a busy machine.
func (m *model) refresh() {
	m.Helper()
	m.note("refresh")
	m.run(m.conductor.Refresh)
}

// audit audits, and refreshes while months that were found wait for the next pass.
func (m *model) audit() {
	m.Helper()
	m.note("audit")
	m.run(m.conductor.Audit)
}

func (m *model) run(work func(context.Context) error) {
	m.Helper()
	err := work(m.Context())
	for err == nil && m.conductor.More() {
		err = m.conductor.Refresh(m.Context())
	}
	if err != nil {
		m.fail("%v", err)
	}
}

// elapse waits until the overlap is over, where audits find what comes later.
func (m *model) elapse() {
	if m.mode.audits {
		m.note("the overlap passes")
		m.await(m.now().Add(m.mode.overlap + time.Millisecond))
	}
}

// look has a refresh, and an audit where there are to be any.
func (m *model) look() {
	m.Helper()
	m.refresh()
	if m.mode.audits {
		m.audit()
	}
}

// settle ends all transactions, waits for what changes by the clock, looks and
// compares.
func (m *model) settle() {
	m.Helper()
	for len(m.open) > 0 {
		m.end()
	}
	m.await(m.soon)
	m.look()
	for _, s := range m.network.Stations {
		e, ok := m.shelf.Current(s.ID)
		if !ok {
			m.fail("%s has no edition", s.ID)
		}
		if err := m.oracle(s).compare(s, e); err != nil {
			m.fail("%s: %v", s.ID, err)
		}
	}
}

// atRest holds that nothing is published while nothing happens.
func (m *model) atRest() {
	before := maps.Clone(m.shelf.current)
	m.look()
	for station, e := range m.shelf.current {
		if e != before[station] {
			m.fail("edition %s of %s was published though nothing had happened", e.Watermark(), station)
		}
	}
	m.drift += m.drifted()
}

func (m *model) fail(format string, args ...any) {
	m.Helper()
	m.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, args...), strings.Join(m.log, "\n"))
}

// silent is a snapshot that tells of no change.
type silent struct{ jobs.Snapshot }

func (silent) Changes(context.Context, time.Time) iter.Seq2[article.Change, error] {
	return func(func(article.Change, error) bool) {}
}

// shelf is editions in memory.
type shelf struct {
	jobs.Editions // of which no other method is called
	mu            sync.Mutex
	current       map[string]*edition.Edition
	taken         edition.Retractions
}

func (s *shelf) Current(station string) (*edition.Edition, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.current[station]
	return e, ok
}

func (s *shelf) Publish(_ context.Context, e *edition.Edition) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current[e.Station()] = e
	return nil
}

func (s *shelf) Retractions() edition.Retractions {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken
}

// Retract keeps what it is told, and amends nothing: those who build do.
func (s *shelf) Retract(_ context.Context, retractions ...edition.Retraction) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken, _ = s.taken.With(retractions...)
	return nil
}

func (s *shelf) Leads(string) bool { return true }

// sorted returns the articles oldest first.
func sorted(articles map[string]article.Article) []article.Article {
	return slices.SortedFunc(maps.Values(articles), func(a, b article.Article) int {
		if order := a.Published.Compare(b.Published); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
}
