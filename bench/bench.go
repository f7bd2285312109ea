package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"feedstation/bench/report"
)

// us is feedstation's name in tables.
const us = report.Us

// bench is one run.
type bench struct {
	stage   *stage
	corpora *library
	size    size
	peers   []string // of those whose name begins so; none: all
	program string   // feedstation as it is shipped

	results report.Results
	missing []string
}

// size is how much a run does.
type size struct {
	rounds  int           // of turns
	turn    time.Duration // of one peer
	serve   int           // articles of what is served and rendered
	sitemap int           // addresses of a sitemap
	build   int           // articles of a full build
	changes []int         // articles of stores that get one more
	most    int           // of those that feedstation alone has
}

var (
	full  = size{rounds: 7, turn: 600 * time.Millisecond, serve: 1000, sitemap: 10_000, build: 10_000, changes: []int{10_000, 100_000}, most: 1_000_000}
	quick = size{rounds: 3, turn: 150 * time.Millisecond, serve: 200, sitemap: 1000, build: 300, changes: []int{300}, most: 1000}
)

// wanted reports whether a peer takes part. The two that others are compared with
// always do.
func (b *bench) wanted(peer string) bool {
	return len(b.peers) == 0 || strings.HasPrefix(peer, us) || peer == bare || slices.ContainsFunc(b.peers, func(prefix string) bool {
		return strings.HasPrefix(strings.ToLower(peer), strings.ToLower(prefix))
	})
}

// invite brings in a peer, unless it is not wanted. One that this machine lacks is
// left out of the tables, and its name is told.
func (b *bench) invite(peer string, join func() error) error {
	if !b.wanted(peer) {
		return nil
	}
	step("starting %s", peer)
	err := b.stage.set(join)
	if !errors.Is(err, errMissing) {
		return err
	}
	line := fmt.Sprintf("%s: %v", peer, err)
	if !slices.Contains(b.missing, line) {
		b.missing = append(b.missing, line)
		fmt.Fprintf(os.Stderr, "\n*** LEFT OUT: %s\n\n", line)
	}
	return nil
}

// add adds the figures of a work, for each peer those of all rounds.
func (b *bench) add(w *report.Work, peers []string, figures func(peer int) []float64) {
	for i, peer := range peers {
		b.results = append(b.results, report.Result{Work: w, Peer: peer, Rounds: figures(i)})
	}
}

// step tells what is going on.
func step(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+"  "+format+"\n", args...)
}

// turns calls do for each of n peers in every round: forwards, then backwards, so
// that none is always the first.
func turns(ctx context.Context, rounds, n int, do func(round, peer int) error) error {
	for round := range rounds {
		for i := range n {
			peer := i
			if round%2 == 1 {
				peer = n - 1 - i
			}
			if err := errors.Join(ctx.Err(), do(round, peer)); err != nil {
				return err
			}
		}
	}
	return nil
}

// grid is a figure for each peer and round.
func grid(peers, rounds int) [][]float64 {
	g := make([][]float64, peers)
	for i := range g {
		g[i] = make([]float64, rounds)
	}
	return g
}
