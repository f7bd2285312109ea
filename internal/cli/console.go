package cli

import (
	"context"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/server"
)

// runs returns the last runs of the jobs.
func (h *host) runs() (runs []server.Run) {
	for _, p := range h.history.Runs() {
		run := server.Run{
			Job: p.Task, Cause: string(p.Cause), Times: p.Times, Started: p.Started, Duration: p.Duration,
			Published: p.Published, Editions: p.Editions, Changed: p.Changed, Stopped: p.Stopped, Err: p.Err,
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

// commonZone returns the time zone of all stations, or UTC where they have several.
func commonZone(n *network.Network) *time.Location {
	zone := time.UTC
	for i, s := range n.Stations {
		if i > 0 && s.Zone.String() != zone.String() {
			return time.UTC
		}
		zone = s.Zone
	}
	return zone
}
