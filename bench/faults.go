package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/bench/report"
)

// watching is all that serve from one newsroom, and what happens there.
type watching struct {
	b        *bench
	sites    []*site
	database *database
	posts    *blog
	pages    *hugo
	next     int  // id
	held     line // an article whose time is yet to come
}

// apart is how far ids are from each other: WordPress takes those between for
// revisions.
const apart = 100

// event is something that happens in a newsroom, and what each peer then serves.
type event struct {
	title string
	watch func() (words []string, err error)
}

// events are in the order in which they happen.
func (w *watching) events() []event {
	return []event{
		{"An article is edited", w.edit},
		{"The newest article is withdrawn", w.withdraw},
		{"… and a reader asks with its If-Modified-Since alone", w.withdrawSince},
		{"An embargo ends", w.embargo},
		{"The database is away", w.away},
		{"… and for longer than caches keep answers", w.awayLonger},
		{"… and the program is restarted", w.restart},
	}
}

// watch has the events happen and notes what each peer serves.
func (b *bench) watch() error {
	w := &watching{b: b, next: 800_000_000}
	if err := w.begin(); err != nil || w.database == nil {
		return err
	}
	if err := w.hold(); err != nil {
		return err
	}
	for _, e := range w.events() {
		step("%s", e.title)
		words, err := e.watch()
		if err != nil {
			return fmt.Errorf("%s: %w", e.title, err)
		}
		work := &report.Work{Title: e.title}
		for i, s := range w.sites {
			b.results = append(b.results, report.Result{Work: work, Peer: s.name, Word: words[i]})
		}
	}
	return nil
}

// begin starts all of them on the same articles.
func (w *watching) begin() (err error) {
	b, s := w.b, w.b.stage
	lines, err := b.lines(b.size.serve)
	if err != nil {
		return err
	}
	join := func(peer string, start func() *site) {
		err = errors.Join(err, b.invite(peer, func() error { w.sites = append(w.sites, start()); return nil }))
	}
	join(us, func() *site {
		w.database = s.newDatabase(lines)
		return s.newOurs(b.program, w.onDatabase()...).serve()
	})
	if w.database == nil {
		return err
	}
	join("nginx, static export", func() *site { return s.newOurs(b.program, w.onDatabase()...).static() })
	join(hugoName, func() *site {
		w.pages = s.newHugo(lines)
		return w.pages.serve()
	})
	join(djangoName, func() *site { return s.django(w.database) })
	join(wordPress, func() *site {
		w.posts = s.newBlog(lines)
		return w.posts.serve(false)
	})
	join(wordPressCached, func() *site {
		if w.posts == nil {
			w.posts = s.newBlog(lines)
		}
		return w.posts.serve(true)
	})
	return err
}

// onDatabase is how feedstation reads the newsroom's tables. It looks for changes
// every second, where no CMS tells it of them.
func (w *watching) onDatabase() []string {
	return []string{
		"FEEDSTATION_CONTENT_DRIVER=mysql", "FEEDSTATION_CONTENT_DSN=" + w.database.server.RootDSN(w.database.name),
		"FEEDSTATION_CONTENT_TIMEOUT=2s", "FEEDSTATION_JOBS_REFRESH=@every 1s",
	}
}

// put writes an article wherever there is a newsroom, and has files written.
func (w *watching) put(l line) error {
	ctx := w.b.stage.ctx
	if err := w.database.put(ctx, l); err != nil {
		return err
	}
	if w.posts != nil {
		w.posts.put(l)
	}
	if w.pages != nil {
		if err := w.pages.put(l); err != nil {
			return err
		}
	}
	return nil
}

// write runs the jobs of those that write files.
func (w *watching) write(ctx context.Context) error {
	var faults []error
	for _, s := range w.sites {
		if s.write != nil {
			faults = append(faults, s.write(ctx))
		}
	}
	return errors.Join(faults...)
}

// published writes a new article and returns it once all serve it.
func (w *watching) published() (line, error) {
	w.next += apart
	l := fresh(w.next)
	if err := errors.Join(w.put(l), w.write(w.b.stage.ctx)); err != nil {
		return l, err
	}
	for _, s := range w.sites {
		if _, ok := await(w.b.stage.ctx, s.feed, patience, has(l.ID)); !ok {
			return l, fmt.Errorf("%s does not serve a new article", s.name)
		}
	}
	return l, nil
}

// patience is longer than caches keep answers.
const patience = 20 * time.Second

// each asks all sites at the same time and returns their words.
func (w *watching) each(ask func(*site) string) []string {
	words := make([]string, len(w.sites))
	done := make(chan struct{})
	for i, s := range w.sites {
		go func() {
			words[i] = ask(s)
			done <- struct{}{}
		}()
	}
	for range w.sites {
		<-done
	}
	return words
}

// later says when something came about that was wanted. Those that write files do
// so first.
func (w *watching) later(what string, want func(answer) bool) []string {
	ctx := w.b.stage.ctx
	return w.each(func(s *site) string {
		if s.write != nil {
			if err := s.write(ctx); err != nil {
				return "**" + err.Error() + "**"
			}
		}
		took, ok := await(ctx, s.feed, patience, want)
		switch {
		case !ok:
			return fmt.Sprintf("**not %s** within %s", what, patience)
		case s.write != nil:
			return what + " after its next run"
		}
		return fmt.Sprintf("%s after %.1f s", what, took.Seconds())
	})
}

// warm has every cache keep the answer of now.
func (w *watching) warm() {
	w.each(func(s *site) string {
		get(w.b.stage.ctx, s.feed) //nolint:errcheck // what is wrong is seen by who asks next
		return ""
	})
}
