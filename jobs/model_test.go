package jobs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// modelOptions make limits be met all the time: of the feeds, and of sitemaps by
// number and by size. Where months are not split, they are read in parts.
func modelOptions(seed uint64) jobs.Options {
	options := jobs.Options{Options: press.Options{Feed: network.Feed{Items: 4, MaxItems: 4, FullText: true}, NewsName: "湘江新闻网", Version: "model"}, Overlap: overlap, MaxAge: 6 * time.Hour}
	if seed%2 == 1 {
		options.Archives = press.Archives{Items: 3, Depth: 4}
	}
	switch seed % 4 {
	case 0:
		options.Sitemaps.URLs = 3
	case 2:
		options.Sitemaps.Bytes = 1200
	}
	return options
}

// TestModel holds that whatever is done to the store, and whatever time does,
// what is built step by step is what a full build makes, and what the articles
// say it should be; and that nothing else is read or written for it than the
// months that were touched.
func TestModel(t *testing.T) {
	steps := 60
	if raced() || testing.Short() {
		steps = 25
	}
	histories(t, []uint64{0, 1, 2, 3, 6, 7}, func(t *testing.T, seed uint64) {
		in(t, func(w *world) {
			m := newModel(w, seed)
			for range steps {
				m.step()
			}
			t.Logf("%d months were read in parts, a replica that was behind was asked %d times", m.parts, m.behind)
			if m.archived == 0 && m.options.Archives.Depth > 0 {
				t.Error("no archive was explained")
			}
			if m.behind == 0 && steps == 60 {
				t.Error("no replica was asked")
			}
			if !m.split && !m.pairs && m.parts == 0 { // one that shares a page within is read whole
				t.Error("no month was read in parts")
			}
		})
	})
}

// months are those of each station.
type months map[string]map[article.Month]int

func (m months) add(station string, month article.Month) {
	if m[station] == nil {
		m[station] = map[article.Month]int{}
	}
	m[station][month]++
}

// model is the newsroom's work, and what is known of the editions from it.
type model struct {
	*world
	options   jobs.Options
	split     bool   // months into several sitemaps
	pairs     bool   // of articles that share a page
	shared    months // that have, or had, an article whose page others may have
	parts     int    // months that were read in parts
	behind    int    // times that a replica was asked
	archived  int    // archives that were explained to have an article
	random    *rand.Rand
	asking    *rand.Rand // which articles are explained
	db        *sql.DB    // another tool's
	shelf     *shelf
	processes [2]*process // that publish to the same editions
	articles  map[string]article.Article
	made      int // articles ever
	touched   []touch
	log       []string
}

// touch is a hint that the store gives, and for some time may give again.
type touch struct {
	at      time.Time
	station string
	month   article.Month
}

// overlap is how far behind a refresh the store may repeat hints.
const overlap = 2 * time.Minute

// process is a conductor, and what is expected of it.
type process struct {
	*jobs.Conductor
	checked time.Time // when it was refreshed last
	dirty   months    // what has been touched since

	mu    sync.Mutex
	read  months
	parts months // of which a part was read
	fault string // a station that can't be read
}

func newModel(w *world, seed uint64) *model {
	w.t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		w.t.Fatal(err)
	}
	w.network, err = network.New("湘江新闻网", []*network.Station{
		{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true},
		{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}, {ID: "culture", Name: "文化"}}},
		{ID: "yy", Name: "Yueyang", URL: "https://yy.news.example", Language: "en-US", Zone: zone},
	}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), "content.db")
	if w.store, err = content.Open(w.t.Context(), file); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.store.Close() })
	db, err := sql.Open("sqlite", file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { db.Close() })
	split := seed%2 == 0
	m := &model{
		world: w, options: modelOptions(seed), split: split, random: rand.New(rand.NewPCG(seed, 0)), asking: rand.New(rand.NewPCG(seed, 1)), db: db, shelf: newShelf(),
		articles: map[string]article.Article{}, pairs: seed >= 4, shared: months{},
	}
	for i := range m.processes {
		m.processes[i] = m.start()
	}
	return m
}

