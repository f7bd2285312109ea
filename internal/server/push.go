package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// PushPath is where others are told of an address at once.
const PushPath = "/-/push"

// PushStatus is how one who is told of changes stands with a station.
type PushStatus struct {
	Destination string     `json:"destination"`
	State       string     `json:"state"`                    // ok, paused or broken
	Pending     int        `json:"pending"`                  // notices that it has yet to be told
	Oldest      *time.Time `json:"oldest_pending,omitempty"` // since when the oldest of them waits
	Told        int64      `json:"told"`                     // by this process, since it began
	Last        *time.Time `json:"last_told,omitempty"`
	Paused      *time.Time `json:"paused_until,omitempty"`
	Why         string     `json:"why,omitempty"` // it is paused or broken
}

// Push is who is told of changes.
type Push interface {
	// Standings returns how they stand with a station.
	Standings(station string) []PushStatus
	// Attempts returns what became of notices since the process began, by destination and
	// outcome.
	Attempts() map[string]map[string]int64
	// Now has them told of an address of a station at once, and returns how many are. The
	// error is the asker's.
	Now(ctx context.Context, station, address string) (int, error)
}

// PushWish is an address that others are to be told of.
type PushWish struct {
	Station string `json:"station"`
	URL     string `json:"url"`
}

func (a *Admin) push(w http.ResponseWriter, r *http.Request) {
	if a.Push == nil {
		answer(w, http.StatusConflict, "nobody is told of changes (push is not configured)\n")
		return
	}
	var wish PushWish
	err := read(w, r, &wish)
	if err != nil || wish.Station == "" || wish.URL == "" {
		text := `want {"station": "xt", "url": "https://xt.news.example/…"}`
		if err != nil && !errors.Is(err, io.EOF) {
			text += ": " + err.Error()
		}
		answer(w, http.StatusBadRequest, text+"\n")
		return
	}
	told, err := a.Push.Now(r.Context(), wish.Station, wish.URL)
	switch {
	case err != nil:
		answer(w, http.StatusBadRequest, err.Error()+"\n")
	case told == 0:
		answer(w, http.StatusOK, "nobody is told of such an address\n")
	default:
		answer(w, http.StatusAccepted, "telling\n")
	}
}

// addPush adds who is told of changes.
func (a *Admin) addPush(s *Status) {
	if a.Push == nil {
		return
	}
	s.Attempts = a.Push.Attempts()
	for i := range s.Stations {
		s.Stations[i].Push = a.Push.Standings(s.Stations[i].ID)
	}
}
