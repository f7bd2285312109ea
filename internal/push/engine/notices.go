// Package engine is what the search engines that are told have in common: which articles
// concern them.
package engine

import (
	"slices"
	"time"

	"feedstation/internal/address"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/push"
)

// Timeout is how long an engine, or a station's own address, may take to answer.
const Timeout = 10 * time.Second

// Notices returns what engines are told of a change: of articles at the station's own
// address that its sitemaps name or, in a month that has yet to be built, may name; with
// gone also of those that they named, unless another article has the page.
func Notices(c push.Change, gone bool) []push.Notice {
	var all []push.Notice
	pages := map[string]bool{}
	add := func(a edition.Article, came, gone bool) {
		page, err := address.Normal(a.Address)
		if err != nil || pages[page] || a.Unlisted && (gone || !a.Later) || !c.Station.Owns(page) {
			return
		}
		pages[page] = true
		all = append(all, push.Notice{
			Address: page, Version: push.Version(a), Gone: gone, New: came, ID: a.ID, Published: a.Published, Seen: c.After.Watermark(),
		})
	}
	for _, a := range c.Came {
		add(a, true, false)
	}
	for _, a := range c.Changed {
		add(a, false, false)
	}
	if gone {
		for _, a := range c.Left {
			add(a, false, true)
		}
	}
	return all
}

// Sift returns which notices an engine is told of now, the newest first, by their place,
// and what becomes of the others: what the served edition's sitemaps do not name is
// dropped, and where the month has yet to be built that is to be seen later. What has
// gone is named by none. A page that is not the station's is dropped, too: one of another
// host spoils a whole request.
func Sift(station *network.Station, served *edition.Edition, notices []push.Notice) (send []int, outcomes []push.Outcome, err error) {
	outcomes = make([]push.Outcome, len(notices))
	var articles []edition.Article
	for _, n := range notices {
		if !n.Gone {
			articles = append(articles, edition.Article{ID: n.ID, Published: n.Published})
		}
	}
	listed, err := served.Listed(articles)
	if err != nil {
		return nil, All(push.Retry, len(notices)), err
	}
	for i, n := range notices {
		named, known := listed[n.ID]
		switch {
		case !station.Owns(n.Address):
			outcomes[i] = push.Dropped
		case n.Gone || named:
			send = append(send, i)
		case known:
			outcomes[i] = push.Dropped
		default:
			outcomes[i] = push.Retry
		}
	}
	slices.SortStableFunc(send, func(i, j int) int {
		a, b := notices[i], notices[j]
		if order := b.Seen.Compare(a.Seen); order != 0 {
			return order
		}
		return b.Published.Compare(a.Published)
	})
	return send, outcomes, nil
}

// All returns one outcome for so many notices.
func All(outcome push.Outcome, n int) []push.Outcome {
	return slices.Repeat([]push.Outcome{outcome}, n)
}

// Set gives some notices an outcome.
func Set(outcomes []push.Outcome, some []int, outcome push.Outcome) {
	for _, i := range some {
		outcomes[i] = outcome
	}
}