// start returns a new process that goes on with the editions.
func (m *model) start() *process {
	p := &process{dirty: months{}}
	p.Conductor = m.conduct(m.shelf, m.options, func(station string, from, to time.Time) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if station == p.fault {
			return errFault
		}
		s, _ := m.network.Station(station)
		month, ok := monthOf(s, from, to)
		first, _ := month.Bounds(s.Zone)
		switch {
		case ok:
			p.read.add(station, month)
		case from.Sub(first)%(24*time.Hour) == 0: // else they are the news
			p.parts.add(station, month)
		}
		return nil
	})
	return p
}

var errFault = errors.New("the disk is broken")

// restart has all editions read back, by processes of which one is a new one.
func (m *model) restart(i int) {
	m.note("restart of process %d", i)
	m.shelf.current = m.shelf.reopened(m.t).current
	before := m.processes[i]
	m.processes[i] = m.start()
	m.processes[i].dirty, m.processes[i].checked = before.dirty, before.checked
}

func (m *model) note(format string, args ...any) {
	m.log = append(m.log, time.Now().UTC().Format("01-02 15:04:05.000 ")+fmt.Sprintf(format, args...))
}

func (m *model) fail(format string, args ...any) {
	m.t.Helper()
	m.t.Fatalf("%s\nafter\n%s", fmt.Sprintf(format, args...), strings.Join(m.log, "\n"))
}

// step does something, lets time pass, has a process refresh and compares.
func (m *model) step() {
	replica := m.replicate()
	for range max(0, m.random.IntN(6)-2) {
		time.Sleep(m.between(time.Millisecond, time.Minute))
		m.operate()
	}
	m.pass()
	i := m.turn()
	restarted := m.random.IntN(12) == 0
	if restarted {
		m.restart(i)
	}
	m.note("refresh by process %d", i)
	before := maps.Clone(m.shelf.current)
	p := m.processes[i]
	m.touchByClock(p)
	m.refreshBy(p, restarted || p.checked.IsZero())

	whole := m.wholeLike(m.shelf, m.options)
	for _, s := range m.network.Stations {
		e := m.shelf.current[s.ID]
		if err := differences(e, whole.current[s.ID]); err != nil {
			m.fail("%s differs from a full build: %v", s.ID, err)
		}
		if err := consistent(s, e); err != nil {
			m.fail("%s: %v", s.ID, err)
		}
		m.checkArticles(s, e)
		m.checkArchives(s, e)
		if old := before[s.ID]; old != nil {
			m.checkHistory(p, old, e)
			m.checkDiff(old, e)
			m.checkWithdrawn(old)
		}
	}
	m.explain(p)
	m.failOver(p, replica)
	m.audit(p)
	p.dirty, p.checked = months{}, time.Now()
}

// replicate returns, now and then, a server that learns of no later change.
func (m *model) replicate() *content.Store {
	m.t.Helper()
	if m.random.IntN(6) != 0 {
		return nil
	}
	file := filepath.Join(m.t.TempDir(), "replica.db")
	if _, err := m.db.ExecContext(m.t.Context(), "VACUUM INTO ?", file); err != nil {
		m.fail("%v", err)
	}
	store, err := content.Open(m.t.Context(), file)
	if err != nil {
		m.fail("%v", err)
	}
	m.t.Cleanup(func() { store.Close() })
	return store
}

// failOver has a process ask a replica that lacks what is published: no edition
// changes, and afterwards the process has missed nothing.
func (m *model) failOver(p *process, replica *content.Store) {
	m.t.Helper()
	if replica == nil {
		return
	}
	if newest := m.newest(replica); newest.IsZero() || !newest.Before(m.published()) {
		return // an empty one meets the gate
	}
	m.note("fail-over to a replica")
	m.behind++
	before := maps.Clone(m.shelf.current)
	primary := m.store
	m.store, m.server = replica, "replica"
	for _, run := range []func(context.Context) error{p.Refresh, p.Audit} {
		if _, behind := errors.AsType[*jobs.BehindError](run(m.t.Context())); !behind || !maps.Equal(m.shelf.current, before) {
			m.fail("a replica that lacks what is published was not told from the primary")
		}
	}
	m.store, m.server = primary, ""
}

// newest returns the time of the newest change that a store has.
func (m *model) newest(store *content.Store) time.Time {
	snapshot, err := store.Snapshot(m.t.Context())
	if err != nil {
		m.fail("%v", err)
	}
	defer snapshot.Close()
	origin, err := snapshot.Origin(m.t.Context())
	if err != nil {
		m.fail("%v", err)
	}
	return origin.Newest
}

