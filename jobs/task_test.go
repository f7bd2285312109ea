package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/schedule"
	"feedstation/jobs"
)

// A run is logged once: at debug level when it is fine or was stopped, else as
// an error with the task's name and its duration.
func TestTaskLog(t *testing.T) {
	for _, tt := range []struct {
		name  string
		level slog.Level
		run   func(ctx context.Context) error
		want  []string
	}{
		{
			"fine", slog.LevelInfo,
			func(context.Context) error { return nil },
			nil,
		},
		{
			"fine at debug", slog.LevelDebug,
			func(context.Context) error { time.Sleep(2 * time.Second); return nil },
			[]string{`level=DEBUG msg="task finished" component=refresh duration=2s`},
		},
		{
			"error", slog.LevelInfo,
			func(context.Context) error { time.Sleep(3 * time.Second); return errors.New("disk full") },
			[]string{`level=ERROR msg="task failed" component=refresh error="disk full"`},
		},
		{
			"panic", slog.LevelInfo,
			func(context.Context) error { panic("no such row") },
			[]string{`level=ERROR msg="task failed" component=refresh error="panicked: no such row" stack=…`},
		},
		{
			"panic with an error", slog.LevelInfo,
			func(context.Context) error { panic(errors.New("no such row")) },
			[]string{`level=ERROR msg="task failed" component=refresh error="panicked: no such row" stack=…`},
		},
		{
			"deadline", slog.LevelInfo,
			func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("pull: %w", ctx.Err()) },
			[]string{`level=ERROR msg="task failed" component=refresh error="pull: context deadline exceeded"`},
		},
		{
			"cancelled by itself", slog.LevelInfo,
			func(context.Context) error { return context.Canceled },
			[]string{`level=ERROR msg="task failed" component=refresh error="context canceled"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, lines := newTaskLog(tt.level)
				task := jobs.NewTask(log, "refresh", 10*time.Second, tt.run)
				stop := runTimetable(t, newTimetable(t, "@every 1h", task))
				time.Sleep(30 * time.Second)
				stop()
				if diff := cmp.Diff(tt.want, lines()); diff != "" {
					t.Errorf("log (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestTaskStackNamesThePlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, nil))
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error { return deepPanic() })
		stop := runTimetable(t, newTimetable(t, "@every 1h", task))
		stop()
		if !strings.Contains(out.String(), "deepPanic") {
			t.Errorf("the log does not say where the panic was:\n%s", &out)
		}
	})
}

func deepPanic() error { panic("deep") }

// With cron alone a panic ends the process; with its chain, it can be the task's
// last run.
func TestTaskPanicsAndRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := newTaskLog(slog.LevelInfo)
		var starts moments
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error {
			starts.note()
			panic("no such row")
		})
		stop := runTimetable(t, newTimetable(t, "@every 1m", task))
		time.Sleep(4*time.Minute + time.Second)
		stop()
		want := []string{"0s", "1m0s", "2m0s", "3m0s", "4m0s"}
		if diff := cmp.Diff(want, starts.times()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if got := len(lines()); got != 1 {
			t.Errorf("%d lines logged for the same panic again and again", got)
		}
	})
}

// What goes wrong is told when it begins, once for each cause until it is over, and
// then.
func TestTaskLogsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := newTaskLog(slog.LevelInfo)
		outcomes := []string{"", "down", "down", "slow", "down", "", "", "down"}
		run := 0
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error {
			outcome := outcomes[min(run, len(outcomes)-1)]
			run++
			if outcome == "" {
				return nil
			}
			return errors.New(outcome)
		})
		stop := runTimetable(t, newTimetable(t, "@every 1m", task))
		time.Sleep(7*time.Minute + time.Second)
		stop()
		failed := func(text string) string {
			return `level=ERROR msg="task failed" component=refresh error=` + text
		}
		want := []string{failed("down"), failed("slow"), `level=INFO msg="task recovered" component=refresh duration=4m0s`, failed("down")}
		if diff := cmp.Diff(want, lines()); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}

// A store that is down is not asked more and more often by those who trigger.
func TestTaskRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelInfo)
		var starts moments
		var broken atomic.Bool
		broken.Store(true)
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error {
			starts.note()
			if broken.Load() {
				return errors.New("down")
			}
			return nil
		})
		stop := runTimetable(t, newTimetable(t, "@every 1h", task))
		for range 1000 {
			time.Sleep(100 * time.Millisecond)
			task.Trigger(jobs.ByRequest)
		}
		broken.Store(false)
		time.Sleep(time.Minute)
		for range 3 {
			task.Trigger(jobs.ByRequest)
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		want := []string{"0s", "1s", "3s", "7s", "15s", "31s", "1m1s", "1m31s", "2m1s", "2m40s", "2m40.1s", "2m40.2s"}
		if diff := cmp.Diff(want, starts.times()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// Ticks and triggers during a run are one more run, never a queue.
func TestTaskCoalesces(t *testing.T) {
	for _, tt := range []struct {
		name   string
		lasts  time.Duration // of the first run
		during func(task *jobs.Task)
		want   []string // the runs of a minute
	}{
		{"nothing", 0, func(*jobs.Task) {}, []string{"0s"}},
		{"a trigger", 5 * time.Second, func(task *jobs.Task) { task.Trigger(jobs.ByRequest) }, []string{"0s", "5s"}},
		{
			"many triggers", 5 * time.Second,
			func(task *jobs.Task) {
				var callers sync.WaitGroup
				for range 100 {
					callers.Go(func() { task.Trigger(jobs.ByRequest) })
				}
				callers.Wait()
			},
			[]string{"0s", "5s"},
		},
		{"three ticks and a trigger", 100 * time.Minute, func(task *jobs.Task) { task.Trigger(jobs.ByRequest) }, []string{"0s", "1h40m0s"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log, _ := newTaskLog(slog.LevelError)
				var starts moments
				var task *jobs.Task
				task = jobs.NewTask(log, "refresh", 2*time.Hour, func(context.Context) error {
					if starts.note(); len(starts.times()) == 1 {
						tt.during(task)
						time.Sleep(tt.lasts)
					}
					return nil
				})
				stop := runTimetable(t, newTimetable(t, "@every 30m", task))
				time.Sleep(tt.lasts + time.Minute)
				stop()
				if diff := cmp.Diff(tt.want, starts.times()); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestTaskOutlivesTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError)
		var starts moments
		var running, most atomic.Int32
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			if starts.note(); len(starts.times()) == 1 {
				time.Sleep(35 * time.Second)
			}
			return nil
		})
		stop := runTimetable(t, newTimetable(t, "@every 10s", task))
		time.Sleep(51 * time.Second)
		stop()
		// The ticks at 10, 20 and 30 seconds are the one run at 35.
		if diff := cmp.Diff([]string{"0s", "35s", "40s", "50s"}, starts.times()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
		if got := most.Load(); got != 1 {
			t.Errorf("%d runs at a time", got)
		}
	})
}

// Each run has the whole deadline, and one that misses it is not the last.
func TestTaskDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError + 1)
		var ends moments
		task := jobs.NewTask(log, "refresh", 20*time.Second, func(ctx context.Context) error {
			<-ctx.Done()
			ends.note()
			return ctx.Err()
		})
		stop := runTimetable(t, newTimetable(t, "@every 1m", task))
		time.Sleep(3 * time.Minute)
		stop()
		if diff := cmp.Diff([]string{"20s", "1m20s", "2m20s", "3m0s"}, ends.times()); diff != "" {
			t.Errorf("ends of runs (-want +got):\n%s", diff)
		}
	})
}

// A trigger neither blocks nor is lost when nothing runs the task yet.
func TestTaskTriggeredBetweenRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, _ := newTaskLog(slog.LevelError)
		var starts moments
		task := jobs.NewTask(log, "refresh", time.Minute, func(context.Context) error { starts.note(); return nil })
		task.Trigger(jobs.ByRequest)
		task.Trigger(jobs.ByRequest)
		stop := runTimetable(t, newTimetable(t, "@every 1h", task))
		time.Sleep(7 * time.Second)
		task.Trigger(jobs.ByRequest)
		time.Sleep(time.Second)
		stop()
		if diff := cmp.Diff([]string{"0s", "7s"}, starts.times()); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	})
}

// newTaskLog returns a log and what was logged to it, without times and with any
// stack as "…".
func newTaskLog(level slog.Level) (log *slog.Logger, lines func() []string) {
	var out bytes.Buffer
	log = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: level,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey:
				return slog.Attr{}
			case "stack":
				return slog.String("stack", "…")
			}
			return a
		},
	}))
	return log, func() (lines []string) {
		for line := range strings.Lines(out.String()) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
		return lines
	}
}

// moments are when something happened in a bubble, counted from its start.
type moments struct {
	mu    sync.Mutex
	since []string
}

func (m *moments) note() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.since = append(m.since, time.Since(time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)).String())
}

func (m *moments) times() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.since)
}

// newTimetable returns a silent timetable with one task.
func newTimetable(t *testing.T, spec string, task *jobs.Task) *jobs.Timetable {
	t.Helper()
	s, err := schedule.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	tt := jobs.NewTimetable(slog.New(slog.DiscardHandler), nil)
	tt.Add(s, task)
	return tt
}

// runTimetable runs tt in the bubble, to its first rest. What it returns stops
// tt and waits for its end; that no goroutine is left is the bubble's to say.
func runTimetable(t *testing.T, tt *jobs.Timetable) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- tt.Run(ctx) }()
	synctest.Wait()
	return func() {
		t.Helper()
		synctest.Wait()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}
