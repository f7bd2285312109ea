package server

import (
	"encoding/json"
	"net/http"
	"time"
)

// status is what /status tells.
type status struct {
	Version  string           `json:"version"`
	Draining bool             `json:"draining"`
	Drift    map[string]int64 `json:"drift,omitempty"`
	Stations []stationStatus  `json:"stations"`
}

// stationStatus is a station's part. Its age is how long ago its edition was
// last known to be up to date.
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

func (a *Admin) stationStatus(station string) stationStatus {
	s := stationStatus{ID: station}
	var current time.Time // when the edition was up to date
	newest, ok := a.Editions.Current(station)
	if e, served := a.Editions.Served(station); served {
		if ok && newest.Number() != e.Number() {
			s.Behind = newest.Number()
		}
		asOf := e.Watermark()
		current = asOf
		s.Edition, s.AsOf, s.Documents, s.Pending = e.Number(), &asOf, e.Len(), len(e.Pending())
	}
	if a.Jobs != nil {
		since, err := a.Jobs.Trouble(station)
		if err != nil {
			s.Error, s.Since = err.Error(), &since
		} else if checked := a.Jobs.Checked(station); s.Edition > 0 && checked.After(current) {
			current = checked
		}
	}
	if !current.IsZero() {
		age := max(0, int64(time.Since(current)/time.Second))
		s.Age = &age
	}
	return s
}
