package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/schedule"
	"feedstation/jobs"
)

// wall is a clock that can be set, in a bubble whose own goes on.
type wall struct{ ahead atomic.Int64 }

func (w *wall) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// set sets the clock ahead of the bubble's.
func (w *wall) set(ahead time.Duration) { w.ahead.Store(int64(ahead)) }

// step is when a clock is set, and to how far ahead of the bubble's.
type step struct{ at, ahead time.Duration }

// An interval runs on time however the clock is set. A time of day runs when the
// clock shows it, once for each day, also when the clock is set over it or comes
// to show it again. A bubble begins at midnight UTC.
func TestTimetableSteps(t *testing.T) {
	const hour = time.Hour
	for _, tt := range []struct {
		name  string
		spec  string
		ahead time.Duration // at the start
		steps []step
		lasts time.Duration
		want  []string // by the bubble's clock
	}{
		{"interval, back by 45 s", "@every 30s", 0, []step{{10 * time.Second, -45 * time.Second}}, 100 * time.Second, []string{"0s", "30s", "1m0s", "1m30s"}},
		{"interval, back by 2 h", "@every 10m", 0, []step{{5 * time.Minute, -2 * hour}}, 35 * time.Minute, []string{"0s", "10m0s", "20m0s", "30m0s"}},
		{"interval, ahead by 8 h at the start, then right", "@every 10m", 8 * hour, []step{{5 * time.Minute, 0}}, 35 * time.Minute, []string{"0s", "10m0s", "20m0s", "30m0s"}},
		{"interval, forward by 8 h, then right", "@every 10m", 0, []step{{5 * time.Minute, 8 * hour}, {15 * time.Minute, 0}}, 35 * time.Minute, []string{"0s", "10m0s", "20m0s", "30m0s"}},
		{"interval, a century ahead, then right", "@every 10m", 100 * 365 * 24 * hour, []step{{5 * time.Minute, 0}}, 25 * time.Minute, []string{"0s", "10m0s", "20m0s"}},

		{"time of day, back before it", "0 3 * * *", 0, []step{{2 * hour, -hour}}, 5 * hour, []string{"0s", "4h0m0s"}},
		{"time of day, back over it", "0 3 * * *", 0, []step{{3*hour + time.Minute, -hour}}, 29 * hour, []string{"0s", "3h0m0s", "28h0m0s"}},
		{"time of day, back by 45 s over it, twice", "0 3 * * *", 0, []step{{3*hour + 10*time.Second, -45 * time.Second}, {3*hour + 50*time.Second, -90 * time.Second}}, 28 * hour, []string{"0s", "3h0m0s", "27h1m30s"}},
		{"time of day, forward over it", "0 3 * * *", 0, []step{{hour, 8 * hour}}, 24 * hour, []string{"0s", "1h0m1s", "19h0m0s"}},
		{"time of day, forward over three of them", "0 * * * *", 0, []step{{30 * time.Minute, 3 * hour}}, 2*hour - time.Minute, []string{"0s", "30m1s", "1h0m0s"}},
		{"time of day, forward and right again", "0 3 * * *", 0, []step{{hour, 8 * hour}, {2 * hour, 0}}, 28 * hour, []string{"0s", "1h0m1s", "27h0m0s"}},
		{"time of day, ahead by 8 h at the start, then right", "0 3 * * *", 8 * hour, []step{{hour, 0}}, 28 * hour, []string{"0s", "3h0m0s", "27h0m0s"}},
		{"hourly, ahead by 8 h at the start, then right", "0 * * * *", 8 * hour, []step{{2*hour + time.Minute, 0}}, 4*hour + time.Minute, []string{"0s", "1h0m0s", "2h0m0s", "3h0m0s", "4h0m0s"}},
		{"time of day, a century ahead, then right", "0 3 * * *", 100 * 365 * 24 * hour, []step{{5 * hour, 0}}, 28 * hour, []string{"0s", "3h0m0s", "27h0m0s"}},
		{"time of day, 1970 at the start, then right", "0 3 * * *", -30 * 365 * 24 * hour, []step{{hour, 0}}, 4 * hour, []string{"0s", "1h0m1s", "3h0m0s"}},
		{"another zone, back before it", "CRON_TZ=Asia/Shanghai 0 11 * * *", 0, []step{{2 * hour, -hour}}, 5 * hour, []string{"0s", "4h0m0s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, _ := newTaskLog(slog.LevelError)
				var clock wall
				clock.set(tt.ahead)
				var starts moments
				task := jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { starts.note(); return nil })
				table := newTimetable(t, tt.spec, task).WithClock(clock.now)
				stop := runTimetable(t, table)
				began := time.Now()
				for _, s := range tt.steps {
					time.Sleep(time.Until(began.Add(s.at)))
					synctest.Wait()
					clock.set(s.ahead)
				}
				time.Sleep(time.Until(began.Add(tt.lasts)))
				stop()
				if diff := cmp.Diff(tt.want, starts.times()); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A clock that is set is logged, by how much; one that drifts is not.
func TestTimetableLogsSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := newTaskLog(slog.LevelWarn)
		every, err := schedule.Parse("@every 1h")
		if err != nil {
			t.Fatal(err)
		}
		var clock wall
		table := jobs.NewTimetable(log, nil).WithClock(clock.now)
		table.Add(every, jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { return nil }))
		stop := runTimetable(t, table)
		time.Sleep(500 * time.Millisecond) // between two looks
		for i := range 100 {
			time.Sleep(time.Second)
			clock.set(time.Duration(i) * 100 * time.Millisecond)
		}
		clock.set(-45 * time.Second)
		time.Sleep(time.Minute)
		clock.set(8 * time.Hour)
		time.Sleep(time.Minute)
		stop()
		want := []string{`level=WARN msg="clock stepped" step=-54.8s`, `level=WARN msg="clock stepped" step=8h0m45s`}
		if diff := cmp.Diff(want, lines()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// When a task is due next is told by the clock as it is now.
func TestTimetableNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError)
		var clock wall
		task := jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { return nil })
		for _, tt := range []struct{ spec, want, behind string }{
			{"@every 1h", "1h0m0s", "50m0s"},
			{"0 3 * * *", "3h0m0s", "4h50m0s"},
		} {
			clock.set(0)
			midnight := clock.now()
			task := jobs.NewTask(log, "audit", time.Minute, func(context.Context) error { return nil })
			table := newTimetable(t, tt.spec, task).WithClock(clock.now)
			if next := table.Next(task); !next.IsZero() {
				t.Errorf("%s: next %v before it runs", tt.spec, next)
			}
			stop := runTimetable(t, table)
			if got := fmt.Sprint(table.Next(task).Sub(midnight)); got != tt.want {
				t.Errorf("%s: next after %s, want %s", tt.spec, got, tt.want)
			}
			time.Sleep(10 * time.Minute)
			clock.set(-2 * time.Hour)
			time.Sleep(time.Second)
			synctest.Wait()
			if got := table.Next(task).Sub(clock.now()).Round(time.Minute).String(); got != tt.behind {
				t.Errorf("%s: next %s from now after the clock is set back, want %s", tt.spec, got, tt.behind)
			}
			stop()
			time.Sleep(24*time.Hour - 10*time.Minute - time.Second)
		}
		if next := jobs.NewTimetable(log, nil).Next(task); !next.IsZero() {
			t.Errorf("next %v of a task without a schedule", next)
		}
	})
}

