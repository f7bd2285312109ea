package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/bench/report"
)

const changingNote = "A store of %s articles gets one more. The time is from the write until a client has fetched the feed and a sitemap that both have it. " +
	"feedstation is sent the article by `POST /-/articles?wait=served`, from that request on; Django's is in the table already, and so is WordPress's, when the clock starts; " +
	"of Hugo it is a file and a build."

// changeWork is one change in a store of n articles.
func changeWork(n int) *report.Work {
	return &report.Work{
		ID: fmt.Sprintf("change-%d", n), Title: "One more article among " + grouped(n), Base: us, Unit: "ms", Less: true,
		Note:     fmt.Sprintf(changingNote, grouped(n)),
		Sentence: "With " + grouped(n) + " articles {peer} takes {times} as long as {base} until feed and sitemap have one more.",
	}
}

func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// changer is a site that gets articles.
type changer struct {
	*site
	articles int
	put      func(line) error // untimed
	publish  func(line) error // timed; nil: nothing is left to do
}

// changing measures one change in stores of all sizes, in turns.
func (b *bench) changing() error {
	var changers []changer
	for _, n := range append(slices.Clone(b.size.changes), b.size.most) {
		some, err := b.changers(n)
		if err != nil {
			return err
		}
		changers = append(changers, some...)
	}
	step("changing one article")
	took := grid(len(changers), b.size.rounds)
	err := turns(b.stage.ctx, b.size.rounds, len(changers), func(round, i int) error {
		d, err := changers[i].change(b.stage.ctx, 900_000_000+round*1000+i)
		took[i][round] = milliseconds(d)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range b.size.changes {
		w := changeWork(n)
		for i, c := range changers {
			if c.articles == n {
				b.results = append(b.results, report.Result{Work: w, Peer: c.name, Rounds: took[i]})
			}
		}
	}
	b.grow(changers, took)
	return nil
}

// grow shows how the size of the archive tells.
func (b *bench) grow(changers []changer, took [][]float64) {
	with := func(n int) string { return us + " with " + grouped(n) }
	w := &report.Work{
		ID: "growth", Title: "One more article, by the size of the archive", Base: with(b.size.changes[0]), Unit: "ms", Less: true,
		Note: "feedstation alone, the rows above and a larger store, in the same rounds. The others take part as far as they could be filled within a run of minutes: " +
			"Hugo with the smallest store, Django and WordPress with all but the largest.",
		Sentence: "{peer} articles takes {times} as long as {base} until feed and sitemap have one more.",
	}
	for i, c := range changers {
		if c.name == us {
			b.results = append(b.results, report.Result{Work: w, Peer: with(c.articles), Rounds: took[i]})
		}
	}
}

// change writes an article and returns how long it takes to be served.
func (c changer) change(ctx context.Context, id int) (time.Duration, error) {
	l := fresh(id)
	if err := c.put(l); err != nil {
		return 0, fmt.Errorf("%s: %w", c.name, err)
	}
	began := time.Now()
	if c.publish != nil {
		if err := c.publish(l); err != nil {
			return 0, fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for _, t := range []target{c.feed, c.sitemap} {
		if _, ok := await(ctx, t, slowest, has(l.ID)); !ok {
			return 0, fmt.Errorf("%s: %s has no article %s", c.name, t.path, l.ID)
		}
	}
	return time.Since(began), nil
}

// fresh is an article of now.
func fresh(id int) line {
	now := time.Now()
	text := strconv.Itoa(id)
	return line{
		ID: text, Station: station, Channels: []string{"moment"}, URL: "https://" + host + now.Format("/content/2006/01/02/") + text + ".html",
		Title: "快讯 " + text, Summary: "摘要。", Body: "<p>" + strings.Repeat("今天上午,", 200) + "</p>", Authors: []string{"林知夏"},
		Published: now, Updated: now, Status: "published",
	}
}

// changers starts all that take part with n articles.
func (b *bench) changers(n int) (changers []changer, err error) {
	join := func(peer string, start func() changer) {
		err = errors.Join(err, b.invite(peer, func() error {
			c := start()
			c.articles = n
			changers = append(changers, c)
			return nil
		}))
	}
	step("filling stores with %s articles", grouped(n))
	join(us, func() changer { return b.ourChanger(n) })
	if n == b.size.most || err != nil {
		return changers, err
	}
	lines, err := b.lines(n)
	if err != nil {
		return nil, err
	}
	join(djangoName, func() changer {
		d := b.stage.newDatabase(lines)
		return changer{site: b.stage.django(d), put: func(l line) error { return d.put(b.stage.ctx, l) }}
	})
	join(wordPress, func() changer {
		posts := b.stage.newBlog(lines)
		return changer{site: posts.serve(false), put: func(l line) error { posts.put(l); return nil }}
	})
	if n == b.size.changes[0] {
		join(hugoName, func() changer {
			h := b.stage.newHugo(lines)
			s := h.serve()
			return changer{site: s, put: h.put, publish: func(line) error { return s.write(b.stage.ctx) }}
		})
	}
	return changers, err
}

// ourChanger fills the embedded store with the articles of the corpus, which are
// those of the demo.
func (b *bench) ourChanger(n int) changer {
	s := b.stage
	o := s.newOurs(b.program)
	for _, args := range [][]string{
		{"demo", "--articles", strconv.Itoa(n), "--until", b.corpora.until.Format(time.RFC3339)},
		{"build"},
	} {
		if _, err := o.run(s.ctx, args...); err != nil {
			s.Fatal(err)
		}
	}
	c := changer{site: o.serve(), put: func(line) error { return nil }, publish: o.post}
	c.sitemap = c.feed
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		s.Fatal(err)
	}
	c.sitemap.path = time.Now().In(zone).Format("/sitemaps/2006-01.xml")
	return c
}

// post sends an article and waits until it is served.
func (o *ours) post(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(o.s.ctx, http.MethodPost, "http://"+o.admin+"/-/articles?wait=served", bytes.NewReader(text))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/jsonl")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New("feedstation takes no article: " + response.Status)
	}
	return nil
}
