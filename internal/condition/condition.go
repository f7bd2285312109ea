// Package condition is what is wrong with a process at the moment. A condition
// begins, may change and clears, each of which is logged once; /status shows the
// same values.
package condition

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Kind is something that can be wrong with a component.
type Kind struct {
	Level     slog.Level // of the line that says that it began
	Component string
	State     string // of the component or the station, in a word or two: "unreachable"
	Began     string // "redis unreachable, serving last editions"
	Cleared   string // "redis reachable again"
	// Stations has each station logged by itself. Otherwise a component has one line
	// when its first condition begins and one when its last clears: a full disk is
	// one event, not one a station.
	Stations bool
	Errors   bool // an error of another cause is logged, too
}

// Condition is something that is wrong.
type Condition struct {
	Kind
	Station string // empty: it concerns the whole component
	Since   time.Time
	Err     error
}

// String returns the condition as one line.
func (c Condition) String() string {
	if c.Station != "" {
		return c.Began + ": " + c.Station + ": " + c.Err.Error()
	}
	return c.Began + ": " + c.Err.Error()
}

// Set is the conditions of a component or some. It is safe for concurrent use.
type Set struct {
	log *slog.Logger

	mu     sync.Mutex
	now    []Condition      // in the order in which they began
	logged map[group]*begun // what is to be followed by a line that it cleared
}

// group is conditions that share their lines in the log.
type group struct{ component, kind, station string }

// begun is a condition that was logged, with the causes that were: two that take turns,
// as a refused connection and one that times out, have a line each.
type begun struct {
	Condition
	causes []string
}

// New returns a set without conditions.
func New(log *slog.Logger) *Set { return &Set{log: log, logged: map[group]*begun{}} }

// Note notes that something is wrong, or with nil that it is not, or no longer.
// The attributes are logged with the beginning.
func (s *Set) Note(k Kind, station string, err error, attrs ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.now, func(c Condition) bool { return c.Kind == k && c.Station == station })
	switch {
	case err == nil && i < 0:
		return
	case err == nil:
		s.now = slices.Delete(s.now, i, i+1)
		s.cleared(k, station)
		return
	case i < 0:
		i = len(s.now)
		s.now = append(s.now, Condition{Kind: k, Station: station, Since: time.Now()})
	}
	s.now[i].Err = err
	s.began(s.now[i], attrs)
}

func (k Kind) group(station string) group {
	if k.Stations {
		return group{k.Component, k.Began, station}
	}
	return group{component: k.Component}
}

func (s *Set) began(c Condition, attrs []any) {
	g := c.group(c.Station)
	last, known := s.logged[g]
	if !known {
		last = new(begun)
		s.logged[g] = last
	}
	why := cause(c.Err)
	if known && (!c.Errors || len(last.causes) == maxCauses || slices.Contains(last.causes, why)) {
		return
	}
	last.Condition, last.causes = c, append(last.causes, why)
	s.logger(c).With("error", c.Err).Log(context.Background(), c.Level, c.Began, attrs...)
}

// cleared logs that the last condition of a group has cleared, in the words of the
// one that was logged.
func (s *Set) cleared(k Kind, station string) {
	g := k.group(station)
	last, known := s.logged[g]
	if !known || slices.ContainsFunc(s.now, func(c Condition) bool { return c.group(c.Station) == g }) {
		return
	}
	delete(s.logged, g)
	s.logger(last.Condition).Info(last.Cleared, "duration", time.Since(last.Since).Round(time.Millisecond))
}

func (s *Set) logger(c Condition) *slog.Logger {
	log := s.log.With("component", c.Component)
	if c.Stations {
		log = log.With("station", c.Station)
	}
	return log
}

// cause returns what an error comes down to. A bad line resets, closes and delays in
// turn: what fails on the way to a server, or comes too late, is one cause, and so is
// what an error calls Passing.
func cause(err error) string {
	_, passing := errors.AsType[interface {
		error
		Passing()
	}](err)
	_, network := errors.AsType[*net.OpError](err)
	_, name := errors.AsType[*net.DNSError](err)
	if passing || network || name || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "network"
	}
	return wordsOf(err)
}

// maxCauses is how many causes of one condition are logged: what varies without end is
// one failure all the same.
const maxCauses = 10

// wordsOf returns an error's text without the words that have a digit, such as
// addresses, ports, durations, ids and numbers of attempts: with others of them it is
// the same failure.
func wordsOf(err error) string {
	words := strings.FieldsFunc(err.Error(), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`,;"'()`, r) })
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return strings.ContainsFunc(word, unicode.IsDigit) }), " ")
}

// All returns all conditions, the one that began first coming first.
func (s *Set) All() []Condition {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.now)
}

// Lines returns conditions as lines. What keeps several stations from the same for
// one cause is one line, as a full disk is, which names the stations only where
// others of them have another cause.
func Lines(all []Condition) (lines []string) {
	type cause struct {
		Kind
		text string
	}
	groups, causes := map[cause][]Condition{}, map[Kind]int{}
	of := func(c Condition) cause { return cause{c.Kind, lastOf(c.Err.Error())} }
	for _, c := range all {
		if len(groups[of(c)]) == 0 {
			causes[c.Kind]++
		}
		groups[of(c)] = append(groups[of(c)], c)
	}
	for _, c := range all {
		group := groups[of(c)]
		delete(groups, of(c))
		switch {
		case len(group) == 0: // has its line
		case len(group) == 1:
			lines = append(lines, c.String())
		case causes[c.Kind] == 1:
			lines = append(lines, fmt.Sprintf("%s: %d stations: %s", c.Began, len(group), of(c).text))
		default:
			lines = append(lines, c.Began+": "+names(group)+": "+of(c).text)
		}
	}
	return lines
}

// lastOf returns what an error comes down to: the last of its parts.
func lastOf(text string) string { return text[strings.LastIndex(": "+text, ": "):] }

// maxNames is how many stations a line names.
const maxNames = 10

func names(group []Condition) string {
	var ids []string
	for _, c := range group[:min(len(group), maxNames)] {
		ids = append(ids, c.Station)
	}
	text := strings.Join(ids, ", ")
	if more := len(group) - len(ids); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Has reports whether there is a condition of a kind.
func (s *Set) Has(k Kind) bool {
	return slices.ContainsFunc(s.All(), func(c Condition) bool { return c.Kind == k })
}

// Get returns the condition of a kind that concerns a station, or with "" the
// component as a whole.
func (s *Set) Get(k Kind, station string) (c Condition, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.now, func(c Condition) bool { return c.Kind == k && c.Station == station }); i >= 0 {
		return s.now[i], true
	}
	return Condition{}, false
}
