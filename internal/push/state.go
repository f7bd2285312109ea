package push

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/store"
)

// allStations is where the states of destinations are stored: no station has that id.
const allStations = "*"

// state is what keeps a destination, or it and a station, from being told; zero: nothing.
type state struct {
	Config string `json:"config"`          // of another one nothing holds
	Until  int64  `json:"until,omitempty"` // it is paused until then, Unix milliseconds
	Broken bool   `json:"broken,omitempty"`
	Why    string `json:"why"`
	Fails  int    `json:"fails,omitempty"` // in a row
}

// stateKey returns the key of a destination's state; of a station alone with its id.
func stateKey(destination, station string) string { return destination + "\n" + station }

// blocked reports whether a destination may not be told, of a station or with "" of any;
// o.mu is held.
func (o *Outbox) blocked(w *worker, station string, now time.Time) bool {
	s := o.states[stateKey(w.Name(), station)]
	return s.Broken || s.Until > now.UnixMilli()
}

// reloadStates reads the states where they are not as this process has left them.
func (o *Outbox) reloadStates(ctx context.Context, mark store.Mark) error {
	o.mu.Lock()
	same, from := mark == o.mark, o.deciding()
	o.mu.Unlock()
	if same {
		return nil
	}
	texts, err := from.All(ctx, allStations)
	if err != nil {
		return err
	}
	states := map[string]state{}
	for key, text := range texts {
		var s state
		if json.Unmarshal([]byte(text), &s) == nil && strings.Contains(key, "\n") && s.Config == o.Config(destinationOf(key)) {
			states[key] = s
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.states, o.mark = states, mark
	return nil
}

// setState stores a state; zero: there is none any more. Where it can't be stored this
// process knows it.
func (o *Outbox) setState(ctx context.Context, key string, s state) {
	text := ""
	if s != (state{}) {
		s.Config = o.Config(destinationOf(key))
		if encoded, err := json.Marshal(s); err == nil { // it has no value that JSON lacks
			text = string(encoded)
		}
	}
	o.mu.Lock()
	in := o.deciding()
	if text == "" {
		delete(o.states, key)
	} else {
		o.states[key] = s
	}
	o.mu.Unlock()
	old, err := in.Texts(ctx, allStations, []string{key})
	if err == nil && old[0] != text {
		_, _, _, err = in.Swap(ctx, allStations, []store.Swap{{Key: key, Old: old[0], New: text}})
	}
	o.noteStored(ctx, err)
}

// answered notes what an answer says of a destination.
func (o *Outbox) answered(ctx context.Context, w *worker, d *desk, answer Answer, now time.Time) {
	failed := answer.Err != nil && (len(answer.Steps) > 0 || !answer.has(Told) && !answer.has(Dropped))
	key := stateKey(w.Name(), "")
	if answer.Station {
		key = stateKey(w.Name(), d.ID)
	}
	o.mu.Lock()
	before := o.states[key]
	own := o.states[stateKey(w.Name(), d.ID)]
	o.mu.Unlock()
	next := state{}
	if answer.Err != nil {
		next.Why = answer.Err.Error()
	}
	switch {
	case answer.Broken:
		next.Broken = true
	case answer.Pause.After(now):
		next.Until, next.Fails = answer.Pause.UnixMilli(), before.Fails
	case failed:
		next.Fails = before.Fails + 1
		next.Until = now.Add(answer.wait(w.policy, next.Fails)).UnixMilli()
	default:
		next = state{}
	}
	if next != before {
		o.setState(ctx, key, next)
	}
	if answer.has(Told) {
		o.conditions.Note(of(isDead, w.Name()), d.ID, nil)
		if own != (state{}) && next == (state{}) && !answer.Station {
			o.setState(ctx, stateKey(w.Name(), d.ID), state{})
		}
	}
	if answer.Err != nil && next == (state{}) {
		o.log.Warn("notices not told", "component", "push "+w.Name(), "station", d.ID, "error", answer.Err)
	}
}

// wait returns how long nothing is sent after so many such answers in a row.
func (a Answer) wait(p Policy, n int) time.Duration {
	if len(a.Steps) == 0 {
		return p.backoff(n)
	}
	return a.Steps[min(n, len(a.Steps))-1]
}

func (a Answer) has(outcome Outcome) bool {
	return slices.Contains(a.Outcomes, outcome)
}

// waits reports whether a destination has yet to be told something, of a station or with ""
// of any; o.mu is held.
func (o *Outbox) waits(destination, station string) bool {
	for id, d := range o.desks {
		if station != "" && station != id {
			continue
		}
		for key := range d.pending {
			if destinationOf(key) == destination {
				return true
			}
		}
	}
	return false
}

// judge notes which destinations are paused or broken. A pause that is over is one still
// until something was told, so that a destination that fails each time is one condition.
func (o *Outbox) judge(now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range o.Destinations {
		for _, station := range append([]string{""}, keysOf(o.desks)...) {
			s := o.states[stateKey(d.Name(), station)]
			var paused, broken error
			switch {
			case s.Broken:
				broken = errors.New(s.Why)
			case s.Until > now.UnixMilli(), s.Until > 0 && o.waits(d.Name(), station):
				paused = fmt.Errorf("until %s: %s", time.UnixMilli(s.Until).UTC().Format(time.RFC3339), s.Why)
			}
			o.conditions.Note(of(isPaused, d.Name()), station, paused)
			o.conditions.Note(of(isBroken, d.Name()), station, broken)
		}
	}
}

// allowed reports whether a destination may be sent something by its rate, which is that of
// all processes, and takes it.
func (o *Outbox) allowed(ctx context.Context, w *worker) bool {
	if w.policy.Rate <= 0 {
		return true
	}
	o.mu.Lock()
	shared := o.Shared != nil && !o.away
	o.mu.Unlock()
	key := "rate " + cmp.Or(w.policy.Rated, w.Name())
	if !shared {
		o.mu.Lock()
		defer o.mu.Unlock()
		sent, ok := oneMore(o.sent[key], w.policy.Rate, time.Now())
		o.sent[key] = sent
		return ok
	}
	const tries = 5 // others may take one at the same time
	for range tries {
		old, err := o.Shared.Texts(ctx, allStations, []string{key})
		if err != nil {
			return false
		}
		next, ok := oneMore(old[0], w.policy.Rate, time.Now())
		if !ok {
			return false
		}
		made, _, _, err := o.Shared.Swap(ctx, allStations, []store.Swap{{Key: key, Old: old[0], New: next}})
		if err != nil {
			return false
		}
		if made[0] {
			return true
		}
	}
	return false
}

// oneMore adds now to a text of what was sent in the last minute, in Unix milliseconds,
// unless there is as much as the rate allows. Clocks may have been set back since.
func oneMore(sent string, most int, now time.Time) (next string, ok bool) {
	var recent []string
	for at := range strings.FieldsSeq(sent) {
		ms, err := strconv.ParseInt(at, 10, 64)
		if err == nil && now.Sub(time.UnixMilli(ms)).Abs() < time.Minute {
			recent = append(recent, at)
		}
	}
	if len(recent) >= most {
		return sent, false
	}
	return strings.Join(append(recent, strconv.FormatInt(now.UnixMilli(), 10)), " "), true
}
