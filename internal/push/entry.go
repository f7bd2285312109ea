package push

import (
	"cmp"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// stage is how far a notice in the outbox has come.
type stage string

// The stages, of which the later ones are further: what was claimed is being told, what is
// told, dropped or dead is over.
const (
	stageNew     stage = "new"
	stageClaimed stage = "claimed"
	stageRetry   stage = "retry"
	stageTold    stage = "told"
	stageDropped stage = "dropped"
	stageDead    stage = "dead"
)

// rank orders the stages; less than 0: it is none.
func (s stage) rank() int {
	return slices.Index([]stage{stageNew, stageClaimed, stageRetry, stageTold, stageDropped, stageDead}, s)
}

// pending reports whether a notice has yet to be told.
func (s stage) pending() bool { return s == stageNew || s == stageClaimed || s == stageRetry }

// entry is a notice in the outbox, of one destination and address, and what was told
// there last. Times are Unix milliseconds.
type entry struct {
	Address   string `json:"address"`
	Version   string `json:"version,omitempty"`
	Gone      bool   `json:"gone,omitempty"`
	New       bool   `json:"new,omitempty"`
	Path      string `json:"path,omitempty"`
	ID        string `json:"id,omitempty"`
	Published int64  `json:"published,omitempty"`
	Seen      int64  `json:"seen"`
	Base      int64  `json:"base"`            // watermark of the edition before Seen
	Pin       int64  `json:"pin,omitempty"`   // of a document: since when what is pinned, or nothing, is served
	Asked     int64  `json:"asked,omitempty"` // when an operator asked for it
	Stage     stage  `json:"state"`
	Noted     int64  `json:"noted"`           // since when something has had to be told of the address
	Due       int64  `json:"due,omitempty"`   // of what is told again
	Token     string `json:"token,omitempty"` // of who claimed it, until Until
	Until     int64  `json:"until,omitempty"`
	Tries     int    `json:"tries,omitempty"`
	Maybe     bool   `json:"maybe,omitempty"` // a version before may have been told
	Told      told   `json:"told,omitzero"`
}

// told is what a destination was told of an address last.
type told struct {
	At      int64  `json:"at"` // zero: nothing
	Seen    int64  `json:"seen"`
	Version string `json:"version"`
	Gone    bool   `json:"gone,omitempty"`
}

func newEntry(n Notice, base time.Time, now int64) entry {
	e := entry{
		Address: n.Address, Version: n.Version, Gone: n.Gone, New: n.New, Path: n.Path, ID: n.ID,
		Seen: n.Seen.UnixMilli(), Base: base.UnixMilli(), Stage: stageNew, Noted: now,
	}
	if !n.Published.IsZero() {
		e.Published = n.Published.UnixMilli()
	}
	return e
}

// under returns the entry as one of what is served under a pin, which counts for documents
// of which a destination is always told. What others are told of waits until what changed
// it is served.
func (e entry) under(pin int64, p Policy) entry {
	if p.Always && e.Path != "" {
		e.Pin = pin
	}
	return e
}

// notice returns the notice itself.
func (e entry) notice() Notice {
	n := Notice{Address: e.Address, Version: e.Version, Gone: e.Gone, New: e.New, Path: e.Path, ID: e.ID, Seen: time.UnixMilli(e.Seen).UTC()}
	if e.Published != 0 {
		n.Published = time.UnixMilli(e.Published).UTC()
	}
	return n
}

// noted returns what becomes of an entry (zero: there is none) that something is to be
// told of.
func (e entry) noted(next entry) entry {
	next.Told = e.Told
	if e.Stage.pending() {
		if e.Pin > next.Pin && next.Asked == 0 {
			return e // who notes this has not heard of the pin
		}
		if e.says(next) && next.Asked <= e.Asked && (e.Path == "" || e.Seen > next.Base) {
			e.Seen = min(e.Seen, next.Seen)
			return e // another process, or this one before it was ended, has noted it
		}
		next.Noted = min(e.Noted, next.Noted)
		next.New = next.New || e.New && !next.Gone && e.Told.At == 0
		next.Maybe = e.Maybe || e.Tries > 0
	}
	switch {
	case e.Stage == stageTold && e.Told.At == 0 && e.says(next) && next.Asked == 0 && e.Seen >= next.Seen:
		return e // another process has noted it
	case next.needless(), e.Stage.pending() && next.unknown():
		return next.over(stageTold)
	}
	return next
}

// unknown reports whether a page is gone of which nobody was told: it came and went before.
// Of one that nothing is noted of, as of a first edition, others know by its sitemap.
func (e entry) unknown() bool {
	return e.Path == "" && e.Gone && e.Told.At == 0 && !e.Maybe && e.Asked == 0
}

// says reports whether both say the same.
func (e entry) says(other entry) bool { return e.Version == other.Version && e.Gone == other.Gone }

// needless reports whether what is to be told was told. What is told of a document is that
// it is another one: to be as it was is a change, too.
func (e entry) needless() bool {
	if e.Told.At == 0 || e.Maybe || e.Told.At < e.Asked || e.Told.Version != e.Version || e.Told.Gone != e.Gone {
		return false
	}
	return e.Path == "" || e.Told.Seen > e.Base
}

// over returns the entry as one of which nothing has to be told any more.
func (e entry) over(s stage) entry {
	e.Stage, e.Due, e.Token, e.Until, e.Tries, e.Maybe = s, 0, "", 0, 0, false
	return e
}

// claimTime is for how long one who claims a notice has to tell it.
const claimTime = time.Minute

func (e entry) claimed(token string, now int64) entry {
	e.Stage, e.Token, e.Until, e.Due, e.Tries = stageClaimed, token, now+claimTime.Milliseconds(), 0, e.Tries+1
	return e
}

// settled returns an entry as it is after what was claimed was sent. What is to be told
// by now may be another version.
func (e entry) settled(sent entry, outcome Outcome, p Policy, now int64) entry {
	if outcome == Told {
		e.Told = told{At: now, Seen: sent.Seen, Version: sent.Version, Gone: sent.Gone}
	}
	if e.Stage != stageClaimed || e.Token != sent.Token {
		if outcome != Told || !e.Stage.pending() {
			return e
		}
		if e.Maybe = false; e.needless() {
			return e.over(stageTold)
		}
		return e
	}
	switch outcome {
	case Told:
		return e.over(stageTold)
	case Dropped:
		return e.over(stageDropped)
	}
	e.Stage, e.Token, e.Until, e.Due = stageRetry, "", 0, now+p.backoff(e.Tries).Milliseconds()
	return e
}

// Back-off between tries: the first, doubled each time, up to the last.
const (
	firstBackoff = 5 * time.Second
	lastBackoff  = 5 * time.Hour
)

func backoff(tries int) time.Duration {
	if tries > 13 { // 5 s · 2^13 is more than 5 h
		return lastBackoff
	}
	return min(lastBackoff, firstBackoff<<max(0, tries-1))
}

// backoff returns how long is waited after so many tries.
func (p Policy) backoff(tries int) time.Duration {
	return jittered(min(backoff(tries), cmp.Or(p.Pause, lastBackoff)))
}

// jittered returns a duration that is up to a fifth longer or shorter, so that what failed
// together is not tried together.
func jittered(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}

// merge returns what two copies of an entry come to: the later pin wins, then the later
// edition, then the further state; and what was told last, by whichever. It is commutative,
// associative and idempotent, so that copies can be merged in any order and again.
func merge(a, b entry) entry {
	last := a.Told
	if compareTold(b.Told, last) > 0 {
		last = b.Told
	}
	if compareEntries(b, a) > 0 {
		a = b
	}
	a.Told = last
	return a
}

func compareTold(a, b told) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.Version, b.Version), compareBool(a.Gone, b.Gone))
}

