package network

import (
	"fmt"
)

// A station or a channel whose id changes has the former ones in Was: what people and
// programs have of it goes on under them.

// addWas takes the former ids of a station and returns what is wrong with them. All
// present ids are known.
func (n *Network) addWas(s *Station) (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for i, id := range s.Was {
		switch err := CheckID(id); {
		case err != nil:
			fault("was[%d]: %w", i, err)
		case n.byID[id] != nil:
			fault("was[%d]: a station has the id %q", i, id)
		case n.byWas[id] != nil:
			fault("was[%d]: station %s was %q as well", i, n.byWas[id].ID, id)
		default:
			n.byWas[id] = s
		}
	}
	return faults
}

// addWas is the same for the station's channels.
func (s *Station) addWas() (faults []error) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	s.now = map[string]string{}
	for j, c := range s.Channels {
		for i, id := range c.Was {
			err := CheckID(id)
			switch {
			case err != nil:
				fault("channels[%d].was[%d]: %w", j, i, err)
			case s.HasChannel(id):
				fault("channels[%d].was[%d]: a channel has the id %q", j, i, id)
			case s.now[id] != "":
				fault("channels[%d].was[%d]: channel %s was %q as well", j, i, s.now[id], id)
			default:
				s.now[id] = c.ID
			}
		}
	}
	return faults
}

// Renamed returns the station that has that id, or had it formerly.
func (n *Network) Renamed(id string) (*Station, bool) {
	if s, ok := n.byID[id]; ok {
		return s, true
	}
	s, ok := n.byWas[id]
	return s, ok
}

// RenamedChannel returns the present id of the station's channel that has that id, or
// had it formerly.
func (s *Station) RenamedChannel(id string) (now string, ok bool) {
	if s.HasChannel(id) {
		return id, true
	}
	now, ok = s.now[id]
	return now, ok
}

// Present returns the path that stands now for one of the station: another one where
// that has the former id of a channel.
func (s *Station) Present(path string) string {
	if len(s.now) == 0 {
		return path
	}
	before, id, rest, ok := cutChannel(path)
	if now := s.now[id]; ok && now != "" {
		return before + now + rest
	}
	return path
}

// Before returns the paths that a document of the station had under the former ids of
// its channel.
func (s *Station) Before(path string) (paths []string) {
	before, id, rest, ok := cutChannel(path)
	for _, c := range s.Channels {
		if !ok || c.ID != id {
			continue
		}
		for _, was := range c.Was {
			paths = append(paths, before+was+rest)
		}
	}
	return paths
}
