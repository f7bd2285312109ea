package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/testkit/doctest"
	"feedstation/jobs"
)

// builder is a process that builds beside others.
type builder struct {
	t         *testing.T
	conductor *jobs.Conductor
	editions  *cache.Cache
	snapshots atomic.Int64
	opening   func(n int64) // called before the n-th snapshot is opened
}

func (w *world) builder(dir string, o jobs.Options) *builder {
	w.t.Helper()
	local, err := disk.Open(dir, store.Keep{})
	if err != nil {
		w.t.Fatal(err)
	}
	b := &builder{t: w.t, opening: func(int64) {}}
	amend := func(e *edition.Edition, r edition.Retractions) *edition.Edition { return press.Redact(w.network, e, r) }
	b.editions, err = cache.Open(w.t.Context(), slog.New(slog.DiscardHandler), []string{"www", "xt", "yy"}, local, nil, amend)
	if err != nil {
		w.t.Fatal(err)
	}
	b.conductor = jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
		b.opening(b.snapshots.Add(1))
		return w.store.Snapshot(ctx)
	}, b.editions, o)
	return b
}

// step has the processes follow one another and audit, one after the other.
func (w *world) step(processes ...*builder) {
	w.t.Helper()
	for _, b := range processes {
		time.Sleep(time.Second)
		if err := b.editions.Sync(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if err := b.conductor.Audit(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (b *builder) body(path string) string {
	e, _ := b.editions.Current("xt")
	d, ok := e.Document(path)
	if !ok {
		return ""
	}
	return string(doctest.Body(b.t, d))
}

// An edition that was made from an earlier one does not undo what another
// process has published in between.
func TestBuildersDoNotUndoEachOther(t *testing.T) {
	in(t, func(w *world) {
		const month = "/sitemaps/2026-01.xml"
		old := newArticle("xt", 1, 60*dayHours)
		w.put(old, newArticle("xt", 11, 60*dayHours), newArticle("xt", 2, time.Hour))
		time.Sleep(time.Hour)
		dir := t.TempDir()
		a, b := w.builder(dir, options), w.builder(dir, options)
		w.step(a, b, a, b)
		time.Sleep(time.Hour)
		w.put(newArticle("xt", 3, 0))
		b.snapshots.Store(0)
		b.opening = func(n int64) {
			// Two stations are built at a time, in either order: both from snapshots of
			// before what happens here.
			if n == 3 {
				time.Sleep(time.Second)
			}
			if n != 2 {
				return
			}
			time.Sleep(100 * time.Millisecond)
			old.Status = article.Withdrawn
			w.put(old)
			if err := a.conductor.Refresh(w.t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := b.conductor.Refresh(w.t.Context()); err != nil {
			t.Error(err)
		}
		if err := a.editions.Sync(w.t.Context()); err != nil {
			t.Error(err)
		}
		for name, p := range map[string]*builder{"a": a, "b": b} {
			if strings.Contains(p.body(month), "content/1.html") {
				t.Errorf("%s names the withdrawn article again", name)
			}
			if !strings.Contains(p.body("/rss.xml"), "第3条新闻") {
				t.Errorf("%s lacks the new article", name)
			}
		}
	})
}

// What another version or configuration has published is built anew, also when
// it comes after this process's own.
func TestBuildersOfTwoVersions(t *testing.T) {
	in(t, func(w *world) {
		old := newArticle("xt", 1, 60*dayHours)
		w.put(old, newArticle("xt", 11, 60*dayHours), newArticle("xt", 2, time.Hour))
		time.Sleep(time.Hour)
		dir := t.TempDir()
		next := options
		next.Version, next.Sitemaps.URLs = "next", 1
		a, b := w.builder(dir, options), w.builder(dir, next)
		w.step(a, b, b)
		old.Title = "改过的标题"
		w.put(old)
		w.step(b, a) // a is about to be stopped
		w.put(newArticle("xt", 3, 0))
		w.step(b)
		if e, _ := b.editions.Current("xt"); b.body("/sitemaps/2026-01-2.xml") == "" {
			t.Errorf("the layout of the version before is left, in an edition of build %s", e.Build())
		}
	})
}

// An update that is yet to come is one of when the row was written: its documents
// do not change when it has come.
func TestUpdateToComeIsOfTheRow(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, 4*dayHours)
		a.Updated = time.Now().Add(10 * time.Minute)
		w.put(a)
		written := time.Now()
		w.refresh()
		if body := w.body("xt", "/sitemaps/2026-03.xml"); !strings.Contains(body, written.In(shanghai).Format(time.RFC3339)) {
			t.Errorf("the update is not of when it was written:\n%s", body)
		}
		before := w.edition("xt")
		time.Sleep(time.Hour)
		if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
			t.Fatal(err)
		}
		if w.edition("xt") != before {
			t.Error("another edition when the time has come")
		}
	})
}

// publishing is a cache that is interrupted as soon as it has published.
type publishing struct {
	*cache.Cache
	interrupt func() error
}

func (p publishing) Publish(ctx context.Context, e *edition.Edition) error {
	return errors.Join(p.Cache.Publish(ctx, e), p.interrupt())
}

// wantNotPinned pins an edition of xt, which must not show an article then.
func (b *builder) wantNotPinned(t *testing.T, watermark time.Time, id int) {
	t.Helper()
	if err := b.editions.Pin(t.Context(), "xt", watermark); err != nil {
		t.Fatal(err)
	}
	e, _ := b.editions.Served("xt")
	if paths := naming(t, e, id); len(paths) > 0 {
		t.Errorf("pinned, edition %s shows %d in %q", watermark, id, paths)
	}
}

// What an edition has lost is noted, also when the process is stopped as soon as
// that is published, or is not told that it is: the next one finds nothing to do.
func TestGoneIsNotedInTheEnd(t *testing.T) {
	for name, fault := range map[string]error{"stopped": nil, "not told": errors.New("not stored")} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				one := newArticle("xt", 1, time.Hour)
				w.put(one, newArticle("xt", 2, 2*time.Hour))
				dir := w.t.TempDir()
				b := w.builder(dir, options)
				w.refreshOf(b.conductor)
				before, _ := b.editions.Current("xt")
				time.Sleep(time.Hour)
				one.Status = article.Withdrawn
				w.put(one)
				ctx, stop := context.WithCancel(w.t.Context())
				defer stop()
				_ = w.conduct(publishing{b.editions, func() error {
					if fault == nil {
						stop()
					}
					return fault
				}}, options, nil).Refresh(ctx)

				next := w.builder(dir, options)
				w.refreshOf(next.conductor)
				if e, _ := next.editions.Current("xt"); len(naming(t, e, 1)) > 0 {
					t.Error("still shown")
				}
				next.wantNotPinned(w.t, before.Watermark(), 1)
			})
		})
	}
}

var defaultKeep store.Keep // where store is the content store
