package cache

import (
	"log/slog"
	"sync"
)

// state logs when something stops working and when it works again, once each,
// however many troubles it has meanwhile.
type state struct {
	what string

	mu   sync.Mutex
	bad  map[part]bool
	told trouble // the first
	last error
}

// part is what does not work of something: one part that does is not the end of
// another's trouble.
type part struct {
	kind    trouble
	station string // empty: what is not of one station
}

// trouble is what does not work.
type trouble int

const (
	unreachable trouble = iota // a store does not answer
	unwritable                 // a store does not take what it is given
	outOfStep                  // a station can't be brought into step with a store
)

// note takes note of a trouble that is not of one station, or with nil of its end.
func (s *state) note(log *slog.Logger, kind trouble, err error) {
	s.noteOf(log, "", kind, err)
}

// noteOf takes note of a station's trouble, or with nil of its end.
func (s *state) noteOf(log *slog.Logger, station string, kind trouble, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.bad) > 0
	if err == nil {
		delete(s.bad, part{kind, station})
	} else {
		if s.bad == nil {
			s.bad = map[part]bool{}
		}
		s.bad[part{kind, station}] = true
		s.last = err
	}
	switch {
	case !before && err != nil:
		if s.told = kind; kind == unwritable && !isReply(err) && s.what == redisName {
			s.told = unreachable
		}
		log = log.With("what", s.what, "err", err)
		switch s.told {
		case unreachable:
			log.Error("out of reach, serving goes on")
		case unwritable:
			log.Error("can't be written, serving goes on")
		default:
			log.Error("station not in step, serving goes on")
		}
	case before && len(s.bad) == 0:
		log = log.With("what", s.what)
		switch s.told {
		case unreachable:
			log.Info("in reach again")
		case unwritable:
			log.Info("written again")
		default:
			log.Info("station in step again")
		}
	}
}

// trouble returns what does not work now, if anything does not.
func (s *state) trouble() (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bad) == 0 {
		return "", false
	}
	return s.what + ": " + s.last.Error(), true
}

// Troubles returns what keeps this process from storing its editions, or from
// following others, a line each.
func (c *Cache) Troubles() (lines []string) {
	for _, s := range []*state{&c.localState, &c.redisState} {
		if text, ok := s.trouble(); ok {
			lines = append(lines, text)
		}
	}
	if c.disagrees.Load() {
		lines = append(lines, disagreement)
	}
	return lines
}

// has reports whether there is a trouble now.
func (s *state) has(kind trouble) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.bad {
		if p.kind == kind {
			return true
		}
	}
	return false
}