// published returns the time of the newest change that is published.
func (m *model) published() (newest time.Time) {
	for _, e := range m.shelf.current {
		if at := e.Origin().Newest; at.After(newest) {
			newest = at
		}
	}
	return newest
}

// checkDiff holds that what differs between two editions, applied to the articles
// of one, gives those of the other.
func (m *model) checkDiff(before, after *edition.Edition) {
	m.t.Helper()
	diff, err := edition.Diff(before, after)
	if err != nil {
		m.fail("%v", err)
	}
	got := m.contents(before)
	for _, a := range diff.Left {
		delete(got, a.ID)
	}
	for _, a := range slices.Concat(diff.Came, diff.Changed) {
		got[a.ID] = a
	}
	if want := m.contents(after); !maps.Equal(got, want) {
		m.fail("%s: with the difference %v; want %v", after.Station(), got, want)
	}
	for path, d := range after.All() {
		if old, ok := before.Document(path); (ok && old.Hash() == d.Hash()) == slices.Contains(diff.Paths, path) {
			m.fail("%s%s: changed: %t", after.Station(), path, slices.Contains(diff.Paths, path))
		}
	}
}

// checkWithdrawn holds that an older edition is without those articles that no
// current edition has, and has all others.
func (m *model) checkWithdrawn(older *edition.Edition) {
	m.t.Helper()
	got, err := edition.Withdrawn(older, m.shelf.current)
	if err != nil {
		m.fail("%v", err)
	}
	shown := map[string]time.Time{}
	for _, e := range m.shelf.current {
		for id, a := range m.contents(e) {
			shown[id] = a.Published
		}
	}
	for id, a := range m.contents(older) {
		now, ok := shown[id]
		if ok && !now.Equal(a.Published) {
			continue // elsewhere it may not be found
		}
		if ok == slices.Contains(got, id) {
			m.fail("an older edition of %s shows %s, which is somewhere: %t", older.Station(), id, ok)
		}
	}
}

// contents returns what an edition says of each article: its months, else its
// feeds.
func (m *model) contents(e *edition.Edition) map[string]edition.Article {
	all := map[string]edition.Article{}
	for _, months := range []bool{false, true} {
		for path, contents := range e.AllContents() {
			if _, _, month := network.ParseShardPath(path); month != months {
				continue
			}
			for a, err := range edition.Articles(contents) {
				if err != nil {
					m.fail("%v", err)
				}
				all[a.ID] = a
			}
		}
	}
	return all
}

// refreshBy has a process refresh, sometimes after it could not do all of it.
func (m *model) refreshBy(p *process, fresh bool) {
	m.t.Helper()
	p.read, p.parts = months{}, months{}
	if m.random.IntN(8) == 0 {
		p.fault = m.station()
		m.note("%s can't be read", p.fault)
		before := m.shelf.current[p.fault]
		err := p.Refresh(m.t.Context())
		if len(p.dirty[p.fault]) > 0 && !errors.Is(err, errFault) || m.shelf.current[p.fault] != before {
			m.fail("%s could not be read: %v", p.fault, err)
		}
		p.fault = ""
	}
	if err := p.Refresh(m.t.Context()); err != nil {
		m.fail("%v", err)
	}
	if !fresh {
		m.checkRead(p)
	}
}

// between returns a duration in milliseconds.
func (m *model) between(least, most time.Duration) time.Duration {
	return (least + time.Duration(m.random.Int64N(int64(most-least)))).Truncate(time.Millisecond)
}

// pass lets time pass: up to a moment at which something changes by the clock,
// or just some time.
func (m *model) pass() {
	var wait time.Duration
	edges := m.edges()
	switch dice := m.random.IntN(6); {
	case dice < 2 && len(edges) > 0:
		wait = time.Until(edges[m.random.IntN(len(edges))].Add(time.Duration(m.random.IntN(3)-1) * time.Millisecond))
	case dice < 4:
		wait = m.between(time.Second, time.Minute)
	case dice < 5:
		wait = m.between(time.Minute, 12*time.Hour)
	default:
		wait = m.between(12*time.Hour, 72*time.Hour)
	}
	time.Sleep(wait)
	m.note("%s later", wait)
}

