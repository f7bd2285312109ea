package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/store"
)

// station returns a network of one station.
func oneStation(t testing.TB) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Zone: time.UTC}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// paper makes editions of the station, each a second after the one before.
type paper struct {
	at       time.Time
	build    string
	articles map[string]edition.Article
}

func newPaper() *paper {
	return &paper{at: time.Now().UTC().Truncate(time.Second), build: "4711", articles: map[string]edition.Article{}}
}

func address(id string) string { return "https://xt.news.example/" + id + ".html" }

// put has the next edition have an article, changed a moment before.
func (p *paper) put(id string, ago time.Duration) *paper {
	a := edition.Article{ID: id, Published: p.at.Add(-ago), Updated: p.at.Add(-ago), Address: address(id)}
	if old, ok := p.articles[id]; ok {
		a.Published = old.Published
	}
	p.articles[id] = a
	return p
}

// printAs returns an edition of a watermark that has an article alone.
func (p *paper) printAs(watermark time.Time, id string) *edition.Edition {
	other := newPaper()
	other.at = watermark.Add(-time.Second)
	return other.put(id, time.Hour).print()
}

// print returns the edition.
func (p *paper) print() *edition.Edition {
	p.at = p.at.Add(time.Second)
	contents := map[string]*edition.Document{}
	texts := map[string][]byte{}
	for _, id := range slices.Sorted(maps.Keys(p.articles)) {
		a := p.articles[id]
		for _, path := range []string{network.FeedPath("", network.RSS), network.ShardPath(article.MonthOf(a.Published, time.UTC), 1)} {
			texts[path] = a.AppendTo(texts[path])
		}
	}
	documents := map[string]*edition.Document{}
	for path, text := range texts {
		contents[path] = edition.NewDocument("text/plain", text, p.at)
		documents[path] = edition.NewDocument("text/xml", text, p.at)
	}
	return edition.New("xt", p.at, p.build, documents).At("https://xt.news.example").WithContents(contents)
}

// fake is a destination that notes what it is told.
type fake struct {
	name   string
	policy Policy
	paths  bool // it is told of documents, else of articles

	mu     sync.Mutex
	told   []string // versions with addresses, in the order in which they were told
	sends  int
	answer func(send int, notices []Notice) Answer // nil: all are told
}

func (f *fake) Name() string   { return f.name }
func (f *fake) Policy() Policy { return f.policy }

func (f *fake) Notices(c Change) (notices []Notice) {
	if f.paths {
		for _, path := range c.Paths {
			d, there := c.After.Document(path)
			n := Notice{Address: c.Station.URL + path, Path: path, Gone: !there}
			if there {
				n.Version = d.Hash().String()
			}
			notices = append(notices, n)
		}
		return notices
	}
	for _, a := range slices.Concat(c.Came, c.Changed) {
		notices = append(notices, Notice{Address: a.Address, ID: a.ID, Version: Version(a), Published: a.Published})
	}
	for _, a := range c.Left {
		notices = append(notices, Notice{Address: a.Address, ID: a.ID, Version: Version(a), Published: a.Published, Gone: true})
	}
	return notices
}

func (f *fake) Send(_ context.Context, _ *network.Station, _ *edition.Edition, notices []Notice) Answer {
	f.mu.Lock()
	f.sends++
	send, answer := f.sends, f.answer
	f.mu.Unlock()
	if answer != nil {
		if a := answer(send, notices); a.Err != nil {
			return a
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range notices {
		text := cmp.Or(n.Path, n.ID)
		if n.Gone {
			text = "-" + text
		}
		f.told = append(f.told, text)
	}
	return Answer{Outcomes: make([]Outcome, len(notices))}
}

// take returns what was told since the last call.
func (f *fake) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	told := f.told
	f.told = nil
	return told
}

// set has it answer otherwise from now on.
func (f *fake) set(answer func(send int, notices []Notice) Answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

// fail returns an answer of nothing told.
func fail(notices []Notice) Answer {
	return Answer{Outcomes: slices.Repeat([]Outcome{Retry}, len(notices)), Err: errors.New("503")}
}

// process is an outbox and what its process serves.
type process struct {
	*Outbox
	t       testing.TB
	mu      sync.Mutex
	current *edition.Edition
	served  *edition.Edition // nil: the current one
	pinned  store.Pin
	whole   *edition.Edition // as it was pinned
	leads   bool
	stop    func()
}

// options are those of most tests.
func options(t testing.TB, dir string, destinations ...Destination) Options {
	return Options{Network: oneStation(t), Destinations: destinations, Dir: dir, Delay: 3 * time.Second, Window: 48 * time.Hour, Burst: 1000, Config: func(string) string { return "a" }}
}

// start runs an outbox until the test, or stop, ends it.
func start(t testing.TB, o Options) *process {
	t.Helper()
	p := &process{Outbox: New(slog.New(slog.DiscardHandler), o), t: t, leads: true}
	p.run()
	t.Cleanup(func() { p.end() })
	return p
}

func (p *process) run() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.Run(ctx, Sources{
			Served: func(string) (*edition.Edition, bool) {
				p.mu.Lock()
				defer p.mu.Unlock()
				e := cmp.Or(p.served, p.current)
				return e, e != nil
			},
			Pinned: func(string) (store.Pin, *edition.Edition) {
				p.mu.Lock()
				defer p.mu.Unlock()
				return p.pinned, p.whole
			},
			Leads: func(string) bool { p.mu.Lock(); defer p.mu.Unlock(); return p.leads },
		})
	}()
	p.stop = func() { cancel(); <-ended }
}

