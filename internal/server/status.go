package server

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"syscall"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// status is what /status says.
type status struct {
	Version   string           `json:"version"`
	Config    *time.Time       `json:"configured,omitempty"` // when the configuration in effect was read
	Process   string           `json:"process,omitempty"`    // its token, see stationStatus.Leader
	Ready     bool             `json:"ready"`                // as /readyz says
	Draining  bool             `json:"draining"`
	Missing   []string         `json:"missing,omitempty"` // stations without an edition
	Drift     map[string]int64 `json:"drift,omitempty"`
	LeftOut   map[string]int64 `json:"left_out,omitempty"`
	Jobs      []taskStatus     `json:"jobs,omitempty"`
	Sources   []sourceStatus   `json:"sources,omitempty"`
	Contents  []contentStatus  `json:"contents,omitempty"`
	Stores    []storeStatus    `json:"stores,omitempty"`
	Retracted *retracted       `json:"retracted,omitempty"`
	Unsent    []string         `json:"unsent_retractions,omitempty"` // ids of articles
	Problems  []string         `json:"problems,omitempty"`           // conditions, a line each
	Stations  []stationStatus  `json:"stations"`
}

// storeStatus is a place where editions are stored.
type storeStatus struct {
	Name  string     `json:"name"`
	State string     `json:"state"` // ok, unreachable, not writable, not answering or full
	Error string     `json:"error,omitempty"`
	Since *time.Time `json:"error_since,omitempty"`
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

// contentStatus is a content store's part.
type contentStatus struct {
	Name     string     `json:"name"` // of its section in the configuration
	State    string     `json:"state"`
	Stations []string   `json:"stations"`
	Looked   *time.Time `json:"looked,omitempty"`
	Error    string     `json:"error,omitempty"`
	Since    *time.Time `json:"error_since,omitempty"`
}

func (c *Content) status() contentStatus {
	s := contentStatus{Name: c.Name, State: c.State, Stations: c.Stations, Looked: moment(c.Looked), Since: moment(c.Since)}
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
	LeftOut  map[string]int // its items by why they are no articles
	Err      error
}

// sourceStatus is a source's part.
type sourceStatus struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind"`
	State    string         `json:"state"`
	Since    *time.Time     `json:"since,omitempty"`
	Success  *time.Time     `json:"last_success,omitempty"`
	Articles int            `json:"articles"`
	LeftOut  map[string]int `json:"left_out,omitempty"`
	Error    string         `json:"error,omitempty"`
}

func (s *Source) status() sourceStatus {
	text := ""
	if s.Err != nil {
		text = s.Err.Error()
	}
	return sourceStatus{s.ID, s.Kind, s.State, moment(s.Since), moment(s.Success), s.Articles, s.LeftOut, text}
}

// moment returns a time in UTC; nil: there is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Round(0)
	return &t
}

// retracted is which articles have been taken down.
type retracted struct {
	Count int      `json:"count"`
	IDs   []string `json:"ids"` // the first maxRetracted
}

// maxRetracted is how many ids of articles that have been taken down are listed.
const maxRetracted = 100

// taskStatus is the last run of a task. Times are those of the machine's clock,
// durations and the age those of the monotonic one.
type taskStatus struct {
	Name     string     `json:"name"`
	Outcome  string     `json:"outcome"` // waiting, running, ok or failed
	Started  *time.Time `json:"started,omitempty"`
	Age      *int64     `json:"age_seconds,omitempty"`  // since it started
	Duration *int64     `json:"milliseconds,omitempty"` // so far
	Error    string     `json:"error,omitempty"`        // while it runs: that of the run before
	Next     *time.Time `json:"next,omitempty"`
}

// stationStatus is a station's part. Its edition is known to be up to date as of
// a time: that of the last look at the content store where this process builds it,
// else the edition's own. The age is how long ago that was, by the monotonic clock;
// it is absent while the time is yet to come, because the clock was ahead when the
// edition was built, or is behind now.
type stationStatus struct {
	ID        string     `json:"id"`
	State     string     `json:"state"`            // ok, no edition, pinned, backlog, or what is wrong
	Leader    string     `json:"leader,omitempty"` // "this process", or the token of the one that builds it
	Built     *time.Time `json:"built,omitempty"`  // since when its documents are as they are; absent: there is none yet
	Behind    *time.Time `json:"behind,omitempty"` // that of the newest one, while an earlier one is pinned
	AsOf      *time.Time `json:"as_of,omitempty"`
	Age       *int64     `json:"age_seconds,omitempty"`
	Documents int        `json:"documents"`
	Pending   int        `json:"pending_months"`    // whose sitemaps have yet to be built
	Notices   int        `json:"notices,omitempty"` // of withdrawn articles, in the station's own feed
	Error     string     `json:"error,omitempty"`
	Since     *time.Time `json:"error_since,omitempty"`
}

