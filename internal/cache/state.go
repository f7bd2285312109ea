package cache

import (
	"log/slog"
	"sync"
)

// state logs when something stops working and when it works again, once each.
type state struct {
	kind trouble
	what string

	mu  sync.Mutex
	bad bool
}

// trouble is what a state is about.
type trouble int

const (
	unreachable trouble = iota // a store does not answer
	unwritable                 // a store does not take what it is given
	outOfStep                  // a station can't be brought into step with a store
)

func (s *state) about(kind trouble, what string) { s.kind, s.what = kind, what }

func (s *state) note(log *slog.Logger, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil && !s.bad:
		log = log.With("what", s.what, "err", err)
		switch s.kind {
		case unreachable:
			log.Error("out of reach, serving goes on")
		case unwritable:
			log.Error("can't be written, serving goes on")
		case outOfStep:
			log.Error("station not in step, serving goes on")
		}
	case err == nil && s.bad:
		log = log.With("what", s.what)
		switch s.kind {
		case unreachable:
			log.Info("in reach again")
		case unwritable:
			log.Info("written again")
		case outOfStep:
			log.Info("station in step again")
		}
	}
	s.bad = err != nil
}

// isBad reports whether it does not work now.
func (s *state) isBad() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad
}
