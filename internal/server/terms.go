package server

import (
	"fmt"
	"net/http"

	"feedstation/internal/network"
)

// terms are the header fields of a station's documents that say what programs may do with
// them; nil: nothing.
type terms struct{ license, reservation, policy []string }

// termsOf returns the fields, by station, of those that say anything.
func termsOf(n *network.Network) map[string]*terms {
	all := map[string]*terms{}
	for _, s := range n.Stations {
		var t terms
		if license := s.Terms.License; license != "" {
			t.license = []string{fmt.Sprintf("<%s>; rel=\"license\"; type=\"application/rsl+xml\"", license)}
		}
		if reservation := s.Terms.Reservation(); reservation != "" {
			t.reservation = []string{reservation}
		}
		if policy := s.Terms.ReservedPolicy(); policy != "" {
			t.policy = []string{policy}
		}
		if t.license != nil || t.reservation != nil {
			all[s.ID] = &t
		}
	}
	return all
}

func (t *terms) set(header http.Header) {
	if t == nil {
		return
	}
	if t.license != nil {
		header["Link"] = t.license
	}
	if t.reservation != nil {
		header["Tdm-Reservation"] = t.reservation
	}
	if t.policy != nil {
		header["Tdm-Policy"] = t.policy
	}
}
