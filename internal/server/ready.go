package server

import (
	"net/http"
	"strings"

	"feedstation/internal/network"
)

// Readiness is whether this process should be sent requests.
type Readiness struct {
	Network  *network.Network
	Editions Editions
	Drain    *Drain
	// Settled reports whether what the stores and the jobs have at a start is there:
	// what is missing after that may be missing for long. Nil: always.
	Settled func() bool
}

// missing returns the stations that have no edition to be served, and whether the
// process is ready: some station is served, and what can be is.
//
// A station that nobody has built yet must not keep a process from answering for
// the other 140, nor a fleet from being rolled out before the process that builds.
func (r *Readiness) missing() (stations []string, ready bool) {
	served := 0
	for _, station := range r.Network.Stations {
		if !station.Publishes() {
			continue
		}
		if _, ok := r.Editions.Served(station.ID); ok {
			served++
		} else {
			stations = append(stations, station.ID)
		}
	}
	settled := r.Settled == nil || r.Settled()
	return stations, len(stations) == 0 || served > 0 && settled
}

// Health answers for paths of health on the public listener, of whatever host:
// /livez and /readyz, as the admin listener does. All else is for next.
func (r *Readiness) Health(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		switch path := request.URL.Path; {
		case path != livePath && path != readyPath:
			next.ServeHTTP(w, request)
		case request.Method != http.MethodGet && request.Method != http.MethodHead && request.Method != http.MethodOptions:
			w.Header()["Allow"] = methods
			refuse(w, http.StatusMethodNotAllowed)
		case path == livePath:
			live(w, request)
		default:
			r.ready(w, request)
		}
	})
}

// The paths of health.
const (
	livePath  = "/livez"
	readyPath = "/readyz"
)

func live(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "alive\n") }

func (r *Readiness) ready(w http.ResponseWriter, _ *http.Request) {
	if r.Drain.Started() {
		answer(w, http.StatusServiceUnavailable, "shutting down\n")
		return
	}
	missing, ready := r.missing()
	text := ""
	if missing != nil {
		text = "no edition yet: " + strings.Join(missing, ", ") + "\n"
	}
	if !ready {
		answer(w, http.StatusServiceUnavailable, text)
		return
	}
	answer(w, http.StatusOK, "ready\n"+text)
}
