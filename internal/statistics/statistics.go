// Package statistics counts who asks: the subscribers of feeds, and the visits of crawlers.
//
// A [Recorder] is told of each request once it has been answered, and takes note of it
// beside the requests. What it has counted in a day is a part: each run of a process has
// its own, in the local copy and, where there is one, in Redis, and the day is all parts
// merged. A number that a hosted reader tells is the largest of the day, counts of requests
// are added, and readers that ask for themselves are counted by a sketch.
//
// No address is kept. What goes into a sketch is a hash of it with a salt of the day, which
// all processes share and forget within 48 hours; a crawler's address is held until it
// has been looked up.
//
// The files of the local copy, which only this package reads:
//
//	{cache.dir}/.statistics/{day}.{run}.json  a part
//	{cache.dir}/.statistics/{day}.salt        the salt of a day
package statistics

import (
	"encoding/base64"
	"time"

	"github.com/axiomhq/hyperloglog"

	"feedstation/internal/agent"
	"feedstation/internal/network"
)

// Verdict is whether a crawler is whom it says it is.
type Verdict string

// The verdicts. What is not proved is not therefore false: it may not have been possible to
// find out.
const (
	Proved    Verdict = "yes"
	Forged    Verdict = "no"
	Unchecked Verdict = "unchecked"
)

// Station is what was counted of a station in a day.
type Station struct {
	Updated time.Time        `json:"updated,omitzero"` // of a part: the later of two is whole
	Feeds   map[string]*Feed `json:"feeds,omitempty"`  // by path within the station
	// Requests are those of agents, by name and verdict.
	Requests map[string]map[Verdict]int64 `json:"requests,omitempty"`
	// Visits are those of crawlers, by name, verdict and kind of document.
	Visits map[string]map[Verdict]map[string]Visit `json:"visits,omitempty"`
	// Disregarded is how often an agent, by name, asked for what robots.txt keeps it from.
	Disregarded map[string]int64 `json:"disregarded,omitempty"`
}

// Feed is who reads a feed.
type Feed struct {
	// Hosted is the largest number of subscribers that a hosted reader told of, by its name
	// and by what it calls the feed.
	Hosted map[string]map[string]int `json:"hosted,omitempty"`
	// Direct are the readers that ask for themselves, by the salt that they are hashed with.
	Direct map[string]*Sketch `json:"direct,omitempty"`
}

// Visit is a crawler's, to documents of one kind.
type Visit struct {
	Fetches int64     `json:"fetches"`
	Last    time.Time `json:"last"`
}

// maxFeedIDs is how many names of one feed are told apart for a reader: services have a
// handful, and whoever borrows their name may send any.
const maxFeedIDs = 64

// precision is that of sketches: 2 KiB when there are many readers, and 2.3 % off.
const precision = 11

// Sketch estimates how many different hashes it was given.
type Sketch struct{ *hyperloglog.Sketch }

func newSketch() *Sketch {
	s, err := hyperloglog.NewSketch(precision, true)
	if err != nil {
		panic(err) // the precision is a valid one
	}
	return &Sketch{s}
}

// MarshalText implements encoding.TextMarshaler.
func (s *Sketch) MarshalText() ([]byte, error) {
	data, err := s.MarshalBinary()
	return []byte(base64.StdEncoding.EncodeToString(data)), err
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Sketch) UnmarshalText(text []byte) error {
	data, err := base64.StdEncoding.DecodeString(string(text))
	if err == nil {
		s.Sketch = new(hyperloglog.Sketch)
		err = s.UnmarshalBinary(data)
	}
	return err
}

// request is a request as it is counted.
type request struct {
	at         time.Time
	kind       network.Kind
	path       string // of the document within the station
	answered   bool   // a GET that was answered with the document, or that it is as it was
	disregards bool
	agent      agent.Agent
	verdict    Verdict
	salt       string // which one made the hash
	client     uint64 // hash of the address and the agent; 0: it has none
}
