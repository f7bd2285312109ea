package server

import (
	"net/http"
	"strings"

	"feedstation/internal/network"
)

// NewAdmin returns the handler of the admin listener: /livez says that the
// process runs, /readyz whether it should be sent requests. It never touches
// Redis or the content store: a database's bad night must not restart a fleet.
func NewAdmin(n *network.Network, editions Editions, draining *Drain) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		state(w, http.StatusOK, "alive\n")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if draining.Started() {
			state(w, http.StatusServiceUnavailable, "shutting down\n")
			return
		}
		var missing []string
		for _, station := range n.Stations {
			if _, ok := editions.Current(station.ID); !ok {
				missing = append(missing, station.ID)
			}
		}
		if missing != nil {
			state(w, http.StatusServiceUnavailable, "no edition yet: "+strings.Join(missing, ", ")+"\n")
			return
		}
		state(w, http.StatusOK, "ready\n")
	})
	return mux
}

func state(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header()["X-Content-Type-Options"] = noSniff
	w.WriteHeader(status)
	w.Write([]byte(text))
}