// end ends the process as a signal does.
func (p *process) end() {
	if p.stop == nil {
		return
	}
	p.stop()
	p.stop = nil
	if err := p.Close(); err != nil {
		p.t.Error(err)
	}
}

// publish publishes an edition, as the cache does.
func (p *process) publish(e *edition.Edition) {
	p.t.Helper()
	p.note(e)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = e
}

// note notes what an edition changes, without that it is published.
func (p *process) note(e *edition.Edition) {
	p.t.Helper()
	p.mu.Lock()
	before := p.current
	p.mu.Unlock()
	if before != nil {
		p.noteFrom(before, e)
	}
}

// noteFrom is note of an edition that is to take the place of another than the current one.
func (p *process) noteFrom(before, e *edition.Edition) {
	p.t.Helper()
	p.mu.Lock()
	pin := p.pinned
	p.mu.Unlock()
	diff, err := edition.Diff(before, e)
	if err != nil {
		p.t.Fatal(err)
	}
	p.Note(p.t.Context(), before, e, diff, pin)
}

// switchTo has a pin, or its end, decide that an edition is served from now on, nil: the
// current one. It is noted before, as the cache does.
func (p *process) switchTo(e *edition.Edition) {
	p.t.Helper()
	p.mu.Lock()
	before, after := cmp.Or(p.served, p.current), cmp.Or(e, p.current)
	pin := store.Pin{At: time.Now()}
	if e != nil {
		pin.Watermark = e.Watermark()
	}
	p.mu.Unlock()
	p.Switch(p.t.Context(), before, after, pin)
	p.serve(e, pin)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = e
}

func (p *process) serve(e *edition.Edition, pin store.Pin) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.served, p.pinned = e, pin
}

// take has the process find what another one has left.
func (p *process) take(of *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current, p.served, p.pinned, p.whole = of.current, of.served, of.pinned, of.whole
}

func (p *process) lead(leads bool) { p.mu.Lock(); defer p.mu.Unlock(); p.leads = leads }

// after lets time pass, until nothing is to be done.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// memory is a shared store in memory, which can be away.
type memory struct {
	mu    sync.Mutex
	away  bool
	epoch int
	count map[string]int
	texts map[string]map[string]store.Swap
}

func newMemory() *memory {
	return &memory{epoch: 1, count: map[string]int{}, texts: map[string]map[string]store.Swap{}}
}

var errAway = errors.New("away")

// flush empties the store.
func (m *memory) flush() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	m.count, m.texts = map[string]int{}, map[string]map[string]store.Swap{}
}

func (m *memory) setAway(away bool) { m.mu.Lock(); defer m.mu.Unlock(); m.away = away }

func (m *memory) mark(station string) store.Mark {
	if m.count[station] == 0 {
		return ""
	}
	return store.Mark(fmt.Sprint(m.epoch, ":", m.count[station]))
}

func (m *memory) ask(do func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return errAway
	}
	do()
	return nil
}

func (m *memory) Swap(_ context.Context, station string, swaps []store.Swap) (made []bool, before, after store.Mark, err error) {
	err = m.ask(func() {
		before = m.mark(station)
		if m.texts[station] == nil {
			m.texts[station] = map[string]store.Swap{}
		}
		changed := false
		for _, s := range swaps {
			ok := m.texts[station][s.Key].New == s.Old
			made, changed = append(made, ok), changed || ok
			switch {
			case ok && s.New == "":
				delete(m.texts[station], s.Key)
			case ok:
				m.texts[station][s.Key] = s
			}
		}
		if changed {
			m.count[station]++
		}
		after = m.mark(station)
	})
	return made, before, after, err
}

func (m *memory) Marks(_ context.Context, stations []string) (marks []store.Mark, err error) {
	err = m.ask(func() {
		for _, station := range stations {
			marks = append(marks, m.mark(station))
		}
	})
	return marks, err
}

func (m *memory) some(station string, wanted func(store.Swap) bool) map[string]string {
	some := map[string]string{}
	for key, s := range m.texts[station] {
		if wanted(s) {
			some[key] = s.New
		}
	}
	return some
}

func (m *memory) Pending(_ context.Context, station string) (pending map[string]string, mark store.Mark, err error) {
	err = m.ask(func() {
		pending, mark = m.some(station, func(s store.Swap) bool { return s.Pending }), m.mark(station)
	})
	return pending, mark, err
}

func (m *memory) Texts(_ context.Context, station string, keys []string) (texts []string, err error) {
	err = m.ask(func() {
		for _, key := range keys {
			texts = append(texts, m.texts[station][key].New)
		}
	})
	return texts, err
}

func (m *memory) All(_ context.Context, station string) (all map[string]string, err error) {
	err = m.ask(func() { all = m.some(station, func(store.Swap) bool { return true }) })
	return all, err
}

// baseline publishes a first edition, which nobody is told of.
func (p *process) baseline() *paper {
	n := newPaper()
	p.publish(n.put("first", time.Hour).print())
	after(2 * time.Second)
	return n
}
