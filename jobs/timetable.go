package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/schedule"
)

// Timetable triggers tasks by their schedules.
type Timetable struct {
	log     *slog.Logger
	entries []*entry
	tasks   []*Task // each once, however many schedules it has
	ended   Ended
	clock   func() time.Time
}

// entry is one schedule of a task.
type entry struct {
	schedule schedule.Schedule
	task     *Task

	mu   sync.Mutex
	next time.Time // when it is due: of an interval with a monotonic reading

	// fired are the times of day that have had their run, the newest last. They
	// belong to the loop of the times of day.
	fired []time.Time
}

// look is how often it is looked what is due.
const look = time.Second

// maxFired bounds how many times of day are remembered: a day of minutes.
const maxFired = 24 * 60

// Ended is called with the name of a task and its run when that has ended. It must not
// wait.
type Ended func(task string, run Run)

// NewTimetable returns an empty timetable. Ended may be nil.
func NewTimetable(log *slog.Logger, ended Ended) *Timetable {
	return &Timetable{log: log, ended: ended, clock: time.Now}
}

// Add has t triggered by s, beside other schedules that it may have. It must not
// be called once Run has been.
func (tt *Timetable) Add(s schedule.Schedule, t *Task) {
	tt.entries = append(tt.entries, &entry{schedule: s, task: t})
	if !slices.Contains(tt.tasks, t) {
		tt.tasks = append(tt.tasks, t)
	}
}

// Run triggers every task once, then by schedule, until ctx ends. It returns
// when the last run has ended after that: nil, as stopping is what was asked
// for. It returns an error at once if a task belongs to a timetable that has
// been run before, this one included: two would run the task twice at a time.
//
// Intervals follow the monotonic clock: setting the machine's clock neither
// delays nor repeats them. It stands still while the machine sleeps.
//
// Times of day follow the machine's clock, which is looked at each second. One
// that the clock was set over, or that passed while the machine slept, has its
// run at once; several of them have one run. When the clock is set back, a time
// of day that has had its run does not get another when it comes again; one that
// has not runs when it comes. What a stopped process missed is what the run at
// start is for.
func (tt *Timetable) Run(ctx context.Context) error {
	for _, t := range tt.tasks {
		if !t.owned.CompareAndSwap(false, true) {
			return fmt.Errorf("task %s: its timetable has been run already", t.name)
		}
	}
	now := tt.clock()
	for _, e := range tt.entries {
		e.plan(now)
		tt.log.InfoContext(ctx, "task scheduled", "component", e.task.name,
			"schedule", e.schedule.String(), "next", e.due().UTC())
	}
	var loops sync.WaitGroup
	for _, t := range tt.tasks {
		t.Trigger(AtStart)
		loops.Go(func() { t.loop(ctx, tt.ended) })
	}
	loops.Go(func() { tt.watch(ctx) })
	<-ctx.Done()
	loops.Wait()
	return nil
}

// Tasks returns the tasks in the order in which they were added.
func (tt *Timetable) Tasks() []*Task { return tt.tasks }

// Next returns when a task is due next, by the machine's clock; zero: never.
func (tt *Timetable) Next(t *Task) (next time.Time) {
	for _, e := range tt.entries {
		due := e.due()
		if e.task != t || due.IsZero() {
			continue
		}
		if e.schedule.Every() > 0 { // the clock may have been set since
			due = tt.clock().Add(time.Until(due))
		}
		if next.IsZero() || due.Before(next) {
			next = due
		}
	}
	return next.Round(0)
}

// watch triggers the tasks when they are due, and logs when the clock is set.
func (tt *Timetable) watch(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	steps := newSteps(tt.clock())
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := tt.clock()
		step := steps.since(now)
		if step != 0 {
			tt.log.WarnContext(ctx, "clock stepped", "step", step.Round(time.Millisecond))
		}
		for _, e := range tt.entries {
			switch interval, due := e.schedule.Every(), e.due(); {
			case interval > 0 && time.Until(due) <= 0:
				e.set(edition.Later(due, time.Now().Add(-look)).Add(interval)) // missed runs are not made up for
				e.task.Trigger(BySchedule)
			case interval > 0:
			case !due.IsZero() && !now.Before(due):
				e.fire(due)
				e.plan(now)
			case step != 0:
				e.plan(now)
			}
		}
	}
}

// fire triggers the task for a time of day.
func (e *entry) fire(due time.Time) {
	if len(e.fired) == maxFired {
		e.fired = slices.Delete(e.fired, 0, 1)
	}
	e.fired = append(e.fired, due)
	e.task.Trigger(BySchedule)
}

// plan notes when the entry is due after now: the first time that has not had
// its run.
func (e *entry) plan(now time.Time) {
	if interval := e.schedule.Every(); interval > 0 {
		e.set(time.Now().Add(interval))
		return
	}
	next := e.schedule.Next(now.UTC())
	for slices.ContainsFunc(e.fired, next.Equal) {
		next = e.schedule.Next(next)
	}
	e.set(next)
}

func (e *entry) set(next time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.next = next
}

func (e *entry) due() time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.next
}