// edges returns the moments of the next days at which something changes.
func (m *model) edges() []time.Time {
	var all []time.Time
	for _, s := range m.network.Stations {
		_, next := article.MonthOf(time.Now(), s.Zone).Bounds(s.Zone)
		all = append(all, next)
	}
	for _, id := range slices.Sorted(maps.Keys(m.articles)) {
		a := m.articles[id]
		all = append(all, a.Published, a.Expires, a.Published.Add(48*time.Hour))
	}
	return slices.DeleteFunc(all, func(at time.Time) bool {
		wait := time.Until(at)
		return wait < 2*time.Second || wait > 3*24*time.Hour
	})
}

// turn returns the process that refreshes next. Each has its turn in time: a
// store forgets where articles have been after a week.
func (m *model) turn() int {
	i := m.random.IntN(len(m.processes))
	if other := m.processes[1-i]; time.Since(other.checked) > 3*24*time.Hour {
		return 1 - i
	}
	return i
}

// touch notes that a refresh has to build the month of a station.
func (m *model) touch(station string, published time.Time) {
	s, _ := m.network.Station(station)
	month := article.MonthOf(published, s.Zone)
	m.touched = append(m.touched, touch{time.Now(), station, month})
	for _, p := range m.processes {
		p.dirty.add(station, month)
	}
}

// touchByClock touches what time has changed since the last refresh.
func (m *model) touchByClock(p *process) {
	for _, a := range m.articles {
		for _, at := range []time.Time{a.Published, a.Expires} {
			if at.After(p.checked) && !at.After(time.Now()) {
				s, _ := m.network.Station(a.Station)
				p.dirty.add(a.Station, article.MonthOf(a.Published, s.Zone))
			}
		}
	}
}

// checkRead compares what was read with what was touched. It is not for a new
// process, which reads more: it can't tell the changes of the last minutes that
// are in the edition from those that are not.
func (m *model) checkRead(p *process) {
	m.t.Helper()
	for _, s := range m.network.Stations {
		for month := range p.dirty[s.ID] {
			if p.read[s.ID][month]+p.parts[s.ID][month] == 0 {
				m.fail("%s of %s was touched and not read", month, s.ID)
			}
		}
		m.parts += len(p.parts[s.ID])
		read := maps.Clone(p.parts[s.ID])
		for month := range read {
			read[month] = 0 // which may be several
		}
		if read == nil {
			read = map[article.Month]int{}
		}
		maps.Copy(read, p.read[s.ID])
		for month, times := range read {
			repeated := slices.ContainsFunc(m.touched, func(t touch) bool {
				return t.station == s.ID && t.month == month && t.at.After(p.checked.Add(-overlap))
			})
			if m.shared[s.ID][month] == 0 && (times > 1 || p.dirty[s.ID][month] == 0 && !repeated) {
				m.fail("%s of %s was read %d times, touched %d times", month, s.ID, times, p.dirty[s.ID][month])
			}
		}
	}
}

// checkHistory compares two editions: shards of months that were not touched
// are the same documents, and a time of change moves on with each change.
func (m *model) checkHistory(p *process, before, after *edition.Edition) {
	m.t.Helper()
	for path, d := range after.All() {
		old, ok := before.Document(path)
		if !ok {
			continue
		}
		if d.Modified().After(time.Now()) || d.Modified().Before(old.Modified()) || d.Modified().Equal(old.Modified()) != (d.Hash() == old.Hash()) {
			m.fail("%s%s: modified %s, before that %s, hash %s, before that %s", after.Station(), path,
				d.Modified(), old.Modified(), d.Hash(), old.Hash())
		}
		month, _, shard := network.ParseShardPath(path)
		if network.IsSitemap(path) && d.Hash() != old.Hash() && d.Modified().Before(before.Watermark().Truncate(time.Second)) {
			m.fail("%s%s changed at %s, and was otherwise at %s", after.Station(), path, d.Modified(), before.Watermark())
		}
		if old.Headers() != d.Headers() && network.IsArchive(path) { // another neighbour
			continue
		}
		if (shard && p.dirty[after.Station()][month] == 0 && m.shared[after.Station()][month] == 0 || d.Hash() == old.Hash()) && d != old {
			m.fail("%s%s was written anew, modified %s, before that %s", after.Station(), path, d.Modified(), old.Modified())
		}
	}
}

