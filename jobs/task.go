package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Task is a job that a [Timetable] runs: one run at a time, each with a
// deadline, none able to end the process or the task.
type Task struct {
	log      *slog.Logger
	name     string
	deadline time.Duration
	run      func(ctx context.Context) error

	wake  chan struct{} // holds at most one wish: more of them are the same one
	owned atomic.Bool   // by a timetable
}

// NewTask returns a task that logs under name. The context of a run ends with
// the timetable's and after deadline, which is positive; run is expected to
// return soon after that, as no other run starts and no timetable stops before.
//
// An error or a panic of run is logged, once, and the task goes on. Out of
// reach is a panic in a goroutine that run starts.
func NewTask(log *slog.Logger, name string, deadline time.Duration, run func(ctx context.Context) error) *Task {
	return &Task{
		log:      log.With("task", name),
		name:     name,
		deadline: deadline,
		run:      run,
		wake:     make(chan struct{}, 1),
	}
}

// Trigger asks for a run and returns at once. A run that starts later serves all
// triggers before it, so that any number of them during a run cause one more.
// A trigger before the timetable runs is kept until then.
func (t *Task) Trigger() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// loop runs the task whenever it is triggered, until ctx ends.
func (t *Task) loop(ctx context.Context) {
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
	}
}

// once makes one run and logs how it went.
func (t *Task) once(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, t.deadline)
	defer cancel()
	start := time.Now()
	err := recovered(func() error { return t.run(limited) })
	log := t.log.With("duration", time.Since(start))

	switch {
	case err == nil:
		log.DebugContext(ctx, "task finished")
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		log.DebugContext(ctx, "task stopped")
	default:
		attrs := []any{"error", err}
		if p, ok := errors.AsType[*panicError](err); ok {
			attrs = append(attrs, "stack", string(p.stack))
		}
		log.ErrorContext(ctx, "task failed", attrs...)
	}
}

// panicError is the error of a run that panicked. It wraps nothing: a panic is a
// failure even with context.Canceled.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panicked: %v", e.value) }
