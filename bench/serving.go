package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"feedstation/bench/report"
)

const servingNote = "Eight clients ask for the RSS feed of 50 articles, each one request after the other on a connection that is kept, for %s a turn; " +
	"the clients run on the same machine. nginx is before PHP and Django, with gzip."

// The works of serving.
var (
	gzipWork = &report.Work{
		ID: "gzip", Title: "GET of a feed in gzip", Note: servingNote, Base: bare, Unit: "requests/s",
		Sentence: "{peer} answers {times} as many GETs of a feed in gzip a second as a {base}.",
	}
	gzipP99 = &report.Work{
		ID: "gzip-p99", Title: "GET of a feed in gzip, the slowest of a hundred", Note: "The p99 of the same requests.", Base: bare, Unit: "ms", Less: true,
		Sentence: "{peer}'s slowest of a hundred answers in gzip takes {times} as long as a {base}'s.",
	}
	gzipProcessor = &report.Work{
		ID: "gzip-processor", Title: "Processor time of a GET in gzip", Less: true, Base: bare, Unit: "µs/request",
		Note:     "Processor time of the peer's processes, without the database, over the same requests: what others do on the machine changes it least.",
		Sentence: "{peer} takes {times} as much of the processor for a GET in gzip as a {base}.",
	}
	notModified = &report.Work{
		ID: "not-modified", Title: "304 of a feed", Base: bare, Unit: "requests/s",
		Note: "The same clients with the ETag and the Last-Modified that they have been given, or with the one that is answered with 304: " +
			"WordPress knows no ETag again that nginx has made weak for gzip, and is asked with If-Modified-Since alone.",
		Sentence: "{peer} answers {times} as many conditional GETs with 304 a second as a {base}.",
	}
	notModifiedProcessor = &report.Work{
		ID: "not-modified-processor", Title: "Processor time of a 304", Less: true, Base: bare, Unit: "µs/request",
		Note:     "Processor time of the peer's processes, as above, over the same requests.",
		Sentence: "{peer} takes {times} as much of the processor for a conditional GET with 304 as a {base}.",
	}
	notModifiedP99 = &report.Work{
		ID: "not-modified-p99", Title: "304 of a feed, the slowest of a hundred", Note: "The p99 of the same requests.", Base: bare, Unit: "ms", Less: true,
		Sentence: "{peer}'s slowest of a hundred 304s takes {times} as long as a {base}'s.",
	}
	memory = &report.Work{
		ID: "memory", Title: "Memory of serving", Base: bare, Unit: "MB", Less: true,
		Note:     "The most that the peer's processes had resident (VmHWM) when the turns were over, added up, without the database. What processes share is counted in each of them.",
		Sentence: "{peer} has at most {times} as much memory resident as a {base}.",
	}
)

// serving starts all that serve, on the same articles, and asks them in turns.
func (b *bench) serving() error {
	lines, err := b.lines(b.size.serve)
	if err != nil {
		return err
	}
	file, err := b.corpora.file(b.size.serve)
	if err != nil {
		return err
	}
	var sites []*site
	join := func(peer string, start func() *site) {
		err = errors.Join(err, b.invite(peer, func() error { sites = append(sites, start()); return nil }))
	}
	var o *ours
	join(us, func() *site {
		o = b.stage.newOurs(b.program)
		o.importFile(file)
		s := o.serve()
		if _, ok := await(b.stage.ctx, s.feed, slowest, has(lines[len(lines)-1].URL)); !ok {
			b.stage.Fatal("feedstation does not serve the corpus")
		}
		return s
	})
	if err != nil {
		return err
	}
	join(bare, func() *site { return b.stage.startYardstick(sites[0]) })
	join("nginx, static export", func() *site {
		other := b.stage.newOurs(b.program)
		other.importFile(file)
		return other.static()
	})
	join(djangoName, func() *site { return b.stage.django(b.stage.newDatabase(lines)) })
	var posts *blog
	join(wordPressCached, func() *site {
		posts = b.stage.newBlog(lines)
		return posts.serve(true)
	})
	join(wordPress, func() *site {
		if posts == nil {
			posts = b.stage.newBlog(lines)
		}
		return posts.serve(false)
	})
	if err != nil {
		return err
	}
	return b.askSites(sites)
}

// askSites asks for both answers in turns.
func (b *bench) askSites(sites []*site) error {
	ctx := b.stage.ctx
	whole, short := make([]target, len(sites)), make([]target, len(sites))
	names := make([]string, len(sites))
	for i, s := range sites {
		names[i] = s.name
		whole[i] = s.feed.with("Accept-Encoding: gzip")
		var err error
		if short[i], err = conditional(b.stage, whole[i]); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	works := [...]*report.Work{gzipWork, gzipP99, gzipProcessor, notModified, notModifiedP99, notModifiedProcessor}
	var figures [len(works)][][]float64
	for i := range figures {
		figures[i] = grid(len(sites), b.size.rounds)
	}
	step("asking for feeds")
	err := turns(ctx, b.size.rounds, len(sites), func(round, i int) error {
		first, err := sites[i].ask(ctx, whole[i], http.StatusOK, b.size.turn)
		if err != nil {
			return err
		}
		then, err := sites[i].ask(ctx, short[i], http.StatusNotModified, b.size.turn)
		if err != nil {
			return err
		}
		for n, figure := range slices.Concat(first, then) {
			figures[n][i][round] = figure
		}
		return nil
	})
	if err != nil {
		return err
	}
	gzipWork.Note = fmt.Sprintf(servingNote, b.size.turn)
	for n, w := range works {
		b.add(w, names, func(i int) []float64 { return figures[n][i] })
	}
	peaks := grid(len(sites), 1)
	for i, s := range sites {
		u, err := used(s.pids()...)
		if err != nil {
			return err
		}
		peaks[i][0] = u.peak / 1e6
	}
	b.add(memory, names, func(i int) []float64 { return peaks[i] })
	return nil
}

// ask asks a site for a while, and returns requests a second, the p99 in milliseconds and the
// processor time of a request in microseconds.
func (s *site) ask(ctx context.Context, t target, status int, d time.Duration) ([]float64, error) {
	before, err := used(s.pids()...)
	if err != nil {
		return nil, err
	}
	l, err := ask(ctx, t, status, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	after, err := used(s.pids()...)
	if err != nil {
		return nil, err
	}
	processor := (after.processor - before.processor).Seconds() * 1e6 / float64(l.requests)
	return []float64{l.perSecond, milliseconds(l.p99), processor}, nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// conditional returns the request of a client that has the document, with as many of
// its validators as are answered with 304.
func conditional(s *stage, t target) (target, error) {
	a, err := get(s.ctx, t)
	switch {
	case err != nil:
		return t, err
	case a.status != http.StatusOK || a.header.Get("Content-Encoding") != "gzip":
		return t, fmt.Errorf("want 200 in gzip, got %d %v", a.status, a.header)
	}
	match, since := "If-None-Match: "+a.header.Get("Etag"), "If-Modified-Since: "+a.header.Get("Last-Modified")
	for _, validators := range [][]string{{match, since}, {match}, {since}} {
		a, err := get(s.ctx, t.with(validators...))
		if err != nil {
			return t, err
		}
		if a.status == http.StatusNotModified {
			return t.with(validators...), nil
		}
	}
	return t, errors.New("never 304")
}

// lines returns the articles of a corpus.
func (b *bench) lines(n int) ([]line, error) {
	file, err := b.corpora.file(n)
	if err != nil {
		return nil, err
	}
	return read(file)
}
