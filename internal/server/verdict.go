package server

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Standing is how a station stands, in the word by which it is counted.
type Standing string

// The standings, the worst first.
const (
	NoEdition Standing = "no edition" // nothing is served
	Refused   Standing = "refused"    // its next edition, by the gate
	Failing   Standing = "failing"    // it can't be built, stored or audited
	Late      Standing = "late"       // no look at the content store has come to its end within the limit
	Behind    Standing = "behind"     // another process builds it, and this one is not in step with the stores
	Pinned    Standing = "pinned"     // an earlier edition is served
	Fresh     Standing = "fresh"
)

// standings are all of them, in their order.
var standings = [...]Standing{NoEdition, Refused, Failing, Late, Behind, Pinned, Fresh}

// Level is how much something needs somebody.
type Level string

// The levels.
const (
	OK        Level = "ok"
	Attention Level = "attention" // somebody should know of it
	Bad       Level = "bad"       // readers see old news or none, or will
)

// Symbol returns a sign for the level, for who sees no colours.
func (l Level) Symbol() string {
	switch l {
	case OK:
		return "✓"
	case Attention:
		return "!"
	}
	return "✗"
}

// Verdict is all of a process in one sentence.
type Verdict struct {
	Text     string `json:"text"` // "137 of 140 stations fresh: 2 late, 1 pinned"
	Level    Level  `json:"level"`
	Fresh    int    `json:"fresh"`
	Stations int    `json:"stations"`
}

// IsFresh reports whether all stations are, of at least one.
func (v Verdict) IsFresh() bool { return v.Stations > 0 && v.Fresh == v.Stations }

// outOfStep is how long a process may be without having been in step with its stores
// before what others build is not known to be new.
const outOfStep = time.Minute

// stand says how a station stands. All else of it is known.
func (s *Status) stand(station *StationStatus) {
	behind := s.InStep != nil && time.Since(*s.InStep) > outOfStep ||
		slices.ContainsFunc(s.Stores, func(one StoreStatus) bool { return one.Name != s.Stores[0].Name && !one.Up() })
	elsewhere := !s.Builds || station.Leader != "" && !station.Leads()
	switch {
	case station.Built == nil:
		station.Standing = NoEdition
	case station.Refused:
		station.Standing = Refused
	case station.Error != "":
		station.Standing = Failing
	case elsewhere && behind:
		station.Standing = Behind
	case !elsewhere && s.Limit > 0 && (station.Age == nil || *station.Age > s.Limit):
		station.Standing = Late
	case station.Pinned:
		station.Standing = Pinned
	default:
		station.Standing = Fresh
	}
}

// Level returns how much the station needs somebody.
func (s StationStatus) Level() Level {
	switch {
	case s.Standing == Pinned, s.Standing == Fresh && s.LeftOut > 0:
		return Attention
	case s.Standing == Fresh:
		return OK
	}
	return Bad
}

// Remedy returns the command that says more, or mends it; empty: nothing is to be done.
func (s StationStatus) Remedy() string {
	switch s.Standing {
	case NoEdition, Failing, Late, Behind:
		return "feedstation check"
	case Refused:
		return "feedstation build --accept-shrink " + s.ID
	case Pinned:
		return "feedstation unpin " + s.ID
	}
	if s.LeftOut > 0 {
		return "feedstation check"
	}
	return ""
}

// rank orders stations: the worst first, then those with something else to see.
func (s StationStatus) rank() int {
	rank := 4 * slices.Index(standings[:], s.Standing)
	switch {
	case s.Standing != Fresh, s.LeftOut > 0:
		return rank
	case s.Pending > 0:
		return rank + 1
	}
	return rank + 2
}

// WorstFirst returns the stations in the order in which they need somebody; equal ones
// stay in theirs.
func (s *Status) WorstFirst() []StationStatus {
	return slices.SortedStableFunc(slices.Values(s.Stations), func(a, b StationStatus) int { return cmp.Compare(a.rank(), b.rank()) })
}

// judge says how the stations stand, and all of them.
func (s *Status) judge() {
	counts := map[Standing]int{}
	level := OK
	if len(s.Problems) > 0 || len(s.Unsent) > 0 || s.Draining {
		level = Attention
	}
	for i := range s.Stations {
		station := &s.Stations[i]
		s.stand(station)
		counts[station.Standing]++
		if of := station.Level(); of == Bad || level == OK && station.Standing == Pinned {
			level = of
		}
	}
	var others []string
	for _, standing := range standings {
		if n := counts[standing]; n > 0 && standing != Fresh {
			others = append(others, fmt.Sprintf("%d %s", n, standing))
		}
	}
	s.Verdict = Verdict{Fresh: counts[Fresh], Stations: len(s.Stations), Level: level}
	s.Verdict.Text = fmt.Sprintf("%d of %d stations fresh", s.Verdict.Fresh, s.Verdict.Stations)
	if others != nil {
		s.Verdict.Text += ": " + strings.Join(others, ", ")
	}
	if s.Draining {
		s.Verdict.Text += "; the process is stopping"
	}
}
