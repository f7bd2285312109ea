package receive

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"feedstation/internal/article"
	"feedstation/internal/ingest"
)

// What is named in an answer; the rest is counted.
const (
	maxListed   = 1000
	maxReason   = 300 // bytes
	maxChannels = 50
)

// receipt is the answer to a request.
type receipt struct {
	Error    string         `json:"error,omitempty"`
	Stored   int            `json:"stored"`
	Removed  int            `json:"removed,omitempty"`
	Refused  int            `json:"refused"`
	LeftOut  int            `json:"left_out"` // odd values
	IDs      []string       `json:"ids,omitempty"`
	Faults   []fault        `json:"faults,omitempty"`
	More     int            `json:"more_faults,omitempty"`
	Channels map[string]int `json:"unknown_channels,omitempty"`
	// Served says whether readers are served what has changed, where that was asked
	// for; Waiting why a station is not, as far as it is known.
	Served  *bool             `json:"served,omitempty"`
	Waiting map[string]string `json:"waiting,omitempty"`
}

// fault is what is wrong with a line.
type fault struct {
	Line    int    `json:"line"`
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason"`
	Refused bool   `json:"refused"` // the article, not only the value
}

func (r *receipt) refuse(at ingest.Place, err error) {
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	for _, err := range faults {
		r.add(at, err, true)
	}
}

func (r *receipt) leaveOut(at ingest.Place, odd []article.Fault) {
	for _, f := range odd {
		r.add(at, f, false)
	}
}

func (r *receipt) add(at ingest.Place, err error, refused bool) {
	if len(r.Faults) == maxListed {
		r.More++
		return
	}
	f := fault{Line: at.Line, Reason: err.Error(), Refused: refused}
	if of, ok := errors.AsType[article.Fault](err); ok && of.Place != "" {
		f.Field, f.Reason = of.Place, of.Err.Error()
	}
	if len(f.Reason) > maxReason {
		f.Reason = strings.ToValidUTF8(f.Reason[:maxReason], "") + "…"
	}
	r.Faults = append(r.Faults, f)
}

// count takes over what has become of the lines.
func (r *receipt) count(c *ingest.Count, into *noting) {
	r.Stored, r.Refused, r.LeftOut, r.IDs = c.Stored, c.Refused, c.LeftOut, into.ids
	for channel, n := range c.UnknownChannels {
		if r.Channels == nil {
			r.Channels = map[string]int{}
		}
		if len(r.Channels) < maxChannels {
			r.Channels[channel] = n
		}
	}
}

// String returns the answer as a line of JSON.
func (r *receipt) String() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return string(text) + "\n"
}

// fail answers that a request was given up, with what had been stored before.
func (r *receipt) fail(w http.ResponseWriter, status int, err error) {
	r.Error = err.Error()
	write(w, status, r.String())
}

// fail answers that nothing was done.
func fail(w http.ResponseWriter, status int, why string) {
	new(receipt).fail(w, status, errors.New(why))
}

// retry answers that the store can't be written to at the moment.
func retry(w http.ResponseWriter, why string) {
	w.Header().Set("Retry-After", "5")
	fail(w, http.StatusServiceUnavailable, why)
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the client may be gone
}
