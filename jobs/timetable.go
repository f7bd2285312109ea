package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"feedstation/internal/schedule"
)

// Timetable triggers tasks by their schedules.
type Timetable struct {
	log     *slog.Logger
	entries []entry
	tasks   []*Task // each once, however many schedules it has
}

type entry struct {
	schedule schedule.Schedule
	task     *Task
}

// NewTimetable returns an empty timetable.
func NewTimetable(log *slog.Logger) *Timetable { return &Timetable{log: log} }

// Add has t triggered by s, beside other schedules that it may have. It must not
// be called once Run has been.
func (tt *Timetable) Add(s schedule.Schedule, t *Task) {
	tt.entries = append(tt.entries, entry{s, t})
	if !slices.Contains(tt.tasks, t) {
		tt.tasks = append(tt.tasks, t)
	}
}

// Run triggers every task once, then by schedule, until ctx ends. It returns
// when the last run has ended after that: nil, as stopping is what was asked
// for. It returns an error at once if a task belongs to a timetable that has
// been run before, this one included: two would run the task twice at a time.
//
// The timers of cron go by the monotonic clock, which stands still while the
// machine sleeps and takes no notice when its clock is set forward. A schedule by
// the time of day would then fire late, by as much as was skipped. But each time
// any entry is due, cron compares all of them with the clock: an "@every 30s" in
// the timetable bounds the delay to 30 seconds. After a clock is set back by an
// hour, an entry by the time of day that was next holds up all others until its
// time has come again; a timetable of intervals alone takes no notice. Runs that
// a pause swallowed are one run, and those that a stopped process missed are
// what the run at start is for.
func (tt *Timetable) Run(ctx context.Context) error {
	for _, t := range tt.tasks {
		if !t.owned.CompareAndSwap(false, true) {
			return fmt.Errorf("task %s: its timetable has been run already", t.name)
		}
	}

	// Of cron only the clockwork is used. Its chain is not: after a panic,
	// Recover around SkipIfStillRunning skips for ever, and DelayIfStillRunning
	// queues goroutines without bound. A job that only triggers needs neither.
	clock := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger))
	now := time.Now().UTC()
	for _, e := range tt.entries {
		clock.Schedule(e.schedule, cron.FuncJob(e.task.Trigger))
		tt.log.InfoContext(ctx, "task scheduled", "task", e.task.name,
			"schedule", e.schedule.String(), "next", e.schedule.Next(now))
	}

	var tasks sync.WaitGroup
	for _, t := range tt.tasks {
		t.Trigger()
		tasks.Go(func() { t.loop(ctx) })
	}
	clock.Start()
	<-ctx.Done()
	<-clock.Stop().Done()
	tasks.Wait()
	return nil
}
