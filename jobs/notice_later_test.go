package jobs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// takeDown takes article 2 down, as the program does.
func (w *world) takeDown(state edition.RetractionState, notice bool) {
	w.t.Helper()
	r := held("xt", 2)
	r.State, r.Notice = state, notice
	w.retract(press.Retract(w.network, w.editions.Current, r, w.editions.Retractions()["2"]))
}

// updated returns when a station's JSON feed says that article 2 changed.
func (w *world) updated(station string) string {
	w.t.Helper()
	_, item, _ := strings.Cut(w.body(station, "/feed.json"), `"id":"https://xt.news.example/content/2.html"`)
	_, item, _ = strings.Cut(item, `"date_modified":"`)
	at, _, ok := strings.Cut(item, `"`)
	if !ok {
		w.t.Error("article 2 is not in the feed")
	}
	return at
}

// TestNoticeLater holds what becomes of the notice of an article that is taken down more
// than once.
func TestNoticeLater(t *testing.T) {
	require.Time(t)
	type step struct {
		does         string // "retract", "notice", "lift", or what w.do has
		atOnce, then string // what feeds have, and have after a refresh
	}
	for _, tt := range []struct {
		name  string
		steps []step
		hours int // that the notice stays; 0: none is left
	}{
		{"asked for later", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}}, 72},
		{"and twice", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}, {"notice", "notice", "notice"}}, 71},
		{"not wanted any more", []step{{"notice", "notice", "notice"}, {"retract", "nothing", "nothing"}}, 0},
		{"and wanted again", []step{{"notice", "notice", "notice"}, {"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}}, 72},
		{"asked for before a refresh", []step{{"retract", "nothing", ""}, {"notice", "nothing", "notice"}}, 72},
		{"of what the newsroom has withdrawn as well", []step{{"retract", "nothing", "nothing"}, {"withdraw", "nothing", "nothing"}, {"notice", "nothing", "notice"}}, 72},
		{"that is withdrawn after it", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}, {"withdraw", "notice", "notice"}}, 71},
		{"in a process that has started", []step{{"retract", "nothing", "nothing"}, {"restart", "nothing", "nothing"}, {"notice", "nothing", "notice"}, {"restart", "notice", "notice"}}, 71},
		{"in editions that have lost it", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}, {"lose", "", "notice"}}, 71},
		{"that ends with the take-down", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", "notice"}, {"lift", "notice", "article"}}, 0},
		{"asked for twice, in editions that have lost it", []step{{"notice", "notice", "notice"}, {"notice", "notice", "notice"}, {"lose", "", "notice"}}, 70},
		{"of one that was not shown again yet", []step{{"retract", "nothing", "nothing"}, {"lift", "nothing", ""}, {"notice", "nothing", "notice"}}, 72},
		{"while some feeds have it", []step{{"retract", "nothing", "nothing"}, {"notice", "nothing", ""}, {"refresh others", "", ""}, {"retract", "nothing", ""}, {"notice", "nothing", "notice"}}, 72},
		{"of one that was shown meanwhile", []step{{"retract", "nothing", "nothing"}, {"lift", "nothing", "article"}, {"notice", "notice", "notice"}}, 72},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				o := noticing()
				o.Notices = false
				w.restart(o)
				for i := range 3 {
					w.put(newArticle("xt", i+1, time.Duration(i)*time.Minute))
				}
				other := newArticle("xt", 8, time.Hour)
				other.Channels = []string{"culture"}
				w.put(other)
				w.refresh()
				for _, step := range tt.steps {
					time.Sleep(time.Hour)
					w.do(step.does, o)
					if step.atOnce != "" {
						w.wantTold(step.does+", at once", step.atOnce)
					}
					if step.then != "" {
						w.refresh()
						w.wantTold(step.does, step.then)
					}
				}
				if tt.hours == 0 {
					return
				}
				updated := w.updated("xt")
				hashes := w.hashes("xt")
				w.restart(o)
				if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(hashes, w.hashes("xt")); diff != "" {
					t.Errorf("a process that starts builds something else (-first +second):\n%s", diff)
				}
				time.Sleep(time.Duration(tt.hours)*time.Hour - time.Second)
				w.refresh()
				w.wantTold("a second before its end", "notice")
				if got := w.updated("xt"); got != updated {
					t.Errorf("updated has become %s, was %s", got, updated)
				}
				time.Sleep(time.Second)
				w.refresh()
				w.wantTold("at its end", "nothing")
			})
		})
	}
}

// do does a step of TestNoticeLater.
func (w *world) do(step string, o jobs.Options) {
	w.t.Helper()
	switch step {
	case "retract", "notice":
		w.takeDown(edition.Held, step == "notice")
	case "lift":
		w.takeDown(edition.Lifted, false)
	case "refresh others": // of which the next take-down learns, too
		w.fault = func(station string) error {
			if station == "xt" {
				return errors.New("not now")
			}
			return nil
		}
		if err := w.conductor.Refresh(w.t.Context()); err == nil || w.told("www", "/feed.json") != "notice" || w.told("xt", "/feed.json") != "nothing" {
			w.t.Errorf("%v; the feeds have the %s and the %s", err, w.told("www", "/feed.json"), w.told("xt", "/feed.json"))
		}
		w.fault = func(string) error { return nil }
	case "withdraw":
		w.exec("UPDATE articles SET status = 'withdrawn' WHERE id = '2'")
	case "restart":
		w.restart(o)
	case "lose":
		clear(w.editions.current)
		w.restart(o)
	}
}

// A take-down of a former version does not say what feeds had: a notice of it can't be
// made later, and one that is there stays for its time.
func TestNoticeOfFormerVersion(t *testing.T) {
	in(t, func(w *world) {
		o := noticing()
		o.Notices = false
		w.restart(o)
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour))
		w.refresh()
		time.Sleep(time.Minute)
		r := held("xt", 2)
		r.Notice = true
		w.retract(r)
		w.refresh()
		w.wantTold("with a notice", "notice")
		time.Sleep(time.Minute)
		r = held("xt", 2)
		w.retract(r)
		w.wantTold("without one", "nothing")
		r.Notice, r.At = true, time.Now().Add(time.Second)
		w.retract(r)
		w.refresh()
		w.wantTold("later", "nothing")
	})
}

// A notice is in the feeds that had the article, not in all that could have it.
func TestNoticeLaterElsewhere(t *testing.T) {
	in(t, func(w *world) {
		w.restart(noticing())
		for i := range 30 {
			a := newArticle("xt", i+1, time.Duration(i)*time.Hour)
			if a.Channels = []string{"culture"}; i == 1 {
				a.Channels = append(a.Channels, "moment")
				a.Published, a.Updated = a.Published.Add(-48*time.Hour), a.Updated.Add(-48*time.Hour)
			}
			w.put(a)
		}
		w.refresh()
		w.takeDown(edition.Held, false)
		w.refresh()
		time.Sleep(time.Minute)
		w.takeDown(edition.Held, true)
		w.refresh()
		for path, want := range map[string]bool{"/rss.xml": false, "/culture/rss.xml": false, "/moment/rss.xml": true} {
			for _, station := range []string{"xt", "www"} {
				if _, ok := w.edition(station).Document(path); !ok {
					continue
				}
				if got := strings.Contains(w.body(station, path), "本文已撤回"); got != want {
					t.Errorf("%s%s has a notice: %t, want %t", station, path, got, want)
				}
			}
		}
	})
}
