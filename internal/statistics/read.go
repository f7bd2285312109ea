package statistics

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"feedstation/internal/network"
)

// Days returns the last n days in a zone, the oldest first.
func Days(n int, now time.Time) (days []string) {
	for i := range n {
		days = append(days, now.AddDate(0, 0, i+1-n).Format(time.DateOnly))
	}
	return days
}

// presentIDs are the ids of stations by those that they have, or had.
type presentIDs map[string]string

func presentIDsOf(stations []*network.Station) presentIDs {
	n := presentIDs{}
	for _, s := range stations {
		for _, id := range append([]string{s.ID}, s.Was...) {
			n[id] = s.ID
		}
	}
	return n
}

// of returns the id that a station has now.
func (n presentIDs) of(id string) string { return cmp.Or(n[id], id) }

// Read returns what all runs of all processes have counted of stations, also by their former
// ids, by day and station. The folder and shared may be nil.
func Read(ctx context.Context, folder *Folder, shared Sharer, stations []*network.Station, days []string) (map[string]map[string]*Station, error) {
	all, kept, away := readDays(ctx, folder, shared, presentIDsOf(stations), days, "")
	return all, errors.Join(kept, away)
}

// readDays is Read of all runs but one. What can be read is returned, and why the local copy
// or the others can't be.
func readDays(ctx context.Context, folder *Folder, shared Sharer, stations presentIDs, days []string, except string) (all map[string]map[string]*Station, kept, away error) {
	all = map[string]map[string]*Station{}
	ids := slices.Sorted(maps.Keys(stations))
	for _, day := range days {
		parts := map[string]map[string]*Station{} // by run
		if folder != nil {
			kept = cmp.Or(kept, readKept(folder, day, parts))
		}
		if shared != nil && away == nil {
			away = readShared(ctx, shared, ids, day, parts)
		}
		delete(parts, except)
		all[day] = map[string]*Station{}
		for _, part := range parts {
			maps.DeleteFunc(part, func(id string, _ *Station) bool { return stations[id] == "" })
			mergeAll(all[day], part, stations)
		}
	}
	return all, kept, away
}

func readKept(folder *Folder, day string, parts map[string]map[string]*Station) error {
	kept, err := folder.parts(day)
	for run, part := range kept {
		for id, s := range part {
			later(parts, run, id, s)
		}
	}
	return err
}

func readShared(ctx context.Context, shared Sharer, stations []string, day string, parts map[string]map[string]*Station) error {
	runs, err := shared.SharedParts(ctx, day, stations)
	if err != nil {
		return fmt.Errorf("statistics: %w", err)
	}
	for i, id := range stations {
		for run, text := range runs[i] {
			s := new(Station)
			if json.Unmarshal(text, s) == nil { // else it is another version's
				later(parts, run, id, s)
			}
		}
	}
	return nil
}

// later puts what a run has counted of a station among the parts, unless that which is
// there is as late: a run is in the local copy and in Redis.
func later(parts map[string]map[string]*Station, run, id string, s *Station) {
	if s == nil {
		return
	}
	if parts[run] == nil {
		parts[run] = map[string]*Station{}
	}
	if before := parts[run][id]; before == nil || s.Updated.After(before.Updated) {
		parts[run][id] = s
	}
}
