package cache

import (
	"log/slog"
	"slices"
	"sync"
)

// state logs when something stops working and when it works again, once each,
// however many troubles it has meanwhile.
type state struct {
	what string

	mu   sync.Mutex
	bad  [troubles]bool
	told trouble // the first
}

// trouble is what does not work.
type trouble int

const (
	unreachable trouble = iota // a store does not answer
	unwritable                 // a store does not take what it is given
	outOfStep                  // a station can't be brought into step with a store
	troubles
)

// note takes note of a trouble, or with nil of its end.
func (s *state) note(log *slog.Logger, kind trouble, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := slices.Contains(s.bad[:], true)
	s.bad[kind] = err != nil
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
	case before && !slices.Contains(s.bad[:], true):
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

// has reports whether there is a trouble now.
func (s *state) has(kind trouble) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad[kind]
}