// audit looks now and then whether an audit finds anything after a refresh.
func (m *model) audit(p *process) {
	if m.random.IntN(8) > 0 {
		return
	}
	before := maps.Clone(m.shelf.current)
	if err := p.Build(m.t.Context(), nil, func(jobs.Report) {}); err != nil {
		m.fail("%v", err)
	}
	for station, e := range m.shelf.current {
		if e != before[station] {
			m.fail("an audit published edition %s of %s after a refresh:\n%v", e.Watermark(), station, differences(e, before[station]))
		}
	}
}

// checkArticles compares an edition with what the articles say.
func (m *model) checkArticles(s *network.Station, e *edition.Edition) {
	m.t.Helper()
	inMonths, news, latest := map[article.Month][]string{}, []string{}, []string{}
	newest := s.Address("/")
	for _, a := range slices.SortedFunc(maps.Values(m.articles), byTime) {
		if !a.VisibleAt(time.Now()) {
			continue
		}
		if a.Station == s.ID || s.All {
			latest = append(latest, a.URL)
		}
		if a.Station != s.ID || a.NoIndex || !strings.HasPrefix(a.URL, s.URL+"/") {
			continue
		}
		month := article.MonthOf(a.Published, s.Zone)
		for earlier, list := range inMonths { // the last article has the page
			if inMonths[earlier] = slices.DeleteFunc(list, func(url string) bool { return url == a.URL }); len(inMonths[earlier]) == 0 {
				delete(inMonths, earlier)
			}
		}
		inMonths[month] = append(inMonths[month], a.URL)
		newest = a.URL
		if time.Since(a.Published) < 48*time.Hour {
			news = append(news, a.URL)
		}
	}
	got := map[article.Month][]string{}
	for _, month := range monthsOf(e) {
		got[month] = locs(e, month)
	}
	limits := m.options.Sitemaps
	for path, d := range e.All() {
		if _, _, ok := network.ParseShardPath(path); ok && (limits.URLs > 0 && d.Items() > limits.URLs || limits.Bytes > 0 && d.Size() > limits.Bytes && d.Items() > 1) {
			m.fail("%s%s has %d pages in %d bytes, want %+v at most", s.ID, path, d.Items(), d.Size(), limits)
		}
	}
	if !maps.EqualFunc(got, inMonths, slices.Equal) {
		m.fail("%s has the addresses\n%v\nwant\n%v", s.ID, got, inMonths)
	}
	news = onceEach(news)
	slices.Reverse(news)
	d, _ := e.Document(network.NewsPath(1))
	if len(news) == 0 {
		news = []string{newest}
	}
	if got := locsOf(d); !slices.Equal(got, news) {
		m.fail("%s has the news\n%q\nwant\n%q", s.ID, got, news)
	}
	latest = onceEach(latest[max(0, len(latest)-m.options.Feed.Items):])
	slices.Reverse(latest)
	got4 := feedURLs(document(e, "/feed.json"))
	if m.options.Archives.Depth > 0 { // which may have more of one second
		got4 = slices.DeleteFunc(got4, func(url string) bool { return !slices.Contains(latest, url) })
	}
	if got := got4; !slices.Equal(got, latest) {
		m.fail("the feed of %s has\n%q\nwant\n%q", s.ID, got, latest)
	}
}

// onceEach returns addresses, oldest first, without those that a newer one repeats.
func onceEach(addresses []string) (once []string) {
	for i, address := range addresses {
		if !slices.Contains(addresses[i+1:], address) {
			once = append(once, address)
		}
	}
	return once
}

func byTime(a, b article.Article) int {
	if order := a.Published.Compare(b.Published); order != 0 {
		return order
	}
	return strings.Compare(a.ID, b.ID)
}

// remove deletes an article as another tool does. The trigger's clock is not
// the bubble's.
func (m *model) remove(id string) {
	m.t.Helper()
	tx, err := m.db.BeginTx(m.t.Context(), nil)
	if err != nil {
		m.t.Fatal(err)
	}
	defer tx.Rollback()
	now := time.Now().UnixMilli()
	for _, statement := range []string{
		`DELETE FROM articles WHERE id = ?1 AND ?2`,
		`UPDATE article_moves SET left_at = ?2 WHERE article_id = ?1 AND left_at > ?2`,
	} {
		if _, err := tx.ExecContext(context.WithoutCancel(m.t.Context()), statement, id, now); err != nil {
			m.t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		m.t.Fatal(err)
	}
}
