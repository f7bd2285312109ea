package explain

import (
	"errors"
	"time"

	"feedstation/internal/edition"
)

// Explanation is all that is known of an article, as JSON has it.
type Explanation struct {
	ID      string   `json:"id"`               // as the network has it; empty: no article has the address
	URL     string   `json:"url,omitempty"`    // that was asked for, as articles have it
	Others  []string `json:"others,omitempty"` // ids of other articles of that address
	Station string   `json:"station"`          // the article's own; empty: not known
	Source  string   `json:"source,omitempty"` // who answers

	Verdicts  []Verdict  `json:"verdicts"`
	Row       *Row       `json:"row,omitempty"`
	Fault     *Fault     `json:"fault,omitempty"` // why there is no row
	Former    *Former    `json:"former,omitempty"`
	Deciders  []Decider  `json:"deciders"`
	Documents []Document `json:"documents"`
	Kept      []Kept     `json:"kept"`
	NextLook  *time.Time `json:"next_look"` // null: not known
	Crawlers  []Crawler  `json:"crawlers"`
	Unknown   []string   `json:"unknown"`

	Retraction edition.Retraction `json:"-"`
}

// Verdict is whether one document of a station has the article.
type Verdict struct {
	Station  string `json:"station"`
	Document string `json:"document"` // feed, channel, sitemap, news, baidu, or an aggregator's name
	Path     string `json:"path"`
	In       bool   `json:"in"`                // it is served so
	Decided  *bool  `json:"decided,omitempty"` // a build has it so; absent: not known
	Reason   string `json:"reason,omitempty"`  // the decider that says no, and its value
	// LeftOut says that it is not there for another reason than that it is too old.
	LeftOut bool `json:"left_out"`
}

// Row is what the content store has of the article.
type Row struct {
	ID        string     `json:"id"`
	Station   string     `json:"station"`
	Channels  []string   `json:"channels"`
	URL       string     `json:"url"`
	GUID      string     `json:"guid,omitempty"`
	Title     string     `json:"title"`
	Status    string     `json:"status"`
	Published *time.Time `json:"published"`
	Updated   *time.Time `json:"updated"`
	Modified  *time.Time `json:"modified_at"`
	Expires   *time.Time `json:"expires"`
	NoIndex   bool       `json:"noindex"`
	Odd       []Fault    `json:"odd,omitempty"` // values that it is without
}

// Fault is what is wrong with a row.
type Fault struct {
	Column string `json:"column"`
	Error  string `json:"error"`
}

// Former is what the sitemap of a month remembers of an article that has left it.
type Former struct {
	Station   string     `json:"station"`
	URL       string     `json:"url"`
	Published *time.Time `json:"published"`
	Withdrawn *time.Time `json:"withdrawn,omitempty"` // when its row was changed, if that hid it
	Gone      bool       `json:"gone,omitempty"`      // there was no row
}

// Decider is one of the questions that decide.
type Decider struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Value string `json:"value"`
	// Of one that concerns a single document.
	Station string `json:"station,omitempty"`
	Path    string `json:"path,omitempty"`
}

// Document is a document that is served with the article.
type Document struct {
	Station string    `json:"station"`
	Path    string    `json:"path"`
	Place   int       `json:"place"`   // from 1
	Edition time.Time `json:"edition"` // since when the station's documents are as they are
	// Since is the document's Last-Modified: the article has been in it at least as long.
	// In a first edition it is the date of the newest article.
	Since time.Time `json:"since"`
}

// Kept is an edition that can be pinned.
type Kept struct {
	Station string    `json:"station"`
	Edition time.Time `json:"edition"`
	Current bool      `json:"current,omitempty"`
	Pinned  bool      `json:"pinned,omitempty"`
	Has     *bool     `json:"has,omitempty"` // the article; absent: not known
}

// Crawler is a crawler's last fetch of a kind of document, of which one has the article.
type Crawler struct {
	Agent    string    `json:"agent"`
	Verified string    `json:"verified"` // yes, no or unchecked
	Station  string    `json:"station"`
	Document string    `json:"document"` // rss, atom, json, profile, directory, preview, month, news or baidu
	At       time.Time `json:"at"`
	After    bool      `json:"after"` // the last of these documents was as it is by then
}

var (
	errBuildsNothing = errors.New("this process builds nothing (jobs.enabled is false)")
	errNotRecorded   = errors.New("not recorded")
	errNotRunning    = errors.New("no process that serves could be asked")
	errNotLeading    = errors.New("another process builds it, or none has yet")
)

// newExplanation returns one in which nothing is null.
func newExplanation() *Explanation {
	return &Explanation{
		Verdicts: []Verdict{}, Deciders: []Decider{}, Documents: []Document{}, Kept: []Kept{}, Crawlers: []Crawler{}, Unknown: []string{},
	}
}

// LeftOut reports whether some document leaves the article out that may have it.
func (e *Explanation) LeftOut() bool {
	for _, v := range e.Verdicts {
		if v.LeftOut {
			return true
		}
	}
	return false
}

// moment returns a time in UTC; nil: there is none.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}
