package server

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"syscall"
	"time"

	"feedstation/internal/condition"
)

// Status is what /status says.
type Status struct {
	Verdict   Verdict                     `json:"verdict"`
	Version   string                      `json:"version"`
	Config    *time.Time                  `json:"configured,omitempty"` // when the configuration in effect was read
	Process   string                      `json:"process,omitempty"`    // its token, see StationStatus.Leader
	Ready     bool                        `json:"ready"`                // as /readyz says
	Draining  bool                        `json:"draining"`
	Builds    bool                        `json:"-"`                                 // this process has jobs
	Missing   []string                    `json:"missing,omitempty"`                 // stations without an edition
	Limit     int64                       `json:"freshness_limit_seconds,omitempty"` // see Admin.Limit
	InStep    *time.Time                  `json:"in_step,omitempty"`                 // see Stores.InStep
	Drift     map[string]int64            `json:"drift,omitempty"`
	LeftOut   map[string]int64            `json:"left_out,omitempty"`
	Published map[string]int64            `json:"published,omitempty"`      // see Jobs
	Faults    map[string]int64            `json:"content_errors,omitempty"` // see Jobs
	Jobs      []TaskStatus                `json:"jobs,omitempty"`
	Sources   []SourceStatus              `json:"sources,omitempty"`
	Contents  []ContentStatus             `json:"contents,omitempty"`
	Stores    []StoreStatus               `json:"stores,omitempty"`
	Retracted *Retracted                  `json:"retracted,omitempty"`
	Unsent    []string                    `json:"unsent_retractions,omitempty"` // ids of articles
	UnsentAt  *time.Time                  `json:"unsent_since,omitempty"`       // when the first of them was decided
	Attempts  map[string]map[string]int64 `json:"push_attempts,omitempty"`      // see Push
	WebSub    *WebSub                     `json:"websub,omitempty"`
	Problems  []string                    `json:"problems,omitempty"` // conditions, a line each
	Stations  []StationStatus             `json:"stations"`
}

// WebSub is what the hubs of stations have done since the process began, by what became
// of it.
type WebSub struct {
	Subscribers   map[string]int   `json:"-"` // subscriptions, by station
	Verifications map[string]int64 `json:"verifications"`
	Deliveries    map[string]int64 `json:"deliveries"`
}

// StoreStatus is a place where editions are stored.
type StoreStatus struct {
	Name  string     `json:"name"`
	State string     `json:"state"` // ok, unreachable, not writable, not answering or full
	Error string     `json:"error,omitempty"`
	Since *time.Time `json:"error_since,omitempty"`

	Bytes  *int64           `json:"bytes,omitempty"`      // of the local copy; absent: not known
	Free   *int64           `json:"free_bytes,omitempty"` // that its disk has room for
	Errors map[string]int64 `json:"errors,omitempty"`     // of Redis, by what it was asked for, since the start
}

// Up reports whether the store answers and takes what is written.
func (s StoreStatus) Up() bool {
	return s.State != "unreachable" && s.State != "not writable" && s.State != "full"
}

// Content is what a content store is like.
type Content struct {
	Name     string
	Stations []string  // ids
	State    string    // ok, waiting for the first look, or what is wrong
	Since    time.Time // of what is wrong; zero: nothing is
	Looked   time.Time // when the last look at it began that came to its end; zero: none did
	Err      error
}

// ContentStatus is a content store's part.
type ContentStatus struct {
	Name     string     `json:"name"` // of its section in the configuration
	State    string     `json:"state"`
	Stations []string   `json:"stations"`
	Looked   *time.Time `json:"looked,omitempty"`
	Error    string     `json:"error,omitempty"`
	Since    *time.Time `json:"error_since,omitempty"`
}

// Up reports whether stations can be built from the store, as far as is known.
func (c ContentStatus) Up() bool { return c.Since == nil }

// Waiting reports whether the store has yet to be looked at.
func (c ContentStatus) Waiting() bool { return c.Up() && c.Looked == nil }

func (c *Content) status() ContentStatus {
	s := ContentStatus{Name: c.Name, State: c.State, Stations: c.Stations, Looked: moment(c.Looked), Since: moment(c.Since)}
	if c.Err != nil {
		s.Error = c.Err.Error()
	}
	return s
}

// Source is what a source of articles is like.
type Source struct {
	ID, Kind string
	State    string         // ok, waiting, first pass, or what is wrong
	Since    time.Time      // of what is wrong; zero: nothing is
	Success  time.Time      // when it was read last; zero: not yet
	Articles int            // that the store has of it
	LeftOut  map[string]int // its items by why they are no articles, and values of others by column
	Err      error
}

// SourceStatus is a source's part.
type SourceStatus struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	State    string         `json:"state"`
	Since    *time.Time     `json:"since,omitempty"`
	Success  *time.Time     `json:"last_success,omitempty"`
	Articles int            `json:"articles"`
	LeftOut  map[string]int `json:"left_out,omitempty"`
	Error    string         `json:"error,omitempty"`
}

func (s *Source) status() SourceStatus {
	text := ""
	if s.Err != nil {
		text = s.Err.Error()
	}
	return SourceStatus{s.ID, s.Kind, s.State, moment(s.Since), moment(s.Success), s.Articles, s.LeftOut, text}
}

// moment returns a time in UTC; nil: there is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Round(0)
	return &t
}

// Retracted is which articles have been taken down.
type Retracted struct {
	Count int      `json:"count"`
	IDs   []string `json:"ids"` // the first maxRetracted
}

// maxRetracted is how many ids of articles that have been taken down are listed.
const maxRetracted = 100

