package jobs_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/schedule"
	"feedstation/jobs"
)

// TestHistory runs a refresh on its timetable: each run says why it was asked for and what
// it did, and idle ones are one.
func TestHistory(t *testing.T) {
	in(t, func(w *world) {
		t := w.t
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh() // else it is the first task that builds, and either may be
		var history jobs.History
		refresh, audit := w.conductor.Tasks(slog.New(slog.DiscardHandler), time.Minute)
		table := jobs.NewTimetable(slog.New(slog.DiscardHandler), history.Add)
		every, err := schedule.Parse("@every 1h")
		if err != nil {
			t.Fatal(err)
		}
		table.Add(every, refresh)
		table.Add(every, audit)
		stop := runTimetable(t, table)
		time.Sleep(3*time.Hour + time.Minute)
		w.put(newArticle("xt", 2, 0), newArticle("yy", 3, 0))
		synctest.Wait() // no task reads what follows
		underway := make(chan struct{})
		w.fault = func(string) error { <-underway; return nil }
		refresh.Trigger(jobs.ByNotification)
		synctest.Wait()
		refresh.Trigger(jobs.ByNotification) // one run more, however many there are
		refresh.Trigger(jobs.ByRequest)
		refresh.Trigger(jobs.ByRequest)
		close(underway)
		time.Sleep(time.Minute)
		synctest.Wait()
		w.fault = func(string) error { return errors.New("no such table") }
		w.put(newArticle("xt", 4, 0))
		refresh.Trigger(jobs.ByNotification)
		time.Sleep(100 * time.Millisecond)
		stop()
		var got []string
		for _, p := range history.Runs() {
			if p.Task != "refresh" {
				continue
			}
			var phases []string
			for _, phase := range p.Phases {
				phases = append(phases, phase.Name)
			}
			got = append(got, fmt.Sprintf("%s ×%d: %s, %d published %v, changed %t, failed %t", p.Cause, p.Times, strings.Join(phases, " "), p.Stations, p.Published, p.Changed > 0, p.Err != nil))
		}
		want := []string{
			"notification ×1: look build, 0 published [], changed false, failed true",
			"notification, request ×1: look build, 0 published [], changed false, failed false",
			"notification ×1: look build, 3 published [www xt yy], changed true, failed false",
			"schedule ×3: look build, 0 published [], changed false, failed false",
			"start ×1: look build, 0 published [], changed false, failed false",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		audits := 0
		for _, p := range history.Runs() {
			if p.Task == "audit" && len(p.Phases) == 3 && p.Phases[1].Name == "compare" {
				audits++
			}
		}
		if audits == 0 {
			t.Errorf("no audit that compares: %v", history.Runs())
		}
	})
}

// TestHistoryIsBounded has more runs than are kept.
func TestHistoryIsBounded(t *testing.T) {
	var history jobs.History
	for n := range 200 {
		history.Add("refresh", jobs.Run{Cause: jobs.BySchedule, Started: time.Unix(int64(n), 0), Account: jobs.Account{Stations: n % 2}})
		history.Add("audit", jobs.Run{Cause: jobs.BySchedule})
	}
	runs := history.Runs()
	if len(runs) != 50 || runs[0].Task != "audit" || runs[0].Times != 200 || runs[1].Started != time.Unix(199, 0) {
		t.Errorf("%d runs, %+v", len(runs), runs[:2])
	}
	history.Add("refresh", jobs.Run{Err: errors.New("no such table")})
	history.Add("refresh", jobs.Run{Err: errors.New("no such table")})
	if runs := history.Runs(); runs[0].Times != 1 || runs[1].Times != 1 {
		t.Error("failures are one run")
	}
}
