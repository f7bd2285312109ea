package press

import (
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Work is what has to be built of a station's edition. Its news sitemap and its
// index, which are small, are built with every work.
type Work struct {
	Everything bool
	Accepted   bool    // however few articles are left
	Feeds      bool    // all feeds
	Backlog    Backlog // of which the work is a part
	// Articles make the feeds dirty that have them, or had: by id, whether they
	// are the station's own.
	Articles map[string]bool
	// Former are where articles have been, by id.
	Former map[string][]Place
	// Gone are ids whose rows were seen to be missing while documents still had their
	// articles: a row that is there now may be another article's.
	Gone   map[string]bool
	Left   int // the station's own articles that are said to have left, besides these
	Months map[article.Month]*Extent
	// Spans are when articles of other stations were published that have come, changed or
	// left, and what archives are looked at besides: those of the station's own articles
	// that Months has.
	Spans []Span
	// Pages are addresses that may have to be named by another month, though no month
	// of this work tells: its article has left the current edition without a build.
	Pages map[string]bool
}

// Span is a time, in which both ends are.
type Span struct{ From, To time.Time }

// maxSpans is how many spans are kept apart.
const maxSpans = 1000

// AddSpan adds a span. Of very many the last one becomes larger.
func (w *Work) AddSpan(s Span) {
	n := len(w.Spans) - 1
	if n < 0 || n < maxSpans && w.Spans[n] != s {
		w.Spans = append(w.Spans, s)
		return
	}
	if last := &w.Spans[n]; s.From.Before(last.From) {
		last.From = s.From
	}
	w.Spans[n].To = edition.Later(w.Spans[n].To, s.To)
}

// Backlog is work that is done in parts.
type Backlog struct {
	Before int       // the articles in sitemaps when it began to be worked off
	last   time.Time // watermark of the edition that it has come to
	moved  Readdressed
}

// Place is where an article was: in the month of a publication of a station.
type Place struct {
	Station   string
	Published time.Time
}

// NewWork returns work without anything to do.
func NewWork() Work {
	return Work{Articles: map[string]bool{}, Former: map[string][]Place{}, Months: map[article.Month]*Extent{}, Pages: map[string]bool{}}
}

// Month returns what has to be read of a month, to which the caller adds.
func (w *Work) Month(month article.Month) *Extent {
	e, ok := w.Months[month]
	if !ok {
		e = &Extent{}
		w.Months[month] = e
	}
	return e
}

// Restore adds what has to be made again of an edition: see [edition.Edition.Lost].
func (w *Work) Restore(e *edition.Edition) {
	for path := range e.Lost() {
		if month, _, ok := network.ParseShardPath(path); ok {
			w.Month(month).Whole = true
		} else if !network.IsArchive(path) { // which a build sees itself
			w.Feeds = true
		}
	}
}

// Extent is what has to be read of a month.
type Extent struct {
	Whole bool
	at    []time.Time // publication of articles that have come, changed or left
	ids   map[string]bool
}

// maxExtent is how many articles are looked for one by one.
const maxExtent = 100

// Add adds an article, and when it was published, unless that is not known.
func (e *Extent) Add(id string, at time.Time) {
	if e.Whole = e.Whole || len(e.ids) == maxExtent; e.Whole {
		return
	}
	if e.ids == nil {
		e.ids = map[string]bool{}
	}
	e.ids[id] = true
	if !at.IsZero() {
		e.at = append(e.at, at)
	}
}
