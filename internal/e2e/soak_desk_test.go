//go:build archive && linux

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// soakDesk is a newsroom that writes at random into an embedded store, and the oracle of
// what there is.
type soakDesk struct {
	*testing.T
	file    string
	store   *content.Store
	pace    time.Duration
	stop    func()
	writing *rand.Rand // of the goroutine that writes

	mu       sync.Mutex
	articles []*soakArticle // by their number, from 1 on
	picking  *rand.Rand
	written  map[string]int // by what was done
}

// soakArticle is one article as the newsroom and the operators left it.
type soakArticle struct {
	article.Article
	version   int
	unseen    bool // no feed had it after the readers began: it was there before, or came with a date long past
	retracted bool
	touched   time.Time // when it was changed last
}

func (a *soakArticle) visible() bool { return a.Status == article.Published && !a.retracted }

// name is how a document names it.
func (a *soakArticle) name() string { return "content/" + a.ID + ".html" }

// soakStock is how many articles there are at the beginning.
const soakStock = 60

func newSoakDesk(t *testing.T, seed uint64, length time.Duration) *soakDesk {
	d := &soakDesk{
		T: t, file: filepath.Join(t.TempDir(), "content.db"), pace: soakPace(length), stop: func() {},
		writing: rand.New(rand.NewPCG(seed, 2)), picking: rand.New(rand.NewPCG(seed, 3)), written: map[string]int{},
	}
	var err error
	if d.store, err = content.Open(t.Context(), d.file); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.stop()
		if err := d.store.Close(); err != nil {
			t.Error(err)
		}
	})
	for range soakStock {
		d.publish(0)
	}
	return d
}

// work writes until stop.
func (d *soakDesk) work() {
	done := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(float64(d.pace) * (0.5 + d.writing.Float64()))):
				d.write()
			}
		}
	})
	d.stop = sync.OnceFunc(func() {
		close(done)
		writing.Wait()
	})
}

// settled is how long an article is left alone: readers must have had a chance to see it.
const settled = 90 * time.Second

// write does one thing of a newsroom.
func (d *soakDesk) write() {
	quiet := func(a *soakArticle) bool { return !a.retracted && time.Since(a.touched) > settled }
	switch n := d.writing.IntN(100); {
	case n < 45:
		d.publish(0)
	case n < 50:
		d.publish(time.Duration(1+d.writing.IntN(400)) * 24 * time.Hour)
	case n < 75:
		d.change("edited", func(a *soakArticle) bool { return quiet(a) && a.visible() }, func(a *soakArticle) { a.version++ })
	case n < 90:
		d.change("withdrawn", func(a *soakArticle) bool { return quiet(a) && a.visible() }, func(a *soakArticle) { a.Status = article.Withdrawn })
	default:
		d.change("published again", func(a *soakArticle) bool { return quiet(a) && !a.visible() }, func(a *soakArticle) { a.Status = article.Published })
	}
}

// publish adds an article that is dated so long ago.
func (d *soakDesk) publish(before time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	number := len(d.articles) + 1
	station := []string{"xt", "cs"}[number%2]
	now := time.Now().Truncate(time.Millisecond)
	a := &soakArticle{unseen: before > 0 || number <= soakStock, Article: article.Article{
		ID: fmt.Sprint(number), Station: station, Channels: []string{"moment"}, URL: fmt.Sprintf("https://%s.news.example/content/%d.html", station, number),
		Body: "<p>" + strings.Repeat("夜间快讯。", 40) + "</p>", Published: now.Add(-before), Status: article.Published,
	}}
	d.articles = append(d.articles, a)
	d.put(a, "published")
}

// change changes some article of a kind, if there is one.
func (d *soakDesk) change(what string, kind func(*soakArticle) bool, change func(*soakArticle)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.some(d.writing, kind); a != nil {
		change(a)
		d.put(a, what)
	}
}

// put stores an article; d.mu is held.
func (d *soakDesk) put(a *soakArticle, what string) {
	a.Title = fmt.Sprintf("第%s条第%d版", a.ID, a.version)
	a.Updated = time.Now().Truncate(time.Millisecond)
	if _, err := d.store.Put(context.WithoutCancel(d.Context()), each([]article.Article{a.Article})); err != nil {
		d.Errorf("write: %v", err)
	}
	a.touched = time.Now()
	d.written[what]++
}

func (d *soakDesk) some(random *rand.Rand, kind func(*soakArticle) bool) *soakArticle {
	var those []*soakArticle
	for _, a := range d.articles {
		if kind(a) {
			those = append(those, a)
		}
	}
	if len(those) == 0 {
		return nil
	}
	return those[random.IntN(len(those))]
}

// pick returns the id of some article of a kind that has been left alone for a while,
// and leaves it so for another; empty: there is none.
func (d *soakDesk) pick(kind func(*soakArticle) bool) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.some(d.picking, func(a *soakArticle) bool { return kind(a) && time.Since(a.touched) > settled })
	if a == nil {
		return ""
	}
	a.touched = time.Now()
	return a.ID
}

// retract notes that an operator has taken an article down, or ended that.
func (d *soakDesk) retract(id string, down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.articles {
		if a.ID == id {
			a.retracted, a.touched = down, time.Now()
		}
	}
}

// compare returns how what a reader has, titles by name, differs from what the newsroom
// has of a station, or of all with www, leaving out what was changed since; empty: not.
func (d *soakDesk) compare(have map[string]string, station string, since time.Time, titles bool) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var faults []string
	known := map[string]bool{}
	for _, a := range d.articles {
		known[a.name()] = true
		if station != "www" && a.Station != station || !since.IsZero() && a.touched.After(since) {
			continue
		}
		title, has := have[a.name()]
		switch {
		case has && !a.visible():
			faults = append(faults, fmt.Sprintf("has %s, which was taken away %v ago", a.name(), time.Since(a.touched).Round(time.Second)))
		case !has && a.visible():
			faults = append(faults, fmt.Sprintf("lacks %s, changed %v ago", a.name(), time.Since(a.touched).Round(time.Second)))
		case has && titles && title != a.Title:
			faults = append(faults, fmt.Sprintf("has %s as %q, which is %q", a.name(), title, a.Title))
		}
	}
	for name := range have {
		if !known[name] {
			faults = append(faults, "has "+name+", which never was")
		}
	}
	slices.Sort(faults)
	return strings.Join(faults[:min(len(faults), 5)], "; ")
}

// lacks returns what a subscriber has missed who keeps what he gets: of what came as
// news and is visible, what he does not have.
func (d *soakDesk) lacks(have map[string]string, station string) (names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range d.articles {
		if _, has := have[a.name()]; !has && a.visible() && !a.unseen && (station == "www" || a.Station == station) {
			names = append(names, a.name())
		}
	}
	return names
}

// String tells what was written.
func (d *soakDesk) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprintf("%d articles, written: %v", len(d.articles), d.written)
}
