package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

func (w *watching) edit() ([]string, error) {
	l, err := w.published()
	if err != nil {
		return nil, err
	}
	w.warm()
	l.Title, l.Updated = "更正 "+l.ID, time.Now()
	if err := w.put(l); err != nil {
		return nil, err
	}
	return w.later("new", has(l.Title)), nil
}

func (w *watching) withdraw() ([]string, error) {
	l, err := w.published()
	if err != nil {
		return nil, err
	}
	w.warm()
	l.Status, l.Updated = "withdrawn", time.Now()
	if err := w.put(l); err != nil {
		return nil, err
	}
	return w.later("gone", lacks(l.ID)), nil
}

// lacks reports whether a feed is served without a text.
func lacks(text string) func(answer) bool {
	return func(a answer) bool { return a.status == http.StatusOK && !strings.Contains(a.body, text) }
}

// withdrawSince is a reader that has the article and knows no ETag.
func (w *watching) withdrawSince() ([]string, error) {
	ctx := w.b.stage.ctx
	l, err := w.published()
	if err != nil {
		return nil, err
	}
	w.warm()
	since := w.each(func(s *site) string {
		a, _ := get(ctx, s.feed)
		return a.header.Get("Last-Modified")
	})
	time.Sleep(1100 * time.Millisecond) // Last-Modified has seconds
	l.Status, l.Updated = "withdrawn", time.Now()
	if err := errors.Join(w.put(l), w.write(ctx)); err != nil {
		return nil, err
	}
	for _, s := range w.sites {
		if _, ok := await(ctx, s.feed, patience, lacks(l.ID)); !ok {
			return nil, fmt.Errorf("%s: %s is not gone", s.name, l.ID)
		}
	}
	words := make([]string, len(w.sites))
	for i, s := range w.sites {
		a, err := get(ctx, s.feed.with("If-Modified-Since: "+since[i]))
		switch {
		case err != nil:
			return nil, err
		case since[i] == "":
			words[i] = "has no Last-Modified"
		case a.status == http.StatusNotModified:
			words[i] = "**304: the reader keeps it**"
		default:
			words[i] = fmt.Sprintf("%d, without it", a.status)
		}
	}
	return words, nil
}

// ahead is when the embargo ends, from the beginning on: WordPress publishes at once
// what is due within a minute.
const ahead = 75 * time.Second

// hold writes an article whose time is yet to come.
func (w *watching) hold() error {
	w.next += apart
	w.held = fresh(w.next)
	w.held.Published = time.Now().Add(ahead).Truncate(time.Second)
	w.held.Updated = w.held.Published
	return w.put(w.held)
}

// embargo waits until that time has come.
func (w *watching) embargo() ([]string, error) {
	if time.Until(w.held.Published) < 10*time.Second { // the other events took long
		if err := w.hold(); err != nil {
			return nil, err
		}
	}
	ctx, l := w.b.stage.ctx, w.held
	w.warm()
	if err := w.write(ctx); err != nil {
		return nil, err
	}
	early := w.each(func(s *site) string {
		if a, err := get(ctx, s.feed); err == nil && has(l.ID)(a) && time.Since(l.Published) < 0 {
			return "**served before its time**"
		}
		return ""
	})
	time.Sleep(time.Until(l.Published))
	words := w.each(func(s *site) string {
		if took, ok := await(ctx, s.feed, 3*time.Second, has(l.ID)); ok {
			return fmt.Sprintf("there %.1f s after its time", took.Seconds())
		}
		return ""
	})
	if w.posts != nil {
		w.posts.cron()
	}
	if err := w.write(ctx); err != nil {
		return nil, err
	}
	for i, s := range w.sites {
		switch {
		case early[i] != "":
			words[i] = early[i]
		case words[i] != "":
		default:
			if _, ok := await(ctx, s.feed, patience, has(l.ID)); !ok {
				words[i] = "**not there**"
				break
			}
			words[i] = "there after its next cron job"
		}
	}
	return words, nil
}

// state says what is served, of an article that is in the feed.
func (w *watching) state(id string) []string {
	return w.each(func(s *site) string {
		a, err := get(w.b.stage.ctx, s.feed)
		switch {
		case err != nil:
			return "**no answer**"
		case has(id)(a):
			return "200, as before"
		}
		return fmt.Sprintf("**%d**", a.status)
	})
}

func (w *watching) away() ([]string, error) {
	if _, err := w.published(); err != nil {
		return nil, err
	}
	w.warm()
	w.database.server.Kill(w.b.stage)
	return w.state(fmt.Sprint(w.next)), nil
}

func (w *watching) awayLonger() ([]string, error) {
	time.Sleep(12 * time.Second) // longer than cacheTime
	w.warm()
	time.Sleep(time.Second) // while it asks anew
	return w.state(fmt.Sprint(w.next)), nil
}

func (w *watching) restart() ([]string, error) {
	var faults []error
	for _, s := range w.sites {
		faults = append(faults, s.restart(w.b.stage.ctx))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	words := w.state(fmt.Sprint(w.next))
	w.database.server.Restart(w.b.stage)
	return words, nil
}
