package cli

import (
	"sync"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/content"
	"feedstation/internal/ingest/receive"
	"feedstation/internal/server"
	"feedstation/jobs"
)

// workshop is the jobs of the process as the admin listener knows them. They are
// there once the content store could be opened; a reload puts others in their place.
type workshop struct {
	mu        sync.Mutex
	conductor *jobs.Conductor // nil: not open yet
	refresh   *jobs.Task
	timetable *jobs.Timetable
	sources   *sources
	store     *content.Store // nil: not open

	conditions *condition.Set
}

// open has the jobs be those of a workplace; nil: there are none yet.
func (w *workshop) open(p *workplace) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p == nil {
		p = new(workplace)
	}
	w.conductor, w.timetable, w.refresh, w.sources, w.store = p.conductor, p.timetable, p.refresh, p.sources, p.store
}

// close has no more articles stored: the store is about to be closed.
func (w *workshop) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.store = nil
}

// Store implements receive.Jobs.
func (w *workshop) Store() receive.Store {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store == nil {
		return nil
	}
	return w.store
}

// tried reports whether the jobs have once done what they can: a refresh has ended,
// or the content store can't be opened.
func (w *workshop) tried() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return w.conditions.Has(jobs.StoreUnreachable)
	}
	return w.refresh.Last().Ended
}

// Stored implements receive.Jobs. What this process has stored it also builds.
func (w *workshop) Stored() { _ = w.Refresh(server.Hint{}) } // only unknown stations are an error

// Why implements receive.Jobs.
func (w *workshop) Why(station string) string {
	if why, ok := w.Condition(station); ok {
		return why.String()
	}
	return ""
}

// Hooked implements server.Jobs. In an embedded store nothing has the system's own ids.
func (w *workshop) Hooked(system string, articles []string) {
	w.mu.Lock()
	if w.sources != nil {
		w.sources.wake(system, articles)
	}
	w.mu.Unlock()
	_ = w.Refresh(server.Hint{Articles: articles}) // only unknown stations are an error
}

// Refresh implements server.Jobs. Before the content store is open there is
// nothing to do: the first refresh looks at everything.
func (w *workshop) Refresh(hint server.Hint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return nil
	}
	if err := w.conductor.Hint(jobs.Hint{Stations: hint.Stations, Articles: hint.Articles, Here: true}); err != nil {
		return err
	}
	w.refresh.Trigger()
	return nil
}

// wake has a refresh run at once, and look for an article where one is named. All
// processes are woken: the one that leads follows it.
func (w *workshop) wake(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return
	}
	if id != "" {
		_ = w.conductor.Hint(jobs.Hint{Articles: []string{id}}) // only unknown stations are an error
	}
	w.refresh.Trigger()
}

// Condition implements server.Jobs.
func (w *workshop) Condition(station string) (why condition.Condition, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return w.conditions.Get(jobs.StoreUnreachable, "")
	}
	return w.conductor.Condition(station)
}

// Conditions implements server.Jobs.
func (w *workshop) Conditions() []condition.Condition {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.conditions.All()
	if w.conductor != nil {
		all = append(all, w.conductor.Conditions()...)
		all = append(all, w.sources.conditions()...)
	}
	return all
}

// Sources returns what the sources are like.
func (w *workshop) Sources() []server.Source {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sources == nil {
		return nil
	}
	return w.sources.status()
}

// Checked implements server.Jobs.
func (w *workshop) Checked(station string) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return time.Time{}
	}
	return w.conductor.Checked(station)
}

// Tasks implements server.Jobs.
func (w *workshop) Tasks() (tasks []server.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timetable == nil {
		return nil
	}
	for _, t := range w.timetable.Tasks() {
		last := t.Last()
		tasks = append(tasks, server.Task{
			Name: t.Name(), Started: last.Started, Duration: last.Duration, Running: last.Running, Err: last.Err, Next: w.timetable.Next(t),
		})
	}
	return tasks
}

// LeftOut implements server.Jobs.
func (w *workshop) LeftOut() map[string]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return nil
	}
	return w.conductor.LeftOut()
}

// Drift implements server.Jobs.
func (w *workshop) Drift() map[string]int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conductor == nil {
		return nil
	}
	months := map[string]int64{}
	for cause, n := range w.conductor.Drift() {
		months[string(cause)] = n
	}
	return months
}