// TaskStatus is the last run of a task. Times are those of the machine's clock,
// durations and the age those of the monotonic one.
type TaskStatus struct {
	Name     string     `json:"name"`
	Outcome  string     `json:"outcome"` // waiting, running, ok or failed
	Started  *time.Time `json:"started,omitempty"`
	Age      *int64     `json:"age_seconds,omitempty"`  // since it started
	Duration *int64     `json:"milliseconds,omitempty"` // so far
	Error    string     `json:"error,omitempty"`        // while it runs: that of the run before
	Next     *time.Time `json:"next,omitempty"`
}

func (a *Admin) status(w http.ResponseWriter, _ *http.Request) {
	body, err := json.MarshalIndent(a.Status(), "", "  ")
	if err != nil {
		panic(err) // texts, numbers and times always marshal
	}
	respond(w, http.StatusOK, "application/json; charset=utf-8", append(body, '\n'))
}

// Status returns what /status says at the moment. Neither Redis nor a content store is
// asked.
func (a *Admin) Status() Status {
	s := a.Operation()
	a.addAudience(&s)
	return s
}

// Operation returns what Status does, but for who asks, which takes longer to find out than
// all else.
func (a *Admin) Operation() Status {
	s := Status{Version: a.Version, Config: moment(a.Configured), Draining: a.Drain.Started()}
	s.Missing, s.Ready = a.readiness().missing()
	s.Ready = s.Ready && !s.Draining
	all := a.conditions()
	s.Problems = condition.Lines(all)
	if a.Limit != nil {
		s.Limit = int64(a.Limit() / time.Second)
	}
	if s.Builds = a.Jobs != nil; s.Builds {
		s.Drift, s.LeftOut, s.Published, s.Faults = a.Jobs.Drift(), a.Jobs.LeftOut(), a.Jobs.Published(), a.Jobs.Faults()
		for _, t := range a.Jobs.Tasks() {
			s.Jobs = append(s.Jobs, t.status())
		}
	}
	if a.Contents != nil {
		for _, content := range a.Contents() {
			s.Contents = append(s.Contents, content.status())
		}
	}
	if a.Sources != nil {
		for _, source := range a.Sources() {
			s.Sources = append(s.Sources, source.status())
		}
	}
	if a.TakeDown != nil {
		s.Unsent = a.TakeDown.Unsent()
	}
	if a.Stores != nil {
		a.addStores(&s, all)
	}
	if a.WebSub != nil {
		if hubs, ok := a.WebSub(); ok {
			s.WebSub = &hubs
		}
	}
	for _, station := range a.Network.Stations {
		one := a.station(station, all)
		if s.WebSub != nil {
			n := s.WebSub.Subscribers[station.ID]
			one.WebSub = &n
		}
		s.Stations = append(s.Stations, one)
	}
	a.addPush(&s)
	s.judge()
	return s
}

// addStores adds what the stores say.
func (a *Admin) addStores(s *Status, all []condition.Condition) {
	s.Process, s.Retracted, s.InStep = a.Stores.Process(), a.retracted(), moment(a.Stores.InStep())
	for _, name := range a.Stores.Components() {
		s.Stores = append(s.Stores, storeOf(name, all))
	}
	if bytes, free, known := a.Stores.Room(); known {
		s.Stores[0].Bytes, s.Stores[0].Free = &bytes, &free
	}
	if len(s.Stores) > 1 {
		s.Stores[1].Errors = a.Stores.RedisErrors()
	}
	retractions := a.Stores.Retractions()
	for _, id := range s.Unsent {
		if r, ok := retractions[id]; ok && (s.UnsentAt == nil || r.At.Before(*s.UnsentAt)) {
			s.UnsentAt = moment(r.At)
		}
	}
}

// conditions returns all that is wrong.
func (a *Admin) conditions() (all []condition.Condition) {
	if a.Conditions != nil {
		all = a.Conditions()
	}
	if a.Stores != nil {
		all = append(all, a.Stores.Conditions()...)
	}
	if a.Jobs != nil {
		all = append(all, a.Jobs.Conditions()...)
	}
	return all
}

func storeOf(name string, all []condition.Condition) StoreStatus {
	i := slices.IndexFunc(all, func(c condition.Condition) bool { return c.Component == name })
	if i < 0 {
		return StoreStatus{Name: name, State: "ok"}
	}
	s := StoreStatus{Name: name, State: all[i].State, Error: all[i].Err.Error(), Since: &all[i].Since}
	if errors.Is(all[i].Err, syscall.ENOSPC) {
		s.State = "full"
	}
	return s
}

func (a *Admin) retracted() *Retracted {
	down := maps.Clone(a.Stores.Retractions())
	for id, r := range down {
		if !r.Down() {
			delete(down, id)
		}
	}
	if len(down) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(down))
	return &Retracted{len(ids), ids[:min(len(ids), maxRetracted)]}
}

func (t Task) status() TaskStatus {
	s := TaskStatus{Name: t.Name, Outcome: "waiting"}
	if !t.Next.IsZero() {
		next := t.Next.UTC()
		s.Next = &next
	}
	if t.Started.IsZero() {
		return s
	}
	started, age, duration := t.Started.UTC(), int64(time.Since(t.Started)/time.Second), t.Duration.Milliseconds()
	s.Started, s.Age, s.Duration, s.Outcome = &started, &age, &duration, "ok"
	if t.Err != nil {
		s.Outcome, s.Error = "failed", t.Err.Error()
	}
	if t.Running {
		s.Outcome = "running"
	}
	return s
}
