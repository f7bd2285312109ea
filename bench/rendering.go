package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"

	"feedstation/bench/report"
)

// The works of libraries: everything is in memory, nothing is compressed or sent.
var (
	feedsWork = &report.Work{
		ID: "feeds", Title: "Feeds rendered", Base: us, Unit: "documents/s of processor",
		Note: "Feeds of 50 articles with their whole HTML, from memory: RSS 2.0, Atom 1.0 and JSON Feed, by Django RSS and Atom. A second is one of the processor. " +
			"feedstation cleans, completes and escapes each article once, for all its feeds; the row of raw articles has that in every feed. The others write what they are given.",
		Sentence: "{peer} renders {times} as many feeds of 50 articles as {base} in the same time of the processor.",
	}
	sitemapWork = &report.Work{
		ID: "sitemaps", Title: "Sitemap addresses written", Base: us, Unit: "URLs/s of processor",
		Note:     "One sitemap with a time for each address, from memory to nowhere; a second is one of the processor.",
		Sentence: "{peer} writes {times} as many addresses of a sitemap as {base} in the same time of the processor.",
	}
	feedsMemory = &report.Work{
		ID: "feeds-memory", Title: "Memory of rendering feeds", Base: us, Unit: "MB", Less: true,
		Note:     "The most that the process of the row above had resident, the corpus and its interpreter included.",
		Sentence: "{peer} has at most {times} as much memory resident while it renders feeds as {base}.",
	}
	sitemapMemory = &report.Work{
		ID: "sitemaps-memory", Title: "Memory of writing a sitemap", Base: us, Unit: "MB", Less: true,
		Note:     "The most that the process of the row above had resident, the corpus and its interpreter included.",
		Sentence: "{peer} has at most {times} as much memory resident while it writes a sitemap as {base}.",
	}
)

func (b *bench) rendering() error {
	feedsFile, err := b.corpora.file(b.size.serve)
	if err != nil {
		return err
	}
	sitemapFile, err := b.corpora.file(b.size.sitemap)
	if err != nil {
		return err
	}
	script := ""
	npm := func(name, work, file string) func() (*worker, error) {
		return func() (*worker, error) {
			if script == "" {
				script = b.stage.installNode()
			}
			return b.stage.nodeWorker(script, name, work, file)
		}
	}
	own := func(name, craft, file string) func() (*worker, error) {
		return func() (*worker, error) { return b.stage.goWorker(name, craft, file) }
	}
	django := func(work, file string) func() (*worker, error) {
		return func() (*worker, error) { return b.stage.djangoWorker(work, file) }
	}
	return errors.Join(
		b.labour(feedsWork, feedsMemory, []job{
			{us, own(us, "feeds:feedstation", feedsFile)},
			{raw, own(raw, "feeds:raw", feedsFile)},
			{"gorilla/feeds", own("gorilla/feeds", "feeds:gorilla", feedsFile)},
			{"npm feed", npm("npm feed", "feeds", feedsFile)},
			{djangoName, django("feeds", feedsFile)},
		}),
		b.labour(sitemapWork, sitemapMemory, []job{
			{us, own(us, "sitemaps:feedstation", sitemapFile)},
			{"snabb/sitemap", own("snabb/sitemap", "sitemaps:snabb", sitemapFile)},
			{"npm sitemap", npm("npm sitemap", "sitemaps", sitemapFile)},
			{djangoName, django("sitemaps", sitemapFile)},
		}),
	)
}

// raw is feedstation with articles that are not prepared.
const raw = us + ", raw articles"

// job is a peer's worker.
type job struct {
	peer  string
	start func() (*worker, error)
}

// goWorker starts this program as a worker.
func (s *stage) goWorker(name, craft, corpus string) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startWorker(name, exec.CommandContext(s.ctx, self, "work", craft, corpus))
}

// labour has workers do a work in turns.
func (b *bench) labour(work, memory *report.Work, jobs []job) (err error) {
	var workers []*worker
	var names []string
	defer func() {
		for _, w := range workers {
			err = errors.Join(err, w.close())
		}
	}()
	for _, j := range jobs {
		err := b.invite(j.peer, func() error {
			w, err := j.start()
			if err != nil {
				return err
			}
			workers, names = append(workers, w), append(names, j.peer)
			// What it does first, compiles and caches, counts for nobody.
			_, err = w.work(b.stage.ctx, 2*b.size.turn)
			return err
		})
		if err != nil {
			return err
		}
	}
	step("%s", work.Title)
	rate := grid(len(workers), b.size.rounds)
	err = turns(b.stage.ctx, b.size.rounds, len(workers), func(round, i int) (err error) {
		rate[i][round], err = workers[i].work(b.stage.ctx, b.size.turn)
		return err
	})
	if err != nil {
		return err
	}
	b.add(work, names, func(i int) []float64 { return rate[i] })
	b.add(memory, names, func(i int) []float64 { return []float64{peakOf(workers[i].cmd.Process.Pid) / 1e6} })
	return nil
}

// craft is the process of a worker in Go.
func craft(name, corpus string) error {
	begin, ok := crafts[name]
	if !ok {
		return errors.New("no such work: " + strconv.Quote(name))
	}
	lines, err := read(corpus)
	if err != nil {
		return err
	}
	turn, err := begin(lines)
	if err != nil {
		return err
	}
	return obey(os.Stdin, os.Stdout, turn)
}
