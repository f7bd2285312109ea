package statistics

import (
	"iter"
	"maps"
	"time"
)

// Requests yields how many requests there were since the process began, by agent.
func (r *Recorder) Requests() iter.Seq2[AgentVerdict, int64] {
	r.mu.Lock()
	defer r.mu.Unlock()
	counts := map[AgentVerdict]int64{}
	for name, verdicts := range r.totals.Requests {
		for verdict, n := range verdicts {
			counts[AgentVerdict{name, verdict}] = n
		}
	}
	return maps.All(counts)
}

// AgentVerdict is an agent, and whether it is whom it says it is.
type AgentVerdict struct {
	Agent   string
	Verdict Verdict
}

// Disregarded yields how often agents have asked for what robots.txt keeps them from, since
// the process began.
func (r *Recorder) Disregarded() iter.Seq2[string, int64] {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.All(maps.Clone(r.totals.Disregarded))
}

// Subscribers yields the subscribers of stations, as far as this process knows of others:
// the larger number of today and yesterday, since a day begins with none.
func (r *Recorder) Subscribers() iter.Seq2[string, int] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.subscribers == nil || time.Since(r.found) >= keepTick {
		r.subscribers, r.found = map[string]int{}, time.Now()
		present := presentIDsOf(r.settings.Load().Stations)
		for _, parts := range r.present() {
			stations := map[string]*Station{}
			for _, part := range parts {
				mergeAll(stations, part, present)
			}
			for id, s := range stations {
				r.subscribers[id] = max(r.subscribers[id], s.subscribers())
			}
		}
	}
	return maps.All(maps.Clone(r.subscribers))
}

// Readers returns the subscribers of a station's feeds, by path, as [Recorder.Subscribers]
// does of the station.
func (r *Recorder) Readers(station string) map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	readers, present := map[string]int{}, presentIDsOf(r.settings.Load().Stations)
	for _, parts := range r.present() {
		merged := new(Station)
		for _, part := range parts {
			for id, s := range part {
				if present.of(id) == station {
					_ = merged.merge(s) // see mergeAll
				}
			}
		}
		for path, f := range merged.Feeds {
			readers[path] = max(readers[path], f.subscribers())
		}
	}
	return readers
}

// Visits yields the visits of crawlers today and yesterday, as far as this process knows of
// others: of the stations and agents that are wanted, which is far less than of all; nil:
// all are.
func (r *Recorder) Visits(wanted func(station, agent string) bool) iter.Seq[CrawlerVisit] {
	both, present := map[string]*Station{}, presentIDsOf(r.settings.Load().Stations)
	r.mu.Lock()
	for _, parts := range r.present() {
		for _, part := range parts {
			for id, s := range part {
				id = present.of(id)
				if both[id] == nil {
					both[id] = new(Station)
				}
				for v := range s.visits(func(agent string) bool { return wanted == nil || wanted(id, agent) }) {
					both[id].visit(v.Agent, v.Verdict, v.Document, v.Visit)
				}
			}
		}
	}
	r.mu.Unlock()
	return func(yield func(CrawlerVisit) bool) {
		for id, s := range both {
			for v := range s.visits(nil) {
				v.Station = id
				if !yield(v) {
					return
				}
			}
		}
	}
}

// present returns the parts of today and of yesterday. r.mu is held.
func (r *Recorder) present() (days [2][]map[string]*Station) {
	for i, name := range presentDays(time.Now().In(r.settings.Load().Zone)) {
		days[i] = append(days[i], r.others[name])
		if d := r.days[name]; d != nil {
			days[i] = append(days[i], d.stations)
		}
	}
	return days
}

// presentDays are today and yesterday.
func presentDays(now time.Time) []string {
	return []string{now.Format(time.DateOnly), now.AddDate(0, 0, -1).Format(time.DateOnly)}
}

// mergeAll merges a part into stations, by their present ids. What has another precision is of another version,
// and is left out.
func mergeAll(stations, part map[string]*Station, present presentIDs) {
	for id, s := range part {
		if id = present.of(id); stations[id] == nil {
			stations[id] = new(Station)
		}
		_ = stations[id].merge(s)
	}
}
