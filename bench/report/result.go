// Package report makes tables, charts and a document of what a comparison has
// measured. All of them are made of one type, [Result].
package report

import (
	"math"
	"slices"
	"strings"
)

// Us is the peer whose repository this is.
const Us = "feedstation"

// Work is something that is measured or watched of several peers.
type Work struct {
	ID    string // names the chart's file
	Title string
	Note  string // how it is done, for somebody who wants to repeat it

	// Base is the peer that the others are compared with, round by round.
	// Without it the work is watched: results are words.
	Base string
	Unit string // of a round's figure
	Less bool   // whether less is better
	// Sentence is what a row says: {peer}, {times} and {base} are replaced.
	Sentence string
}

// Result is what one peer did in one work.
type Result struct {
	Work *Work
	Peer string
	// Rounds are the figures. The same index is the same round, in which all
	// peers took turns.
	Rounds []float64
	Word   string // what was seen, where the work is watched
}

// Spread is the middle and the ends of some figures.
type Spread struct{ Median, Min, Max float64 }

// NewSpread returns the spread of at least one figure.
func NewSpread(figures []float64) Spread {
	sorted := slices.Sorted(slices.Values(figures))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (median + sorted[middle-1]) / 2
	}
	return Spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// Results are those of one run, in the order of works and peers.
type Results []Result

// Of returns the results of a work.
func (rs Results) Of(w *Work) Results {
	var some Results
	for _, r := range rs {
		if r.Work == w {
			some = append(some, r)
		}
	}
	return some
}

// Works returns all works that have results, in order.
func (rs Results) Works() []*Work {
	var works []*Work
	for _, r := range rs {
		if !slices.Contains(works, r.Work) {
			works = append(works, r.Work)
		}
	}
	return works
}

// rounds returns a peer's figures in a work; nil: there are none.
func (rs Results) rounds(w *Work, peer string) []float64 {
	i := slices.IndexFunc(rs, func(r Result) bool { return r.Work == w && r.Peer == peer })
	if i < 0 {
		return nil
	}
	return rs[i].Rounds
}

// Ratio compares a result with that of another peer in the same rounds. It is
// false where there is none.
func (rs Results) Ratio(r Result, base string) (Spread, bool) {
	of := rs.rounds(r.Work, base)
	var ratios []float64
	for round := range min(len(r.Rounds), len(of)) {
		if ratio := r.Rounds[round] / of[round]; ratio > 0 && !math.IsInf(ratio, 0) {
			ratios = append(ratios, ratio)
		}
	}
	if len(ratios) == 0 {
		return Spread{}, false
	}
	return NewSpread(ratios), true
}

// Advantage returns how many times better than a result ours is in the same
// work; below 1 the other is better.
func (rs Results) Advantage(r Result) (Spread, bool) {
	ratio, ok := rs.Ratio(r, Us)
	if !ok || strings.HasPrefix(r.Peer, Us) {
		return Spread{}, false
	}
	if r.Work.Less {
		return ratio, true
	}
	return Spread{Median: 1 / ratio.Median, Min: 1 / ratio.Max, Max: 1 / ratio.Min}, true
}

// Extremes returns the result beside which ours is best, and that beside which
// it is worst; none of bases, which only show what there is to be had.
func (rs Results) Extremes() (best, worst Result, ok bool) {
	low, high := math.Inf(1), 0.0
	for _, r := range rs {
		a, compared := rs.Advantage(r)
		if !compared || r.Peer == r.Work.Base {
			continue
		}
		if a.Median > high {
			high, best = a.Median, r
		}
		if a.Median < low {
			low, worst = a.Median, r
		}
	}
	return best, worst, high > 0
}

// Better returns the results that are better than ours, the ends of the spread
// included: what overlaps is as good.
func (rs Results) Better() Results {
	var better Results
	for _, r := range rs {
		if a, ok := rs.Advantage(r); ok && a.Max < 1 {
			better = append(better, r)
		}
	}
	return better
}
