package cli

import (
	"slices"
	"sync"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/config"
	"feedstation/internal/ingest/receive"
	"feedstation/internal/server"
	"feedstation/jobs"
)

// workshop is the jobs of the process as the admin listener knows them. Those of a
// content store run once that could be opened; a reload puts others in their place.
type workshop struct {
	mu         sync.Mutex
	places     *workplaces
	closed     bool
	conditions *condition.Set
}

// open has the jobs be those of workplaces; nil: there are none.
func (w *workshop) open(p *workplaces) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p == nil {
		p = new(workplaces)
	}
	w.places = p
}

// close has no more articles stored: the store is about to be closed.
func (w *workshop) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
}

func (w *workshop) now() *workplaces {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.places
}

// embedded returns the workplace of the embedded store; nil: there is none.
func (p *workplaces) embedded() *workplace {
	i := slices.IndexFunc(p.all, func(p *workplace) bool { return p.cfg.Content.Driver == config.SQLite })
	if i < 0 {
		return nil
	}
	return p.all[i]
}

// Store implements receive.Jobs.
func (w *workshop) Store() receive.Store {
	w.mu.Lock()
	closed := w.closed
	w.mu.Unlock()
	if closed {
		return nil
	}
	if place := w.now().embedded(); place != nil {
		if timetable, _ := place.equipped(); timetable != nil {
			if store := place.opened(); store != nil {
				return store
			}
		}
	}
	return nil
}

// tried reports whether the jobs have once done what they can: of each content store a
// refresh has ended, or it can't be opened.
func (w *workshop) tried() bool {
	p := w.now()
	return !slices.ContainsFunc(p.all, func(place *workplace) bool {
		_, _, wrong := p.conductors.Store(place.cfg.Content.ID)
		return !wrong && !place.refresh.Last().Ended
	})
}

// Stored implements receive.Jobs. What this process has stored it also builds.
func (w *workshop) Stored() {
	p := w.now()
	if place := p.embedded(); place != nil {
		p.conductors.HintStore(place.cfg.Content.ID, jobs.Hint{Here: true})
		place.refresh.Trigger(jobs.ByArticles)
	}
}

// Served implements receive.Jobs.
func (w *workshop) Served(station string) time.Time {
	p := w.now()
	if place := p.embedded(); place != nil {
		return p.conductors.CheckedOf(station, place.cfg.Content.ID)
	}
	return time.Time{}
}

// Why implements receive.Jobs.
func (w *workshop) Why(station string) string {
	if why, ok := w.Condition(station); ok {
		return why.String()
	}
	return ""
}

// Hooked implements server.Jobs. In an embedded store nothing has the system's own ids.
func (w *workshop) Hooked(system string, articles []string) {
	for _, place := range w.now().all {
		if _, sources := place.equipped(); sources != nil {
			sources.wake(system, articles)
		}
	}
	_ = w.Refresh(server.Hint{Articles: articles}) // only unknown stations are an error
}

// Refresh implements server.Jobs. Before a content store is open there is
// nothing to do: the first refresh looks at everything.
func (w *workshop) Refresh(hint server.Hint) error {
	p := w.now()
	if err := p.conductors.Hint(jobs.Hint{Stations: hint.Stations, Articles: hint.Articles, Here: true}); err != nil {
		return err
	}
	for _, place := range p.all {
		place.refresh.Trigger(jobs.ByRequest)
	}
	return nil
}

// wake has a refresh of a content store run at once, and look for an article where one
// is named. All processes are woken: the one that leads follows it.
func (w *workshop) wake(store, id string) {
	p := w.now()
	i := slices.IndexFunc(p.all, func(place *workplace) bool { return place.cfg.Content.ID == store })
	if i < 0 {
		return
	}
	if id != "" {
		p.conductors.HintStore(store, jobs.Hint{Articles: []string{id}})
	}
	p.all[i].refresh.Trigger(jobs.ByNotification)
}

// Condition implements server.Jobs.
func (w *workshop) Condition(station string) (why condition.Condition, ok bool) {
	return w.now().conductors.Condition(station)
}

// Conditions implements server.Jobs.
func (w *workshop) Conditions() []condition.Condition {
	p := w.now()
	all := append(w.conditions.All(), p.conductors.Conditions()...)
	for _, place := range p.all {
		if _, sources := place.equipped(); sources != nil {
			all = append(all, sources.conditions()...)
		}
	}
	return all
}

// Sources returns what the sources are like.
func (w *workshop) Sources() (all []server.Source) {
	for _, place := range w.now().all {
		if _, sources := place.equipped(); sources != nil {
			all = append(all, sources.status()...)
		}
	}
	return all
}

// Contents returns what the content stores are like.
func (w *workshop) Contents() (all []server.Content) {
	p := w.now()
	for _, place := range p.all {
		why, looked, wrong := p.conductors.Store(place.cfg.Content.ID)
		one := server.Content{Name: place.cfg.Content.Key(), Stations: place.stations(), Looked: looked, State: "ok"}
		switch {
		case wrong:
			one.State, one.Since, one.Err = why.State, why.Since, why.Err
		case looked.IsZero():
			one.State = "waiting"
		}
		all = append(all, one)
	}
	return all
}

// Checked implements server.Jobs.
func (w *workshop) Checked(station string) time.Time { return w.now().conductors.Checked(station) }

// Tasks implements server.Jobs.
func (w *workshop) Tasks() (tasks []server.Task) {
	for _, place := range w.now().all {
		timetable, _ := place.equipped()
		if timetable == nil {
			continue
		}
		for _, t := range timetable.Tasks() {
			last := t.Last()
			tasks = append(tasks, server.Task{
				Name: t.Name(), Started: last.Started, Duration: last.Duration, Running: last.Running, Err: last.Err, Next: timetable.Next(t),
			})
		}
	}
	return tasks
}

// LeftOut implements server.Jobs.
func (w *workshop) LeftOut() map[string]int64 { return w.now().conductors.LeftOut() }

// Published implements server.Jobs.
func (w *workshop) Published() map[string]int64 { return inWords(w.now().conductors.Published()) }

// Faults implements server.Jobs.
func (w *workshop) Faults() map[string]int64 { return inWords(w.now().conductors.Faults()) }

// Quarantined implements server.Jobs.
func (w *workshop) Quarantined(station string) int { return w.now().conductors.Quarantined(station) }

// Quarantine implements server.Jobs.
func (w *workshop) Quarantine(station string) []article.RowError {
	return w.now().conductors.Quarantine(station)
}

// Drifted implements server.Jobs.
func (w *workshop) Drifted(station string) int64 { return w.now().conductors.Drifted(station) }

// Refused implements server.Jobs.
func (w *workshop) Refused(station string) bool { return w.now().conductors.Refused(station) }

// Drift implements server.Jobs.
func (w *workshop) Drift() map[string]int64 { return inWords(w.now().conductors.Drift()) }

func inWords[K ~string](counts map[K]int64) map[string]int64 {
	words := map[string]int64{}
	for key, n := range counts {
		words[string(key)] = n
	}
	return words
}
