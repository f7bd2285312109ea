package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/schedule"
	"feedstation/jobs"
)

// A station that is built is counted by what became of it.
func TestPublished(t *testing.T) {
	in(t, func(w *world) {
		t := w.t
		want := map[jobs.Outcome]int64{}
		step := func(name string, came map[jobs.Outcome]int64) {
			t.Helper()
			for outcome, n := range came {
				want[outcome] += n
			}
			if diff := cmp.Diff(want, w.conductor.Published()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", name, diff)
			}
		}
		articles := several("xt", 0, 30)
		w.put(articles...)
		w.refresh()
		step("first", map[jobs.Outcome]int64{jobs.Published: 3})
		w.refresh()
		step("nothing to do", nil)
		if err := w.conductor.Build(t.Context(), nil, func(jobs.Report) {}); err != nil {
			t.Fatal(err)
		}
		step("the same again", map[jobs.Outcome]int64{jobs.Unchanged: 3})

		time.Sleep(time.Hour)
		w.put(newArticle("xt", 100, 0))
		w.fault = func(station string) error {
			if station == "xt" {
				return errors.New("no such table")
			}
			return nil
		}
		if err := w.conductor.Refresh(t.Context()); err == nil {
			t.Fatal("no error")
		}
		step("a station fails, and another has nothing new", map[jobs.Outcome]int64{jobs.Failed: 1, jobs.Published: 1, jobs.Unchanged: 1})
		w.fault = func(string) error { return nil }
		w.refresh()
		step("it is built again", map[jobs.Outcome]int64{jobs.Published: 1})
		if w.conductor.Refused("xt") {
			t.Error("xt is refused")
		}

		time.Sleep(time.Hour)
		w.replaceStore(append(articles[29:], newArticle("xt", 101, 0))...)
		if err := w.conductor.Refresh(t.Context()); err == nil {
			t.Fatal("no error")
		}
		if !w.conductor.Refused("xt") || w.conductor.Published()[jobs.Refused] == 0 {
			t.Errorf("xt is not refused: %v", w.conductor.Published())
		}
	})
}

// Articles are in quarantine until their rows change.
func TestQuarantined(t *testing.T) {
	in(t, func(w *world) {
		t := w.t
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("xt", 3, 40*dayHours), newArticle("yy", 4, time.Hour))
		w.exec(append(loosen(), "UPDATE articles SET status = 'unheard-of' WHERE id IN ('1', '3')", "UPDATE articles SET images = '{' WHERE id = '2'")...)
		step := func(name string, xt, www int) {
			t.Helper()
			if got := []int{w.conductor.Quarantined("xt"), w.conductor.Quarantined("www"), w.conductor.Quarantined("yy")}; !slices.Equal(got, []int{xt, www, 0}) {
				t.Errorf("%s: %v, want %d of xt and %d of www", name, got, xt, www)
			}
		}
		w.refresh()
		step("first", 2, 2)
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 5, 0))
		w.refresh()
		step("another article", 2, 2)
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		step("one is mended", 1, 1)
		if faults := w.conductor.Quarantine("xt"); len(faults) != 1 || faults[0].ID != "3" || faults[0].Column != "status" {
			t.Errorf("faults of xt: %v", faults)
		}
		w.exec("DELETE FROM articles WHERE id = '3'")
		if err := w.conductor.Build(t.Context(), nil, func(jobs.Report) {}); err != nil {
			t.Fatal(err)
		}
		step("the other is gone, and everything built", 0, 0)
	})
}

// A content store that can't be asked is counted by why; a run that is given up is no
// fault.
func TestFaults(t *testing.T) {
	in(t, func(w *world) {
		t := w.t
		fault := error(nil)
		c := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
			if fault != nil {
				return nil, fault
			}
			return w.store.Snapshot(ctx)
		}, w.editions, options)
		want := map[jobs.Fault]int64{}
		for _, tt := range []struct {
			err  error
			want jobs.Fault
		}{
			{nil, ""},
			{&net.OpError{Op: "dial", Err: errors.New("refused")}, jobs.FaultNetwork},
			{&net.DNSError{Err: "no such host"}, jobs.FaultNetwork},
			{&net.DNSError{Err: "i/o timeout", IsTimeout: true}, jobs.FaultTimeout},
			{io.ErrUnexpectedEOF, jobs.FaultNetwork},
			{context.DeadlineExceeded, jobs.FaultTimeout},
			{errors.New("permission denied for view articles"), jobs.FaultAnswer},
			{&jobs.BehindError{}, jobs.FaultBehind},
		} {
			if fault = nil; tt.err != nil {
				fault = fmt.Errorf("content: %w", tt.err)
				want[tt.want]++
			}
			_ = c.Refresh(t.Context())
			if diff := cmp.Diff(want, c.Faults()); diff != "" {
				t.Fatalf("%v (-want +got):\n%s", tt.err, diff)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		fault = ctx.Err()
		_ = c.Refresh(ctx)
		if diff := cmp.Diff(want, c.Faults()); diff != "" {
			t.Errorf("given up (-want +got):\n%s", diff)
		}
	})
}

// Several content stores count as one.
func TestCountsOfStores(t *testing.T) {
	inStores(t, func(s *stores) {
		s.putBoth(3)
		if failed := s.refresh(); failed != nil {
			s.t.Fatal(failed)
		}
		if n := s.all.Published()[jobs.Published]; n != 3 {
			s.t.Errorf("%d published, want xt, yy and www", n)
		}
		s.down["cms"] = errors.New("refused")
		s.refresh()
		if diff := cmp.Diff(map[jobs.Fault]int64{jobs.FaultAnswer: 2}, s.all.Faults()); diff != "" {
			s.t.Errorf("faults (-want +got):\n%s", diff)
		}
		if s.all.Refused("yy") || s.all.Refused("none") || s.all.Quarantined("yy") != 0 {
			s.t.Error("yy is refused")
		}
	})
}

// What ends is told with its run.
func TestEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs []jobs.Run
		fails := errors.New("disk full")
		errs := []error{nil, fails, context.Canceled}
		ctx, stop := context.WithCancel(t.Context())
		task := jobs.NewTask(slog.New(slog.DiscardHandler), "refresh", time.Minute, func(context.Context) error {
			time.Sleep(time.Second)
			if len(runs) == 2 {
				stop()
			}
			return errs[len(runs)]
		})
		every, err := schedule.Parse("@every 30s")
		if err != nil {
			t.Fatal(err)
		}
		table := jobs.NewTimetable(slog.New(slog.DiscardHandler), func(task string, run jobs.Run) {
			if task != "refresh" || !run.Ended || run.Running || run.Duration != time.Second {
				t.Errorf("%s: %+v", task, run)
			}
			runs = append(runs, run)
		})
		table.Add(every, task)
		if err := table.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if len(runs) != 3 || runs[0].Err != nil || !errors.Is(runs[1].Err, fails) || runs[1].Stopped || !runs[2].Stopped {
			t.Errorf("%+v", runs)
		}
	})
}