// The last run of a task is told: while it runs, and how it ended.
func TestTaskLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError + 1)
		runs := 0
		task := jobs.NewTask(log, "refresh", time.Hour, func(context.Context) error {
			time.Sleep(10 * time.Second)
			if runs++; runs == 1 {
				panic("boom")
			}
			return nil
		})
		began := time.Now()
		want := func(when string, want string) {
			t.Helper()
			last := task.Last()
			got := fmt.Sprintf("%v %v %v %v", last.Started.Sub(began), last.Duration, last.Running, last.Err)
			if last.Started.IsZero() {
				got = "none"
			}
			if got != want {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
		}
		want("before", "none")
		stop := runTimetable(t, newTimetable(t, "@every 1m", task))
		time.Sleep(5 * time.Second)
		want("in the first", "0s 5s true <nil>")
		time.Sleep(6 * time.Second)
		want("after the first", "0s 10s false panicked: boom")
		time.Sleep(50 * time.Second)
		want("in the second", "1m0s 1s true panicked: boom")
		time.Sleep(10 * time.Second)
		want("after the second", "1m0s 10s false <nil>")
		stop()
	})
}

// Setting the clock wakes the refresh, since what is due then is another; so does
// what is due by the clock as it is then.
func TestWakeSteps(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ahead time.Duration
		want  []string // when it is woken, from the step
	}{
		{"back by 45 s", -45 * time.Second, []string{"1s", "10m45s"}},
		{"back by 2 h", -2 * time.Hour, []string{"1s", "2h10m0s"}},
		{"forward, not over it", 5 * time.Minute, []string{"1s", "5m0s"}},
		{"forward over it", 8 * time.Hour, []string{"1s", "2s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(newArticle("xt", 1, -10*time.Minute-500*time.Millisecond))
				var clock wall
				w.conductor.WithClock(clock.now)
				w.refresh()
				ctx, stop := context.WithCancel(w.t.Context())
				done := make(chan error, 1)
				var woken []string
				stepped := time.Now()
				go func() {
					done <- w.conductor.Wake(ctx, func() { woken = append(woken, time.Since(stepped).Round(time.Second).String()) })
				}()
				synctest.Wait()
				clock.set(tt.ahead)
				time.Sleep(3 * time.Hour)
				stop()
				if err := <-done; err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(tt.want, woken); diff != "" {
					t.Errorf("woken (-want +got):\n%s", diff)
				}
			})
		})
	}
}
