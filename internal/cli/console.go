package cli

import (
	"context"
	"strings"

	"feedstation/internal/server"
)

// runs returns the last runs of the jobs.
func (h *host) runs() (runs []server.Run) {
	for _, p := range h.history.Runs() {
		run := server.Run{
			Job: p.Task, Cause: string(p.Cause), Times: p.Times, Started: p.Started, Duration: p.Duration,
			Published: p.Published, Stations: p.Stations, Changed: p.Changed, Stopped: p.Stopped, Err: p.Err,
		}
		for _, phase := range p.Phases {
			run.Phases = append(run.Phases, server.Phase(phase))
		}
		runs = append(runs, run)
	}
	return runs
}

// kept returns the editions of a station that can be pinned.
func (s *service) kept(ctx context.Context, station string) (kept []server.Kept, err error) {
	all, err := s.editions.Kept(ctx, station)
	for _, k := range all {
		kept = append(kept, server.Kept{Issued: k.Issued, Documents: k.Documents, Current: k.Current, Pinned: k.Pinned})
	}
	return kept, err
}

// explain explains an article, as `feedstation explain` prints it.
func (s *service) explain(ctx context.Context, article, station string) (string, error) {
	e, err := s.asker.Explain(ctx, queryOf(article, station))
	if err != nil {
		return "", err
	}
	var text strings.Builder
	printExplanation(&text, s.cfg.Network, e)
	return text.String(), nil
}

// visits implements [server.Visits].
func (h *host) visits(wanted func(station, agent string) bool) (all []server.Visit) {
	for v := range h.counter.Visits(wanted) {
		all = append(all, server.Visit{Station: v.Station, Agent: v.Agent, Verified: string(v.Verdict), Document: v.Document, Fetches: v.Fetches, Last: v.Last})
	}
	return all
}
