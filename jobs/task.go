package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/press"
)

// Task is a job that a [Timetable] runs: one run at a time, each with a
// deadline, none able to end the process or the task.
type Task struct {
	log        *slog.Logger
	name       string
	deadline   time.Duration
	run        func(ctx context.Context) error
	conditions *condition.Set

	wake  chan struct{} // holds at most one trigger: more of them are the same
	why   causes        // of the triggers that the next run serves
	owned atomic.Bool   // by a timetable

	mu   sync.Mutex
	last Run

	// What follows belongs to the loop.
	rest time.Duration // before the next run
}

// Run is one run of a task.
type Run struct {
	Started  time.Time // with a monotonic reading; zero: there was none yet
	Duration time.Duration
	Running  bool  // it has not ended: Duration is how long it takes so far
	Ended    bool  // it has, or one before it
	Stopped  bool  // it was given up because the timetable ended, which is no failure
	Err      error // why it failed; of one that runs: why the run before it did
	Cause    Cause // several are separated by commas
	Account        // of one that has ended
}

// The rest after a run that failed; it doubles with each.
const (
	firstRest = time.Second
	maxRest   = 30 * time.Second
)

// NewTask returns a task that logs under name. The context of a run ends with
// the timetable's and after deadline, which is positive; run is expected to
// return soon after that, as no other run starts and no timetable stops before.
//
// An error or a panic of run is a condition, unless conditions of its own tell of
// it, and the task goes on: after a second, after two, four and so on up to half a
// minute, however often it is triggered. A panic in a goroutine that run starts
// ends the process.
func NewTask(log *slog.Logger, name string, deadline time.Duration, run func(ctx context.Context) error) *Task {
	return &Task{
		log:        log.With("component", name),
		name:       name,
		deadline:   deadline,
		run:        run,
		conditions: condition.New(log),
		wake:       make(chan struct{}, 1),
	}
}

// Trigger asks for a run and returns at once. A run that starts later serves all
// triggers before it, so that any number of them during a run cause one more.
// A trigger before the timetable runs is kept until then.
func (t *Task) Trigger(cause Cause) {
	if !t.why.add(cause) {
		return // of a run that has yet to start
	}
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// Name returns the component that the task logs as.
func (t *Task) Name() string { return t.name }

// Last returns the task's last run.
func (t *Task) Last() Run {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.last
	if last.Running {
		last.Duration = time.Since(last.Started)
	}
	return last
}

// loop runs the task whenever it is triggered, until ctx ends. Ended may be nil.
func (t *Task) loop(ctx context.Context, ended Ended) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		}
		// Of two that are ready, select takes either.
		if ctx.Err() != nil {
			return
		}
		t.once(ctx)
		if ended != nil {
			ended(t.name, t.Last())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(t.rest):
		}
	}
}

// once makes one run and logs how it went.
func (t *Task) once(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, t.deadline)
	defer cancel()
	start, cause := time.Now(), t.why.take()
	before := t.Last()
	t.note(Run{Started: start, Running: true, Ended: before.Ended, Err: before.Err, Cause: cause})
	taken := new(note)
	err := press.Recovered(func() error { return t.run(context.WithValue(limited, noteKey{}, taken)) })
	duration := time.Since(start)
	stopped := ctx.Err() != nil && errors.Is(err, context.Canceled)
	t.note(Run{Started: start, Duration: duration, Ended: true, Stopped: stopped, Err: err, Cause: cause, Account: taken.account()})
	log := t.log.With("duration", duration)
	if stopped {
		log.DebugContext(ctx, "task stopped")
		return
	}
	t.rest = min(max(2*t.rest, firstRest), maxRest)
	if err == nil {
		t.rest = 0
		log.DebugContext(ctx, "task finished")
	}
	if _, ok := errors.AsType[notedError](err); ok {
		err = nil
	}
	failed := condition.Kind{Level: slog.LevelError, Component: t.name, State: "failed", Began: "task failed", Cleared: "task recovered", Errors: true}
	t.conditions.Note(failed, "", err, stack(err)...)
}

func (t *Task) note(r Run) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = r
}
