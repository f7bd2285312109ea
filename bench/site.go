package main

import (
	"context"
	"errors"
)

// site is a peer that serves: its feed and a sitemap of the same articles.
type site struct {
	name          string
	feed, sitemap target
	programs      []*program
	// write runs what writes the files of a peer that serves files, as its cron job
	// does; nil of the others.
	write func(context.Context) error
}

// pids are those of its programs; their children are theirs.
func (s *site) pids() []int {
	var pids []int
	for _, p := range s.programs {
		pids = append(pids, p.pid)
	}
	return pids
}

func (s *site) restart(ctx context.Context) error {
	var faults []error
	for _, p := range s.programs {
		faults = append(faults, p.restart(ctx))
	}
	return errors.Join(faults...)
}