// compareEntries orders entries of a key totally, but for what was told.
func compareEntries(a, b entry) int {
	return cmp.Or(
		cmp.Compare(a.Pin, b.Pin), cmp.Compare(a.Seen, b.Seen), cmp.Compare(a.Asked, b.Asked), cmp.Compare(a.Base, b.Base), cmp.Compare(a.Version, b.Version), compareBool(a.Gone, b.Gone),
		compareBool(!a.Stage.pending(), !b.Stage.pending()), cmp.Compare(a.Tries, b.Tries), cmp.Compare(a.Stage.rank(), b.Stage.rank()),
		cmp.Compare(a.Until, b.Until), cmp.Compare(a.Due, b.Due), cmp.Compare(a.Token, b.Token), cmp.Compare(a.Noted, b.Noted), compareBool(a.Maybe, b.Maybe), compareBool(a.New, b.New),
		cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Published, b.Published), cmp.Compare(a.Address, b.Address),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// text returns the entry as it is stored; empty: there is none.
func (e entry) text() string {
	if e.Stage == "" {
		return ""
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // it has no value that JSON lacks
	}
	return string(text)
}

// parseEntry reads what text has written. What can't be read is as nothing: another
// version has written it.
func parseEntry(text string) (e entry) {
	if text == "" || json.Unmarshal([]byte(text), &e) != nil || e.Stage.rank() < 0 {
		return entry{}
	}
	return e
}

// keyOf returns the key of an entry.
func keyOf(destination, address string) string { return destination + "\n" + address }

// destinationOf returns the destination of a key.
func destinationOf(key string) string {
	destination, _, _ := strings.Cut(key, "\n")
	return destination
}
