package ingest

import (
	"context"
	"log/slog"
	"time"

	"feedstation/internal/condition"
)

// What can be wrong with a source.
func (s *Source) unreachable() condition.Kind {
	return condition.Kind{
		Level: slog.LevelError, Component: "source " + s.ID, State: "unreachable", Errors: true,
		Began: "source can't be read, keeping its articles", Cleared: "source can be read again",
	}
}

func (s *Source) shrunk() condition.Kind {
	return condition.Kind{
		Level: slog.LevelError, Component: "source " + s.ID, State: "shrunk",
		Began: "source has lost most of its articles, keeping them", Cleared: "source has its articles again",
	}
}

// Status is what a source is like at the moment.
type Status struct {
	ID, Kind string
	State    string    // ok, waiting, first pass, unreachable or shrunk
	Since    time.Time // of what is wrong; zero: nothing is
	Success  time.Time // of the last run; zero: none yet
	Articles int       // of the store
	LeftOut  map[string]int
	Err      error
}

// Status returns what the source is like.
func (s *Source) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := Status{ID: s.ID, Kind: s.Name, State: "ok", Success: s.success, Articles: s.articles}
	switch {
	case s.success.IsZero():
		status.State = "waiting"
	case s.first:
		status.State = "first pass"
	}
	if len(s.leftOut)+len(s.lacking) > 0 {
		status.LeftOut = map[string]int{}
	}
	for _, reason := range s.leftOut {
		status.LeftOut[reason]++
	}
	for _, columns := range s.lacking {
		for _, column := range columns {
			status.LeftOut[column]++
		}
	}
	if wrong := s.conditions.All(); len(wrong) > 0 {
		status.State, status.Since, status.Err = wrong[0].State, wrong[0].Since, wrong[0].Err
	}
	return status
}

// Conditions returns what is wrong with the source.
func (s *Source) Conditions() []condition.Condition { return s.conditions.All() }

func (s *Source) count(ctx context.Context) {
	n, err := s.store.SourceArticles(ctx, s.ID)
	s.noteFirst()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil { // else the number before is shown
		s.articles = n
	}
}

func (s *Source) noteFirst() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first = !s.complete()
}

// FirstPass reports whether the first pass over the source is not over.
func (s *Source) FirstPass() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first
}
