package e2e

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// nightsAtATime is how many nights are the same one: they mostly wait, but their
// fleets are some thirty processes, each with the race detector.
const nightsAtATime = 5

// TestNight has all that may go wrong in a night happen to fleets that serve and
// are written for.
func TestNight(t *testing.T) {
	t.Parallel()
	var nights errgroup.Group // however few tests may be parallel
	nights.SetLimit(nightsAtATime)
	for _, night := range []struct { // the long ones first
		name   string
		happen func(*testing.T)
	}{
		{"lease", nightOfLease},
		{"kills", nightOfKills},
		{"redis stopped", nightOfStoppedRedis},
		{"content lost", nightOfContent},
		{"redis", nightOfRedis},
		{"end", nightsEnd},
		{"damage", nightOfDamage},
		{"sentinel", nightOfSentinel},
		{"cluster", nightOfCluster},
		{"restart", nightOfRestart},
	} {
		nights.Go(func() error {
			t.Run(night.name, night.happen)
			return nil
		})
	}
	_ = nights.Wait() // what fails, fails its test
}

// fleet is some processes that share a Redis, and the newsroom behind them.
type fleet struct {
	*testing.T
	desk      *writer
	builders  []*process
	follower  *process
	processes []*process
	stop      func() // watching
}

// newFleet returns a fleet that serves and is watched: so many builders, of
// which the first leads, and a follower. What is written is shown after late at
// the latest, whatever is done to them.
func newFleet(t *testing.T, builders int, late time.Duration, redis ...string) *fleet {
	t.Helper()
	f := &fleet{T: t, desk: newWriter(t)}
	env := append([]string{
		"FEEDSTATION_CACHE_REDIS_POLL=100ms", "FEEDSTATION_SITEMAPS_MAX_URLS=20", "FEEDSTATION_JOBS_AUDIT=@every 3s",
		"FEEDSTATION_CONTENT_DSN=" + f.desk.file,
	}, redis...)
	for range builders {
		f.builders = append(f.builders, newProcess(t, "xt.news.example", env...))
	}
	f.follower = newProcess(t, "xt.news.example", append(env, "FEEDSTATION_JOBS_ENABLED=false", "FEEDSTATION_CONTENT_DSN=/dev/null/content.db")...)
	f.processes = append(slices.Clone(f.builders), f.follower)
	for range 4 {
		f.desk.write()
	}
	for _, p := range f.processes {
		p.start()
		p.awaitNewest(4)
	}
	f.desk.work()
	w := &watcher{T: t, processes: f.processes, desk: f.desk, late: late}
	if builders > 1 {
		w.apart = apart
	}
	f.stop = w.start()
	return f
}

// event has something happen, and returns when all show what was written until
// it was over.
func (f *fleet) event(name string, happen func()) {
	f.Helper()
	began := time.Now()
	happen()
	over := time.Now()
	f.catchUp()
	f.Logf("%s: %v, and %v until all had caught up", name, over.Sub(began).Round(time.Millisecond), time.Since(over).Round(time.Millisecond))
}

// catchUp returns when all processes show what has been written.
func (f *fleet) catchUp() {
	f.Helper()
	n := f.desk.count()
	for _, p := range f.processes {
		p.awaitNewest(n)
	}
}

// end ends the writing, and returns when all have the same.
func (f *fleet) end() {
	f.Helper()
	f.desk.stop()
	f.catchUp()
	var etags []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		etags = nil
		for _, path := range asked {
			for _, p := range f.processes {
				response, _, err := p.get(path)
				if err != nil {
					f.Fatal(err)
				}
				etags = append(etags, path+" "+response.Header.Get("Etag"))
			}
		}
		if len(slices.Compact(etags)) == len(asked) {
			f.stop()
			return
		}
	}
	f.stop()
	f.Errorf("after %s the processes still differ: %q", patience, etags)
}

// awaitNewest waits until a process shows an article or a newer one.
func (p *process) awaitNewest(n int) {
	p.t.Helper()
	var newest int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_, body, err := p.get("/xt/rss.xml")
		if newest = newestIn(body); err == nil && newest >= n {
			return
		}
	}
	p.t.Fatalf("%s shows article %d after %s, not %d", p.port, newest, patience, n)
}

// writer is a newsroom that writes all the time into an embedded store.
type writer struct {
	*testing.T
	file  string
	store *content.Store
	stop  func()

	mu      sync.Mutex
	written []time.Time // by number of the article, from 1 on
}

func newWriter(t *testing.T) *writer {
	t.Helper()
	d := &writer{T: t, file: filepath.Join(t.TempDir(), "content.db"), stop: func() {}}
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
	return d
}

// pace is how often something is written.
const pace = 300 * time.Millisecond

// work writes until stop.
func (d *writer) work() {
	done := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				d.write()
			}
		}
	})
	d.stop = sync.OnceFunc(func() {
		close(done)
		writing.Wait()
	})
}

// every is after how many articles another brief is there instead of the last.
const every = 5

// write publishes an article, and now and then a brief, for which the one before
// is withdrawn.
func (d *writer) write() {
	number := d.count() + 1
	now := time.Now()
	articles := []article.Article{written("content", number, now)}
	if number%every == 0 {
		articles = append(articles, written("brief", number, now))
		if at, ok := d.writtenAt(number - every); ok {
			gone := written("brief", number-every, at)
			gone.Status = article.Withdrawn
			articles = append(articles, gone)
		}
	}
	if _, err := d.store.Put(context.WithoutCancel(d.Context()), each(articles)); err != nil {
		d.Errorf("write: %v", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.written = append(d.written, time.Now())
}

func written(kind string, number int, at time.Time) article.Article {
	return article.Article{
		ID: fmt.Sprint(kind, number), Station: "xt", Channels: []string{"moment"}, URL: fmt.Sprintf("https://xt.news.example/%s/%d.html", kind, number),
		Title: fmt.Sprintf("第%d条新闻", number), Body: "<p>夜间快讯</p>", Published: at, Updated: at, Status: article.Published,
	}
}

func each(articles []article.Article) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for _, a := range articles {
			if !yield(a, nil) {
				return
			}
		}
	}
}

// count returns the number of the newest article.
func (d *writer) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.written)
}

// writtenAt returns when an article was written, if it was.
func (d *writer) writtenAt(number int) (time.Time, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if number < 1 || number > len(d.written) {
		return time.Time{}, false
	}
	return d.written[number-1], true
}