func (a *Admin) status(w http.ResponseWriter, _ *http.Request) {
	s := status{Version: a.Version, Config: moment(a.Configured), Draining: a.Drain.Started()}
	s.Missing, s.Ready = a.readiness().missing()
	s.Ready = s.Ready && !s.Draining
	all := a.conditions()
	s.Problems = condition.Lines(all)
	if a.Jobs != nil {
		s.Drift, s.LeftOut = a.Jobs.Drift(), a.Jobs.LeftOut()
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
		s.Process, s.Retracted = a.Stores.Process(), a.retracted()
		for _, name := range a.Stores.Components() {
			s.Stores = append(s.Stores, storeOf(name, all))
		}
	}
	for _, station := range a.Network.Stations {
		s.Stations = append(s.Stations, a.stationStatus(station.ID, all))
	}
	body, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // texts, numbers and times always marshal
	}
	respond(w, http.StatusOK, "application/json; charset=utf-8", append(body, '\n'))
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

func storeOf(name string, all []condition.Condition) storeStatus {
	i := slices.IndexFunc(all, func(c condition.Condition) bool { return c.Component == name })
	if i < 0 {
		return storeStatus{Name: name, State: "ok"}
	}
	s := storeStatus{Name: name, State: all[i].State, Error: all[i].Err.Error(), Since: &all[i].Since}
	if errors.Is(all[i].Err, syscall.ENOSPC) {
		s.State = "full"
	}
	return s
}

func (a *Admin) retracted() *retracted {
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
	return &retracted{len(ids), ids[:min(len(ids), maxRetracted)]}
}

func (a *Admin) stationStatus(station string, all []condition.Condition) stationStatus {
	s := stationStatus{ID: station, State: "no edition"}
	newest, ok := a.Editions.Current(station)
	if e, served := a.Editions.Served(station); served {
		built := e.Issued()
		s.State, s.Built, s.Documents, s.Pending = "ok", &built, e.Len(), len(e.Pending())
		if s.Pending > 0 {
			s.State = "backlog"
		}
		if ok && !newest.Issued().Equal(built) {
			behind := newest.Issued()
			s.State, s.Behind = "pinned", &behind
		}
		s.Notices = notices(e)
		s.AsOf, s.Age = a.asOf(station, e.Watermark())
	}
	if why, wrong := a.wrong(station, all); wrong {
		s.Error, s.Since = why.Err.Error(), &why.Since
		if s.Built != nil {
			s.State = why.State
		}
	}
	if a.Jobs != nil && a.Stores != nil {
		if s.Leader = a.Stores.Leader(station); s.Leader == a.Stores.Process() {
			s.Leader = "this process"
		}
	}
	return s
}

// notices returns how many articles the station's own feed says were withdrawn.
func notices(e *edition.Edition) (n int) {
	contents, ok := e.Contents(network.FeedPath("", network.RSS))
	if !ok {
		return 0
	}
	for a, err := range edition.Lines(contents) {
		if err == nil && a.Notice { // damaged contents are noticed where they are used
			n++
		}
	}
	return n
}

// wrong returns what is wrong with a station.
func (a *Admin) wrong(station string, all []condition.Condition) (condition.Condition, bool) {
	if a.Jobs != nil {
		if why, ok := a.Jobs.Condition(station); ok {
			return why, true
		}
	}
	i := slices.IndexFunc(all, func(c condition.Condition) bool { return c.Station == station && c.Level != slog.LevelWarn })
	if i < 0 {
		return condition.Condition{}, false
	}
	return all[i], true
}

// asOf returns the moment up to which an edition is known to be up to date, and
// how many seconds ago that was; nil: it is yet to come.
func (a *Admin) asOf(station string, built time.Time) (at *time.Time, age *int64) {
	since := time.Since(built)
	if a.Jobs != nil {
		if checked := a.Jobs.Checked(station); !checked.IsZero() {
			since = time.Since(checked)
			built = time.Now().Add(-since).UTC().Round(time.Millisecond)
		}
	}
	seconds := int64(since / time.Second)
	if seconds < 0 {
		return &built, nil
	}
	return &built, &seconds
}

func (t Task) status() taskStatus {
	s := taskStatus{Name: t.Name, Outcome: "waiting"}
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
