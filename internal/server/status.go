package server

import (
	"encoding/json"
	"net/http"
	"time"

	"feedstation/internal/condition"
)

// status is what /status tells.
type status struct {
	Version  string           `json:"version"`
	Draining bool             `json:"draining"`
	Drift    map[string]int64 `json:"drift,omitempty"`
	Jobs     []taskStatus     `json:"jobs,omitempty"`
	Unsent   []string         `json:"unsent_retractions,omitempty"` // ids of articles
	Problems []string         `json:"problems,omitempty"`           // conditions, a line each
	Stations []stationStatus  `json:"stations"`
}

// taskStatus is the last run of a task. Times are those of the machine's clock,
// durations and the age those of the monotonic one.
type taskStatus struct {
	Name     string     `json:"name"`
	Outcome  string     `json:"outcome"` // waiting, running, ok or failed
	Started  *time.Time `json:"started,omitempty"`
	Age      *int64     `json:"age_seconds,omitempty"`  // since it started
	Duration *int64     `json:"milliseconds,omitempty"` // so far
	Error    string     `json:"error,omitempty"`        // while it runs: that of the run before
	Next     *time.Time `json:"next,omitempty"`
}

// stationStatus is a station's part. Its age is how long ago its edition was
// last known to be up to date: by the monotonic clock where this process builds
// it, else since its time. It is absent while that is yet to come, because the
// clock was ahead when it was built, or is behind now.
type stationStatus struct {
	ID        string     `json:"id"`
	Edition   int64      `json:"edition"`          // its number; 0: none yet
	Behind    int64      `json:"behind,omitempty"` // the number of the newest one, while an earlier one is pinned
	AsOf      *time.Time `json:"as_of,omitempty"`
	Age       *int64     `json:"age_seconds,omitempty"`
	Documents int        `json:"documents"`
	Pending   int        `json:"pending_months"` // whose sitemaps have yet to be built
	Error     string     `json:"error,omitempty"`
	Since     *time.Time `json:"error_since,omitempty"`
}

func (a *Admin) status(w http.ResponseWriter, _ *http.Request) {
	s := status{Version: a.Version, Draining: a.Drain.Started()}
	if a.Jobs != nil {
		s.Drift = a.Jobs.Drift()
		for _, t := range a.Jobs.Tasks() {
			s.Jobs = append(s.Jobs, t.status())
		}
	}
	if a.TakeDown != nil {
		s.Unsent = a.TakeDown.Unsent()
	}
	for _, c := range a.conditions() {
		s.Problems = append(s.Problems, c.String())
	}
	for _, station := range a.Network.Stations {
		s.Stations = append(s.Stations, a.stationStatus(station.ID))
	}
	body, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // texts, numbers and times always marshal
	}
	respond(w, http.StatusOK, "application/json; charset=utf-8", append(body, '\n'))
}

// conditions returns all that is wrong.
func (a *Admin) conditions() (all []condition.Condition) {
	if a.Conditions != nil {
		all = a.Conditions()
	}
	if a.Jobs != nil {
		all = append(all, a.Jobs.Conditions()...)
	}
	return all
}

func (a *Admin) stationStatus(station string) stationStatus {
	s := stationStatus{ID: station}
	newest, ok := a.Editions.Current(station)
	if e, served := a.Editions.Served(station); served {
		if ok && newest.Number() != e.Number() {
			s.Behind = newest.Number()
		}
		asOf := e.Watermark()
		s.Edition, s.AsOf, s.Documents, s.Pending = e.Number(), &asOf, e.Len(), len(e.Pending())
	}
	var checked time.Time
	if a.Jobs != nil {
		if why, ok := a.Jobs.Condition(station); ok {
			s.Error, s.Since = why.Err.Error(), &why.Since
		}
		checked = a.Jobs.Checked(station)
	}
	if s.AsOf != nil {
		s.Age = age(checked, *s.AsOf)
	}
	return s
}

// age returns how many seconds ago an edition was checked, else built; nil: not
// known.
func age(checked, built time.Time) *int64 {
	if checked.IsZero() {
		checked = built
	}
	seconds := int64(time.Since(checked) / time.Second)
	if seconds < 0 {
		return nil
	}
	return &seconds
}

func (t Task) status() taskStatus {
	s := taskStatus{Name: t.Name, Outcome: "waiting"}
	if !t.Next.IsZero() {
		next := t.Next.UTC()
		s.Next = &next
	}
	if t.Started.IsZero() {
		return s
	}
	started, age, duration := t.Started.UTC(), int64(time.Since(t.Started)/time.Second), t.Duration.Milliseconds()
	s.Started, s.Age, s.Duration, s.Outcome = &started, &age, &duration, "ok"
	if t.Err != nil {
		s.Outcome, s.Error = "failed", t.Err.Error()
	}
	if t.Running {
		s.Outcome = "running"
	}
	return s
}
